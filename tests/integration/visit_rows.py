"""Inputs of the job about appointments: rows typed by hand, and random ones in which every bound is met exactly."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from tests.integration.job_rows import made_at_all
from tests.integration.parking_rows import CHINA, at

HOUR, DAY, MINUTE, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
SCHEMAS = {
    "sessions": (
        "session_id string, hospital_id string, specialty string, slot_start timestamp, slot_end timestamp, capacity bigint,"
        " status string, _business_date date"
    ),
    "events": (
        "event_id string, appointment_id string, event string, event_at timestamp, patient_id string, age_band string,"
        " way string, channel string, session_id string, hospital_id string, specialty string, _business_date date"
    ),
    "arrivals": (
        "arrival_id string, appointment_id string, hospital_id string, arrived_at timestamp, seen_at timestamp,"
        " _business_date date"
    ),
}


def local(when: str | datetime) -> datetime:
    """An instant of Hangzhou: '03-02 08:00' in 2026."""
    return at(when) if isinstance(when, str) else when


def slot(session_id: str, begin: str | datetime, capacity: int = 9, status: str = "开诊") -> tuple:
    """A session of half an hour in H1."""
    then = local(begin)
    return (session_id, "H1", "内科", then, then + 30 * MINUTE, capacity, status, then.date())


def said(
    event_id: str, appointment_id: str, when: str | datetime, session_id: str = "S1", *, event: str = "booked",
    patient: str | None = None, hospital: str = "H1", specialty: str = "内科", channel: str = "app",
) -> tuple:  # fmt: skip
    """An event of an appointment; nobody said whose, but for `patient`."""
    then = local(when)
    return (event_id, appointment_id, event, then, patient, "18-59", "general", channel, session_id, hospital, specialty,
            then.date())  # fmt: skip


def booked(appointment_id: str, when: str | datetime, session_id: str = "S1", **more) -> tuple:
    """The event that booked an appointment."""
    return said(f"{appointment_id}+", appointment_id, when, session_id, **more)


def cancelled(appointment_id: str, when: str | datetime, session_id: str = "S1", **more) -> tuple:
    """The event that cancelled an appointment."""
    return said(f"{appointment_id}-", appointment_id, when, session_id, event="cancelled", **more)


def came(
    arrival_id: str, appointment_id: str | None, arrived: str | datetime, seen: str | datetime | None = None
) -> tuple:  # fmt: skip
    """An arrival at H1."""
    then = local(arrived)
    return (arrival_id, appointment_id, "H1", then, local(seen) if seen else None, then.date())


def made(days: list[date], **rows: list[tuple]) -> list[dict]:
    """Every row that the job of conformed.health.appointment_visit returns for `days`."""
    return made_at_all("conformed.health.appointment_visit", SCHEMAS, days, rows)


def random_visits(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Few patients who book up to 15 days ahead, cancel, and book again within and beyond a day; the same appointment booked
    twice, also for another session; arrivals of all kinds; two days without sessions."""
    held = [day for n, day in enumerate(days) if n not in (6, 12)]
    starts = {day: datetime.combine(day, datetime.min.time(), CHINA) + 8 * HOUR for day in days}
    sessions = [slot(f"S{day:%m%d}{n}", starts[day] + n * HOUR, 2, "停诊" if chance.random() < 0.1 else "开诊")
                for day in held for n in range(2)]  # fmt: skip
    events, arrivals = [], []
    number = 0
    for _ in range(150):
        patient, asked = chance.choice(["p1", "p2", "p3", None]), chance.choice(sessions)
        then = asked[3] - chance.choice([0, 1, 2, 7, 13, 14, 15]) * DAY
        then -= chance.choice([-1, 0, 1, 60, 500]) * MINUTE
        for _ in range(chance.choice([1, 1, 2, 3])):
            number += 1
            name = f"A{number:04}"
            events.append(booked(name, then, asked[0], patient=patient))
            if chance.random() < 0.15:  # again, now or much later, perhaps for another session
                again = then + chance.choice([-DAY, MINUTE, 10 * DAY])
                other = chance.choice([asked[0], chance.choice(sessions)[0], "S none"])
                events.append(said(f"{name}+2", name, again, other, patient=chance.choice([patient, "p2"])))
            if chance.random() < 0.6:
                gone = chance.choice([then - MINUTE, then, then + 5 * MINUTE, asked[3], asked[3] + SECOND])
                events.append(cancelled(name, gone, asked[0], patient=patient))
                then = gone + chance.choice([0 * HOUR, HOUR, 24 * HOUR, 24 * HOUR + SECOND])
            if chance.random() < 0.6:
                arrived = asked[3] + chance.choice([-20, 0, 5, 29, 30, 31]) * MINUTE
                for k in range(chance.choice([1, 1, 2])):
                    seen = chance.choice([None, arrived + 20 * MINUTE])
                    arrivals.append(
                        came(f"V{number:04}{k}", name, arrived + k * chance.choice([0, 1]) * MINUTE, seen)
                    )
            asked = chance.choice(sessions)
    arrivals += [
        came(f"W{n:03}", chance.choice([None, "A none"]), starts[chance.choice(days)]) for n in range(30)
    ]
    whole = set(days)
    given = {"sessions": sessions, "events": events, "arrivals": arrivals}
    return {name: ([row for row in rows if row[-1] in whole], SCHEMAS[name]) for name, rows in given.items()}
