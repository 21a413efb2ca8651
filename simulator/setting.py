"""What a simulated city is before anything is made of it: who and what there is, and which business days are asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

from simulator.deliveries import local
from simulator.scenario import Scenario
from simulator.world.clinics import Clinics, clinics
from simulator.world.lots import Lot, lots
from simulator.world.roads import Roads, roads
from simulator.world.services import Services, services
from simulator.world.ships import Fleet, fleet
from simulator.world.stations import STATIONS, Station, stations
from simulator.world.tolls import Tolls, tolls
from simulator.world.transit import Network, network


@dataclass(frozen=True)
class Asked:
    """What a city is asked for. `until` is its last business day, the scenario's if None.

    `scale` multiplies the parking spaces, and with them the cars that park, the ships, the segments of roads and what
    happens on them, the offices and what they decide, the cases that agencies close, what is prescribed, booked and
    done at hospitals; above 1 the stations too.
    """

    seed: int
    scenario: Scenario
    days: int
    until: date | None = None
    scale: float = 0.1

    @property
    def setting(self) -> Setting:
        """The same one whenever a process asks, so that what is kept of its ships and lots is found again."""
        return _setting(self)


@dataclass(frozen=True)
class Setting:
    """A seed, the business days that are made, and the things of the city that last."""

    seed: int
    scenario: Scenario
    first: date
    last: date
    stations: tuple[Station, ...]
    lots: tuple[Lot, ...]
    ships: Fleet
    roads: Roads
    services: Services
    tolls: Tolls
    network: Network
    clinics: Clinics
    scale: float = field(default=0.1, kw_only=True)

    @property
    def days(self) -> tuple[date, ...]:
        """The business days."""
        return tuple(days_of(self.first, self.last))

    @property
    def before_late_data(self) -> datetime:
        """After noon, when nobody waits for the last day's regular files any more; before the late ones of the last days."""
        return local(self.last + timedelta(1), 13)

    @property
    def after_late_data(self) -> datetime:
        """When everything has arrived."""
        return local(self.last + timedelta(8), 0)


@cache
def _setting(asked: Asked) -> Setting:
    seed, scenario, scale = asked.seed, asked.scenario, asked.scale
    last = asked.until or scenario.until
    return Setting(
        seed, scenario, last - timedelta(asked.days - 1), last,
        stations(max(len(STATIONS), round(len(STATIONS) * scale))), lots(seed, scenario.parking, scale),
        fleet(seed, scenario.ships, scale), roads(seed, scenario.roads, scale),
        services(seed, scenario.services, scale), tolls(seed, scenario.tolls, scale),
        network(seed, scenario.transit, scale), clinics(seed, scenario.registration, scale),
        scale=scale,
    )  # fmt: skip


def days_of(first: date, last: date) -> Iterator[date]:
    """The days from the first to the last."""
    return (first + timedelta(number) for number in range((last - first).days + 1))
