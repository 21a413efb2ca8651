"""A simulated cloud pharmacy alone: what a city sends about it, without the rest."""

from __future__ import annotations

from datetime import date

from simulator.city import City, pharmacy_of_day
from simulator.scenario.pharmacy import PharmacyScenario
from simulator.setting import Asked
from tests.unit.part_city import DEFAULT, LAST, part_city, with_changes

PHARMACY = DEFAULT.pharmacy


def asked(
    seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None,
    part: PharmacyScenario = PHARMACY,
) -> Asked:  # fmt: skip
    """A city of a cloud pharmacy; `changed` says for parts of its scenario which values they have instead."""
    scenario = DEFAULT.model_copy(update={"pharmacy": with_changes(part, changed)})
    return Asked(seed, scenario, days, until, scale)


def pharmacy_city(
    seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None,
    part: PharmacyScenario = PHARMACY,
) -> City:  # fmt: skip
    """Such a city, made."""
    return part_city(asked(seed, days, scale, until, changed, part), lambda _: (), pharmacy_of_day)
