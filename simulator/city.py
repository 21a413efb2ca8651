"""The whole city: every department's deliveries of some days, in the order in which they arrive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property, partial

from simulator.deliveries import Delivery, Label, Observation, local
from simulator.departments import (
    air_quality,
    ais_position,
    appointment,
    bus_tap,
    camera_capture,
    card_event,
    case_report,
    clinic_session,
    cold_chain_reading,
    command_message,
    courier_event,
    draught_survey,
    encounter,
    enforcement_highway,
    enforcement_road,
    enforcement_waterway,
    etc_passage,
    exam_result,
    face_match,
    hospital_arrival,
    incident,
    machine_status,
    metro_tap,
    parking_event,
    parking_occupancy,
    parking_payment,
    pharmacy_order,
    prescription,
    record_access,
    road_speed,
    seaworthiness_judgement,
    self_service_session,
    service_application,
    service_contact,
    settlement,
    settlement_line,
    toll_lane_passage,
)
from simulator.departments.enforcement import given_by
from simulator.evidence import Evidence, Source, source_of
from simulator.references import all_references
from simulator.scenario import RoadScenario, Scenario, ServiceScenario, ShipScenario
from simulator.setting import Asked, Setting
from simulator.truth.condensed import condensed
from simulator.world.card_hospitals import card_platform
from simulator.world.encounters import exchange
from simulator.world.prescriptions import pharmacy
from simulator.world.roads import Roads
from simulator.world.services import Services
from simulator.world.ships import Fleet


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
    return [*case_report.shipped(), *all_references(setting)]


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
    yield from transit_of_day(setting, day)
    yield from pharmacy_of_day(setting, day)
    yield from registration_of_day(setting, day)
    yield from processes_of_day(setting, day)
    yield from records_of_day(setting, day)


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


def transit_of_day(setting: Setting, day: date) -> Iterator[Observation]:
    """All files about public transport of one business day, one feed after the other."""
    for feed in (metro_tap, bus_tap):
        yield from feed.day_of_files(setting.seed, setting.scenario.transit, day, setting.network)


def pharmacy_of_day(setting: Setting, day: date) -> Iterator[Observation]:
    """All files about the cloud pharmacy of one business day, one feed after the other; needs no other day."""
    here = pharmacy(setting)
    for feed in (prescription, pharmacy_order, courier_event, cold_chain_reading):
        yield from feed.day_of_files(here, day)


def registration_of_day(setting: Setting, day: date) -> Iterator[Observation]:
    """All files about registration at hospitals of one business day, one feed after the other."""
    for feed in (clinic_session, appointment, hospital_arrival):
        yield from feed.day_of_files(setting, day)


def processes_of_day(setting: Setting, day: date) -> Iterator[Observation]:
    """All files about visits to hospitals step by step of one business day, one feed after the other; needs no other day."""
    here = card_platform(setting)
    for feed in (card_event, face_match):
        yield from feed.day_of_files(here, day)


def records_of_day(setting: Setting, day: date) -> Iterator[Observation]:
    """All files about records and settlement between hospitals of one business day, one feed after the other; needs no other
    day."""
    here = exchange(setting)
    for feed in (encounter, exam_result, settlement, settlement_line, record_access):
        yield from feed.day_of_files(here, day)


def arrival(observation: Observation) -> tuple:
    """By which the observations of a city are in order; what never came is last."""
    sent = observation.delivery
    if sent is None:
        label = observation.labels[0]
        return (datetime.max.replace(tzinfo=local(date(2020, 1, 1), 0).tzinfo), label.delivery_name, 0)
    return (sent.arrived_at, sent.name, sent.sequence)
