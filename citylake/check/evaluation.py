"""Great Expectations over frames of the scratch file, in this process, without any project folder."""

from __future__ import annotations

import copy
import os
import string
from dataclasses import dataclass
from typing import Any

from citylake.check.declaration import Check, TableChecks
from citylake.errors import WrongUse


@dataclass(frozen=True)
class Result:
    """What one expectation found. `observed` holds counts and aggregates, never a row's content."""

    table: str
    check_id: str
    name: str
    description: str
    severity: str
    success: bool
    expected: str
    observed: dict[str, Any]
    blamed: frozenset[str] | None  # values of the partition column of failed rows; None: cannot tell


def evaluate(connection, tables: tuple[TableChecks, ...]) -> list[Result]:
    """Evaluate every expectation on the rows of its model in the DuckDB connection.

    Raises: WrongUse where an expectation cannot be evaluated: that is a wrong declaration, not bad data.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    # Its own default leaves a folder behind for pages that nobody makes.
    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    context = gx.get_context(
        mode="ephemeral", project_config=DataContextConfig(store_backend_defaults=stores)
    )
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("scratch")
    results: list[Result] = []
    for table in tables:
        for rows in dict.fromkeys(item.rows for item in table.expectations):
            frame = _frame(connection, table.table, rows)
            name = f"{table.table} {len(results)}"
            batch = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("rows").get_batch(
                {"dataframe": frame}
            )  # fmt: skip
            chosen = [item for item in table.expectations if item.rows == rows]
            results += _validate(gx, batch, table, chosen)
    order = {table.check_id(item): n for n, (table, item) in enumerate(
        (table, item) for table in tables for item in table.expectations)}  # fmt: skip
    return sorted(results, key=lambda item: order[item.check_id])


def _frame(connection, table: str, rows: str | None):
    frame = connection.execute(f"select * from marts.{table}" + (f" where {rows}" if rows else "")).df()
    for name, kind in frame.dtypes.items():
        if str(kind).startswith(("Int", "UInt", "Float")):  # GX stumbles over pandas' nullable numbers
            frame[name] = frame[name].astype("float64")
    return frame


def _validate(gx, batch, table: TableChecks, chosen: list[Check]) -> list[Result]:
    by_id = {table.check_id(item): item for item in chosen}
    suite = gx.ExpectationSuite(
        table.table, expectations=[_expectation(gx, table, item, key) for key, item in by_id.items()]
    )
    how: dict[str, Any] = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
    if table.partition_column:
        how["unexpected_index_column_names"] = [table.partition_column]
    found = batch.validate(suite, result_format=how)
    return [_result(one, table, by_id[one.expectation_config.meta["id"]]) for one in found.results]


def _expectation(gx, table: TableChecks, item: Check, key: str):
    name = "".join(part.capitalize() for part in item.check.split("_"))
    kind = getattr(gx.expectations, name, None)
    where = f"expectations/{table.domain}/{table.table}.yml: {item.name}"
    if kind is None:
        raise WrongUse(f"Great Expectations has no '{item.check}'", where=where)
    try:
        return kind(**item.arguments, severity=item.severity, description=item.description, meta={"id": key})
    except Exception as error:  # pydantic 1 or 2, by the expectation
        raise WrongUse(
            "the expectation's arguments are wrong", where=where, found=" ".join(str(error).split())[:300]
        ) from error


def _result(one, table: TableChecks, item: Check) -> Result:
    if one.exception_info.get("raised_exception") is not False:
        where = f"expectations/{table.domain}/{table.table}.yml: {item.name}"
        raise WrongUse(
            "the expectation could not be evaluated", where=where, found=_reason(one.exception_info)
        )
    kept = ("element_count", "unexpected_count", "unexpected_percent", "missing_count", "observed_value")
    observed = {name: _plain(one.result[name]) for name in kept if one.result.get(name) is not None}
    rows = one.result.get("unexpected_index_list")
    column = table.partition_column
    blamed = frozenset(str(row[column])[:10] for row in rows) if rows and column else None
    return Result(
        table.table, table.check_id(item), item.name, item.description, item.severity, bool(one.success),
        _in_words(one), observed, blamed,
    )  # fmt: skip


def _reason(info: dict) -> str:
    inner = next((value for value in info.values() if isinstance(value, dict)), info)
    return " ".join(str(inner.get("exception_message", inner)).split())[:300]


def _plain(value: Any) -> Any:
    """A number or a short text; lists of values could hold what is not protected yet."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, (bool, int, float)):
        return value
    return (
        str(value)[:100]
        if isinstance(value, str)
        else f"{len(value)} values"
        if hasattr(value, "__len__")
        else None
    )


def _in_words(one) -> str:
    """The expectation as Great Expectations itself would put it."""
    from great_expectations.render.renderer.inline_renderer import InlineRenderer

    config = copy.copy(one.expectation_config)
    config.description = None  # else it takes the place of the words
    for content in InlineRenderer(render_object=config).get_rendered_content():
        template = getattr(content.value, "template", None)
        if template:
            values = {name: part.get("value") for name, part in (content.value.params or {}).items()}
            return string.Template(template).safe_substitute(values)
    return one.expectation_config.type
