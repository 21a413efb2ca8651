"""The simulated roads alone: what a city sends about them, without the rest of it."""

from __future__ import annotations

from datetime import date

from simulator.city import City, roads_of_day
from simulator.references import road_references
from simulator.setting import Asked
from tests.unit.part_city import DEFAULT, LAST, part_city, with_changes


def road_city(
    seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None
) -> City:
    """A city of roads; `changed` says for parts of the scenario of roads which values they have instead."""
    rates = DEFAULT.model_copy(update={"roads": with_changes(DEFAULT.roads, changed)})
    return part_city(
        Asked(seed, rates, days, until, scale),
        lambda city: road_references(city.first, city.last, city.roads),
        lambda city, day: roads_of_day(seed, rates.roads, day, city.roads),
    )
