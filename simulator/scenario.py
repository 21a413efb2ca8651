"""The scenario: every rate of the simulated city, read from one YAML file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from citylake.errors import WrongUse

FOLDER = Path(__file__).parent / "scenarios"
Rate = float


class _Part(BaseModel):
    """A part of a scenario: it never changes, and knows no other keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Rates(_Part):
    """Shares between 0 and 1, one a kind of fault."""

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
    """Per record."""

    out_of_range: Rate
    text_in_number: Rate
    two_faults: Rate
    not_in_list: Rate
    required_missing: Rate
    impossible_time: Rate
    exact_duplicate: Rate
    conflicting_key: Rate
    wrong_column_count: Rate


class HourRates(RowRates):
    """Per station and hour."""

    missing_hour: Rate


class SensorRates(_Rates):
    """Stuck sensors and outages per station and day; 999 per station and hour; missing per value."""

    stuck_sensor: Rate
    outage: Rate
    sentinel_999: Rate
    missing_value: Rate


class AirScenario(_Part):
    """What goes wrong with the hourly files of the air stations."""

    correction_bias: float = Field(gt=1, lt=2)
    files: FileRates
    rows: HourRates
    sensors: SensorRates


class Wait(_Part):
    """Seconds from being captured to crossing the line: a lognormal's median, and the spread of its logarithm."""

    median: float = Field(gt=0)
    spread: float = Field(gt=0)


class EntryWaits(_Part):
    """Before leaving without paying, and after."""

    barrier: Wait
    free_flow: Wait


class PayingRates(_Rates):
    """Per ticket of those who may leave before they pay."""

    before_leaving: Rate
    never: Rate
    in_two_parts: Rate
    refunded: Rate


class CameraRates(_Rates):
    """Per event at a lane."""

    missing_entry: Rate
    missing_exit: Rate
    misread_plate: Rate
    unread_plate: Rate


class ParkingFileRates(_Rates):
    """Per platform and day."""

    late_file: Rate
    missing_file: Rate
    empty_file: Rate
    corrected_file: Rate
    same_bytes: Rate
    removed_column: Rate


class ParkingScenario(_Part):
    """The parking lots, who parks there, and what goes wrong with what their platforms send."""

    lots: int = Field(gt=0)
    scenic_lots: int = Field(ge=0)
    scenic_barriers_removed: int = Field(ge=0)
    adopted_share: float = Field(ge=0, le=1)
    stays_per_space: float = Field(gt=0)
    entry_s: EntryWaits
    paying: PayingRates
    cameras: CameraRates
    files: ParkingFileRates
    rows: RowRates

    @model_validator(mode="after")
    def _consistent(self) -> ParkingScenario:
        if not self.scenic_barriers_removed <= self.scenic_lots <= round(self.adopted_share * self.lots):
            raise ValueError("barriers removed <= scenic lots <= lots that have adopted is needed")
        return self


class Scenario(_Part):
    """One simulated city."""

    until: date
    air: AirScenario
    parking: ParkingScenario


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
