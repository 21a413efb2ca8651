"""A trial admission: what would become of a file, on this machine alone, without servers, ledger or keys."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from citylake import lake, settings
from citylake.admit.drift import drift, reasons_to_hold
from citylake.admit.reading import Reading, Unreadable, read
from citylake.admit.typing import Typed, Typing
from citylake.clock import wall_now
from citylake.feed import Feed
from citylake.ledger.deliveries import Delivery
from citylake.stewardship.warned import Warned, warned

_EXAMPLES = 5
_ID = "TRIAL"


@dataclass(frozen=True)
class Trial:
    """What would become of a delivery: held for `reasons`, or admitted and quarantined rows.

    `examples` are the first quarantined records by rule, each {"record", "row"}, as the quarantine would keep
    them: what tells of a person is sealed. `first_rows` are admitted rows without the lake's own columns.
    `warned` are the warnings that need no other feed.
    """

    typed: Typed
    drift: dict[str, list]
    reasons: list[dict]
    first_rows: list[dict] = field(default_factory=list)
    examples: dict[str, list[dict]] = field(default_factory=dict)
    warned: list[Warned] = field(default_factory=list)

    @property
    def status(self) -> str:
        """admitted | held."""
        return "held" if self.reasons else "admitted"


def compression_of(path: Path) -> str:
    """none, gzip or zip, by the first bytes."""
    with path.open("rb") as file:
        start = file.read(4)
    return "gzip" if start[:2] == b"\x1f\x8b" else "zip" if start == b"PK\x03\x04" else "none"


def try_file(feed: Feed, path: Path, at: datetime | None = None, rows_to: Path | None = None) -> Trial:
    """Admit the file for trial, as if it arrived `at` (now). Nothing is kept but what is returned, and with
    `rows_to` the admitted rows, as Parquet in a folder of their own below it."""
    now = at or wall_now()
    compression = compression_of(path)
    delivery = Delivery(
        delivery_id=_ID, feed_id=feed.feed_id, sender=feed.department, name=path.name, source_uri=path.resolve().as_uri(),
        source_version="", landing_uri="", size_bytes=path.stat().st_size, sha256="", compression=compression,
        encoding="", arrived_at=now, landed_at=now,
    )  # fmt: skip

    def opened() -> Reading:
        return read(path.open("rb"), feed, compression)

    with _folder() as folder:
        found: dict[str, list] = {}
        reading: Reading | None = None
        try:
            reading = opened()
            found = drift(feed, reading.header)
            reasons = reasons_to_hold(feed, found, reading.header)
            if reasons:
                return Trial(Typed(), found, reasons)
            typed = Typing(feed, delivery, folder, now, now).run(reading, reopen=opened)
        except Unreadable as error:
            return Trial(Typed(), found, [{"kind": error.kind, "text": error.detail}])
        if typed.parsed == 0 and not feed.format.may_be_empty:
            return Trial(Typed(), found, [{"kind": "empty", "text": "a header and no records"}])
        if rows_to:
            kept = Path(tempfile.mkdtemp(dir=rows_to))
            for file in typed.admitted_files:
                shutil.copy(file, kept)
        return Trial(typed, found, [], _first_rows(typed), _examples(typed), _warned(feed, typed))


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder that is also the lake's home meanwhile: pseudonyms are made with keys that vanish with it."""
    before = os.environ.get("CITYLAKE_HOME")
    with tempfile.TemporaryDirectory(prefix="citylake-trial-") as name:
        (Path(name) / "secrets").mkdir(mode=0o700)
        (Path(name) / "delivery").mkdir()
        os.environ["CITYLAKE_HOME"] = name
        settings.current.cache_clear()
        try:
            yield Path(name) / "delivery"
        finally:
            os.environ.pop("CITYLAKE_HOME")
            if before is not None:
                os.environ["CITYLAKE_HOME"] = before
            settings.current.cache_clear()


def _first_rows(typed: Typed) -> list[dict]:
    """The first admitted rows as they stand in the file: in Parquet they lie by month and by thread."""
    import duckdb
    import pyarrow.dataset as ds

    if not typed.admitted_files:
        return []
    files = [str(path) for path in typed.admitted_files]
    with duckdb.connect() as connection:
        found = connection.execute(
            "select _source_row from read_parquet(?) order by _source_row limit ?", [files, _EXAMPLES]
        ).fetchall()
    numbers = [number for (number,) in found]
    rows = ds.dataset(files).to_table(filter=ds.field("_source_row").isin(numbers)).sort_by("_source_row")
    return [
        {name: value for name, value in row.items() if not name.startswith("_")} for row in rows.to_pylist()
    ]


def _warned(feed: Feed, typed: Typed) -> list[Warned]:
    import duckdb

    files = ", ".join(f"'{path}'" for path in typed.admitted_files)
    if not files:
        return []
    with duckdb.connect(config=lake.DUCKDB_CONFIG) as connection:
        connection.execute("set timezone = 'UTC'")
        rows = {feed.feed_id: f"select * from read_parquet([{files}])"}
        return warned(feed, {feed.feed_id: feed}, connection, lambda each: rows.get(each.feed_id))


def _examples(typed: Typed) -> dict[str, list[dict]]:
    import duckdb

    if not typed.quarantined_files:
        return {}
    found: dict[str, list[dict]] = {}
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select rule, _source_row, record from (select unnest(rules) as rule, _source_row, record"
            " from read_parquet(?)) qualify row_number() over (partition by rule order by _source_row) <= ?"
            " order by rule, _source_row",
            [[str(path) for path in typed.quarantined_files], _EXAMPLES],
        ).fetchall()
    for rule, row, record in rows:
        found.setdefault(rule, []).append({"record": row, "row": record})
    return found
