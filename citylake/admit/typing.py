"""One delivery through DuckDB: text batches in, Parquet of admitted and of quarantined rows out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from citylake.admit import expressions as sql
from citylake.admit.reading import Reading, Unreadable
from citylake.feed import ALL, Feed
from citylake.ledger.deliveries import Delivery

_MEMORY = "1500MB"


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


def type_rows(
    reading: Reading, feed: Feed, delivery: Delivery, scratch: Path, landed_at: datetime, known_at: datetime
) -> Typed:
    """Cast, check and split the rows of a delivery into Parquet files under `scratch`.

    Memory is bounded: DuckDB spills to `scratch`. The connection reaches no file but those there,
    so a rule in a feed file cannot read anything else. Raises: Unreadable.
    """
    connection = _connect(scratch, feed, delivery)
    try:
        _load(connection, reading, feed, landed_at)
        _find_duplicates(connection, reading, feed)
        _add_unparsed(connection, reading)
        return _write(connection, reading, feed, delivery, scratch, landed_at, known_at)
    finally:
        connection.close()


def _connect(scratch: Path, feed: Feed, delivery: Delivery):
    import duckdb

    from citylake.privacy import pseudonym

    connection = duckdb.connect(str(scratch / "delivery.duckdb"))
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"set memory_limit = '{_MEMORY}'")
    connection.execute("set threads = 2")
    connection.execute("set preserve_insertion_order = false")
    connection.execute(f"set temp_directory = {sql.literal(str(scratch / 'spill'))}")
    for domain in {column.privacy.domain for column in feed.columns if column.privacy and column.privacy.domain}:
        pseudonym.register(connection, domain)
    if any(column.is_personal for column in feed.columns):
        pseudonym.register_seal(connection, delivery.delivery_id)
    connection.execute(f"set allowed_directories = [{sql.literal(str(scratch))}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _load(connection, reading: Reading, feed: Feed, landed_at: datetime) -> None:
    """Stream the batches into the table `typed`: values, broken rules, and hashes to find duplicates by."""
    import pyarrow as pa

    schema = pa.schema([("_source_row", pa.int64()), *((name, pa.string()) for name in reading.header)])
    failure: list[Unreadable] = []

    def batches():
        try:
            yield from reading.batches
        except Unreadable as error:  # would reach us as DuckDB's own error, with the reason lost in text
            failure.append(error)

    source = pa.RecordBatchReader.from_batches(schema, batches())
    connection.register("source", source)
    texts = [f"{sql.cleaned(c, feed)} as {sql.quoted('_text_' + c.name)}" for c in feed.columns]
    nulls = [
        f"({sql.cleaned(c, feed)}) is null and {sql.given(c)} as {sql.quoted('_null_' + c.name)}" for c in feed.columns
    ]
    values = [
        f"{sql.typed(c, sql.quoted('_text_' + c.name), feed)} as {sql.quoted(c.name)}" for c in feed.columns
    ]
    rules = [item for column in feed.columns for item in sql.broken_rules(column)]
    rules += [(rule.name, f"coalesce(not ({rule.that}), false)") for rule in feed.rules]
    broken = ", ".join(f"case when {condition} then {sql.literal(name)} end" for name, condition in rules)
    raws = [f"{sql.quoted(name)} as {sql.raw(n)}" for n, name in enumerate(reading.header)]
    raw_names = [sql.raw(n) for n in range(len(reading.header))]
    key = ", ".join(sql.quoted(name) for name in feed.key)
    personal = [c for c in feed.columns if c.privacy and c.privacy.domain]
    kept_texts = "".join(f", {sql.quoted('_text_' + c.name)}" for c in personal)
    names = [sql.quoted(c.name) for c in feed.columns]
    null_names = [sql.quoted("_null_" + c.name) for c in feed.columns]
    connection.execute(
        f"""
        create table typed as
        with texts as (
            select _source_row, {", ".join(raws + texts + nulls)}
            from source
        ),
        landed as (select *, $landed_at::timestamptz as _landed_at from texts),
        valued as (select *, {", ".join(values)} from landed),
        judged as (
            select *, list_filter([{broken or "null::varchar"}], rule -> rule is not null) as _rules,
                hash({key}) as _key
            from valued
        )
        select _source_row, _key, _landed_at, {sql.business_date(feed)} as _business_date,
            _rules::varchar[] as _rules{kept_texts}, {", ".join(raw_names + names + null_names)}
        from judged
        """,
        {"landed_at": landed_at},
    )
    connection.unregister("source")
    if failure:
        raise failure[0]


def _find_duplicates(connection, reading: Reading, feed: Feed) -> None:
    """Exact duplicates: the first is kept. The same key with other values: none of them is.

    Hashes only choose the candidates; values decide, so a collision cannot quarantine a good row.
    """
    key = ", ".join(sql.quoted(name) for name in feed.key)
    row = ", ".join(sql.raw(n) for n in range(len(reading.header)))
    # A row whose key could not be read repeats nothing.
    unusable = ", ".join(sql.literal(f"{name}.{kind}") for name in feed.key for kind in ("cast", "required"))
    keyed = f"not list_has_any(_rules, [{unusable}])"
    connection.execute(
        f"""
        create table repeated as
        with candidates as (
            select _key from typed where {keyed} group by _key having count(*) > 1
        ),
        ranked as (
            select _source_row, count(*) over same_key as key_count,
                count(*) over same_row as row_count,
                row_number() over (partition by {row} order by _source_row) as nth
            from typed
            where {keyed} and _key in (select _key from candidates)
            window same_key as (partition by {key}), same_row as (partition by {row})
        )
        select _source_row,
            case when row_count < key_count then 'key_conflict' else 'duplicate' end as rule
        from ranked
        where key_count > 1 and (row_count < key_count or nth > 1)
        """
    )


def _add_unparsed(connection, reading: Reading) -> None:
    connection.execute("create table unparsed (_source_row bigint, _text varchar, _why varchar)")
    for start in range(0, len(reading.unparsed), 10_000):
        connection.executemany("insert into unparsed values (?, ?, ?)", reading.unparsed[start : start + 10_000])


def _write(
    connection, reading: Reading, feed: Feed, delivery: Delivery, scratch: Path, landed_at: datetime, known_at: datetime
) -> Typed:
    connection.execute(
        """
        create table refused as
        select typed._source_row, list_concat(typed._rules, case when repeated.rule is null then []
            else [repeated.rule] end) as _rules
        from typed
        left join repeated on repeated._source_row = typed._source_row
        where len(typed._rules) > 0 or repeated._source_row is not null
        """
    )
    times = {"id": delivery.delivery_id, "known": known_at, "landed": landed_at}
    result = Typed(parsed=reading.records)
    columns = ", ".join(f"{sql.admitted_value(c)} as {sql.quoted(c.name)}" for c in feed.kept_columns)
    result.admitted_files = _copy(
        connection, scratch / "admitted", feed.partition is not None, times,
        f"""
        select {columns}, $id as _delivery_id, _source_row, _business_date,
            $known::timestamptz as _known_at, _landed_at, {sql.extra(feed, reading.header)} as _extra
        from typed
        where _source_row not in (select _source_row from refused)
        """,
    )  # fmt: skip
    result.quarantined_files = _copy(
        connection, scratch / "quarantined", False, times,
        f"""
        select $id as _delivery_id, typed._source_row, typed._business_date, $known::timestamptz as _known_at,
            typed._landed_at, refused._rules as rules, {sql.record(feed, reading.header)} as record
        from typed
        inner join refused on refused._source_row = typed._source_row
        union all by name
        select $id as _delivery_id, unparsed._source_row, null::date as _business_date,
            $known::timestamptz as _known_at, $landed::timestamptz as _landed_at, ['unparseable'] as rules,
            json_object('text', unparsed._text, 'why', unparsed._why)::varchar as record
        from unparsed
        """,
    )  # fmt: skip
    _count(connection, feed, delivery, result)
    return result


def _copy(connection, folder: Path, by_month: bool, parameters: dict, query: str) -> list[Path]:
    """Write a query's rows as Parquet: one file, or one for each month where the table is partitioned by it."""
    used = {name: value for name, value in parameters.items() if f"${name}" in query}
    connection.execute(f"create table outgoing as {query}", used)
    months = "select count(distinct date_trunc('month', _business_date)) from outgoing"
    rows, = connection.execute("select count(*) from outgoing").fetchone()
    folder.mkdir()
    options = "format parquet, compression zstd, row_group_size 122880"
    if rows == 0:
        pass
    elif not by_month or connection.execute(months).fetchone()[0] == 1:
        target = sql.literal(str(folder / "0.parquet"))
        connection.execute(f"copy (from outgoing order by _source_row) to {target} ({options})")
    else:
        connection.execute(
            f"copy (select *, strftime(_business_date, '%Y-%m') as _month from outgoing order by _source_row)"
            f" to {sql.literal(str(folder))} ({options}, partition_by (_month))"
        )
    connection.execute("drop table outgoing")
    return sorted(folder.rglob("*.parquet"))


def _count(connection, feed: Feed, delivery: Delivery, result: Typed) -> None:
    good = "_source_row not in (select _source_row from refused)"
    (result.admitted,) = connection.execute(f"select count(*) from typed where {good}").fetchone()
    (result.quarantined,) = connection.execute(
        "select (select count(*) from refused) + (select count(*) from unparsed)"
    ).fetchone()
    result.rule_counts = dict(
        connection.execute(
            "select rule, count(*) from (select unnest(_rules) as rule from refused"
            " union all select 'unparseable' from unparsed) group by rule order by rule"
        ).fetchall()
    )
    sums = ", ".join(f"count(*) filter ({sql.quoted('_null_' + c.name)})" for c in feed.columns)
    counted = connection.execute(f"select {sums} from typed").fetchone()
    result.null_counts = {c.name: n for c, n in zip(feed.columns, counted, strict=True) if n}
    if feed.partition is None:
        result.partitions = {ALL: result.admitted}
        return
    found = connection.execute(
        f"select strftime(_business_date, '%Y-%m-%d'), count(*) from typed where {good} group by 1"
    ).fetchall()
    result.partitions = dict(found)
    if feed.covers and (period := feed.covers.period(delivery.name)):
        result.covers = period
        # A day the name promises and no row has is covered all the same: a correction may empty it.
        for day in range((period[1] - period[0]).days + 1):
            result.partitions.setdefault(date.fromordinal(period[0].toordinal() + day).isoformat(), 0)
