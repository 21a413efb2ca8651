"""Build: plain tables for the touched periods, made by dbt in a run's scratch file."""

from __future__ import annotations

from collections.abc import Iterable

from citylake.build import project
from citylake.build.calendar import calendar_days
from citylake.build.contract import Mart, marts
from citylake.build.plan import Pinned, Plan, view_sql
from citylake.build.scratch import Scratch


def build(plan: Plan, scratch: Scratch, pinned: Iterable[Pinned]) -> list[Mart]:
    """Make the domain's marts in the scratch file and run their dbt tests.

    The inputs are views on pinned states, so every model sees the same rows. Returns the marts in an order
    in which references come before what refers to them.
    Raises: TestsFailed where a dbt test failed, ModelsFailed where a model did not run.
    """
    prepare(plan, scratch)
    for item in pinned:
        scratch.connection.execute(f"create schema if not exists {item.source.schema}")
        scratch.connection.execute(view_sql(item, plan))
    return run_models(plan.domain, scratch)


def prepare(plan: Plan, scratch: Scratch) -> None:
    """Write what the run is about into the scratch file: touched periods and their calendar."""
    scratch.connection.execute(
        "create table run.touched_period (period_type varchar, period varchar, first_date date, last_date date)"
    )
    rows = [(item.period_type, item.period, item.first_date, item.last_date) for item in plan.periods]
    _insert(scratch, "run.touched_period", rows)
    scratch.connection.execute(
        "create table run.calendar_day (calendar_date date, is_holiday boolean, holiday_name_en varchar,"
        " holiday_name_zh varchar, is_working_day boolean, is_makeup_working_day boolean)"
    )
    _insert(scratch, "run.calendar_day", calendar_days(plan.years))


def run_models(domain: str, scratch: Scratch) -> list[Mart]:
    """Run dbt's models and tests of a domain over the inputs already in the scratch file."""
    from citylake.build.models import run_dbt

    command = ["build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious", "--select", *project.selection(domain)]
    done = run_dbt(command, scratch.folder, str(scratch.file), project.variables(domain))
    return marts(done.manifest, set(done.built))


def _insert(scratch: Scratch, table: str, rows: list[tuple]) -> None:
    if rows:  # as arrays: row by row takes a second for a decade of days
        places = ", ".join(["unnest(?)"] * len(rows[0]))
        scratch.connection.execute(f"insert into {table} select {places}", [list(column) for column in zip(*rows, strict=True)])
