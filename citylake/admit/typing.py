"""One delivery through DuckDB, batch by batch: text in, Parquet of admitted and of quarantined rows out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from citylake.admit import expressions as sql
from citylake.admit import repeats
from citylake.admit.batches import ahead, append, in_parts
from citylake.admit.months import MonthFiles
from citylake.admit.reading import Reading
from citylake.admit.rules import broken_declaration
from citylake.feed import ALL, Feed
from citylake.ledger.deliveries import Delivery

_MEMORY = "1500MB"
_THREADS = 2


@dataclass
class Typed:
    """What became of the records of a delivery, and the Parquet files of both kinds."""

    parsed: int = 0
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

    Memory is bounded by a batch: only a hash of each key is kept, on disk, to find duplicates by. The
    DuckDB connection reaches no file but those in `scratch`, so a rule in a feed file can read nothing
    else. `reopen` gives the delivery's reading anew; it is called only where keys repeat.
    """

    def __init__(
        self, feed: Feed, delivery: Delivery, scratch: Path, landed_at: datetime, known_at: datetime
    ):
        self.feed, self.delivery, self.scratch = feed, delivery, scratch
        self.times = {"id": delivery.delivery_id, "landed": landed_at, "known": known_at}
        self.period = feed.covers.period(delivery.name) if feed.covers else None
        self.plausible = feed.partition and feed.partition.plausible(landed_at, feed.format.timezone)
        self.connection = _connect(scratch, feed, delivery)
        self.nulls: Counter[str] = Counter()

    def run(self, reading: Reading, reopen: Callable[[], Reading]) -> Typed:
        """Everything, in one pass over the delivery and a second only where keys repeat. Raises: Unreadable."""
        try:
            self.connection.execute(
                "create table keys (_key ubigint, _source_row bigint);"
                "create table refused (_source_row bigint, _business_date date, rules varchar[], record varchar)"
            )
            files = MonthFiles(self.scratch / "admitted", self.feed.partition is not None)
            self._first_pass(reading, files)
            admitted = files.close()
            admitted = repeats.refuse(self.connection, self.feed, reopen, admitted)
            self._add_unparsed(reading)
            return self._finish(reading, admitted)
        finally:
            self.connection.close()

    def _first_pass(self, reading: Reading, files: MonthFiles) -> None:
        """Read ahead, evaluate, write behind: three threads, of which Arrow's and DuckDB's work runs side by side."""
        statement = self._statement(reading.header)
        with ThreadPoolExecutor(1, "admit-write") as pool:
            written = pool.submit(lambda: None)
            for batch in ahead(reading.batches):
                admitted = self._split(self._evaluate(statement, batch))
                written.result()  # one table behind at most, or memory would not be bounded
                written = pool.submit(files.write, admitted)
            written.result()

    def _split(self, rows):
        """Keep count of nulls, keys and refused rows; the rows to admit."""
        import pyarrow.compute as pc

        null_names = [f"_null_{column.name}" for column in self.feed.columns]
        for name, column in zip(null_names, self.feed.columns, strict=True):
            self.nulls[column.name] += pc.sum(rows[name]).as_py() or 0
        append(
            self.connection, "keys", rows.select(["_key", "_source_row"]).filter(pc.is_valid(rows["_key"]))
        )
        good = pc.equal(pc.list_value_length(rows["rules"]), 0)
        bad = rows.filter(pc.invert(good)).select(["_source_row", "_business_date", "rules", "record"])
        if bad.num_rows:
            append(self.connection, "refused", bad)
            rows = rows.filter(good)
        return rows.drop_columns([*null_names, "_key", "rules", "record"])

    def _evaluate(self, statement: str, batch):
        import duckdb

        self.connection.register("source", in_parts(batch, _THREADS))
        try:
            rows = self.connection.execute(statement, self.times).to_arrow_table()
        except (duckdb.ProgrammingError, duckdb.DataError, duckdb.PermissionException) as error:
            raise broken_declaration(self.feed, error) from None  # its text could hold a value
        self.connection.unregister("source")
        return rows

    def _statement(self, header: list[str]) -> str:
        """The SELECT that makes of a batch of text the admitted columns, `rules`, `record` and `_key`."""
        feed = self.feed
        texts = [f"{sql.cleaned(c, feed, header)} as {sql.quoted('_text_' + c.name)}" for c in feed.columns]
        nulls = [
            f"{sql.quoted('_text_' + c.name)} is null and {sql.given(c, header)} as {sql.quoted('_null_' + c.name)}"
            for c in feed.columns
        ]
        values = [
            f"{sql.typed(c, sql.quoted('_text_' + c.name), feed)} as {sql.quoted(c.name)}"
            for c in feed.columns
        ]
        rules = [item for column in feed.columns for item in sql.broken_rules(column)]
        rules += [(rule.name, f"coalesce(not ({rule.that}), false)") for rule in feed.rules]
        if self.period:
            first, last = (sql.literal(day.isoformat()) for day in self.period)
            # Or a row with a wrong date would count as the whole of another day.
            rules.append(
                ("outside_period", f"coalesce(_business_date not between {first} and {last}, false)")
            )
        if self.plausible:
            first, last = (sql.literal(day.isoformat()) for day in self.plausible)
            rules.append(
                ("implausible_date", f"coalesce(_business_date not between {first} and {last}, false)")
            )
        # Nearly every row breaks nothing: the list is only made where one of the conditions holds.
        any_broken = " or ".join(f"({condition})" for _, condition in rules)
        broken = ", ".join(f"case when {condition} then {sql.literal(name)} end" for name, condition in rules)
        key = ", ".join(sql.quoted(name) for name in feed.key)
        # A row whose key could not be read repeats nothing.
        unusable = ", ".join(
            sql.literal(f"{name}.{kind}") for name in feed.key for kind in ("cast", "required")
        )
        kept = ", ".join(f"{sql.admitted_value(c)} as {sql.quoted(c.name)}" for c in feed.kept_columns)
        return f"""
            with texts as (select *, {", ".join(texts)} from source),
            valued as (
                select *, $landed::timestamptz as _landed_at, {sql.business_date(feed)} as _business_date,
                    {", ".join(values + nulls)}
                from texts
            ),
            judged as (
                select *, case when {any_broken or "false"}
                    then [rule for rule in [{broken or "null::varchar"}] if rule is not null] else [] end::varchar[] as rules
                from valued
            )
            select {kept}, $id as _delivery_id, _source_row, _business_date,
                $known::timestamptz as _known_at, _landed_at, {sql.extra(feed, header)} as _extra,
                rules, case when len(rules) > 0 then {sql.record(feed, header)} end as record,
                case when not list_has_any(rules, [{unusable}]) then hash({key}) end as _key,
                {", ".join(sql.quoted("_null_" + c.name) for c in feed.columns)}
            from judged
            """

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

        result = Typed(parsed=reading.records, admitted_files=admitted)
        result.admitted = sum(pq.read_metadata(path).num_rows for path in admitted)
        (result.quarantined,) = self.connection.execute("select count(*) from refused").fetchone()
        if result.quarantined:
            target = self.scratch / "quarantined.parquet"
            self.connection.execute(
                "copy (select $id as _delivery_id, _source_row, _business_date, $known::timestamptz as _known_at,"
                " $landed::timestamptz as _landed_at, rules, record from refused order by _source_row)"
                f" to {sql.literal(str(target))} (format parquet, compression zstd)",
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
            listed = ", ".join(sql.literal(str(path)) for path in result.admitted_files)
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


def _connect(scratch: Path, feed: Feed, delivery: Delivery):
    import duckdb

    from citylake.privacy import pseudonym

    connection = duckdb.connect(str(scratch / "delivery.duckdb"))
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"set memory_limit = '{_MEMORY}'")
    connection.execute(f"set threads = {_THREADS}")
    connection.execute(f"set temp_directory = {sql.literal(str(scratch / 'spill'))}")
    for domain in {
        column.privacy.domain for column in feed.columns if column.privacy and column.privacy.domain
    }:
        pseudonym.register(connection, domain)
    pseudonym.register_seal(connection, delivery.delivery_id)
    connection.execute(f"set allowed_directories = [{sql.literal(str(scratch))}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection
