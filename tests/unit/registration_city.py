"""Simulated registration at hospitals alone: what a city sends about it, without the rest."""

from __future__ import annotations

from datetime import date

from simulator.city import City, registration_of_day
from simulator.references import registration_references
from simulator.setting import Asked
from tests.unit.part_city import DEFAULT, LAST, part_city, with_changes

REGISTRATION = DEFAULT.registration
NOTHING_WRONG = {
    name: dict.fromkeys(getattr(REGISTRATION, name).model_dump(), 0.0)
    for name in ("unknown", "files", "session_rows", "appointment_rows", "arrival_rows")
}


def asked(
    seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None, clock_s: int = 60
) -> Asked:  # fmt: skip
    """A city with hospitals; `changed` says for parts of its scenario which values they have instead."""
    part = with_changes(REGISTRATION, changed).model_copy(update={"clock_s": clock_s})
    return Asked(seed, DEFAULT.model_copy(update={"registration": part}), days, until, scale)


def registration_city(
    seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None, clock_s: int = 60
) -> City:  # fmt: skip
    """Such a city, made."""
    made = asked(seed, days, scale, until, changed, clock_s)
    return part_city(made, registration_references, registration_of_day)
