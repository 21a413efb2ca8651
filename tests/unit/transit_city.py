"""Simulated public transport alone: what a city sends about it, without the rest."""

from __future__ import annotations

from datetime import date

from simulator.city import City, transit_of_day
from simulator.references import transit_references
from simulator.setting import Asked
from tests.unit.part_city import DEFAULT, LAST, part_city, with_changes

TRANSIT = DEFAULT.transit


def asked(
    seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None
) -> Asked:
    """A city of public transport; `changed` says for parts of its scenario which values they have instead."""
    return Asked(
        seed, DEFAULT.model_copy(update={"transit": with_changes(TRANSIT, changed)}), days, until, scale
    )


def transit_city(
    seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None
) -> City:
    """Such a city, made."""
    return part_city(asked(seed, days, scale, until, changed), transit_references, transit_of_day)
