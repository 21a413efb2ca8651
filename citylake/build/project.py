"""What the dbt project holds, read from its files without importing dbt.

A domain is a folder of `dbt_project/models`. Its inputs are the conformed tables that its models read,
directly or through the models they refer to.
"""

from __future__ import annotations

import functools
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from citylake import settings
from citylake.errors import WrongUse
from citylake.indicator import load_indicators

SHARED = "shared"
_REF = re.compile(r"\bref\(\s*'([a-z0-9_]+)'\s*\)")
_SOURCE = re.compile(r"\bsource\(\s*'([a-z0-9_]+)'\s*,\s*'([a-z0-9_]+)'\s*\)")


@dataclass(frozen=True)
class SourceTable:
    """A conformed table that models read."""

    table_id: str
    schema: str
    name: str
    drives: bool
    as_of: bool


def folder() -> Path:
    """The dbt project."""
    return settings.PROJECT / "dbt_project"


@functools.cache
def domains() -> tuple[str, ...]:
    """The domains that publish marts, sorted."""
    return tuple(
        sorted(
            path.name
            for path in (folder() / "models").iterdir()
            if path.is_dir() and path.name != SHARED and any(path.glob("*.sql"))
        )
    )


def known_domain(domain: str) -> str:
    """The domain itself. Raises: WrongUse that names what exists."""
    if domain not in domains():
        raise WrongUse(f"there is no domain '{domain}'", where="dbt_project/models",
                       expected="one of " + ", ".join(domains()))  # fmt: skip
    return domain


def marts_id(domain: str) -> str:
    """The ledger's id of a domain's marts."""
    return f"marts.{domain}"


def has_indicators(domain: str) -> bool:
    """Whether the domain declares indicators."""
    return domain in load_indicators()


def selection(domain: str) -> list[str]:
    """What dbt builds for a domain: its models, the shared ones if it has indicators, all they need."""
    chosen = [f"+path:models/{domain}"]
    return [*chosen, f"+path:models/{SHARED}"] if has_indicators(domain) else chosen


@functools.cache
def inputs(domain: str) -> tuple[SourceTable, ...]:
    """The conformed tables that the domain's models read, sorted by id."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (folder() / "models").glob("*/*.sql")}
    waiting = [path.stem for path in (folder() / "models" / known_domain(domain)).glob("*.sql")]
    if has_indicators(domain):
        waiting += list(load_indicators()[domain].observations)
    declared = _declared_sources()
    seen: set[str] = set()
    found: set[SourceTable] = set()
    while waiting:
        model = waiting.pop()
        if model in seen or model not in texts:
            continue
        seen.add(model)
        waiting += _REF.findall(texts[model])
        for source, name in _SOURCE.findall(texts[model]):
            if source != "run":
                found.add(declared[source, name])
    return tuple(sorted(found, key=lambda item: item.table_id))


@functools.cache
def _declared_sources() -> dict[tuple[str, str], SourceTable]:
    found = {}
    for path in sorted((folder() / "models").glob("*/_sources.yml")):
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]:
            for table in source["tables"]:
                meta = (table.get("config") or {}).get("meta") or {}
                found[source["name"], table["name"]] = SourceTable(
                    table_id=f"conformed.{source['name']}.{table['name']}", schema=source["schema"],
                    name=table["name"], drives=bool(meta.get("drives")), as_of=bool(meta.get("as_of")),
                )  # fmt: skip
    return found


def is_partitioned(domain: str) -> bool:
    """False for a domain of reference tables only: it has the one partition `all`."""
    return any(table.drives for table in inputs(domain))


def ledger_inputs(domain: str) -> list[dict]:
    """The rows of ledger.table_inputs for the domain's marts, without the table's id."""
    return [
        {"input_table": table.table_id, "days_before": 0, "days_after": 0,
         "as_of": table.as_of, "drives": table.drives}
        for table in inputs(domain)
    ]  # fmt: skip


@functools.cache
def version() -> str:
    """A hash of every file of the dbt project that a build reads."""
    digest = hashlib.sha256()
    for path in sorted(folder().rglob("*")):
        if path.suffix in (".sql", ".yml") and not {"target", "logs"} & set(path.relative_to(folder()).parts):
            digest.update(str(path.relative_to(folder())).encode() + b"\x00" + path.read_bytes() + b"\x00")
    return digest.hexdigest()[:12]


def variables(domain: str) -> dict:
    """The dbt variables of a build: the declared indicators and the lake's own areas."""
    files = {
        name: {
            "observations": {
                model: {"date": item.date, "groups": item.groups, "groups_in": item.groups_in,
                        "areas": {kind: {"code": area.code, "vintage": area.vintage}
                                  for kind, area in item.areas.items()}}
                for model, item in file.observations.items()
            },
            "indicators": [item.for_macro() for item in file.indicators.values()],
            "readers": [item.for_readers() for item in file.indicators.values()],
        }
        for name, file in load_indicators().items()
    }  # fmt: skip
    with_values = domain if has_indicators(domain) else next(iter(files))
    return {"domain": with_values, "indicator_files": files, "own_area": own_area(settings.current().city)}


def own_area(city: str) -> dict[str, str | None]:
    """The codes of a lake's own country, province and city. Raises: WrongUse for a city without codes."""
    path = folder() / "cities.yml"
    cities = yaml.safe_load(path.read_text(encoding="utf-8"))
    if city not in cities:
        raise WrongUse(f"the codes of the city '{city}' are not known", where="dbt_project/cities.yml",
                       expected="one of " + ", ".join(sorted(cities)),
                       next_step="Add a line with its country, province and city code.")  # fmt: skip
    return cities[city]
