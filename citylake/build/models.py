"""dbt in this process: models and their tests into a run's scratch file."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

from citylake import lake
from citylake.build import parsed, project
from citylake.build.contract import Mart, marts
from citylake.build.scratch import FILE_NAME
from citylake.errors import CitylakeError, DataFailed


class ModelTestsFailed(DataFailed):
    """A dbt test failed: our SQL is wrong, or an input breaks what the SQL relies on."""


class ModelsFailed(CitylakeError):
    """A model did not run; trying again may help where a server was away."""


@dataclass(frozen=True)
class Invocation:
    """What dbt did: its manifest and the ids of the nodes it built."""

    manifest: dict
    built: frozenset[str]
    tests: int


def run_dbt(command: list[str], folder: Path, file: str, variables: dict) -> Invocation:
    """Run a dbt command against a scratch file, artifacts and logs in `folder`.

    Raises: ModelTestsFailed where tests failed, ModelsFailed for anything else.
    """
    from dbt.adapters.factory import adapter_management
    from dbt.cli.main import dbtRunner

    _write_profile(folder, file)
    places = parsed.Places(folder, variables)
    with adapter_management():
        manifest = parsed.manifest(places)
        result = dbtRunner(manifest=manifest).invoke([*command, *places.arguments])
        _close()
    results = list(getattr(result.result, "results", None) or [])
    if result.exception is not None or (not result.success and not results):
        raise ModelsFailed("dbt did not run", where=str(folder), found=_line(str(result.exception)),
                           next_step=f"See {folder / 'logs' / 'dbt.log'}.")  # fmt: skip
    _raise_failures(results, folder)
    built = frozenset(item.node.unique_id for item in results)
    return Invocation(_nodes(manifest), built, sum(item.node.resource_type == "test" for item in results))


def warm() -> None:
    """Do what dbt does at the first command of a process, and parse the project where its files changed.

    For a process that others are forked from: their builds take a second less. Opens no connection.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_profile(folder, str(folder / FILE_NAME))
        parsed.parse(parsed.Places(folder, project.variables(project.domains()[0])))
        for domain in project.domains():
            parsed.manifest(parsed.Places(folder, project.variables(domain)))


def declared_marts(domain: str) -> list[Mart]:
    """The contracts of a domain's marts and of those all share, nothing of which is run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_profile(folder, str(folder / FILE_NAME))
        nodes = _nodes(parsed.manifest(parsed.Places(folder, project.variables(domain))))
    return [mart for mart in marts(nodes, set(nodes["nodes"])) if mart.domain in (domain, project.SHARED)]


def _nodes(manifest) -> dict:
    """Models and tests as they would stand in manifest.json."""
    kinds = ("model", "test")
    return {
        "nodes": {key: node.to_dict() for key, node in manifest.nodes.items() if node.resource_type in kinds}
    }


def _close() -> None:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()


def _write_profile(folder: Path, file: str) -> None:
    output = {
        "type": "duckdb", "path": file, "schema": "marts", "threads": 2, "keep_open": True,
        "config_options": dict(lake.DUCKDB_CONFIG), "settings": {"TimeZone": "UTC"},
    }  # fmt: skip
    profile = {"citylake": {"target": "scratch", "outputs": {"scratch": output}}}
    (folder / "profiles.yml").write_text(yaml.safe_dump(profile), encoding="utf-8")


def _raise_failures(results: list, folder: Path) -> None:
    errors = [item for item in results if str(item.status) in ("error", "runtime error")]
    failed = [item for item in results if str(item.status) == "fail"]
    if errors:
        raise ModelsFailed(
            f"{len(errors)} of {len(results)} models and tests did not run", where=str(folder),
            found="; ".join(f"{item.node.name}: {_line(item.message)}" for item in errors[:5]),
            next_step=f"See {folder / 'logs' / 'dbt.log'}.",
        )  # fmt: skip
    if failed:
        raise ModelTestsFailed(
            f"{len(failed)} of {len(results)} models and tests failed",
            found="; ".join(f"{item.node.name}: {item.failures} rows" for item in failed[:10]),
            expected="no rows",
            next_step=f"The scratch file with the rows is {folder / FILE_NAME}.",
        )  # fmt: skip


def _line(text: str | None) -> str:
    return " ".join((text or "").split())[:500]
