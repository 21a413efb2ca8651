"""The contract of each mart, read from dbt's manifest: columns, key, references, what may be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter

from citylake.errors import WrongUse
from citylake.indicator import Disclosure, NoRule, Threshold

PublishAs = Literal["fact", "dimension", "indicators"]
_REF = re.compile(r"""ref\(\s*['"]([a-z0-9_]+)['"]\s*\)""")


@dataclass(frozen=True)
class MartColumn:
    """A column: its DuckDB type as the contract names it."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Reference:
    """A column that holds a key of another mart, or null."""

    column: str
    mart: str
    mart_column: str


@dataclass(frozen=True)
class Mart:
    """A model that is published."""

    name: str
    domain: str
    description: str
    publish: PublishAs
    columns: tuple[MartColumn, ...]
    key: tuple[str, ...]
    references: tuple[Reference, ...]
    disclosure: NoRule | Threshold
    keep_absent: bool

    @property
    def column_names(self) -> list[str]:
        """The names in declared order."""
        return [column.name for column in self.columns]


def marts(manifest: dict, built: set[str]) -> list[Mart]:
    """The marts among the built nodes (ids), references before what refers to them.

    Raises: WrongUse for a model that lacks what a published one must have.
    """
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    found = {
        node["name"]: _mart(node, [test for test in tests if test.get("attached_node") == unique_id])
        for unique_id, node in manifest["nodes"].items()
        if unique_id in built and node["resource_type"] == "model" and _meta(node).get("publish")
    }
    ordered: list[Mart] = []
    while len(ordered) < len(found):
        done = {mart.name for mart in ordered}
        ready = [
            mart for name, mart in sorted(found.items())
            if name not in done
            and all(item.mart in done | {name} or item.mart not in found for item in mart.references)
        ]  # fmt: skip
        if not ready:
            raise WrongUse(
                "marts refer to each other in a circle", found=", ".join(sorted(set(found) - done))
            )
        ordered += ready
    return ordered


def _meta(node: dict) -> dict:
    return node["config"].get("meta") or {}


def _mart(node: dict, tests: list[dict]) -> Mart:
    meta = _meta(node)
    where = node["original_file_path"]
    columns = tuple(
        MartColumn(name, column["data_type"] or "", (column["description"] or "").strip())
        for name, column in node["columns"].items()
    )
    bare = [column.name for column in columns if not column.type or not column.description]
    if bare or not node["description"]:
        raise WrongUse("a published model and all its columns need a type and a description", where=where,
                       found=", ".join(bare) or "no description of the model")  # fmt: skip
    keys = [_arguments(test)["columns"] for test in tests if test["test_metadata"]["name"] == "is_key"]
    if len(keys) != 1:
        raise WrongUse("a published model needs one is_key test", where=where, found=str(len(keys)))
    if "disclosure" not in meta:
        raise WrongUse("a published model needs meta.disclosure", where=where,
                       next_step="Add `disclosure: {rule: none, because: …}` or a threshold.")  # fmt: skip
    references = tuple(
        Reference(test["column_name"], _referred(test), _arguments(test)["field"])
        for test in tests
        if test["test_metadata"]["name"] == "relationships"
    )
    return Mart(
        name=node["name"], domain=node["fqn"][1], description=" ".join(node["description"].split()),
        publish=meta["publish"], columns=columns, key=tuple(name.strip('"') for name in keys[0]),
        references=references, disclosure=TypeAdapter(Disclosure).validate_python(meta["disclosure"]),
        keep_absent=bool(meta.get("keep_absent")),
    )  # fmt: skip


def _referred(test: dict) -> str:
    found = _REF.search(_arguments(test)["to"])
    assert found, "dbt would not have parsed it"
    return found.group(1)


def _arguments(test: dict) -> dict:
    arguments = test["test_metadata"]["kwargs"]
    return {**arguments, **arguments.get("arguments", {})}
