"""The scenario of the motorways: their gantries, the cars with a tag that pass them, and the lanes of the toll plazas."""

from __future__ import annotations

from pydantic import Field

from simulator.scenario.rates import NumberRates, Part, Rate, Rates, RecordRates, SenderFileRates, Wait

MOTORWAYS = 5  # no city of this kind has more


class TollPlaces(Part):
    """How many motorways and plazas there are at scale 1, and how many at least at a smaller one."""

    motorways: int = Field(gt=0, le=MOTORWAYS)
    least_motorways: int = Field(gt=0, le=MOTORWAYS)
    plazas: int = Field(gt=0)
    least_plazas: int = Field(gt=0)


class TripScenario(Part):
    """Trips of cars with a tag a day at scale 1, and how many at least at a smaller one; shares of those that turn round
    and come back, and of those that pass the same gantries once more, within 45 minutes."""

    per_day: int = Field(gt=0)
    least: int = Field(gt=0)
    come_back: float = Field(ge=0, le=1)
    once_more: float = Field(ge=0, le=1)


class LaneScenario(Part):
    """Cars that pass a lane of a plaza a day at scale 1, and how many at least at a smaller one; the share of lanes for cars
    with a tag, and how long a gate takes."""

    per_day: int = Field(gt=0)
    least: int = Field(gt=0)
    etc: float = Field(gt=0, lt=1)
    etc_s: Wait
    manual_s: Wait


class GantryRates(Rates):
    """`missed`, `read_twice` and `unmeasured` (no speed) per car at a gantry; `outage` per gantry and day: 1 to 4 hours."""

    missed: Rate
    outage: Rate
    read_twice: Rate
    unmeasured: Rate


class PassageRowRates(NumberRates):
    """Per passage of a gantry; it has no codes of a list."""

    required_missing: Rate
    impossible_time: Rate
    exact_duplicate: Rate
    conflicting_key: Rate
    wrong_column_count: Rate


class LaneRowRates(RecordRates, NumberRates):
    """Per passage of a lane; `wrong_order`: gone before it came."""

    wrong_order: Rate


class GantryRowRates(Rates):
    """Per gantry of the list."""

    out_of_range: Rate
    not_in_list: Rate
    required_missing: Rate
    exact_duplicate: Rate
    conflicting_key: Rate


class TollScenario(Part):
    """The motorways, and what goes wrong with what is known of them."""

    places: TollPlaces
    trips: TripScenario
    lanes: LaneScenario
    gantries: GantryRates
    files: SenderFileRates
    passage_rows: PassageRowRates
    lane_rows: LaneRowRates
    gantry_rows: GantryRowRates
