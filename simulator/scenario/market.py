"""The scenario of the parking market: who runs the lots, how often that changes, and what is wrong in its lists."""

from __future__ import annotations

from pydantic import Field

from simulator.scenario.rates import Part, Rate, Rates


class HoldingRowRates(Rates):
    """Per holding in the list of them."""

    out_of_range: Rate
    malformed_code: Rate
    exact_duplicate: Rate
    conflicting_key: Rate


class VehicleRowRates(Rates):
    """Per registration of a vehicle."""

    not_in_list: Rate
    required_missing: Rate
    impossible_time: Rate
    exact_duplicate: Rate
    conflicting_key: Rate


class MarketScenario(Part):
    """Operators of parking lots.

    `operators` is how many small ones there were when the lots opened, as far as the city has enterprises;
    `large_groups` how many groups run several operators each, and `large_share` the part of lots that fall to them.
    A lot changes hands every `change_every_days`; `newcomers` and `filed_late` are shares of these changes, `gaps` (days
    without anybody) of those where one leaves, `unpriced` of all spans.
    """

    operators: int = Field(gt=0)
    large_groups: int = Field(ge=0)
    large_share: float = Field(ge=0, le=1)
    change_every_days: float = Field(ge=1)
    newcomers: float = Field(ge=0, le=1)
    gaps: float = Field(ge=0, le=1)
    filed_late: float = Field(ge=0, le=1)
    unpriced: float = Field(ge=0, le=1)
    holding_rows: HoldingRowRates
    vehicle_rows: VehicleRowRates
