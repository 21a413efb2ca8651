"""The simulated roads alone: what a city sends about them, without the rest of it."""

from __future__ import annotations

from datetime import date

from simulator.city import City, road_references, roads_of_day
from simulator.world.roads import roads
from simulator.world.ships import fleet
from tests.unit.part_city import DEFAULT, LAST, part_city, with_changes


def road_city(
    seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None
) -> City:
    """A city of roads; `changed` says for parts of the scenario of roads which values they have instead."""
    rates = with_changes(DEFAULT.roads, changed)
    network = roads(seed, rates, scale)
    return part_city(
        seed, DEFAULT.model_copy(update={"roads": rates}), days, until, fleet(seed, DEFAULT.ships, 0), network,
        lambda first, last: road_references(first, last, network),
        lambda day: roads_of_day(seed, rates, day, network),
    )  # fmt: skip
