"""Declarations of conformed tables: `spark_jobs/<domain>/<table>.yml`, and one per reference feed."""

from __future__ import annotations

import functools
import importlib.util
from datetime import timedelta
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from citylake import settings
from citylake.column import ColumnType
from citylake.declaration import Duration, Strict, Text
from citylake.declaration import read_yaml as _yaml
from citylake.declaration import validated as _validated
from citylake.errors import CitylakeError, Problems, WrongUse
from citylake.feed import Feed, load_feeds


class Input(Strict):
    """An input and its window: output day d reads the days d - before to d + after, or all as-of."""

    table: str = Field(alias="from", pattern=r"^(admitted|conformed)\.[a-z_]+\.[a-z0-9_]+$")
    before: Duration = timedelta(0)
    after: Duration = timedelta(0)
    as_of: bool = False
    drives: bool = False

    @model_validator(mode="after")
    def _whole_days(self) -> Input:
        if any(window % timedelta(days=1) for window in (self.before, self.after)):
            raise ValueError("windows are whole days, such as P1D")
        return self

    def for_ledger(self) -> dict[str, Any]:
        """The row of ledger.table_inputs, without the table's id."""
        return {
            "input_table": self.table, "days_before": self.before.days, "days_after": self.after.days,
            "as_of": self.as_of, "drives": self.drives,
        }  # fmt: skip


class TableColumn(Strict):
    """One column of a conformed table."""

    name: str
    type: ColumnType
    description: str


class Table(Strict):
    """A conformed table: what it holds, what it is made from, how long it is kept."""

    domain: str
    name: str
    title: Text
    grain: str
    key: tuple[str, ...] = Field(min_length=1)
    partitioned: bool = True
    inputs: dict[str, Input]
    reads_calendar: bool = False  # its job is given an input `calendar` too: see conform.inputs.calendar
    retention: Duration | None = None
    columns: tuple[TableColumn, ...] = Field(min_length=1)
    is_current_rows: bool = False  # of a reference feed: no job of its own

    @property
    def table_id(self) -> str:
        """`conformed.<domain>.<table>`."""
        return f"conformed.{self.domain}.{self.name}"

    @model_validator(mode="after")
    def _consistent(self) -> Table:
        names = {column.name for column in self.columns}
        missing = [name for name in self.key if name not in names]
        if missing:
            raise ValueError(f"key column '{missing[0]}' is not declared")
        if self.partitioned and "_business_date" not in names:
            raise ValueError("a partitioned table needs the column _business_date")
        if self.partitioned and not any(item.drives for item in self.inputs.values()):
            raise ValueError("one input must say `drives: true`: its partitions are the table's")
        if self.reads_calendar and ("calendar" in self.inputs or not self.partitioned):
            raise ValueError("reads_calendar is for a partitioned table without an input named calendar")
        return self


def _reference(feed: Feed) -> Table:
    """A reference feed's conformed table: its current rows."""
    columns = [
        TableColumn(name=name, type=kind, description=(column.title or {}).get("en", column.name))
        for column in feed.columns
        for name, kind in column.admitted.items()
    ]
    return Table(
        domain=feed.department, name=feed.dataset, title=feed.title, grain=feed.grain, key=feed.key,
        partitioned=False, inputs={"rows": Input.model_validate({"from": feed.admitted, "drives": True})},
        columns=tuple(columns), is_current_rows=True,
    )  # fmt: skip


@functools.cache
def load_tables() -> dict[str, Table]:
    """Every conformed table by id. Raises: Problems with every error of every file."""
    feeds = load_feeds()
    tables = {
        table.table_id: table for table in map(_reference, (f for f in feeds.values() if not f.partition))
    }
    problems: list[CitylakeError] = []
    folder = settings.PROJECT / "spark_jobs"
    for path in sorted(folder.glob("*/*.yml")):
        try:
            content = {"domain": path.parent.name, "name": path.stem, **_yaml(path)}
            table = _validated(Table, content, path)
        except Problems as error:
            problems += error.problems
            continue
        if not path.with_suffix(".py").exists():
            problems.append(WrongUse("the declaration has no job", where=str(path.relative_to(settings.PROJECT)),
                                     expected=f"{path.stem}.py beside it with a function conform(inputs)"))  # fmt: skip
        tables[table.table_id] = table
    known = set(tables) | {feed.admitted for feed in feeds.values()}
    for table in tables.values():
        for name, item in table.inputs.items():
            if item.table not in known:
                problems.append(WrongUse(f"input '{name}' reads an unknown table", where=table.table_id,
                                         found=item.table, expected="one of " + ", ".join(sorted(known))))  # fmt: skip
    if problems:
        raise Problems(problems)
    return tables


def find_table(table_id: str) -> Table:
    """The table of that id, with or without `conformed.` in front. Raises: WrongUse naming what exists."""
    tables = load_tables()
    found = tables.get(table_id) or tables.get(f"conformed.{table_id}")
    if not found:
        raise WrongUse(
            f"there is no conformed table '{table_id}'", expected="one of " + ", ".join(sorted(tables))
        )
    return found


def inputs_first() -> list[str]:
    """Every conformed table after the conformed tables it reads."""
    tables = load_tables()
    reads = {
        name: {item.table for item in table.inputs.values()} & set(tables) for name, table in tables.items()
    }
    return list(TopologicalSorter(reads).static_order())


def job_module(table: Table):
    """The module of a table's job, which has `conform(inputs) -> DataFrame`."""
    path: Path = settings.PROJECT / "spark_jobs" / table.domain / f"{table.name}.py"
    spec = importlib.util.spec_from_file_location(f"spark_jobs.{table.domain}.{table.name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
