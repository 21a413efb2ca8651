"""Simulated motorways alone: what a city sends about them, without the rest."""

from __future__ import annotations

from datetime import date

from simulator.city import City, tolls_of_day
from simulator.references import toll_references
from simulator.setting import Asked
from tests.unit.part_city import DEFAULT, LAST, part_city, with_changes

TOLLS = DEFAULT.tolls


def asked(
    seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None
) -> Asked:
    """A city of motorways; `changed` says for parts of its scenario which values they have instead."""
    return Asked(seed, DEFAULT.model_copy(update={"tolls": with_changes(TOLLS, changed)}), days, until, scale)


def toll_city(
    seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None
) -> City:
    """Such a city, made."""
    return part_city(asked(seed, days, scale, until, changed), toll_references, tolls_of_day)
