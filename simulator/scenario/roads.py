"""The scenario of the roads: their segments, what happens on them, who commands, and what detectors miss."""

from __future__ import annotations

from pydantic import Field

from simulator.scenario.rates import NumberRates, Part, Rate, Rates, RecordRates, SenderFileRates, Wait


class Network(Part):
    """How many segments there are at scale 1, how many at least at a smaller one; shares of those that are not in the
    list, and of those that are or will be monitored."""

    segments: int = Field(gt=0)
    least: int = Field(gt=0)
    unlisted: float = Field(ge=0, le=1)
    monitored: float = Field(ge=0, le=1)


class Escalation(Rates):
    """Per incident of level III and II; `unknown_origin` per record of an escalation."""

    third_level: Rate
    second_level: Rate
    unknown_origin: Rate


class IncidentScenario(Part):
    """How many incidents a day there are at scale 1, how many at least at a smaller one; how soon somebody is sent, is
    there, and is done; shares of those to whom nobody is sent, or nobody comes."""

    per_day: int = Field(gt=0)
    least: int = Field(gt=0)
    escalation: Escalation
    dispatch_s: Wait
    arrival_s: Wait
    clearance_s: Wait
    never_dispatched: float = Field(ge=0, le=1)
    never_reached: float = Field(ge=0, le=1)


class MessageScenario(Part):
    """How soon a centre of each level acknowledges a message; shares of those never or twice acknowledged."""

    city_s: Wait
    district_s: Wait
    squad_s: Wait
    never: float = Field(ge=0, le=1)
    twice: float = Field(ge=0, le=1)


class DetectorRates(Rates):
    """`missing_interval` per segment and interval, `outage` per segment and day: 2 to 10 hours."""

    missing_interval: Rate
    outage: Rate


class SpeedRowRates(NumberRates):
    """Per record of speeds, in which nothing comes from a list."""

    required_missing: Rate
    impossible_time: Rate
    exact_duplicate: Rate
    conflicting_key: Rate
    wrong_column_count: Rate


class RoadScenario(Part):
    """The roads, and what goes wrong with what is known of them. `files` are the rates of each of the three feeds."""

    network: Network
    incidents: IncidentScenario
    messages: MessageScenario
    detectors: DetectorRates
    files: SenderFileRates
    speed_rows: SpeedRowRates
    incident_rows: RecordRates  # neither an incident nor a message has numbers that could be wrong
    message_rows: RecordRates
