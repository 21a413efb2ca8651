"""Lists that departments send whole: those in force when a city's days begin, and those issued while their files arrive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial

from simulator.defects.lists import ListFile, issues
from simulator.deliveries import Delivery, Observation, local
from simulator.departments import (
    air_station,
    appointment,
    district,
    encounter,
    enforcement_lists,
    exam_result,
    hospital,
    market_lists,
    parking_lists,
    road_lists,
    service_lists,
    ship_lists,
    toll_lists,
    transit_lists,
)
from simulator.scenario import MarketScenario, ShipScenario
from simulator.setting import Setting, days_of
from simulator.world.districts import changes, known_on
from simulator.world.fairways import FAIRWAYS
from simulator.world.lots import Lot
from simulator.world.roads import Roads
from simulator.world.services import Services
from simulator.world.ships import Fleet
from simulator.world.stations import Station

# The last delivery that belongs to a business day comes three days later; registers issued until then count.
LATEST = timedelta(days=4)


def all_references(setting: Setting) -> Iterator[Observation]:
    """Every list."""
    first, last = setting.first, setting.last
    yield from references(first, last, setting.stations, setting.lots)
    yield from ship_references(setting.seed, setting.scenario.ships, first, last, setting.ships)
    yield from road_references(first, last, setting.roads)
    yield from service_references(first, last, setting.services)
    yield from market_references(
        setting.seed, setting.scenario.market, first, last, setting.lots, setting.scale
    )
    yield from enforcement_references(setting)
    yield from toll_references(setting)
    yield from transit_references(setting)
    yield from registration_references(setting)
    yield from records_before(setting)


def references(
    first: date, last: date, here: tuple[Station, ...], all_lots: tuple[Lot, ...]
) -> list[Observation]:
    """The registers in force at the start, and those issued while the days' files arrive.

    The register of stations comes on the first of each month, when a station opens or moves and when one
    is added late; the lists of parking lots and barriers on the first of each month; the list of districts
    on New Year's Day and when a change comes into force. An unchanged list is recorded, nothing else.
    """
    opening = local(first, 6)
    end = local(last, 0) + LATEST
    added = [each.listed_at or local(place.since, 8, 30) for each in here for place in each.places]
    monthly = _monthly(first, end)
    reforms = [
        local(day, 8)
        for day in days_of(first, end.date())
        if day in changes() or (day.month, day.day) == (1, 1)
    ]
    stations_at = [opening, *_until(end, opening, [*monthly, *added])]
    districts_at = [opening, *_until(end, opening, reforms)]
    lots_at = [opening, *_until(end, opening, monthly)]
    return [
        *_issues(parking_lists.LOTS, [parking_lists.lot_delivery(all_lots, at) for at in lots_at],
                 [[lot for lot in all_lots if lot.opened <= at.date()] for at in lots_at]),
        *_issues(parking_lists.BARRIERS, [parking_lists.barrier_delivery(all_lots, at) for at in lots_at],
                 [parking_lists.barrier_rows(all_lots, at.date()) for at in lots_at]),
        *_issues(air_station.FEED, [air_station.delivery(here, at) for at in stations_at],
                 [air_station.register(here, at) for at in stations_at]),
        *_issues(district.FEED, [district.delivery(known_on(at.date()), at) for at in districts_at],
                 [known_on(at.date()) for at in districts_at]),
    ]  # fmt: skip


def ship_references(
    seed: int, scenario: ShipScenario, first: date, last: date, ships: Fleet
) -> list[Observation]:
    """The lists of fairways and ships at the start and on the first of each month; those of certificates on Mondays
    too."""
    opening, end = local(first, 6), local(last, 0) + LATEST
    monthly = _monthly(first, end)
    weekly = [local(day, 8, 30) for day in days_of(first, end.date()) if day.weekday() == 0]
    lists_at = [opening, *_until(end, opening, monthly)]
    certificates_at = [opening, *_until(end, opening, [*monthly, *weekly])]
    known = [ship_lists.certificate_rows(seed, scenario, ships, at.date()) for at in certificates_at]
    certificates = [
        ship_lists.certificate_delivery(rows, at) for rows, at in zip(known, certificates_at, strict=True)
    ]
    return [
        *_issues(ship_lists.FAIRWAY, [ship_lists.fairway_delivery(at) for at in lists_at], [FAIRWAYS for _ in lists_at]),
        *_issues(ship_lists.SHIP, [ship_lists.ship_delivery(ships, at) for at in lists_at],
                 [ship_lists.ship_rows(ships) for _ in lists_at]),
        *_issues(ship_lists.CERTIFICATE, certificates, known),
    ]  # fmt: skip


def road_references(first: date, last: date, roads: Roads) -> list[Observation]:
    """The lists of road segments and command centres at the start and on the first of each month."""
    opening, end = local(first, 6), local(last, 0) + LATEST
    lists_at = [opening, *_until(end, opening, _monthly(first, end))]
    return [
        *_issues(road_lists.SEGMENT, [road_lists.segment_delivery(roads, at) for at in lists_at],
                 [road_lists.segment_rows(roads, at.date()) for at in lists_at]),
        *_issues(road_lists.CENTRE, [road_lists.centre_delivery(at) for at in lists_at],
                 [road_lists.centre_rows() for _ in lists_at]),
    ]  # fmt: skip


def service_references(first: date, last: date, services: Services) -> list[Observation]:
    """The guide to work and the lists of sites and machines at the start and on the first of each month."""
    opening, end = local(first, 6), local(last, 0) + LATEST
    lists_at = [opening, *_until(end, opening, _monthly(first, end))]
    return [
        *_issues(service_lists.ITEM, [service_lists.item_delivery(services, at) for at in lists_at],
                 [service_lists.item_rows(services) for _ in lists_at]),
        *_issues(service_lists.SITE, [service_lists.site_delivery(services, at) for at in lists_at],
                 [service_lists.site_rows(services) for _ in lists_at]),
        *_issues(service_lists.MACHINE, [service_lists.machine_delivery(services, at) for at in lists_at],
                 [service_lists.machine_rows(services, at.date()) for at in lists_at]),
    ]  # fmt: skip


def market_references(
    seed: int, scenario: MarketScenario, first: date, last: date, here: tuple[Lot, ...], scale: float
) -> Iterator[Observation]:
    """The lists of operators, holdings and vehicles at the start and on the first of each month."""
    made: dict[str, Callable[[date], ListFile]] = {
        market_lists.OPERATOR: partial(market_lists.operator_list, seed, scenario, scale, here),
        market_lists.HOLDING: partial(market_lists.holding_list, seed, scenario.holding_rows, scale),
        market_lists.VEHICLE: partial(market_lists.vehicle_list, seed, scenario.vehicle_rows, scale),
    }
    return _each_month(first, last, made, market_lists.delivery)


def enforcement_references(setting: Setting) -> Iterator[Observation]:
    """The lists of violations, joint operations and enterprises at the start and on the first of each month."""
    seed, rates, lists_of = setting.seed, setting.scenario.enforcement, enforcement_lists
    made: dict[str, Callable[[date], ListFile]] = {
        lists_of.VIOLATION: lambda _: lists_of.violation_list(),
        lists_of.OPERATION: partial(lists_of.operation_list, seed, rates.operations),
        lists_of.ENTERPRISE: partial(lists_of.enterprise_list, seed, rates.enterprise_rows, setting.scale),
    }
    return _each_month(setting.first, setting.last, made, lists_of.delivery)


def toll_references(setting: Setting) -> Iterator[Observation]:
    """The lists of gantries and toll plazas at the start and on the first of each month."""
    seed, rates, here = setting.seed, setting.scenario.tolls.gantry_rows, setting.tolls
    made: dict[str, Callable[[date], ListFile]] = {
        toll_lists.GANTRY: lambda _: toll_lists.gantry_list(seed, rates, here),
        toll_lists.PLAZA: lambda _: toll_lists.plaza_list(here),
    }
    return _each_month(setting.first, setting.last, made, toll_lists.delivery)


def transit_references(setting: Setting) -> Iterator[Observation]:
    """The timetable of the buses, and the lists of stations, of payment by phone and of the population, at the start and on the
    first of each month."""
    here = setting.network
    made: dict[str, Callable[[date], ListFile]] = {
        transit_lists.STATION: lambda _: transit_lists.station_list(here),
        transit_lists.ACCEPTANCE: partial(transit_lists.acceptance_list, here),
        transit_lists.POPULATION: lambda _: transit_lists.population_list(setting.seed, setting.scale),
    }
    yield from _each_month(setting.first, setting.last, made, transit_lists.delivery)
    opening, end = local(setting.first, 6), local(setting.last, 0) + LATEST
    before = None
    for at in [opening, *_until(end, opening, _monthly(setting.first, end))]:
        seen = transit_lists.timetable(here, at, before)
        before = seen.sent.content
        yield seen


def registration_references(setting: Setting) -> Iterator[Observation]:
    """The list of hospitals at the start and on the first of each month, and what was booked in the week before the start."""
    made: dict[str, Callable[[date], ListFile]] = {
        hospital.FEED: lambda _: hospital.hospital_list(setting.clinics.hospitals)
    }
    yield from _each_month(setting.first, setting.last, made, hospital.delivery)
    yield from appointment.files_before(setting)


def records_before(setting: Setting) -> Iterator[Observation]:
    """Encounters and examinations of the week before the start, so that its first days know who was where."""
    yield from encounter.files_before(setting)
    yield from exam_result.files_before(setting)


def _each_month(
    first: date, last: date, made: dict[str, Callable[[date], ListFile]],
    delivery: Callable[[str, ListFile, datetime], Delivery],
) -> Iterator[Observation]:  # fmt: skip
    """Lists at the start and on the first of each month; `made` says for each feed what its list of a day is."""
    opening, end = local(first, 6), local(last, 0) + LATEST
    lists_at = [opening, *_until(end, opening, _monthly(first, end))]
    for feed, on in made.items():
        files = ((at, on(at.date())) for at in lists_at)
        yield from issues(feed, ((delivery(feed, file, at), file) for at, file in files))


def _monthly(first: date, end: datetime) -> list[datetime]:
    """The mornings of the first of each month."""
    return [local(day, 8, 30) for day in days_of(first, end.date()) if day.day == 1]


def _issues(feed: str, sent: list[Delivery], facts: list) -> Iterator[Observation]:
    """Observations of a list that is sent whole each time, without a fault in it."""
    files = (
        ListFile(delivery.content, len(known), tuple(known))
        for delivery, known in zip(sent, facts, strict=True)
    )
    return issues(feed, zip(sent, files, strict=True))


def _until(end: datetime, opening: datetime, instants: list[datetime]) -> list[datetime]:
    """One instant a day after the opening's, the latest of its day, so that names stay unique."""
    by_day = {at.date(): at for at in sorted(instants) if at <= end and at.date() > opening.date()}
    return sorted(by_day.values())
