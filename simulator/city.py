"""The whole city: every department's deliveries of some days, in the order in which they arrive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property, partial

from simulator.defects.lists import ListFile, issues
from simulator.deliveries import Delivery, Label, Observation, local
from simulator.departments import (
    air_quality,
    air_station,
    ais_position,
    camera_capture,
    case_report,
    command_message,
    district,
    draught_survey,
    enforcement_highway,
    enforcement_lists,
    enforcement_road,
    enforcement_waterway,
    etc_passage,
    incident,
    machine_status,
    market_lists,
    parking_event,
    parking_lists,
    parking_occupancy,
    parking_payment,
    road_lists,
    road_speed,
    seaworthiness_judgement,
    self_service_session,
    service_application,
    service_contact,
    service_lists,
    ship_lists,
    toll_lane_passage,
    toll_lists,
)
from simulator.departments.enforcement import given_by
from simulator.evidence import Evidence, Source, source_of
from simulator.scenario import MarketScenario, RoadScenario, Scenario, ServiceScenario, ShipScenario
from simulator.setting import Asked, Setting, days_of
from simulator.truth.condensed import condensed
from simulator.world.districts import changes, known_on
from simulator.world.fairways import FAIRWAYS
from simulator.world.lots import Lot
from simulator.world.roads import Roads
from simulator.world.services import Services
from simulator.world.ships import Fleet
from simulator.world.stations import Station

# The last delivery that belongs to a business day comes three days later; registers issued until then count.
LATEST = timedelta(days=4)


@dataclass(frozen=True)
class City(Evidence):
    """What a simulated city sent between two business days, and who and what there was; all of it in memory."""

    observations: tuple[Observation, ...]

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Everything that was sent, by arrival."""
        return tuple(each.delivery for each in self.observations if each.delivery)

    @property
    def labels(self) -> tuple[Label, ...]:
        """Every planted fault."""
        return tuple(label for each in self.observations for label in each.labels)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Everything that is known, by arrival; condensed when it is first asked for."""
        loads = (cache(partial(condensed, each.facts)) for each in self.observations)
        found = (source_of(each, load) for each, load in zip(self.observations, loads, strict=True))
        return tuple(each for each in found if each)


def simulate(
    seed: int,
    scenario: Scenario,
    days: int,
    until: date | None = None,
    scale: float = 0.1,
    after_day: Callable[[], None] = lambda: None,
) -> City:
    """Make `days` business days in memory; the arguments are those of `Asked`. Calls `after_day` after each."""
    setting = Asked(seed, scenario, days, until, scale).setting
    made = lists(setting)
    for day in setting.days:
        made += of_day(setting, day)
        after_day()
    return City(**vars(setting), observations=tuple(sorted(made, key=arrival)))


def lists(setting: Setting) -> list[Observation]:
    """Everything that belongs to no business day of the city: its lists, and the real reports."""
    first, last = setting.first, setting.last
    return [
        *case_report.shipped(), *references(first, last, setting.stations, setting.lots),
        *ship_references(setting.seed, setting.scenario.ships, first, last, setting.ships),
        *road_references(first, last, setting.roads),
        *service_references(first, last, setting.services),
        *market_references(setting.seed, setting.scenario.market, first, last, setting.lots, setting.scale),
        *enforcement_references(setting),
        *toll_references(setting),
    ]  # fmt: skip


def of_day(setting: Setting, day: date) -> Iterator[Observation]:
    """Everything of one business day, the later files that belong to it too, one after the other; needs no other day."""
    seed, scenario = setting.seed, setting.scenario
    yield from air_quality.day_of_files(seed, scenario, day, setting.stations)
    yield from parking_event.day_of_files(seed, scenario, day, setting.lots)
    # Before the payments, for which the arrivals of other days are needed.
    yield parking_occupancy.delivery_of(seed, scenario, day, setting.lots)
    yield parking_payment.delivery_of(seed, scenario, day, setting.lots)
    yield from ships_of_day(seed, scenario.ships, day, setting.ships)
    yield from roads_of_day(seed, scenario.roads, day, setting.roads)
    yield from services_of_day(seed, scenario.services, day, setting.services)
    yield from enforcement_of_day(setting, day)
    yield from tolls_of_day(setting, day)


def ships_of_day(seed: int, scenario: ShipScenario, day: date, ships: Fleet) -> list[Observation]:
    """All files about ships of one business day; needs no other day."""
    return [
        *ais_position.day_of_files(seed, scenario, day, ships),
        camera_capture.delivery_of(seed, scenario, day, ships),
        draught_survey.delivery_of(seed, scenario, day, ships),
        *seaworthiness_judgement.day_of_files(seed, scenario, day, ships),
    ]


def roads_of_day(seed: int, scenario: RoadScenario, day: date, roads: Roads) -> Iterator[Observation]:
    """All files about the roads of one business day, one feed after the other; needs no other day."""
    yield from incident.day_of_files(seed, scenario, day, roads)
    yield from command_message.day_of_files(seed, scenario, day, roads)
    yield from road_speed.day_of_files(seed, scenario, day, roads)


def services_of_day(
    seed: int, scenario: ServiceScenario, day: date, services: Services
) -> Iterator[Observation]:
    """All files about services of one business day, one feed after the other; needs no other day."""
    for feed in (service_application, service_contact, self_service_session, machine_status):
        yield from feed.day_of_files(seed, scenario, day, services)


def enforcement_of_day(setting: Setting, day: date) -> Iterator[Observation]:
    """All files about law enforcement of one business day, one agency after the other; needs no other day."""
    for agency in (enforcement_waterway, enforcement_highway, enforcement_road):
        yield from agency.day_of_files(given_by(setting), day)


def tolls_of_day(setting: Setting, day: date) -> Iterator[Observation]:
    """All files about motorways of one business day, one feed after the other; needs no other day."""
    for feed in (etc_passage, toll_lane_passage):
        yield from feed.day_of_files(setting.seed, setting.scenario.tolls, day, setting.tolls)


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


def arrival(observation: Observation) -> tuple:
    """By which the observations of a city are in order; what never came is last."""
    sent = observation.delivery
    if sent is None:
        label = observation.labels[0]
        return (datetime.max.replace(tzinfo=local(date(2020, 1, 1), 0).tzinfo), label.delivery_name, 0)
    return (sent.arrived_at, sent.name, sent.sequence)
