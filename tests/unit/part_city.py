"""Parts of the simulated city alone: what is sent about one of them, without the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import TypeVar

from pydantic import BaseModel

from simulator import scenario
from simulator.city import City
from simulator.deliveries import Observation, Reading, local
from simulator.departments import district
from simulator.setting import Asked, Setting
from simulator.world.districts import known_on
from simulator.world.lots import Lot

DEFAULT = scenario.read()
LAST = date(2026, 4, 20)
_Part = TypeVar("_Part", bound=BaseModel)


def with_changes(part: _Part, changed: dict[str, dict] | None) -> _Part:
    """A part of the scenario; `changed` says for parts of it which values they have instead."""
    for name, values in (changed or {}).items():
        part = part.model_copy(update={name: getattr(part, name).model_copy(update=values)})
    return part


def part_city(
    asked: Asked, references: Callable[[Setting], Iterable[Observation]],
    of_day: Callable[[Setting, date], Iterable[Observation]], lots: tuple[Lot, ...] = (),
) -> City:  # fmt: skip
    """A city that sends the list of districts, these references and what is of each day; it has no stations."""
    setting = replace(asked.setting, stations=(), lots=lots)
    listed = district.delivery(known_on(setting.first), local(setting.first, 6))
    made = [*references(setting)]
    made += [Observation(listed, (), (Reading(district.FEED, "admitted"),), known_on(setting.first))]
    for day in setting.days:
        made += of_day(setting, day)
    sent = sorted((each for each in made if each.delivery), key=lambda each: each.sent.arrived_at)
    sent += [each for each in made if not each.delivery]
    return City(**vars(setting), observations=tuple(sent))
