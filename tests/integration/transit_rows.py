"""Inputs of the job about public transport: rows typed by hand, and random ones."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from tests.integration.job_rows import made_of_days
from tests.integration.parking_rows import CHINA, at

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
METRO = (
    "tap_id string, user_id string, pay_type string, station_id string, direction string, tapped_at timestamp,"
    " _business_date date"
)
BUS = (
    "tap_id string, user_id string, pay_type string, route_id string, trip_id string, service_date date, stop_id string,"
    " tapped_at timestamp, _business_date date"
)
STATIONS = "station_id string, longitude double, latitude double"
STOPS = "stop_id string, longitude double, latitude double"
STOP_TIMES = (
    "trip_id string, stop_sequence bigint, stop_id string, arrival_time string, departure_time string"
)
SCHEMAS = {"metro": METRO, "bus": BUS, "stations": STATIONS, "stops": STOPS, "stop_times": STOP_TIMES}
# About 0.00898 degrees of latitude are a kilometre; stops of the run lie a kilometre apart to the north.
KM = 0.0089932
STATION_ROWS = [("M1", 120.0, 30.0), ("M2", 120.2, 30.0), ("M3", 120.0, 30.0 + 3 * KM + 0.5 * KM)]
STOP_ROWS = [(f"B{n}", 120.0, 30.0 + n * KM) for n in range(6)]
# A run every half hour: a stop every ten minutes, and the last one of the day past its midnight.
STOP_TIME_ROWS = [
    (f"R1-0-{run:03}", n + 1, f"B{n}", text, text)
    for run, begin in enumerate((8 * 60, 8 * 60 + 30, 23 * 60 + 30), start=1)
    for n in range(6)
    for text in (f"{(begin + 10 * n) // 60:02}:{(begin + 10 * n) % 60:02}:00",)
]  # fmt: skip
# One that comes back to its first stop, and goes on from there; the last two are left in one minute.
STOP_TIME_ROWS += [
    ("R1-0-004", n, stop, f"{clock}:00", f"{clock}:00")
    for n, stop, clock in [
        (1, "B0", "14:00"), (2, "B1", "14:10"), (3, "B0", "14:30"), (4, "B3", "14:40"), (5, "B5", "14:50"), (6, "B4", "14:50"),
    ]
]  # fmt: skip
LISTS = {"stations": STATION_ROWS, "stops": STOP_ROWS, "stop_times": STOP_TIME_ROWS}


def gate(
    tap_id: str, user: str | None, way: str, station: str, when: str | datetime, pay: str = "code"
) -> tuple:
    """A tap at a gate; way is in or out."""
    then = at(when) if isinstance(when, str) else when
    return (tap_id, user, pay, station, way, then, then.astimezone(CHINA).date())


def board(
    tap_id: str, user: str | None, when: str | datetime, stop: str | None = None, run: int = 1, service: date | None = None
) -> tuple:  # fmt: skip
    """A tap in a bus of route R1."""
    then = at(when) if isinstance(when, str) else when
    day = then.astimezone(CHINA).date()
    return (tap_id, user, "码", "R1", f"R1-0-{run:03}", service or day, stop, then, day)


def made(days: list[date], **rows: list[tuple]) -> list[dict]:
    """The rows that the job of conformed.transport.transit_trip makes for `days`, as they would be written."""
    return made_of_days("conformed.transport.transit_trip", SCHEMAS, days, LISTS | rows)


def random_taps(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Few users who travel day and night, alone and together, over midnight; some without a number."""
    users = ["u1", "u2", "u3", None]
    metro, bus = [], []
    for n in range(160):
        begin = datetime.combine(chance.choice(days), datetime.min.time(), CHINA)
        begin += chance.choice([0, 1, 8 * 60, 8 * 60 + 5, 9 * 60, 18 * 60, 23 * 60 + 50]) * MINUTE
        user, people = chance.choice(users), chance.choice([1, 1, 1, 2, 3])
        metro += [gate(f"T{n:04}i{k}", user, "in", chance.choice(["M1", "M2"]), begin + 30 * k * timedelta(seconds=1))
                  for k in range(people)]  # fmt: skip
        out = begin + chance.choice([10, 30, 239, 240, 241]) * MINUTE
        metro += [gate(f"T{n:04}o{k}", user, "out", chance.choice(["M2", "M3", "M9"]), out + k * timedelta(seconds=1))
                  for k in range(chance.choice([people, people, 1, 0]))]  # fmt: skip
        then = chance.choice([begin, out]) + chance.choice([-70, 5, 29, 30, 31, 600]) * MINUTE
        stop = chance.choice([None, None, "B0", "B1", "B3"])
        bus.append(
            board(
                f"B{n:04}",
                user,
                then,
                stop,
                chance.choice([1, 2, 3]),
                then.date() - chance.choice([0, 0, 1]) * DAY,
            )
        )
    whole = set(days)
    given = {
        "metro": [row for row in metro if row[-1] in whole],
        "bus": [row for row in bus if row[-1] in whole],
    } | LISTS
    return {name: (rows, SCHEMAS[name]) for name, rows in given.items()}
