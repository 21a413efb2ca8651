"""The simulated services alone: what a city sends about them, without the rest of it."""

from __future__ import annotations

from datetime import date

from simulator.city import City, services_of_day
from simulator.references import service_references
from simulator.setting import Asked
from tests.unit.part_city import DEFAULT, LAST, part_city, with_changes


def service_city(
    seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None
) -> City:
    """A city of services; `changed` says for parts of the scenario of services which values they have instead."""
    rates = DEFAULT.model_copy(update={"services": with_changes(DEFAULT.services, changed)})
    return part_city(
        Asked(seed, rates, days, until, scale),
        lambda city: service_references(city.first, city.last, city.services),
        lambda city, day: services_of_day(seed, rates.services, day, city.services),
    )
