"""The simulated parking market alone: its lists, those of lots, and of events only that there were some."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pandas as pd

from simulator.city import City
from simulator.deliveries import Delivery, Observation, Reading, local
from simulator.departments import parking_event, parking_lists
from simulator.departments.parking_event import Events
from simulator.references import market_references
from simulator.scenario import MarketScenario
from simulator.setting import Asked, Setting
from simulator.world.lots import Lot, lots
from tests.unit.part_city import DEFAULT, LAST, part_city

CLEAN = {
    "filed_late": 0.0,
    "holding_rows": dict.fromkeys(DEFAULT.market.holding_rows.model_dump(), 0.0),
    "vehicle_rows": dict.fromkeys(DEFAULT.market.vehicle_rows.model_dump(), 0.0),
}


def market_with(changed: dict | None) -> MarketScenario:
    """The market of the default scenario with other values."""
    return MarketScenario.model_validate(DEFAULT.market.model_dump() | (changed or {}))


def market_city(
    seed: int, days: int, scale: float = 0.02, until: date = LAST, changed: dict | None = None, lot_count: int = 400
) -> City:  # fmt: skip
    """A city of a market; `changed` says which values its scenario has instead."""
    parking = DEFAULT.parking.model_copy(update={"lots": lot_count})
    rates = DEFAULT.model_copy(update={"market": market_with(changed), "parking": parking})
    here = lots(seed, parking, scale)

    def references(city: Setting) -> list[Observation]:
        sent = market_references(seed, rates.market, city.first, city.last, here, scale)
        return [listed(here, city.first), *sent]

    return part_city(
        Asked(seed, rates, days, until, scale), references, lambda _city, day: [heard(day)], here
    )


def listed(here: Iterable[Lot], day: date) -> Observation:
    """The list of lots of a day."""
    sent = parking_lists.lot_delivery(here, local(day, 6))
    return Observation(sent, (), (Reading(parking_lists.LOTS, "admitted"),), tuple(here))


def heard(day: date, hour: int = 1) -> Observation:
    """A platform's events of a day, at an hour of the next: that there are any is all that counts."""
    at = local(day + timedelta(1), hour)
    sent = Delivery("transport", f"parking_event_huting_{day:%Y%m%d}.csv", 1, "huting", at, b"")
    facts = Events("huting", day, pd.DataFrame())
    return Observation(sent, (), (Reading(parking_event.FEED, "admitted"),), facts)
