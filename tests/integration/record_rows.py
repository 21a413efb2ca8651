"""Inputs of the jobs about records across hospitals: rows typed by hand, and random ones in which every bound is met exactly."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from tests.integration.job_rows import made_of_days
from tests.integration.match_keys import match_key
from tests.integration.parking_rows import CHINA, at

HOUR, DAY, MINUTE, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
ENCOUNTERS = (
    "encounter_id string, hospital_id string, id_number string, id_number_match string, name string, name_match string,"
    " age_band string, started_at timestamp, ended_at timestamp, kind string, _business_date date"
)
EXAMS = (
    "exam_id string, encounter_id string, hospital_id string, exam string, taken_at timestamp, result_at timestamp,"
    " _business_date date"
)
EVENTS = (
    "event_id string, claim_id string, encounter_id string, hospital_id string, kind string, event_at timestamp,"
    " amount_cny double, _business_date date"
)
LINES = "line_id string, claim_id string, exam_id string, amount_cny double, requested_on date, _business_date date"
ACCESSES = (
    "access_id string, hospital_id string, user_id string, id_number string, id_number_match string, age_band string,"
    " reason string, requested_at timestamp, is_found boolean, _business_date date"
)
SCHEMAS = {
    "care_episode": {"encounters": ENCOUNTERS},
    "exam": {"exams": EXAMS, "encounters": ENCOUNTERS},
    "settlement_claim": {"events": EVENTS, "lines": LINES, "exams": EXAMS, "encounters": ENCOUNTERS},
    "record_access": {"accesses": ACCESSES},
}


def local(when: str | datetime) -> datetime:
    """An instant of Hangzhou: '03-02 08:00' in 2026."""
    return at(when) if isinstance(when, str) else when


def encounter(
    encounter_id: str, number: str | None, began: str | datetime, ended: str | datetime | None = None, *, hospital: str = "H1",
    name: str | None = "王小明", age: str | None = "18-59", kind: str = "门诊",
) -> tuple:  # fmt: skip
    """An encounter as admission gives it; without an end where none is given."""
    then = local(began)
    return (encounter_id, hospital, *match_key(number), *match_key(name), age, then, local(ended) if ended else None, kind,
            then.date())  # fmt: skip


def exam(
    exam_id: str, encounter_id: str, taken: str | datetime, result: str | datetime | None = None, *, hospital: str = "H1",
    kind: str = "blood",
) -> tuple:  # fmt: skip
    """An exam at a hospital."""
    then = local(taken)
    return (exam_id, encounter_id, hospital, kind, then, local(result) if result else None, then.date())


def said(
    event_id: str, claim_id: str, kind: str, when: str | datetime, *, hospital: str = "H1", encounter_id: str = "J1",
    amount: float = 9.5,
) -> tuple:  # fmt: skip
    """An event of a claim."""
    then = local(when)
    return (event_id, claim_id, encounter_id, hospital, kind, then, amount, then.date())


def line(line_id: str, claim_id: str, exam_id: str | None, on: date) -> tuple:
    """A line of a claim."""
    return (line_id, claim_id, exam_id, 1.0, on, on)


def asked(
    access_id: str, number: str | None, when: str | datetime, *, hospital: str = "H1", found: bool = True,
    reason: str | None = "treatment", age: str | None = "18-59",
) -> tuple:  # fmt: skip
    """A request for a record."""
    then = local(when)
    return (access_id, hospital, "U1", *match_key(number), age, reason, then, found, then.date())


def made(table: str, days: list[date], **rows: list[tuple]) -> list[dict]:
    """The rows of `days` that the job of conformed.health.<table> returns."""
    return made_of_days(f"conformed.health.{table}", SCHEMAS[table], days, rows)
