"""The scenario of the port: ships, the fairways they pass, and who sees, surveys and judges them."""

from __future__ import annotations

from pydantic import Field

from simulator.scenario.rates import Part, Rate, Rates, RecordRates, RowRates, SenderFileRates, Wait

MOST_JOURNEYS = 5  # a ship's journeys lie at least an hour apart: no more fit into a day


class Fleet(Part):
    """How many ships there are at scale 1, how many at least at a smaller one, and how they move."""

    ships: int = Field(gt=0)
    least: int = Field(gt=0)
    unlisted: float = Field(ge=0, le=1)
    active: float = Field(ge=0, le=1)
    journeys: float = Field(gt=0, le=MOST_JOURNEYS)


class TransponderRates(Rates):
    """Per journey, but missing reports: per report."""

    silent: Rate
    short_gap: Rate
    long_gap: Rate
    missing_report: Rate


class SentinelRates(Rates):
    """Per report: the value is not available."""

    speed: Rate
    course: Rate
    heading: Rate


class ShipCameraRates(Rates):
    """Per ship that enters a fairway."""

    missed: Rate
    misread_one: Rate
    misread_two: Rate
    unread: Rate


class Judging(Part):
    """Shares of the captures that are judged at once or by a person, and how long either takes; `again` is judged a
    second time by a person."""

    auto: float = Field(ge=0, le=1)
    officer: float = Field(ge=0, le=1)
    again: float = Field(ge=0, le=1)
    auto_s: Wait
    officer_s: Wait


class CertificateRates(Rates):
    """Per ship, on any day; `reissued` per certificate."""

    missing: Rate
    expired: Rate
    suspended: Rate
    reissued: Rate


class SurveyScenario(Part):
    """Every ship's draught is surveyed once in so many days; `overdraught` per survey."""

    every_days: int = Field(gt=0, le=30)
    overdraught: float = Field(ge=0, le=1)


class ShipScenario(Part):
    """The ships, and what goes wrong with what is known of them."""

    fleet: Fleet
    transponders: TransponderRates
    sentinels: SentinelRates
    cameras: ShipCameraRates
    camera_clock_s: float = Field(ge=0, le=60)
    judging: Judging
    certificate_days: int = Field(ge=60)
    certificates: CertificateRates
    surveys: SurveyScenario
    files: SenderFileRates
    rows: RowRates
    judgement_rows: RecordRates  # a judgement has no numbers that could be wrong
