"""The simulated roads alone: what a city sends about them, without the rest of it."""

from __future__ import annotations

from datetime import date, timedelta

from simulator import scenario
from simulator.city import City, road_references, roads_of_day
from simulator.deliveries import Observation, Reading, local
from simulator.departments import district
from simulator.scenario import RoadScenario
from simulator.world.districts import known_on
from simulator.world.roads import roads
from simulator.world.ships import fleet

DEFAULT = scenario.read()
LAST = date(2026, 4, 20)


def with_changes(changed: dict[str, dict]) -> RoadScenario:
    """The default roads; `changed` says for parts of them which values they have instead."""
    made = DEFAULT.roads
    for part, values in changed.items():
        made = made.model_copy(update={part: getattr(made, part).model_copy(update=values)})
    return made


def road_city(
    seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None
) -> City:
    """A city of roads; `changed` as of `with_changes`."""
    rates = with_changes(changed or {})
    network, first = roads(seed, rates, scale), until - timedelta(days - 1)
    listed = district.delivery(known_on(first), local(first, 6))
    made = [Observation(listed, (), (Reading(district.FEED, "admitted"),), known_on(first))]
    made += road_references(first, until, network)
    for back in range(days):
        made += roads_of_day(seed, rates, first + timedelta(back), network)
    sent = sorted((each for each in made if each.delivery), key=lambda each: each.sent.arrived_at)
    sent += [each for each in made if not each.delivery]
    whole = DEFAULT.model_copy(update={"roads": rates})
    ships = fleet(seed, DEFAULT.ships, 0)
    return City(seed, whole, first, until, (), (), ships, network, tuple(sent))
