"""How often a conform job is right about what nobody wrote down: who an offender was, where a passenger got off.

The truth knows what happened. That a job cannot know all of it is no difference; how much it knows is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

from citylake import lake
from citylake.table import load_tables

ROLE = "steward"


@dataclass(frozen=True)
class Measured:
    """Of a column of a conformed table: rows that have an answer, rows that have a value, and those of both that are the same.

    A row that has no answer should have no value: one that has counts among those given, and is not right.
    """

    table: str
    column: str
    asked: int
    given: int
    right: int

    @property
    def precision_pct(self) -> float | None:
        """100 x right / given; None where nothing is given."""
        return 100 * self.right / self.given if self.given else None

    @property
    def recall_pct(self) -> float | None:
        """100 x right / asked; None where nothing is asked."""
        return 100 * self.right / self.asked if self.asked else None


def measure(connection) -> tuple[Measured, ...]:
    """Every table and column that `truth_answers` (table, key, column, answer) names, of the rows that the lake has."""
    asked = connection.execute(
        'select distinct "table", "column" from truth_answers order by 1, 2'
    ).fetchall()
    return tuple(_measured(connection, table, column) for table, column in asked)


def _measured(connection, table: str, column: str) -> Measured:
    place = lake.metadata_location(ROLE, f"conformed.{table}")
    if place is None:
        return Measured(table, column, 0, 0, 0)
    (key,) = load_tables()[f"conformed.{table}"].key
    counts = connection.execute(
        f"""
        select count(answer), count(made."{column}"), count(*) filter (where made."{column}"::varchar = truth_answers.answer)
        from truth_answers inner join iceberg_scan('{place}') as made on made."{key}" = truth_answers.key
        where truth_answers."table" = ? and truth_answers."column" = ?
        """,
        [table, column],
    ).fetchone()
    return Measured(table, column, *counts)
