"""Expectations: what a steward reads about a table before it is published.

`expectations/<domain>/<table>.yml` holds what one row or one SQL step cannot decide: volume, plausibility,
reconciliation, drift. Strict YAML; `check` is the name of a Great Expectations expectation.
"""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from citylake import settings
from citylake.errors import CitylakeError, Problems
from citylake.feed import Strict, _validated, _yaml

Severity = Literal["critical", "warning", "info"]


class Check(Strict):
    """One expectation. `rows` is an SQL condition that chooses the rows it is about."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    check: str = Field(pattern=r"^expect_[a-z_]+$")
    arguments: dict[str, Any] = Field(default={}, alias="with")
    rows: str | None = None
    severity: Severity
    description: str = Field(min_length=10)


class TableChecks(Strict):
    """The expectations of one model of the scratch file, published or not.

    `day` names the column with the row's local date; without it a failure cannot be laid to a day.
    """

    domain: str
    table: str
    day: str | None = None
    period: str | None = None
    expectations: tuple[Check, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_once(self) -> TableChecks:
        names = [item.name for item in self.expectations]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"declared twice: {', '.join(twice)}")
        return self

    def check_id(self, item: Check) -> str:
        """A hash of table, check, arguments and rows: the same check keeps its id wherever it stands."""
        text = json.dumps([self.domain, self.table, item.check, item.arguments, item.rows], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def partition_column(self) -> str | None:
        """The column that leads from a failed row to the partitions to blame."""
        return self.day or self.period


def folder() -> Path:
    """The folder of the declarations."""
    return settings.PROJECT / "expectations"


@functools.cache
def load_checks(domain: str, place: Path | None = None) -> tuple[TableChecks, ...]:
    """The declared expectations of a domain. Raises: Problems with every error of every file."""
    found: list[TableChecks] = []
    problems: list[CitylakeError] = []
    for path in sorted(((place or folder()) / domain).glob("*.yml")):
        try:
            found.append(_validated(TableChecks, {"domain": domain, "table": path.stem, **_yaml(path)}, path))
        except Problems as error:
            problems += error.problems
    if problems:
        raise Problems(problems)
    return tuple(found)
