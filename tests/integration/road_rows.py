"""Inputs of the jobs about roads: rows typed by hand, and random ones in which every bound is met exactly."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from tests.integration.job_rows import made_of_days
from tests.integration.parking_rows import CHINA, at

MINUTE = timedelta(minutes=1)
INCIDENTS = (
    "incident_id string, kind string, level string, segment_id string, centre_id string, reported_at timestamp,"
    " dispatched_at timestamp, arrived_at timestamp, cleared_at timestamp, escalated_from string, _business_date date"
)
SPEEDS = (
    "segment_id string, interval_start timestamp, speed_kmh double, free_flow_kmh double, vehicle_count bigint,"
    " _business_date date"
)
SEGMENTS = (
    "segment_id string, district_code string, length_m bigint, is_major boolean, monitored_from date, longitude double,"
    " latitude double"
)
MESSAGES = (
    "event_no string, message_id string, incident_id string, level string, from_centre string, to_centre string,"
    " action string, acted_at timestamp, _business_date date"
)
CENTRES = "centre_id string, level string, district_code string"
SCHEMAS = {
    "incident_response": {"incidents": INCIDENTS, "speeds": SPEEDS, "segments": SEGMENTS},
    "incident_message": {"messages": MESSAGES, "centres": CENTRES},
    "road_segment_day": {"speeds": SPEEDS, "segments": SEGMENTS},
}
M_PER_DEGREE = 111_195.08  # of a meridian


def utc(text: str) -> datetime:
    """Local time as a job gives it: UTC without an offset."""
    return at(text).replace(tzinfo=None) - timedelta(hours=8)


def segment(
    segment_id: str, town: int = 0, north_m: float = 0, *, length_m: int = 1000, district: str = "330106",
    is_major: bool = True, monitored: date | None = date(2020, 1, 1),
) -> tuple:  # fmt: skip
    """A segment so far north of the middle of a town; towns are 22 km apart, so that each is a case of its own."""
    latitude = 30 + town * 0.2 + north_m / M_PER_DEGREE
    return (segment_id, district, length_m, is_major, monitored, 120.0, latitude)


def incident(
    incident_id: str, segment_id: str, reported: str, level: str = "III", *, dispatched: str | None = None,
    arrived: str | None = None, cleared: str | None = None, grew_from: str | None = None,
) -> tuple:  # fmt: skip
    """A record of an incident."""
    later = [at(each) if each else None for each in (dispatched, arrived, cleared)]
    return (
        incident_id,
        "collision",
        level,
        segment_id,
        "C001",
        at(reported),
        *later,
        grew_from,
        at(reported).date(),
    )


def speed(
    segment_id: str, start: str, vehicles: int = 1, kmh: float | None = 10.0, free_kmh: float = 20.0
) -> tuple:  # fmt: skip
    """An interval; by default a kilometre takes each vehicle 360 s, of which 180 s are delay."""
    return (segment_id, at(start), kmh, free_kmh, vehicles, at(start).date())


def message(
    event_no: str, message_id: str, action: str, acted: str, level: str = "三级", to: str = "C015"
) -> tuple:
    """A record of a message that was sent (发出) or acknowledged (签收)."""
    return (event_no, message_id, f"of {message_id}", level, "C002", to, action, at(acted), at(acted).date())


def made(name: str, days: list[date], **rows: list[tuple]) -> list[dict]:
    """The rows that the job of conformed.transport.`name` makes for `days`, as they would be written."""
    return made_of_days(f"conformed.transport.{name}", SCHEMAS[name], days, rows)


def random_incidents(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Incidents about midnights, up to 150 minutes apart, on segments some of which are 2 km apart; one is not listed."""
    segments = [segment(f"S{n}", 0, n * 700) for n in range(6)]
    names = [*(row[0] for row in segments), "S99"]
    incidents: list[tuple] = []
    for n, day in enumerate(days):
        midnight = datetime.combine(day, datetime.min.time(), CHINA)
        for _ in range(5):
            when = (
                midnight
                + chance.choice([-150, -149, -31, -30, -1, 0, 1, 29, 30, 119, 120, 150, 600]) * MINUTE
            )
            before = chance.choice([None, None, *(row[0] for row in incidents[-12:])])
            level, wait = chance.choice(["I", "II", "III"]), chance.choice([None, 0, 7, 45])
            arrived = None if wait is None else when + wait * MINUTE
            incidents.append((f"E{chance.random()}", "collision", level, chance.choice(names), f"C{n}", when, None,
                              arrived, None, before, when.astimezone(CHINA).date()))  # fmt: skip
    speeds = []
    for day in days:
        midnight = datetime.combine(day, datetime.min.time(), CHINA)
        for name in names:
            for n in [*range(0, 60), *range(228, 288)]:
                if chance.random() < 0.35:
                    kmh = chance.choice([None, 8.3, 20.0, 41.7])
                    speeds.append((name, midnight + n * 5 * MINUTE, kmh, 38.9, chance.randint(0, 40), day))
    whole = set(days)
    return {
        "incidents": ([row for row in incidents if row[-1] in whole], INCIDENTS), "speeds": (speeds, SPEEDS),
        "segments": (segments, SEGMENTS),
    }  # fmt: skip


def random_messages(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Messages that are acknowledged at once, after exactly a day and a second more, never, and twice."""
    rows: list[tuple] = []
    for n in range(250):
        sent = (
            datetime.combine(chance.choice(days), datetime.min.time(), CHINA)
            + chance.randint(0, 1439) * MINUTE
        )
        waits = [chance.choice([0, 1, 5, 1440, 1440 + 1 / 60]) for _ in range(chance.choice([0, 1, 1, 2]))]
        for action, when in [("发出", sent), *(("签收", sent + wait * MINUTE) for wait in waits)][
            chance.random() < 0.1 :
        ]:
            rows.append((f"L{len(rows):05}", f"M{n}", "E1", chance.choice(["一级", "二级", "三级"]), "C002",
                         chance.choice(["C001", "C015", "C999"]), action, when, when.date()))  # fmt: skip
    whole = set(days)
    centres = [("C001", "市级", "330102"), ("C015", "中队", "330106")]
    return {"messages": ([row for row in rows if row[-1] in whole], MESSAGES), "centres": (centres, CENTRES)}


def random_speeds(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Speeds that stay for hours, also over midnight and the ends of the daytime, of segments that come to be monitored."""
    hours = [*range(12), *range(60, 100), *range(255, 288)]  # of five minutes each
    segments = [segment(f"S{n}", n, monitored=days[n * 5]) for n in range(3)]
    rows, kmh = [], 30.0
    for name in ("S0", "S1", "S99"):
        for day in days:
            for n in hours:
                kmh = kmh if chance.random() < 0.97 else chance.choice([20.0, 30.0, 44.4])
                shown = kmh if chance.random() < 0.98 else None
                start = datetime.combine(day, datetime.min.time(), CHINA) + n * 5 * MINUTE
                if chance.random() < 0.98:
                    rows.append((name, start, shown, 38.9, chance.randint(0, 40), day))
    return {"speeds": (rows, SPEEDS), "segments": (segments, SEGMENTS)}
