"""Whether the SQL in a feed file can be evaluated: its rules and patterns, tried on no row at all."""

from __future__ import annotations

from citylake.admit.names import literal, quoted
from citylake.errors import CitylakeError, Problems, WrongUse
from citylake.feed import Feed


def check_rules(feed: Feed) -> list[CitylakeError]:
    """What is wrong with the rules and patterns of a feed, each with its place; empty where nothing is."""
    import duckdb

    columns = [f"null::{column.sql_type} as {quoted(column.name)}" for column in feed.columns]
    row = f"select {', '.join(columns)}, null::timestamptz as _landed_at"
    tried = [
        (f"rule '{rule.name}'", f"select coalesce(not ({rule.that}), false) from ({row})")
        for rule in feed.rules
    ]
    tried += [
        (f"column '{column.name}': pattern", f"select regexp_full_match('', {literal(column.pattern)})")
        for column in feed.columns
        if column.pattern
    ]
    problems: list[CitylakeError] = []
    with duckdb.connect(config={"enable_external_access": "false"}) as connection:
        connection.execute("set timezone = 'UTC'")
        for place, statement in tried:
            try:
                connection.execute(statement)
            except duckdb.Error as error:
                problems.append(WrongUse(
                    "this cannot be evaluated", where=f"feeds/{feed.department}/{feed.dataset}.yml: {place}",
                    found=str(error).splitlines()[0],
                    expected="DuckDB SQL over the declared columns and _landed_at, which reads nothing else",
                ))  # fmt: skip
    return problems


def broken_declaration(feed: Feed, error: Exception) -> WrongUse:
    """The error of a feed file whose SQL failed on a delivery; holds no value of any row."""
    if problems := check_rules(feed):
        return Problems(problems)
    names = ", ".join(rule.name for rule in feed.rules)
    return WrongUse(
        "a rule cannot be evaluated on a value of this delivery", where=f"feeds/{feed.department}/{feed.dataset}.yml",
        found=type(error).__name__, expected=f"rules that are true, false or null for every row ({names})",
        next_step="Write try_cast(… as …) where a rule casts.",
    )  # fmt: skip
