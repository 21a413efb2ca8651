"""A simulated port alone: what a city sends about ships, without the rest of it."""

from __future__ import annotations

from datetime import date

from simulator.city import City, ship_references, ships_of_day
from simulator.world.roads import roads
from simulator.world.ships import fleet
from tests.unit.part_city import DEFAULT, LAST, part_city, with_changes


def port(seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None) -> City:
    """A city of ships; `changed` says for parts of the scenario of ships which values they have instead."""
    rates = with_changes(DEFAULT.ships, changed)
    ships = fleet(seed, rates, scale)
    return part_city(
        seed, DEFAULT.model_copy(update={"ships": rates}), days, until, ships, roads(seed, DEFAULT.roads, 0),
        lambda first, last: ship_references(seed, rates, first, last, ships),
        lambda day: ships_of_day(seed, rates, day, ships),
    )  # fmt: skip
