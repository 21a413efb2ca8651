"""The parts of a build: inputs as views, dbt over them, the marts that came."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from citylake import ledger
from citylake.build import project
from citylake.build.contract import Mart, marts
from citylake.build.plan import Pinned, Plan, pin, plan_newest, plan_stale, view_sql
from citylake.build.scratch import Scratch
from citylake.calendar import calendar_days
from citylake.clock import new_id


@dataclass(frozen=True)
class Made:
    """A plan and what was built for it."""

    plan: Plan
    scratch: Scratch
    marts: list[Mart]


def build_marts(plan: Plan, scratch: Scratch, pinned: Iterable[Pinned]) -> list[Mart]:
    """Make the domain's marts in the scratch file and run their dbt tests.

    The inputs are views on pinned states, so every model sees the same rows. Returns the marts in an order
    in which references come before what refers to them.
    Raises: ModelTestsFailed where a dbt test failed, ModelsFailed where a model did not run.
    """
    prepare(plan, scratch)
    for item in pinned:
        scratch.connection.execute(f"create schema if not exists {item.source.schema}")
        scratch.connection.execute(view_sql(item, plan))
    return run_models(plan.domain, scratch)


def prepare(plan: Plan, scratch: Scratch) -> None:
    """Write what the run is about into the scratch file: touched periods and their calendar."""
    scratch.connection.execute(
        "create table run.touched_period"
        " (period_type varchar, period varchar, first_date date, last_date date)"
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

    command = ["build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious",
               "--select", *project.selection(domain)]  # fmt: skip
    done = run_dbt(command, scratch.folder, str(scratch.file), project.variables(domain))
    return marts(done.manifest, set(done.built))


def run_unit_tests(domain: str, scratch: Scratch) -> int:
    """Run dbt's unit tests of a domain; returns how many. Its inputs must be in the scratch file, even empty.

    Raises: ModelTestsFailed where one failed.
    """
    from citylake.build.models import run_dbt

    run_models(domain, scratch)  # a unit test asks the tables it stands in for about their types
    # One list for what is wanted, one for what kind: dbt takes what is in both.
    chosen = [f"{part},test_type:unit" for part in project.selection(domain)]
    command = ["test", "--select", *chosen]
    return len(run_dbt(command, scratch.folder, str(scratch.file), project.variables(domain)).built)


def rows_by_mart(scratch: Scratch, made: Iterable[Mart]) -> dict[str, int]:
    """How many rows each mart has in the scratch file."""
    return {
        mart.name: scratch.connection.execute(f"select count(*) from marts.{mart.name}").fetchone()[0]
        for mart in made
    }


@contextlib.contextmanager
def trial(domain: str) -> Iterator[Made]:
    """Build by hand what is stale of a domain, or its newest partition; the ledger records nothing of it."""
    project.known_domain(domain)
    with ledger.connect("publish") as connection:
        plan = plan_stale(connection, domain)
        if not plan.size:
            plan = plan_newest(connection, domain)
    with Scratch(domain, f"trial-{new_id()}") as scratch:
        yield Made(plan, scratch, build_marts(plan, scratch, pin(plan)))


def _insert(scratch: Scratch, table: str, rows: list[tuple]) -> None:
    if rows:  # as arrays: row by row takes a second for a decade of days
        places = ", ".join(["unnest(?)"] * len(rows[0]))
        columns = [list(column) for column in zip(*rows, strict=True)]
        scratch.connection.execute(f"insert into {table} select {places}", columns)
