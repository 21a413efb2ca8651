"""Admission without servers: a feed and the bytes of one delivery, as rows.

The same functions as `citylake admit` calls, with a folder in place of the lake.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from citylake.admit.drift import drift, reasons_to_hold
from citylake.admit.reading import read
from citylake.admit.typing import Typed, Typing
from citylake.feed import Feed
from citylake.ledger.deliveries import Delivery

LANDED_AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
KNOWN_AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
DELIVERY_ID = "01TESTDELIVERY000000000000"


@dataclass(frozen=True)
class Rows:
    """What became of a delivery: admitted and quarantined rows in file order, and the counts."""

    admitted: list[dict]
    quarantined: list[dict]
    counts: Typed

    @property
    def broken(self) -> dict[int, list[str]]:
        """Quarantined record number -> its broken rules, sorted."""
        return {row["_source_row"]: sorted(row["rules"]) for row in self.quarantined}

    @property
    def text(self) -> str:
        """Everything that is kept of the delivery, to search for what must not be there."""
        return json.dumps([self.admitted, self.quarantined], default=str, ensure_ascii=False)

    def values(self, column: str) -> list:
        """One column of the admitted rows."""
        return [row[column] for row in self.admitted]


def make_feed(columns: list[dict] | None = None, **changes) -> Feed:
    """A feed `environment.test_reading`; by default a reference feed of `id` (key) and `value`."""
    content = {
        "department": "environment",
        "dataset": "test_reading",
        "title": {"en": "Test", "zh": "测试"},
        "grain": "one row per id",
        "key": ["id"],
        "delivers": "everything",
        "arrival": {"files": "*.csv", "every": "P1D", "deadline": "P1D"},
        "format": {"kind": "csv"},
        "columns": columns or [{"name": "id", "type": "string"}, {"name": "value", "type": "string"}],
    }
    return Feed.model_validate(content | changes)


def make_delivery(name: str = "sample.csv", compression: str = "none") -> Delivery:
    """A delivery as the ledger would know it."""
    return Delivery(
        delivery_id=DELIVERY_ID, feed_id="environment.test_reading", sender="environment", name=name,
        source_uri="s3://inbox/environment/" + name, source_version="1", landing_uri="s3://landing/x/" + name,
        size_bytes=0, sha256="", compression=compression, encoding="utf-8", arrived_at=LANDED_AT,
        landed_at=LANDED_AT,
    )  # fmt: skip


def admit(
    feed: Feed,
    content: bytes | str,
    scratch: Path,
    *,
    name: str = "sample.csv",
    landed_at: datetime = LANDED_AT,
) -> Rows:
    """The rows of a delivery. Raises: Unreadable where the whole of it cannot be read."""
    import pyarrow.parquet as pq

    scratch.mkdir(parents=True, exist_ok=True)
    data = content.encode(feed.format.encoding) if isinstance(content, str) else content
    compression = _compression(data, feed)

    def opened():
        return read(io.BytesIO(data), feed, compression)

    typing = Typing(feed, make_delivery(name, compression), scratch, landed_at, KNOWN_AT)
    typed = typing.run(opened(), reopen=opened)

    def rows(files: list[Path]) -> list[dict]:
        found = [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]
        return sorted(found, key=lambda row: row["_source_row"])

    return Rows(rows(typed.admitted_files), rows(typed.quarantined_files), typed)


def reasons(feed: Feed, content: bytes | str) -> list[dict]:
    """Why the delivery would be held for its columns; empty where it would not."""
    data = content.encode(feed.format.encoding) if isinstance(content, str) else content
    header = read(io.BytesIO(data), feed, _compression(data, feed)).header
    return reasons_to_hold(feed, drift(feed, header), header)


def _compression(data: bytes, feed: Feed) -> str:
    """As landing would find it; a workbook is an archive of its own and stays one."""
    if data.startswith(b"PK\x03\x04") and feed.format.kind != "excel":
        return "zip"
    return "gzip" if data.startswith(b"\x1f\x8b") else "none"


def record(row: dict) -> dict:
    """The record of a quarantined row as it came."""
    return json.loads(row["record"])
