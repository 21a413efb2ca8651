"""A simulated port alone: what a city sends about ships, without the rest of it."""

from __future__ import annotations

from datetime import date

from simulator.city import City, ships_of_day
from simulator.references import ship_references
from simulator.setting import Asked
from tests.unit.part_city import DEFAULT, LAST, part_city, with_changes


def port(seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None) -> City:
    """A city of ships; `changed` says for parts of the scenario of ships which values they have instead."""
    rates = DEFAULT.model_copy(update={"ships": with_changes(DEFAULT.ships, changed)})
    return part_city(
        Asked(seed, rates, days, until, scale),
        lambda city: ship_references(seed, rates.ships, city.first, city.last, city.ships),
        lambda city, day: ships_of_day(seed, rates.ships, day, city.ships),
    )
