"""Inputs of the jobs about ships: rows typed by hand, and random ones in which every bound is met exactly."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from tests.integration.job_rows import made_of_days
from tests.integration.match_keys import match_key
from tests.integration.parking_rows import CHINA, at

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
POSITIONS = "mmsi string, reported_at timestamp, latitude double, longitude double, speed_kn double, _business_date date"
CAPTURES = "capture_id string, fairway_id string, captured_at timestamp, hull string, hull_match string, _business_date date"
JUDGEMENTS = (
    "judgement_no string, capture_id string, judged_at timestamp, judged_by string, verdict string, rule string,"
    " _business_date date"
)
SURVEYS = "survey_no string, mmsi string, surveyed_at timestamp, draught_m double, _business_date date"
TRACKS = "track_key string, mmsi string, started_at timestamp, _business_date date"
FAIRWAYS = "fairway_id string, outline string"
SHIPS = "mmsi string, hull string, hull_match string"
CERTIFICATES = (
    "certificate_no string, mmsi string, issued_on date, expires_on date, suspended_from date, suspended_until date,"
    " max_draught_m double"
)
PASSAGES = (
    "passage_id string, fairway_id string, matched_as string, capture_id string, captured_at timestamp, captured_on date,"
    " judgement_no string, judged_at timestamp, judgement_wait_s double, judged_by string, judged_rule string,"
    " is_judged_seaworthy boolean, warning_misread_hull boolean, warning_unread_hull boolean, _business_date date"
)
SCHEMAS = {
    "ship_track": {"positions": POSITIONS},
    "ship_passage": {
        "positions": POSITIONS, "captures": CAPTURES, "judgements": JUDGEMENTS, "surveys": SURVEYS, "tracks": TRACKS,
        "fairways": FAIRWAYS, "ships": SHIPS, "certificates": CERTIFICATES,
    },
    "ship_capture": {"passages": PASSAGES},
}  # fmt: skip
# A square each, a tenth of a degree wide; F99 is a place that no list knows, and at sea there is nothing.
PLACES = {
    "F01": (30.25, 120.15), "F02": (30.25, 120.35), "F99": (30.25, 120.55), "sea": (30.25, 122.5),
}  # fmt: skip
LISTED = [
    (name, f"POLYGON (({x} 30.2, {x + 0.1} 30.2, {x + 0.1} 30.3, {x} 30.3, {x} 30.2))")
    for name, x in (("F01", 120.1), ("F02", 120.3))
]


def number(ship: int) -> str:
    """The MMSI of a ship."""
    return f"4130000{ship:02}"


def hull(ship: int, wrong: int = 0) -> str:
    """What is painted on a ship, read with so many characters wrong; of two ships at least two differ."""
    text = f"浙杭货{ship:02}{ship:02}0"
    return text[: len(text) - wrong] + "X" * wrong


def position(
    ship: int, when: str, place: str = "F01", *, speed_kn: float | None = 8.0, north: float = 0.0
) -> tuple:  # fmt: skip
    """A report of a ship, in the middle of a place or so many degrees north of it."""
    latitude, longitude = PLACES[place]
    return (number(ship), at(when), latitude + north, longitude, speed_kn, at(when).date())


def capture(capture_id: str, when: str, text: str | None, fairway: str = "F01") -> tuple:
    """What a camera read at an instant."""
    return (capture_id, fairway, at(when), *match_key(text), at(when).date())


def judgement(
    judgement_no: str, capture_id: str, when: str, by: str = "auto", rule: str = "in_force"
) -> tuple:
    """A judgement, whose verdict follows from its rule."""
    verdict = "seaworthy" if rule == "in_force" else "unseaworthy"
    return (judgement_no, capture_id, at(when), by, verdict, rule, at(when).date())


def survey(survey_no: str, ship: int, when: str, draught_m: float) -> tuple:
    """A measured draught."""
    return (survey_no, number(ship), at(when), draught_m, at(when).date())


def track(track_key: str, ship: int, when: str) -> tuple:
    """A track that began."""
    return (track_key, number(ship), at(when), at(when).date())


def listed(ship: int) -> tuple:
    """A row of the list of ships."""
    return (number(ship), *match_key(hull(ship)))


def certificate(
    certificate_no: str, ship: int, issued: date = date(2025, 1, 1), expires: date = date(2028, 1, 1),
    suspended: tuple[date | None, date | None] = (None, None), draught_m: float | None = 2.5,
) -> tuple:  # fmt: skip
    """A certificate that is good for years."""
    return (certificate_no, number(ship), issued, expires, *suspended, draught_m)


def made(name: str, days: list[date], **rows: list[tuple]) -> list[dict]:
    """The rows that the job of conformed.transport.`name` makes for `days`, as they would be written."""
    return made_of_days(f"conformed.transport.{name}", SCHEMAS[name], days, rows)


def random_positions(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Few ships, in and out of fairways; gaps of exactly half an hour and a little more, two that never stop for days."""
    first = datetime.combine(days[0], datetime.min.time(), CHINA)
    rows: list[tuple] = []
    for ship in range(8):
        minute, place = chance.randint(0, 60), "F01"
        while minute < 1440 * len(days):
            when = first + minute * MINUTE
            latitude, longitude = PLACES[place]
            rows.append((number(ship), when, latitude + chance.randint(0, 9) / 1e4, longitude,
                         chance.choice([None, 3.5, 8.0]), when.date()))  # fmt: skip
            place = chance.choice(["F01", "F01", "F01", "F02", "sea"]) if ship else "F01"
            # The first two report every half hour, so that chains last for days and are cut.
            rare = [30, 30, 30, 31] if ship > 1 else [30] * 400 + [31]
            minute += chance.choice(rare) if ship < 2 or chance.random() < 0.9 else chance.randint(200, 2000)
    return {"positions": (rows, POSITIONS)}


def random_passages(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Captures exactly 5 minutes before and after positions, judged until exactly 48 hours later, surveys 30 days old."""
    given = random_positions(chance, days)
    captures: list[tuple] = []
    judgements: list[tuple] = []
    surveys: list[tuple] = []
    for row in given["positions"][0]:
        ship, kind = int(row[0][-2:]), chance.random()
        if kind < 0.3:
            when = row[1] + chance.choice([-5.1, -5, -1, 0, 1, 5, 5.1]) * MINUTE
            text = None if kind < 0.02 else hull(ship, chance.choice([0, 0, 1, 2]))
            day = when.astimezone(CHINA).date()
            captures.append(
                (f"C{len(captures):05}", chance.choice(["F01", "F01", "F02"]), when, *match_key(text), day)
            )
            for _ in range(chance.randint(0, 2)):
                judged = when + chance.choice([-1, 0, 1, 1440, 2879, 2880, 2881]) * MINUTE
                judgements.append((f"J{len(judgements):05}", captures[-1][0], judged, chance.choice(["auto", "officer"]),
                                   "seaworthy", "in_force", judged.astimezone(CHINA).date()))  # fmt: skip
        if kind > 0.97:
            when = row[1] - chance.choice([0, 1, 5, 30, 31]) * DAY
            surveys.append(
                (f"S{len(surveys)}", row[0], when, chance.choice([2.0, 3.0]), when.astimezone(CHINA).date())
            )
    whole = set(days)
    tracks = [
        (f"T{n}", row[0], row[1], row[5])
        for n, row in enumerate(given["positions"][0])
        if chance.random() < 0.1
    ]
    certificates = [
        certificate(f"Z{n}", n % 8, days[n], days[n + 4], (days[n + 2], days[n + 3]))
        for n in range(len(days) - 4)
    ]
    return given | {
        "captures": ([row for row in captures if row[-1] in whole], CAPTURES),
        "judgements": ([row for row in judgements if row[-1] in whole], JUDGEMENTS),
        "surveys": ([row for row in surveys if row[-1] in whole], SURVEYS), "tracks": (tracks, TRACKS),
        "fairways": (LISTED, FAIRWAYS), "ships": ([listed(ship) for ship in range(7)], SHIPS),
        "certificates": (certificates, CERTIFICATES),
    }  # fmt: skip


def random_captures(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Passages around midnight whose captures are of the day before, the same or the next."""
    rows = []
    for n in range(600):
        day = chance.choice(days)
        taken = day + chance.choice([-1, 0, 0, 1]) * DAY
        when = datetime.combine(taken, datetime.min.time(), CHINA)
        matched_as = chance.choice(["exact", "one_character", "capture_only"])
        rows.append((f"P{n}", "F01", matched_as, f"C{n}", when, taken, None, None, None, None, None, None, False, False, day)
                    if chance.random() < 0.8 else
                    (f"P{n}", "F01", "ais_only", *[None] * 9, False, False, day))  # fmt: skip
    return {"passages": (rows, PASSAGES)}
