"""A simulated port alone: what a city sends about ships, without the rest of it."""

from __future__ import annotations

from datetime import date, timedelta

from simulator import scenario
from simulator.city import City, ship_references, ships_of_day
from simulator.deliveries import Observation, Reading, local
from simulator.departments import district
from simulator.world.districts import known_on
from simulator.world.roads import roads
from simulator.world.ships import fleet

DEFAULT = scenario.read()
LAST = date(2026, 4, 20)


def port(seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None) -> City:
    """A city of ships; `changed` says for parts of the scenario of ships which values they have instead."""
    ships_scenario = DEFAULT.ships
    for part, values in (changed or {}).items():
        ships_scenario = ships_scenario.model_copy(
            update={part: getattr(ships_scenario, part).model_copy(update=values)}
        )
    rates = DEFAULT.model_copy(update={"ships": ships_scenario})
    ships, first = fleet(seed, ships_scenario, scale), until - timedelta(days - 1)
    made = ship_references(seed, ships_scenario, first, until, ships)
    listed = district.delivery(known_on(first), local(first, 6))
    made += [Observation(listed, (), (Reading(district.FEED, "admitted"),), known_on(first))]
    for back in range(days):
        made += ships_of_day(seed, ships_scenario, first + timedelta(back), ships)
    sent = sorted((each for each in made if each.delivery), key=lambda each: each.sent.arrived_at)
    sent += [each for each in made if not each.delivery]
    network = roads(seed, DEFAULT.roads, 0)
    return City(seed, rates, first, until, (), (), ships, network, tuple(sent))
