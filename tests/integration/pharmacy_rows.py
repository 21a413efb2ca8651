"""Inputs of the job about deliveries of the cloud pharmacy: rows typed by hand, and random ones that meet every bound exactly."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from tests.integration.job_rows import made_of_days
from tests.integration.parking_rows import CHINA, at

DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
ORDERS = (
    "order_id string, prescription_id string, pharmacy_id string, ordered_at timestamp, promised_at timestamp,"
    " district_code string, box_id string, _business_date date"
)
EVENTS = "event_id string, order_id string, kind string, event_at timestamp, _business_date date"
READINGS = "box_id string, read_at timestamp, temperature_celsius double, _business_date date"
PRESCRIPTIONS = (
    "prescription_id string, hospital_id string, patient_id string, age_band string, issued_at timestamp, item_count bigint,"
    " is_cold boolean, _business_date date"
)
SCHEMAS = {"orders": ORDERS, "events": EVENTS, "readings": READINGS, "prescriptions": PRESCRIPTIONS}
KINDS = {"picked_up": "揽收", "delivered": "签收", "failed": "未签收", "returned": "退回"}


def local(when: str | datetime) -> datetime:
    """'03-02 08:00', local time in 2026, or an instant as it is."""
    return at(when) if isinstance(when, str) else when


def order(
    order_id: str,
    ordered: str | datetime = "03-02 08:00",
    box: str | None = None,
    prescription: str = "R none",
) -> tuple:
    """An order that is promised within two hours."""
    then = local(ordered)
    return (order_id, prescription, "Y1", then, then + timedelta(hours=2), "330106", box, then.date())


def events(order_id: str, **when: str | datetime | list[str]) -> list[tuple]:
    """Events of an order: picked_up, delivered, failed and returned, each an instant or several."""
    made = []
    for kind, instants in when.items():
        for n, each in enumerate(instants if isinstance(instants, list) else [instants]):
            then = local(each)
            made.append(
                (f"{order_id} {kind} {n}", order_id, KINDS[kind], then, then.astimezone(CHINA).date())
            )
    return made


def reading(box_id: str, read: str | datetime, celsius: float | None = 5.0) -> tuple:
    """A temperature in a box."""
    then = local(read)
    return (box_id, then, celsius, then.astimezone(CHINA).date())


def prescription(
    prescription_id: str, issued: str | datetime, age_band: str | None = "60-69", patient: str | None = "p"
) -> tuple:
    """A prescription of hospital H1."""
    then = local(issued)
    return (prescription_id, "H1", patient, age_band, then, 2, False, then.date())


def made(days: list[date], **rows: list[tuple]) -> list[dict]:
    """The rows that the job of conformed.health.delivery makes for `days`, as they would be written."""
    return made_of_days("conformed.health.delivery", SCHEMAS, days, rows)


def random_deliveries(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Orders about midnights with events up to their 72 hours and beyond, boxes that are claimed twice and read with gaps,
    and prescriptions on both sides of both bounds."""
    orders: list[tuple] = []
    happened: list[tuple] = []
    issued: list[tuple] = []
    read: dict[tuple[str, datetime], tuple] = {}
    for n in range(120):
        ordered = datetime.combine(chance.choice(days), datetime.min.time(), CHINA)
        ordered += chance.choice([0, 1, 600, 1438, 1439]) * MINUTE
        box = chance.choice([None, "B1", "B2", "B3"])
        number = f"O{n:03}"
        orders.append(order(number, ordered, box, f"R{n:03}"))
        for age in chance.sample([-9, -8, -7, -6, -1, 0, 1], chance.choice([0, 1, 1, 2])):
            then = ordered + age * DAY
            issued.append(
                prescription(
                    f"R{n:03}", then, chance.choice(["<18", "80+", None]), chance.choice(["p1", None])
                )
            )
        picked = ordered + chance.choice([-MINUTE, 0 * MINUTE, MINUTE, 30 * MINUTE])
        ended = ordered + chance.choice([30 * MINUTE, 90 * MINUTE, 3 * DAY, 3 * DAY + SECOND, 2 * DAY])
        told = {"picked_up": picked, chance.choice(["delivered", "delivered", "returned"]): ended}
        if chance.random() < 0.3:
            told["failed"] = chance.choice([ordered, picked, picked + 10 * MINUTE, ended, ended + MINUTE])
        happened += events(number, **{kind: then for kind, then in told.items() if chance.random() < 0.95})
        then = picked - chance.choice([16, 15, 14, 3]) * MINUTE
        while box and then < min(ended, picked + 3 * timedelta(hours=1)) + 10 * MINUTE:
            read[box, then] = reading(box, then, chance.choice([None, 1.9, 2.0, 5.0, 5.0, 8.0, 8.1]))
            then += chance.choice([5, 5, 5, 14, 15, 16]) * MINUTE
    whole = set(days)
    rows = {"orders": orders, "events": happened, "readings": list(read.values()), "prescriptions": issued}
    return {name: ([row for row in of if row[-1] in whole], SCHEMAS[name]) for name, of in rows.items()}
