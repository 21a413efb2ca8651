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


def random_episodes(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Encounters of few persons whose numbers are mistyped and whose names change, after 72 hours and a second more."""
    return _within(days, "care_episode", encounters=_encounters(chance, days))


def random_exams(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Exams of such encounters at three hospitals, some long after; results as the next exam is taken, and a second later."""
    encounters = _encounters(chance, days)
    return _within(days, "exam", exams=_exams(chance, encounters), encounters=encounters)


def random_claims(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Claims asked for once, or again the day after; decided after 24 hours and a second more; lines with exams or none."""
    encounters = _encounters(chance, days)
    exams = _exams(chance, encounters)
    events, lines = [], []
    for n, seen in enumerate(encounters):
        claim_id, asked_at = f"C{n}", seen[7] + chance.choice([MINUTE, 23 * HOUR])
        told = {"encounter_id": seen[0], "hospital": seen[1]}
        events.append(said(f"E{n}a", claim_id, "申请", asked_at, **told))
        if chance.random() < 0.1:
            events.append(
                said(f"E{n}b", claim_id, "申请", asked_at + chance.choice([MINUTE, DAY]), **told, amount=2.0)
            )
        for k, kind in enumerate(("结算", "拒付", "冲正")):
            after = chance.choice([-SECOND, 0 * SECOND, 5 * MINUTE, DAY, DAY + SECOND, 47 * HOUR, 49 * HOUR])
            if chance.random() < 0.6:
                events.append(said(f"E{n}{k}", claim_id, kind, asked_at + after, **told))
        for k in range(chance.choice([0, 1, 3])):
            exam_id = chance.choice([None, "X none", chance.choice(exams)[0]])
            lines.append(line(f"L{n}-{k}", claim_id, exam_id, asked_at.astimezone(CHINA).date()))
    return _within(days, "settlement_claim", events=events, lines=lines, exams=exams, encounters=encounters)


def random_accesses(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Requests for the records of three numbers, many at one instant or around midnight."""
    numbers, begins = ["N1", "N2", None], [datetime.combine(day, datetime.min.time(), CHINA) for day in days]
    offsets = [-SECOND, 0 * SECOND, 0 * SECOND, MINUTE]
    accesses = [
        asked(f"Z{n:03}", chance.choice(numbers), chance.choice(begins) + chance.choice(offsets),
              hospital=chance.choice(["H1", "H2"]), found=chance.random() < 0.8)
        for n in range(200)
    ]  # fmt: skip
    return _within(days, "record_access", accesses=accesses)


def _within(days: list[date], table: str, **given: list[tuple]) -> dict[str, tuple[list[tuple], str]]:
    whole = set(days)
    return {
        name: ([row for row in rows if row[-1] in whole], SCHEMAS[table][name])
        for name, rows in given.items()
    }


def _encounters(chance: random.Random, days: list[date]) -> list[tuple]:
    rows: list[tuple] = []
    for person in range(12):
        number, name = f"{person:02}{chance.randrange(900):03}A", chance.choice(["一", "二"])
        then = datetime.combine(days[0], datetime.min.time(), CHINA) + chance.randrange(2000) * MINUTE
        while then.date() <= days[-1]:
            typed = number
            if chance.random() < 0.3:
                place = chance.randrange(len(number))
                typed = number[:place] + chance.choice("XY") + number[place + 1 :]
            written = chance.choice([name, name, "三", None])
            ended = chance.choice([None, then, then + HOUR, then + 2 * DAY])
            rows.append(encounter(f"J{len(rows):03}", chance.choice([typed, typed, typed, None]), then, ended,
                                  hospital=chance.choice(["H1", "H2", "H3"]), name=written))  # fmt: skip
            again = chance.choice([0 * SECOND, SECOND, DAY, 4 * DAY])
            then = (ended or then) + chance.choice([DAY, 72 * HOUR]) + again
    return rows


def _exams(chance: random.Random, encounters: list[tuple]) -> list[tuple]:
    rows: list[tuple] = []
    for seen in encounters:
        for _ in range(chance.choice([0, 1, 2])):
            taken = seen[7] + chance.choice([0 * SECOND, MINUTE, DAY, 7 * DAY, 8 * DAY])
            result = chance.choice([None, taken, taken + HOUR, taken + DAY, taken + DAY + SECOND])
            kind, hospital = chance.choice(["blood", "ecg", "ct"]), chance.choice(["H1", "H2", seen[1]])
            rows.append(exam(f"X{len(rows):03}", seen[0], taken, result, hospital=hospital, kind=kind))
    return rows
