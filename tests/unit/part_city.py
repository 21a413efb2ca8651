"""Parts of the simulated city alone: what is sent about one of them, without the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import TypeVar

from pydantic import BaseModel

from simulator import scenario
from simulator.city import City
from simulator.deliveries import Observation, Reading, local
from simulator.departments import district
from simulator.world.districts import known_on
from simulator.world.lots import Lot
from simulator.world.roads import Roads
from simulator.world.ships import Fleet

DEFAULT = scenario.read()
LAST = date(2026, 4, 20)
_Part = TypeVar("_Part", bound=BaseModel)


def with_changes(part: _Part, changed: dict[str, dict] | None) -> _Part:
    """A part of the scenario; `changed` says for parts of it which values they have instead."""
    for name, values in (changed or {}).items():
        part = part.model_copy(update={name: getattr(part, name).model_copy(update=values)})
    return part


def part_city(
    seed: int, rates: scenario.Scenario, days: int, until: date, ships: Fleet, roads: Roads,
    references: Callable[[date, date], Iterable[Observation]], of_day: Callable[[date], Iterable[Observation]],
    lots: tuple[Lot, ...] = (), scale: float = 0.1,
) -> City:  # fmt: skip
    """A city that sends the list of districts, these references (of the first and last day) and what is of each day."""
    first = until - timedelta(days - 1)
    listed = district.delivery(known_on(first), local(first, 6))
    made = [*references(first, until)]
    made += [Observation(listed, (), (Reading(district.FEED, "admitted"),), known_on(first))]
    for back in range(days):
        made += of_day(first + timedelta(back))
    sent = sorted((each for each in made if each.delivery), key=lambda each: each.sent.arrived_at)
    sent += [each for each in made if not each.delivery]
    return City(seed, rates, first, until, (), lots, ships, roads, tuple(sent), scale=scale)
