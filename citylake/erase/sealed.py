"""Rows of one person in conformed days that are sealed: nothing makes these days again, so the rows are deleted."""

from __future__ import annotations

from collections.abc import Iterable

from citylake import lake, ledger
from citylake.admit import forgetting
from citylake.conform.work import only_writer
from citylake.feed import Feed
from citylake.ledger import erasures, readmissions, retention
from citylake.privacy import match_key, pseudonym


def delete_rows(role: str, history_role: str, feeds: Iterable[Feed], value: str, domain: str) -> int:
    """Delete rows of sealed days in which a column holds the value's pseudonym or match key; returns how many.

    Where any was, older snapshots of the table go as well. Everything else of the days stays. Safe to repeat.
    """
    kinds = {
        column.privacy.is_match_key for feed in feeds for column in feed.columns
        if column.privacy and column.privacy.domain == domain
    }  # fmt: skip
    hashes = [
        match_key.match_key(value, domain)[0] if each else pseudonym.pseudonym(value, domain)
        for each in kinds
    ]
    with ledger.connect(role) as connection:
        tables = {each for feed in feeds for each in readmissions.made_of(connection, feed.feed_id)}
        days = {
            each: erasures.sealed_days(connection, each) for each in tables if each.startswith("conformed.")
        }
        unfinished = retention.unfinished(connection, "erase")
    return sum(
        _delete(
            role,
            history_role,
            table_id,
            _theirs(history_role, table_id, found, hashes),
            table_id in unfinished,
        )
        for table_id, found in sorted(days.items())
        if found
    )


def _theirs(role: str, table_id: str, days: list[str], hashes: list[str | None]) -> str:
    """Rows of these days in which a text is one of these hashes; empty where the table has no text."""
    from pyiceberg.types import StringType

    table = lake.iceberg_table(role, table_id)
    fields = table.schema().fields if table is not None else ()
    texts = [field.name for field in fields if isinstance(field.field_type, StringType)]
    either = " or ".join(f"{name} = '{each}'" for name in texts for each in hashes if each)
    return f"_business_date in ({', '.join(map(_quoted, days))}) and ({either})" if either else ""


def _quoted(day: str) -> str:
    return f"'{day}'"


def _delete(role: str, history_role: str, table_id: str, theirs: str, is_unfinished: bool) -> int:
    """Delete rows and forget; an attempt that was stopped between the two has forgetting left."""
    with only_writer(table_id, history_role):
        table = lake.iceberg_table(history_role, table_id)
        if table is None or not theirs:
            return 0
        found = table.scan(row_filter=theirs, selected_fields=("_business_date",)).count()
        if found or is_unfinished:
            with ledger.run(role, "erase", table_id) as run:
                if found:
                    table.delete(theirs)
                forgetting.forget_all_but_main(history_role, table_id)
                run.rows = found
        return found
