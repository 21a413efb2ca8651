"""What the job of a conformed table makes of rows typed by hand, without a lake."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from citylake.conform.inputs import calendar
from citylake.table import job_module, load_tables
from tests.local_spark import session


def made_at_all(
    table_id: str, schemas: Mapping[str, str], days: list[date], rows: Mapping[str, list[tuple]]
) -> list[dict]:
    """Every row that the job returns for `days`; inputs have these schemas, and no rows where none are given."""
    table = load_tables()[table_id]
    inputs = {name: session().createDataFrame(rows.get(name, []), schema) for name, schema in schemas.items()}
    if table.reads_calendar:
        inputs["calendar"] = calendar(session(), days)
    return [row.asDict() for row in job_module(table).conform(inputs, days).collect()]


def made_of_days(
    table_id: str, schemas: Mapping[str, str], days: list[date], rows: Mapping[str, list[tuple]]
) -> list[dict]:
    """The rows of `days`, as they would be written."""
    return [row for row in made_at_all(table_id, schemas, days, rows) if row["_business_date"] in days]
