"""The scenario: every rate of the simulated city, read from one YAML file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from citylake.errors import WrongUse

FOLDER = Path(__file__).parent / "scenarios"
Rate = float


class _Rates(BaseModel):
    """Shares between 0 and 1, one a kind of fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def total(self) -> float:
        """The sum of all shares."""
        return sum(self.model_dump().values())

    @model_validator(mode="after")
    def _shares(self) -> _Rates:
        wrong = [name for name, rate in self.model_dump().items() if not 0 <= rate <= 1]
        if wrong:
            raise ValueError(f"not a share between 0 and 1: {', '.join(wrong)}")
        if self.total > 0.6:
            raise ValueError(
                f"the shares add up to {self.total:.2f}; more than 0.6 leaves too little untouched"
            )
        return self


class FileRates(_Rates):
    """Per station and day."""

    late_file: Rate
    missing_file: Rate
    empty_file: Rate
    empty_redelivery: Rate
    corrected_file: Rate
    same_bytes: Rate
    removed_column: Rate


class RowRates(_Rates):
    """Per station and hour."""

    out_of_range: Rate
    text_in_number: Rate
    two_faults: Rate
    not_in_list: Rate
    required_missing: Rate
    impossible_time: Rate
    exact_duplicate: Rate
    conflicting_key: Rate
    wrong_column_count: Rate
    missing_hour: Rate


class SensorRates(_Rates):
    """Stuck sensors and outages per station and day; 999 per station and hour; missing per value."""

    stuck_sensor: Rate
    outage: Rate
    sentinel_999: Rate
    missing_value: Rate


class AirScenario(BaseModel):
    """What goes wrong with the hourly files of the air stations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    correction_bias: float = Field(gt=1, lt=2)
    files: FileRates
    rows: RowRates
    sensors: SensorRates


class Scenario(BaseModel):
    """One simulated city."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    until: date
    air: AirScenario


def read(name: str = "default") -> Scenario:
    """The scenario of this name in `simulator/scenarios`, or at this path.

    Raises: WrongUse where it is missing or not a scenario; all its problems at once.
    """
    path = Path(name) if name.endswith(".yml") else FOLDER / f"{name}.yml"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in FOLDER.glob("*.yml")))
        raise WrongUse(
            f"no scenario '{name}'", where=str(path), expected=f"one of: {known}, or a path to a .yml"
        )
    try:
        return Scenario.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise WrongUse("the scenario is wrong", where=path.name, found=problems) from error
