"""Inputs of the jobs about whole processes at hospitals: rows typed by hand, and random ones that meet every bound exactly."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from tests.integration.job_rows import made_at_all
from tests.integration.parking_rows import CHINA, at

DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
EVENTS = (
    "event_id string, hospital_id string, system string, step string, means string, place string, event_at timestamp,"
    " received_at timestamp, ordered string, patient_id string, age_band string, _business_date date"
)
MATCHES = (
    "match_id string, transaction_id string, attempt bigint, hospital_id string, step string, device_id string,"
    " matched_at timestamp, score double, is_accepted boolean, patient_id string, _business_date date"
)
SCHEMAS = {"visit_process": {"events": EVENTS}, "face_transaction": {"matches": MATCHES, "events": EVENTS}}
STEPS = {"register": ("挂号系统", "挂号"), "see": ("医生站", "就诊"), "examine": ("检查系统", "检查"),
         "pay": ("收费系统", "缴费"), "collect": ("药房系统", "取药")}  # fmt: skip
MEANS = {"card": "电子卡", "face": "刷脸", "plastic": "实体卡", "cash": "现金"}
PLACES = {"machine": "自助机", "window": "窗口", "phone": "手机", "room": "诊室"}
ORDERED = {"examination": "检查", "medicine": "药品", "both": "检查和药品", "none": "无"}


def local(when: str | datetime) -> datetime:
    """An instant of Hangzhou: '03-02 08:00' in 2026, '08:00' on 2 March, or an instant as it is."""
    if isinstance(when, datetime):
        return when
    return at(when if "-" in when else f"03-02 {when}")


def event(
    event_id: str, step: str, when: str | datetime, patient: str | None, *, means: str = "card", place: str = "window",
    ordered: str | None = None, hospital: str = "H1", sent_s: float | None = None, age_band: str | None = "18-59",
) -> tuple:  # fmt: skip
    """A step by the clock of its system, received `sent_s` seconds later (None: nobody knows when)."""
    then = local(when)
    received = None if sent_s is None else then + timedelta(seconds=sent_s)
    return (event_id, hospital, *STEPS[step], MEANS[means], PLACES[place], then, received, ORDERED.get(ordered or ""), patient,
            age_band, then.astimezone(CHINA).date())  # fmt: skip


def visit(name: str, ordered: str | None = "both", **when: str) -> list[tuple]:
    """Steps of a patient called as the visit, `<name> <step>` each: an instant, or instant and means, or with the place too."""
    made = []
    for step, told in when.items():
        instant, *how = told.split("/")
        more = dict(zip(("means", "place"), how, strict=False))
        made.append(
            event(f"{name} {step}", step, instant, name, ordered=ordered if step == "see" else None, **more)
        )
    return made


def match(
    match_id: str, transaction_id: str, when: str | datetime, *, accepted: bool = False, patient: str | None = None,
    step: str = "register", hospital: str = "H1",
) -> tuple:  # fmt: skip
    """An attempt at a device."""
    then = local(when)
    return (
        match_id,
        transaction_id,
        1,
        hospital,
        step,
        "FD1",
        then,
        50.0,
        accepted,
        patient,
        then.astimezone(CHINA).date(),
    )


def made(name: str, days: list[date], **rows: list[tuple]) -> list[dict]:
    """Every row that the job of conformed.health.`name` returns for `days`."""
    return made_at_all(f"conformed.health.{name}", SCHEMAS[name], days, rows)


def random_events(chance: random.Random, days: list[date]) -> list[tuple]:
    """Few patients at two hospitals who register again and again within and beyond ten minutes, steps of all orders and about
    the bounds, also at midnight; some of nobody known. Clocks of some systems have more than 20 events that tell how far off
    they are, which differs by day."""
    rows: list[tuple] = []
    for day in days:
        begin = datetime.combine(day, datetime.min.time(), CHINA)
        off = {step: chance.choice([0, 0, 40, -40]) for step in STEPS}
        for _ in range(40):
            patient, hospital = chance.choice(["p1", "p2", "p3", None]), chance.choice(["H1", "H1", "H2"])
            then = begin + chance.choice([0, 1, 480, 489, 490, 491, 600, 1438]) * MINUTE
            for step in chance.sample(list(STEPS), chance.choice([1, 2, 3, 5])):
                later = chance.choice([-61, -60, -59, 0, 60, 600, 1200]) * SECOND
                shown = max(begin, min(then + later, begin + DAY - SECOND))
                rows.append(event(
                    f"C{len(rows):05}", step, shown, patient, hospital=hospital, means=chance.choice(list(MEANS)),
                    place=chance.choice(list(PLACES)), ordered=chance.choice([None, *ORDERED]) if step == "see" else None,
                    sent_s=chance.choice([None, off[step] + 1, off[step] + 2, off[step] + 900]),
                    age_band=chance.choice([None, "80+"]),
                ))  # fmt: skip
    return rows


def random_processes(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Events alone."""
    return {"events": (random_events(chance, days), EVENTS)}


def random_faces(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Attempts near what was shown, on both sides of both bounds, of one transaction or more, also over midnight."""
    events = random_events(chance, days)
    matches = []
    for n in range(25 * len(days)):
        near = chance.choice(events)
        last = near[6] - chance.choice([-1, 0, 1, 599, 600, 601]) * SECOND
        for k in range(chance.choice([1, 1, 2, 3])):
            then = last - k * chance.choice([0, 20]) * SECOND
            step = chance.choice([next(name for name, words in STEPS.items() if words[1] == near[3]), "see"])
            matches.append(match(
                f"M{len(matches):05}", f"F{n % 300:03}", then, accepted=chance.random() < 0.3, step=step, hospital=near[1],
                patient=chance.choice([near[9], near[9], "p1", None]),
            ))  # fmt: skip
    whole = set(days)
    return {"matches": ([row for row in matches if row[-1] in whole], MATCHES), "events": (events, EVENTS)}
