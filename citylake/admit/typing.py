"""One delivery through DuckDB, batch by batch: text in, Parquet of admitted and of quarantined rows out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from citylake.admit import engine, repeats
from citylake.admit import expressions as sql
from citylake.admit.batches import ahead, side_by_side
from citylake.admit.engine import append
from citylake.admit.evaluation import Evaluation
from citylake.admit.months import MonthFiles
from citylake.admit.names import literal
from citylake.admit.reading import Reading
from citylake.feed import ALL, Feed
from citylake.ledger.deliveries import Delivery

_MEMORY = "300MB"  # what it needs beyond is on disk
_THREADS = 2


@dataclass
class Typed:
    """What became of the records of a delivery, and the Parquet files of both kinds."""

    parsed: int = 0
    erased: int = 0
    admitted: int = 0
    quarantined: int = 0
    rule_counts: dict[str, int] = field(default_factory=dict)
    null_counts: dict[str, int] = field(default_factory=dict)
    partitions: dict[str, int] = field(default_factory=dict)
    covers: tuple[date, date] | None = None
    admitted_files: list[Path] = field(default_factory=list)
    quarantined_files: list[Path] = field(default_factory=list)


class Typing:
    """Casts, checks and splits the rows of one delivery into Parquet files under `scratch`.

    Memory is bounded by a batch: only a hash of each key is kept, on disk, to find duplicates by. `reopen` gives the
    delivery's reading anew; it is called only where keys repeat.
    """

    def __init__(
        self, feed: Feed, delivery: Delivery, scratch: Path, landed_at: datetime, known_at: datetime
    ):
        self.feed, self.delivery, self.scratch = feed, delivery, scratch
        self.times = {"id": delivery.delivery_id, "landed": landed_at, "known": known_at}
        self.period = feed.covers.period(delivery.name) if feed.covers else None
        self.plausible = feed.partition and feed.partition.plausible(landed_at, feed.day_zone)
        self.connection = engine.connect(
            scratch, feed, delivery.delivery_id, database="delivery.duckdb", threads=_THREADS, memory=_MEMORY
        )
        self.nulls: Counter[str] = Counter()

    def run(self, reading: Reading, reopen: Callable[[], Reading]) -> Typed:
        """Everything, in one pass over the delivery and a second only where keys repeat. Raises: Unreadable."""
        try:
            self.connection.execute(
                "create table refused (_source_row bigint, _business_date date, rules varchar[], record varchar)"
            )
            with repeats.Keys(self.scratch / "keys.parquet") as keys:
                admitted = self._first_pass(reading, keys)
            admitted = repeats.refuse(self.connection, self.feed, keys.path, reopen, admitted)
            self._add_unparsed(reading)
            return self._finish(reading, admitted)
        finally:
            self.connection.close()

    def _first_pass(self, reading: Reading, keys: repeats.Keys) -> list[Path]:
        """Read ahead, evaluate side by side, write behind: Arrow and DuckDB leave Python's lock while they work."""
        files = MonthFiles(self.scratch / "admitted", self.feed.partition is not None)
        evaluation = Evaluation(self.feed, reading.header, self.scratch, self.times, self._days())

        def write(rows) -> None:
            keys.add(rows)
            files.write(self._split(rows))

        try:
            with ThreadPoolExecutor(1, "admit-write") as pool:
                written = pool.submit(lambda: None)
                for rows in side_by_side(evaluation, ahead(reading.batches), _THREADS):
                    written.result()  # one table behind at most, or memory would not be bounded
                    written = pool.submit(write, rows)
                written.result()
        finally:
            evaluation.close()
        return files.close()

    def _days(self) -> dict[str, tuple[date, date]]:
        """The first and last day that each rule about the business date allows."""
        days = {}
        if self.period:
            days["outside_period"] = self.period  # or a wrong date would count as the whole of another day
        if self.plausible:
            days["implausible_date"] = self.plausible
        return days

    def _split(self, rows):
        """Keep count of nulls and keep refused rows; the rows to admit."""
        import pyarrow.compute as pc

        null_names = [f"_null_{column.name}" for column in self.feed.columns]
        for name, column in zip(null_names, self.feed.columns, strict=True):
            self.nulls[column.name] += pc.sum(rows[name]).as_py() or 0
        good = pc.equal(pc.list_value_length(rows["rules"]), 0)
        bad = rows.filter(pc.invert(good)).select(["_source_row", "_business_date", "rules", "record"])
        if bad.num_rows:
            append(self.connection, "refused", bad)
            rows = rows.filter(good)
        return rows.drop_columns([*null_names, "_key", "rules", "record"])

    def _add_unparsed(self, reading: Reading) -> None:
        """Refuse records that could not be split into fields; where any column is personal the whole is sealed."""
        text = (
            "seal($1)" if any(c.is_personal for c in self.feed.columns) else sql.sealed_where_personal("$1")
        )
        statement = (
            "insert into refused select $2, null, ['unparseable'],"
            f" json_object('text', {text.replace('$1', '$1::varchar')}, 'why', $3::varchar)::varchar"
        )
        for start in range(0, len(reading.unparsed), 10_000):
            records = reading.unparsed[start : start + 10_000]
            self.connection.executemany(
                statement, [(each.text, each.source_row, each.why) for each in records]
            )

    def _finish(self, reading: Reading, admitted: list[Path]) -> Typed:
        import pyarrow.parquet as pq

        result = Typed(parsed=reading.records, erased=reading.erased, admitted_files=admitted)
        result.admitted = sum(pq.read_metadata(path).num_rows for path in admitted)
        (result.quarantined,) = self.connection.execute("select count(*) from refused").fetchone()
        if result.quarantined:
            target = self.scratch / "quarantined.parquet"
            self.connection.execute(
                "copy (select $id as _delivery_id, _source_row, _business_date, $known::timestamptz as _known_at,"
                " $landed::timestamptz as _landed_at, rules, record from refused order by _source_row)"
                f" to {literal(str(target))} (format parquet, compression zstd)",
                self.times,
            )
            result.quarantined_files = [target]
        result.rule_counts = dict(
            self.connection.execute(
                "select rule, count(*) from (select unnest(rules) as rule from refused) group by rule order by rule"
            ).fetchall()
        )
        result.null_counts = {name: count for name, count in self.nulls.items() if count}
        self._cover(result)
        return result

    def _cover(self, result: Typed) -> None:
        """Count the rows of every partition, and promise those the name covers."""
        if self.feed.partition is None:
            result.partitions = {ALL: result.admitted}
            return
        if result.admitted_files:
            listed = ", ".join(literal(str(path)) for path in result.admitted_files)
            result.partitions = dict(
                self.connection.execute(
                    f"select strftime(_business_date, '%Y-%m-%d'), count(*) from read_parquet([{listed}]) group by 1"
                ).fetchall()
            )
        if self.period:
            result.covers = self.period
            # A day the name promises and no row has is covered all the same: a correction may empty it.
            for ordinal in range(self.period[0].toordinal(), self.period[1].toordinal() + 1):
                result.partitions.setdefault(date.fromordinal(ordinal).isoformat(), 0)
