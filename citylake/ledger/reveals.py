"""Which sealed values were opened, by whom and why: noted before they are shown, never a value."""

from __future__ import annotations

from collections.abc import Sequence

from citylake.clock import new_id
from citylake.ledger.runs import caller


def note(
    connection, delivery_id: str, rows: Sequence[int], columns: Sequence[str], values: int, because: str
) -> str:
    """Note that so many values of a delivery are opened; returns the id of the note."""
    reveal_id = new_id()
    connection.execute(
        "insert into ledger.reveals (reveal_id, delivery_id, source_rows, source_columns, value_count, because, revealed_by)"
        " values (%s, %s, %s, %s, %s, %s, %s)",
        (reveal_id, delivery_id, sorted(set(rows)), sorted(set(columns)), values, because, caller()),
    )
    return reveal_id


def reveals(connection) -> list[dict]:
    """Every time that values were opened, newest first."""
    return connection.execute(
        "select reveals.*, deliveries.feed_id, deliveries.name from ledger.reveals"
        " inner join ledger.deliveries on deliveries.delivery_id = reveals.delivery_id order by reveal_id desc"
    ).fetchall()
