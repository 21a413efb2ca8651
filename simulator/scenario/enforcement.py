"""The scenario of law enforcement: how many cases three agencies close, whose they are, and how they are written down."""

from __future__ import annotations

from pydantic import Field

from simulator.scenario.rates import Part, Rate, Rates, SenderFileRates


class AgencyScenario(Part):
    """How many cases an agency closes on a working day at scale 1, how many at least at a smaller one; the share of them
    whose offender is an enterprise."""

    per_day: int = Field(gt=0)
    least: int = Field(gt=0)
    of_enterprises: float = Field(ge=0, le=1)


class OffenderScenario(Part):
    """Shares of the cases of a small set of offenders who come again and again, and of the vehicles from elsewhere."""

    again: float = Field(ge=0, le=1)
    vehicles_from_elsewhere: float = Field(ge=0, le=1)


class NameRates(Rates):
    """How an enterprise is written down, per case of one; the rest has code and name as they are listed.

    `name_typed`: the name typed another way; `no_code`: so, and without the code; `wrong_code`: one character of the code
    is wrong, the name as listed or typed another way; `wrong_both`: one character of either; `wrong_name`: one character of
    the name, and no code; `elsewhere`: an enterprise of another city.
    """

    name_typed: Rate
    no_code: Rate
    wrong_code: Rate
    wrong_both: Rate
    wrong_name: Rate
    elsewhere: Rate


class MarkRates(Rates):
    """Per case: one character of the plate or of the number on the ship read wrong, or nothing read."""

    misread_plate: Rate
    unread_plate: Rate
    misread_hull: Rate
    unread_hull: Rate


class CaseRowRates(Rates):
    """Per case; `wrong_order`: closed before it was found."""

    not_in_list: Rate
    required_missing: Rate
    impossible_time: Rate
    exact_duplicate: Rate
    conflicting_key: Rate
    wrong_order: Rate
    out_of_range: Rate


class LineRowRates(CaseRowRates):
    """Per case that is a line."""

    wrong_column_count: Rate


class EnterpriseRowRates(Rates):
    """Per enterprise in the list of them."""

    malformed_code: Rate
    not_in_list: Rate
    required_missing: Rate
    impossible_time: Rate
    exact_duplicate: Rate
    conflicting_key: Rate


class EnforcementScenario(Part):
    """Law enforcement, and what goes wrong with what is known of it. `free_days` is how many times as much is closed then;
    `without_mmsi` per case of a ship, `unlisted_violation` and `unit_in_text` per case (of the roads), `operations` how many
    joint operations begin a day. `files` are the rates of each of the three feeds."""

    waterway: AgencyScenario
    highway: AgencyScenario
    road: AgencyScenario
    free_days: float = Field(gt=0, le=1)
    offenders: OffenderScenario
    names: NameRates
    marks: MarkRates
    without_mmsi: float = Field(ge=0, le=1)
    unlisted_violation: float = Field(ge=0, le=1)
    unit_in_text: float = Field(ge=0, le=1)
    operations: float = Field(gt=0, le=50)
    files: SenderFileRates
    waterway_rows: CaseRowRates
    highway_rows: LineRowRates
    road_rows: LineRowRates
    enterprise_rows: EnterpriseRowRates
