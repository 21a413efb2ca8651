"""Simulated visits to hospitals step by step alone: what a city sends about them, and the list of hospitals, without the rest."""

from __future__ import annotations

from datetime import date

from simulator.city import City, processes_of_day
from simulator.references import registration_references
from simulator.setting import Asked
from tests.unit.part_city import DEFAULT, LAST, part_city, with_changes

PROCESSES = DEFAULT.processes
NEVER = {
    name: dict.fromkeys(getattr(PROCESSES, name).model_dump(), 0.0)
    for name in ("recorded", "files", "event_rows", "match_rows")
}
# Where nobody knows when events were received, all clocks are believed; whoever gives up is not seen to go on.
NOTHING_WRONG = NEVER | {"recorded": NEVER["recorded"] | {"not_received": 1.0}, "faces": {"gives_up": 0.0}}


def asked(
    seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None, clock_s: int = 180
) -> Asked:  # fmt: skip
    """A city with such visits; `changed` says for parts of its scenario which values they have instead."""
    part = with_changes(PROCESSES, changed).model_copy(update={"clock_s": clock_s})
    return Asked(seed, DEFAULT.model_copy(update={"processes": part}), days, until, scale)


def process_city(
    seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None, clock_s: int = 180
) -> City:  # fmt: skip
    """Such a city, made."""
    made = asked(seed, days, scale, until, changed, clock_s)
    return part_city(made, registration_references, processes_of_day)
