"""Warnings: what takes other rows or other feeds to see. The rows stay admitted; a report counts them.

Each warning of a feed file is a condition in SQL over its current rows; a value that `references` does not
know is a warning of every column that has it. Nothing is stored: a feed that is corrected, or that comes later
than the rows that refer to it, changes the count of the next report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from citylake import lake, ledger
from citylake.column import SQL_TYPES
from citylake.errors import CitylakeError, WrongUse
from citylake.feed import Changes, Feed
from citylake.ledger.partitions import current_deliveries
from citylake.rule import Rule
from citylake.stewardship.quarantine import ROLE, SEALED

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_EXAMPLES = 3
_ARRIVAL = "_known_at desc, _delivery_id desc, _source_row desc"


@dataclass(frozen=True)
class Warned:
    """One warning: how many current rows it is about, what that means, and some of them, sealed where personal.

    `rows` is None where the rows that are there cannot be asked, as those made before a column was declared.
    `values` is how many different values those rows hold that a referenced feed does not list; None for others.
    """

    name: str
    rows: int | None
    meaning: str
    next_step: str
    examples: tuple[dict[str, str], ...] = ()
    values: int | None = None


def conditions(feed: Feed, feeds: dict[str, Feed]) -> list[Rule]:
    """A feed's warnings, and one for every column that references another feed, as `<column>.unknown`."""
    found = list(feed.warnings)
    for column in feed.kept_columns:
        known = feeds.get(column.references or "")
        listed = known.listing(column) if known else None
        if known and listed:
            own = f'{feed.dataset}."{column.name}"'
            # A list with a null in it is never known to lack a value.
            text = f'{own} is null or {own} in (select "{listed}" from {known.feed_id} where "{listed}" is not null)'
            found.append(
                Rule.model_construct(
                    name=f"{column.name}.unknown",
                    that=text,
                    because=f"{known.feed_id} does not list the value",
                )
            )
    return found


def read_feeds(condition: Rule, feed: Feed, connection: DuckDBPyConnection) -> set[str]:
    """The ids of the feeds that a condition reads, its own among them. Raises: WrongUse where it is no SQL."""
    import duckdb

    try:
        names = connection.get_table_names(_judged(condition, feed), qualified=True)
    except duckdb.Error as error:
        raise _unreadable(condition, feed, str(error)) from None
    return {name.partition(" AS ")[0].replace('"', "") for name in names}


def warned(
    feed: Feed,
    feeds: dict[str, Feed],
    connection: DuckDBPyConnection,
    open_feed: Callable[[Feed], str | None],
) -> list[Warned]:
    """Every warning of a feed that rows stand under, in the order declared.

    `open_feed` gives the SQL of a feed's current rows, or None where it has none yet: then what reads it is
    left out, for nothing can be said. A condition that cannot be evaluated on these rows hides no other.
    Raises: WrongUse for a condition that is no SQL.
    """
    opened: dict[str, bool] = {}
    found = []
    listed = conditions(feed, feeds)
    for condition in listed:
        load_spatial(condition, connection)
    needed = [read_feeds(condition, feed, connection) for condition in listed]  # before any view is there
    for condition, feed_ids in zip(listed, needed, strict=True):
        for feed_id in sorted(feed_ids - set(opened)):
            opened[feed_id] = _open(connection, feeds.get(feed_id), open_feed)
        if all(opened[feed_id] for feed_id in feed_ids):
            found.append(_asked(connection, condition, feed))
    return [each for each in found if each.rows != 0]


def check_warnings(feed: Feed, feeds: dict[str, Feed]) -> list[CitylakeError]:
    """What is wrong with the SQL of a feed's warnings, tried on no row at all."""
    import duckdb

    problems: list[CitylakeError] = []
    for condition in feed.warnings:
        with duckdb.connect(config=lake.DUCKDB_CONFIG) as connection:
            try:
                load_spatial(condition, connection)
                connection.execute("set enable_external_access = false")  # it reads feeds and nothing else
                needed = read_feeds(condition, feed, connection)
                if unknown := needed - set(feeds):
                    raise _unreadable(condition, feed, "no feed " + ", ".join(sorted(unknown)))
                for feed_id in sorted(needed):
                    _open(connection, feeds[feed_id], _no_rows)
                _count(connection, condition, feed)
            except WrongUse as error:
                problems.append(error)
    return problems


def load_spatial(condition: Rule, connection: DuckDBPyConnection) -> None:
    """Load DuckDB's functions about places where a condition uses one: they take a while."""
    if "st_" in condition.that.lower():
        connection.load_extension(lake.extension_file("spatial"))


def lake_warnings(feed: Feed, feeds: dict[str, Feed]) -> list[Warned]:
    """The warnings of a feed's current rows in this lake."""
    with (
        ledger.connect(ROLE) as connection,
        lake.connect_duckdb(ROLE, extensions=("httpfs", "avro", "iceberg")) as duck,
    ):
        return warned(feed, feeds, duck, lambda each: _current(each, connection))


def _open(connection: DuckDBPyConnection, feed: Feed | None, open_feed: Callable[[Feed], str | None]) -> bool:
    rows = open_feed(feed) if feed else None
    if feed and rows:
        connection.execute(f"create schema if not exists {feed.department}")
        connection.execute(f"create or replace view {feed.feed_id} as {rows}")
    return rows is not None


def _no_rows(feed: Feed) -> str:
    columns = [f'null::{SQL_TYPES[kind]} as "{name}"' for name, kind in feed.admitted_columns.items()]
    return (
        f"select {', '.join(columns)}, null::date as _business_date, null::timestamptz as _known_at,"
        " null::timestamptz as _landed_at, '' as _delivery_id, 0::bigint as _source_row limit 0"
    )


def _current(feed: Feed, connection: Any) -> str | None:
    """SQL of the rows that count now, as conform reads them: see `citylake.conform.current`."""
    location = lake.metadata_location(ROLE, feed.admitted)
    if location is None:
        return None
    rows = f"select * from iceberg_scan('{location}')"
    if feed.mode in ("period", "everything"):
        counting = current_deliveries(connection, feed.feed_id, None, None)
        pairs = [f"('{each['delivery_id']}', '{each['partition']}')" for each in counting]
        day = "_business_date::varchar" if feed.partition else "'all'"
        return f"{rows} where (_delivery_id, {day}) in ({', '.join(pairs) or 'null'})"
    key = ", ".join(f'"{name}"' for name in (*feed.key, *(["_business_date"] if feed.partition else [])))
    latest = f"{rows} qualify row_number() over (partition by {key} order by {_ARRIVAL}) = 1"
    if not isinstance(feed.delivers, Changes):
        return latest
    deleted = feed.delivers.delete.replace("'", "''")
    return f"select * from ({latest}) where {feed.delivers.changes} is distinct from '{deleted}'"


def _judged(condition: Rule, feed: Feed, columns: Iterable[str] = ()) -> str:
    listed = "".join(f'"{name}", ' for name in columns)
    return f"select {listed}coalesce(not ({condition.that}), false) as _is_warned from {feed.feed_id}"


def _asked(connection: DuckDBPyConnection, condition: Rule, feed: Feed) -> Warned:
    try:
        return _count(connection, condition, feed)
    except WrongUse as error:
        step = (
            "See `citylake feed check`; where a column is new, `citylake feed readmit` brings the rows to it."
        )
        return Warned(condition.name, None, f"the rows that are there cannot be asked: {error.found}", step)


def _count(connection: DuckDBPyConnection, condition: Rule, feed: Feed) -> Warned:
    import duckdb

    personal = {column.name for column in feed.columns if column.is_personal}
    shown = _about(condition, feed)
    column = condition.name.removesuffix(".unknown") if condition.name.endswith(".unknown") else ""
    values = f'count(distinct "{column}")' if column else "null"
    statement = (
        f"with warned_rows as (select * from ({_judged(condition, feed, shown)}) where _is_warned)"
        f" select totals.*, warned_rows.* exclude (_is_warned) from (select count(*), {values} from warned_rows) as totals,"
        f" warned_rows order by all limit {_EXAMPLES}"
    )
    try:
        rows = connection.execute(statement).fetchall()
    except duckdb.Error as error:
        raise _unreadable(condition, feed, str(error)) from None
    step = (
        f"Ask the department, or the one that sends {feed.column(column).references}, which is right."
        if column else "Ask the department about these rows. They are admitted, and count."
    )  # fmt: skip
    examples = tuple(
        {name: SEALED if name in personal else str(value) for name, value in zip(shown, row[2:], strict=True)}
        for row in rows
    )
    count, different = rows[0][:2] if rows else (0, None)
    means = f"{condition.because} ({different:,} different)" if column and different else condition.because
    return Warned(condition.name, count, means, step, examples, different)


def _unreadable(condition: Rule, feed: Feed, error: str) -> WrongUse:
    return WrongUse(
        "this cannot be evaluated", where=f"feeds/{feed.department}/{feed.dataset}.yml: warning '{condition.name}'",
        found=error.splitlines()[0],
        expected="DuckDB SQL over the declared columns, and other feeds as <department>.<dataset>",
    )  # fmt: skip


def _about(condition: Rule, feed: Feed) -> list[str]:
    """The columns to show: the key, and what the condition names."""
    return [
        column.name
        for column in feed.kept_columns
        if column.name in feed.key or column.name in condition.that
    ]
