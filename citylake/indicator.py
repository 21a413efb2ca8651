"""Indicators: declared once in `dbt_project/indicators/<domain>.yml`, computed by one dbt macro.

A file has `observations`, the models that indicators are computed from, and `indicators`. Numerator,
denominator, `complete` and `expected` are SQL aggregates over one observation model's rows; the value is
scale * numerator / denominator, the completeness 100 * complete / expected.
"""

from __future__ import annotations

import functools
import graphlib
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Discriminator, Field, model_validator

from citylake import settings
from citylake.errors import CitylakeError, Problems, WrongUse
from citylake.feed import Strict, Text, _validated, _yaml

PERIOD_TYPES = ("day", "month", "year")
# Last part of an indicator's code -> the unit it must have.
_UNIT_OF_SUFFIX = {
    "ugm3": "ug/m3", "pct": "%", "min": "min", "s": "s", "h": "h", "day": "d", "kg": "kg", "cny": "CNY",
}  # fmt: skip


class NoRule(Strict):
    """Nothing is hidden, and why that is right."""

    rule: Literal["none"]
    because: str = Field(min_length=10)


Population = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_.]*(\{[a-z_]+\})?(\([a-z_]+=[^=,()]+(, [a-z_]+=[^=,()]+)*\))?$")
]


class Threshold(Strict):
    """Counts of persons from 1 to least - 1 are hidden, with everything that would tell them.

    `counts` says of each column whom it counts: a population, at a place of it if in brackets, as in
    `appointments(state=attended)`; `visits_dropped_{step}` is a population of its own for each value of a dimension.
    Columns that count the same persons are of one population, so that one is not told by another. `hides` goes with any
    of them. `dimensions` are those key columns of a mart that are called otherwise elsewhere: column -> dimension. `amounts`
    says of columns of money which declared amount they are: where one contributor dominates it, it is hidden like a count.
    """

    rule: Literal["threshold"]
    least: int = Field(ge=10)  # the city's rule, which `citylake privacy attack` holds it to
    counts: dict[str, Population] = Field(min_length=1)
    amounts: dict[str, str] = {}
    hides: tuple[str, ...] = ("value", "numerator", "denominator")
    dimensions: dict[str, str] = {}
    because: str | None = None


Disclosure = Annotated[NoRule | Threshold, Discriminator("rule")]


AreaType = Literal["country", "province", "city", "district", "street"]


class Area(Strict):
    """Columns of an observation that hold an area's code and the vintage of its boundary."""

    code: str
    vintage: str | None = None


class Observation(Strict):
    """A model whose rows indicators are computed from."""

    date: str = "_business_date"
    areas: dict[AreaType, Area] = Field(min_length=1)
    groups: dict[str, str] = {}
    groups_in: tuple[AreaType, ...] = ()  # the areas for which groups are told; none: all of them


class Amount(Strict):
    """Money that has contributors, of which no shown sum may tell what one of them gave.

    `sql` is the money of a row of the model `source` where `where` is true, `by` its contributor; `places` has the SQL of every
    dimension that a sum is divided by.
    """

    source: str = Field(alias="from")
    sql: str
    where: str = "true"
    by: str
    places: dict[str, str] = Field(min_length=1)


class Measure(Strict):
    """A part of an indicator: in words, and as an SQL aggregate over the observation's rows."""

    words: Text
    sql: str


class Indicator(Strict):
    """One indicator."""

    domain: str
    code: str = Field(pattern=r"^[a-z][0-9]_[a-z0-9_]+$")
    system: str = Field(pattern=r"^[a-z][0-9]$")
    name: Text
    question: Text
    formula: Text
    caveat: Text
    source: str = Field(alias="from")
    numerator: Measure
    denominator: Measure
    scale: float = 1
    areas: tuple[AreaType, ...] = ()  # of its observation's those it is told for; none: all of them
    only_groups: bool = False  # a value for each group and none for all of them, which would say nothing
    complete: str | None = None
    expected: str
    unit: str
    direction: Literal["higher is better", "lower is better", "neither"]
    grain: Text
    periods: tuple[Literal["day", "month", "year"], ...] = Field(min_length=1)
    owner: str
    sources: tuple[str, ...] = Field(min_length=1)
    disclosure: Disclosure
    standard: str | None = Field(default=None, pattern=r"^[a-z0-9]+(:\d{4})?/\S.*$")
    golden: str

    @model_validator(mode="after")
    def _consistent(self) -> Indicator:
        if self.code.split("_")[0] != self.system:
            raise ValueError(f"the code does not begin with its system '{self.system}'")
        unit = _UNIT_OF_SUFFIX.get(self.code.rsplit("_", 1)[-1])
        if unit and unit != self.unit:
            raise ValueError(f"a code with this suffix has the unit '{unit}', not '{self.unit}'")
        if self.standard and "year" not in self.periods:
            raise ValueError("a standard code needs a yearly value")
        if self.disclosure.rule == "threshold" and self.periods != ("day",):
            raise ValueError(
                "a month or year of counted persons would tell its hidden days; periods must be [day]"
            )
        if self.unit == "persons" and self.disclosure.rule == "none" and not self.disclosure.because:
            raise ValueError("an indicator that counts persons needs a disclosure rule")
        return self

    def for_macro(self) -> dict:
        """What the dbt macro needs to know of it; plain values."""
        return {
            "code": self.code, "system": self.system, "from": self.source, "periods": list(self.periods),
            "numerator": self.numerator.sql, "denominator": self.denominator.sql, "scale": self.scale,
            "complete": self.complete or self.denominator.sql, "expected": self.expected, "unit": self.unit,
            "areas": list(self.areas), "only_groups": self.only_groups,
        }  # fmt: skip

    def for_readers(self) -> dict:
        """The row of dim_indicator."""
        return {
            "code": self.code, "domain": self.domain, "system": self.system, "name_en": self.name.en,
            "name_zh": self.name.zh, "question_en": self.question.en, "question_zh": self.question.zh,
            "formula_en": self.formula.en, "formula_zh": self.formula.zh, "caveat_en": self.caveat.en,
            "caveat_zh": self.caveat.zh, "unit": self.unit, "direction": self.direction, "owner": self.owner,
            "standard_code": self.standard,
        }  # fmt: skip


class IndicatorFile(Strict):
    """The declarations of one domain."""

    domain: str
    observations: dict[str, Observation]
    populations: dict[
        str, tuple[tuple[str, ...], ...]
    ] = {}  # a whole -> ways in which it is the sum of others
    amounts: dict[str, Amount] = {}
    indicators: dict[str, Indicator]

    @model_validator(mode="after")
    def _known_observations(self) -> IndicatorFile:
        for indicator in self.indicators.values():
            if indicator.source not in self.observations:
                raise ValueError(
                    f"{indicator.code}: from '{indicator.source}' is not one of the observations: "
                    + ", ".join(sorted(self.observations))
                )
            if missing := sorted(set(indicator.areas) - set(self.observations[indicator.source].areas)):
                raise ValueError(
                    f"{indicator.code}: areas {missing}, but '{indicator.source}' has none of them"
                )
            if indicator.only_groups and not self.observations[indicator.source].groups:
                raise ValueError(f"{indicator.code}: only_groups, but '{indicator.source}' has no groups")
            if missing := sorted(
                {*getattr(indicator.disclosure, "amounts", {}).values()} - set(self.amounts)
            ):
                raise ValueError(
                    f"{indicator.code}: {missing} are none of the amounts: {sorted(self.amounts)}"
                )
            self._know_their_groups(indicator)
        return self

    @model_validator(mode="after")
    def _no_part_of_itself(self) -> IndicatorFile:
        within = {
            whole: {part.partition("(")[0] for way in ways for part in way}
            for whole, ways in self.populations.items()
        }
        try:
            graphlib.TopologicalSorter(within).prepare()
        except graphlib.CycleError as error:
            raise ValueError("a population is a part of itself: " + " of ".join(error.args[1])) from error
        return self

    def _know_their_groups(self, indicator: Indicator) -> None:
        """A population of each value of a dimension is of nobody where a row has none."""
        groups = set(self.observations[indicator.source].groups) if indicator.only_groups else set()
        for population in getattr(indicator.disclosure, "counts", {}).values():
            named = set(re.findall(r"\{(\w+)\}", population))
            if named and groups != named:
                raise ValueError(
                    f"{indicator.code}: '{population}' needs only_groups, and no groups but its own"
                )


def indicators_folder() -> Path:
    """The folder of the declarations."""
    return settings.PROJECT / "dbt_project" / "indicators"


def read_indicators(path: Path) -> IndicatorFile:
    """One file of declarations; its domain is its stem. Raises: Problems."""
    content = _yaml(path)
    declared = content.get("indicators") or {}
    content = {
        "domain": path.stem, **content,
        "indicators": {
            code: {"domain": path.stem, "code": code, **(body or {})} for code, body in declared.items()
        },
    }  # fmt: skip
    return _validated(IndicatorFile, content, path)


@functools.cache
def load_indicators(folder: Path | None = None) -> dict[str, IndicatorFile]:
    """Every domain's declarations. Raises: Problems with every error of every file."""
    files: dict[str, IndicatorFile] = {}
    problems: list[CitylakeError] = []
    owner: dict[str, str] = {}
    for path in sorted((folder or indicators_folder()).glob("*.yml")):
        try:
            files[path.stem] = read_indicators(path)
        except Problems as error:
            problems += error.problems
            continue
        for code in files[path.stem].indicators:
            if owner.setdefault(code, path.stem) != path.stem:
                problems.append(
                    WrongUse(f"the indicator '{code}' is declared in {owner[code]} too", where=path.name)
                )
    if problems:
        raise Problems(problems)
    return files


def all_indicators() -> dict[str, Indicator]:
    """Every indicator by code."""
    return {code: item for file in load_indicators().values() for code, item in file.indicators.items()}
