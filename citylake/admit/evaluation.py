"""A batch of text through DuckDB: every column cast, every rule judged, in one SELECT."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from citylake.admit import engine, times
from citylake.admit import expressions as sql
from citylake.admit.names import literal, quoted
from citylake.admit.reading import with_trimmed
from citylake.admit.rules import broken_declaration
from citylake.feed import Feed

_MEMORY = "300MB"


class Evaluation:
    """Called with a batch of a reading it gives a table: the admitted columns, `rules` (broken ones), `record` (where
    any is), `_key` (a hash, null where the key could not be read) and `_null_<column>` (whether it was a sentinel).

    Several threads may call it at once: each has a query of its own, for DuckDB does not divide one among its threads
    where rows are so few. `times` gives id, landed and known; `days` the first and last day that each rule about the
    business date allows. Raises: Problems where the feed file's SQL cannot be evaluated.
    """

    def __init__(
        self,
        feed: Feed,
        header: list[str],
        scratch: Path,
        times: dict,
        days: dict[str, tuple[date, date]],
    ):
        self.feed, self.times = feed, times
        self.statement = _statement(feed, header, days)
        self._connection = engine.connect(
            scratch, feed, times["id"], database=":memory:", threads=1, memory=_MEMORY
        )

    def __call__(self, batch):
        """The table of one batch, in its order."""
        import duckdb

        with self._connection.cursor() as cursor:
            cursor.register("source", with_trimmed(batch))
            try:
                return cursor.execute(self.statement, self.times).to_arrow_table()
            except (duckdb.ProgrammingError, duckdb.DataError, duckdb.PermissionException) as error:
                raise broken_declaration(self.feed, error) from None  # its text could hold a value

    def close(self) -> None:
        """Give back what the connection holds."""
        self._connection.close()


def _statement(feed: Feed, header: list[str], days: dict[str, tuple[date, date]]) -> str:
    nulls = [f"{sql.is_sentinel(c, feed, header)} as {quoted('_null_' + c.name)}" for c in feed.columns]
    values = [f"{sql.typed(c, feed)} as {quoted(c.name)}" for c in feed.columns]
    rules = _rules(feed, days)
    # Nearly every row breaks nothing: the list is only made where one of the conditions holds.
    any_broken = " or ".join(f"({condition})" for _, condition in rules)
    broken = ", ".join(f"case when {condition} then {literal(name)} end" for name, condition in rules)
    key = ", ".join(quoted(name) for name in feed.key)
    # A row whose key could not be read repeats nothing.
    unusable = ", ".join(literal(f"{name}.{kind}") for name in feed.key for kind in ("cast", "required"))
    kept = ", ".join(
        f"{value} as {quoted(name)}" for c in feed.columns for name, value in sql.admitted_values(c).items()
    )
    return f"""
        with {sql.staged(feed, header, "source")},
        valued as (
            select *, $landed::timestamptz as _landed_at, {times.business_date(feed)} as _business_date,
                {", ".join(values + nulls)}
            from timed
        ),
        judged as (
            select *, case when {any_broken or "false"}
                then [_broken for _broken in [{broken or "null::varchar"}] if _broken is not null] else [] end::varchar[] as rules
            from valued
        )
        select {kept}, $id as _delivery_id, _source_row, _business_date,
            $known::timestamptz as _known_at, _landed_at, {sql.extra(feed, header)} as _extra,
            rules, case when len(rules) > 0 then {sql.record(feed, header)} end as record,
            case when not list_has_any(rules, [{unusable}]) then hash({key}) end as _key,
            {", ".join(quoted("_null_" + c.name) for c in feed.columns)}
        from judged
        """


def _rules(feed: Feed, days: dict[str, tuple[date, date]]) -> list[tuple[str, str]]:
    """(name, condition that holds when it is broken) of every rule a row can break."""
    rules = [item for column in feed.columns for item in sql.broken_rules(column)]
    rules += [(rule.name, f"coalesce(not ({rule.that}), false)") for rule in feed.rules]
    for name, (first, last) in days.items():
        between = f"date {literal(first.isoformat())} and date {literal(last.isoformat())}"
        rules.append((name, f"coalesce(_business_date not between {between}, false)"))
    return rules
