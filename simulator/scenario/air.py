"""The scenario of the air stations."""

from __future__ import annotations

from pydantic import Field

from simulator.scenario.rates import Part, Rate, Rates, RowRates


class FileRates(Rates):
    """Per station and day."""

    late_file: Rate
    missing_file: Rate
    empty_file: Rate
    empty_redelivery: Rate
    corrected_file: Rate
    same_bytes: Rate
    removed_column: Rate


class HourRates(RowRates):
    """Per station and hour."""

    missing_hour: Rate


class SensorRates(Rates):
    """Stuck sensors and outages per station and day; 999 per station and hour; missing per value."""

    stuck_sensor: Rate
    outage: Rate
    sentinel_999: Rate
    missing_value: Rate


class AirScenario(Part):
    """What goes wrong with the hourly files of the air stations."""

    correction_bias: float = Field(gt=1, lt=2)
    files: FileRates
    rows: HourRates
    sensors: SensorRates
