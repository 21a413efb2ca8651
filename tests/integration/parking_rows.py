"""Inputs of the parking jobs: rows typed by hand, and random ones in which every bound is met exactly."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta, timezone

from tests.integration.job_rows import made_of_days
from tests.integration.match_keys import match_key

CHINA = timezone(timedelta(hours=8))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENTS = (
    "event_id string, lot_id string, direction string, plate string, plate_match string, captured_at timestamp,"
    " crossed_at timestamp, barrier_state string, bill_id string, due_cny double, _business_date date"
)
PAYMENTS = "payment_id string, bill_id string, paid_at timestamp, kind string, amount_cny double, _business_date date"
STAYS = "session_id string, lot_id string, entered_at timestamp, left_at timestamp, _business_date date"
COUNTS = "lot_id string, counted_at timestamp, car_count bigint, _business_date date"
LOTS = (
    "lot_id string, lot_name string, district_code string, is_scenic boolean, space_count bigint, price_cny double,"
    " opened_on date, adopted_on date"
)
BARRIERS = "barrier_id string, lot_id string, installed_on date, removed_on date"
SCHEMAS = {
    "parking_session": {"events": EVENTS},
    "parking_account": {"events": EVENTS, "payments": PAYMENTS},
    "parking_lot_day": {"sessions": STAYS, "counts": COUNTS, "lots": LOTS, "barriers": BARRIERS},
}
_FIRST = datetime(2026, 2, 19, 16, tzinfo=UTC)  # midnight of 20 February in Hangzhou


def at(text: str) -> datetime:
    """'03-02 08:00' or '03-02 08:00:00.5': local time in 2026."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CHINA)


def event(
    event_id: str, way: str, plate: str | None, crossed: str, *, lot: str = "P1", wait_s: float | None = 1.0,
    state: str | None = "起", bill: str | None = None, due: float | None = None,
) -> tuple:  # fmt: skip
    """A car that crossed a line, captured `wait_s` seconds before; way is 'in' or 'out'."""
    when = at(crossed)
    captured = None if wait_s is None else when - timedelta(seconds=wait_s)
    direction = {"in": "进", "out": "出"}[way]
    return (event_id, lot, direction, *match_key(plate), captured, when, state, bill, due, when.date())


def payment(payment_id: str, bill_id: str, paid: str, cny: float, kind: str = "payment") -> tuple:
    """What was paid for a bill, or paid back."""
    return (payment_id, bill_id, at(paid), kind, cny, at(paid).date())


def stay(session_id: str, entered: str | None, left: str | None, lot: str = "P1") -> tuple:
    """A row of the stays, one end of which may not have been seen."""
    begin, end = at(entered) if entered else None, at(left) if left else None
    return (session_id, lot, begin, end, (begin or end).date())


def lot(lot_id: str, *, opened: date = date(2021, 6, 1), adopted: date | None = None) -> tuple:
    """A scenic lot of ten spaces in Xihu."""
    return (lot_id, f"lot {lot_id}", "330106", True, 10, 5.0, opened, adopted)


def made(name: str, days: list[date], **rows: list[tuple]) -> list[dict]:
    """The rows that the job of conformed.transport.`name` makes for `days`, as they would be written."""
    return made_of_days(f"conformed.transport.{name}", SCHEMAS[name], days, rows)


def random_events(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Cars of few plates in three lots, on whole hours: steady, rare, unread, misread, ends missing."""
    rows: list[tuple] = []
    for number in range(36):
        plate = f"浙A{chance.randint(0, 5)}{chance.randint(0, 5)}{number % 4}"
        hour, goes_in = chance.randint(0, 60), True
        while hour < 24 * len(days):
            seen, kind = plate, chance.random()
            if kind < 0.1:
                seen = f"{plate[:2]}{chance.randint(0, 5)}{plate[3:]}"
            when, day = _FIRST + hour * HOUR, days[hour // 24]
            if kind < 0.9:
                shown = match_key(None if 0.1 < kind < 0.15 else seen)
                rows.append((
                    f"E{len(rows):05}", f"P{number % 3}", "进" if goes_in else "出", *shown,
                    when - timedelta(seconds=chance.randint(0, 9)), when, chance.choice("落起"),
                    None if goes_in else f"T{len(rows):05}", None if goes_in else float(chance.randint(1, 40)), day,
                ))  # fmt: skip
            # Stays of 1 to 60 hours, many of exactly 48, which is the bound.
            hour += (
                chance.choice([1, 5, 20, 47, 48, 48, 49, 60]) if goes_in else chance.choice([1, 7, 30, 100])
            )
            goes_in = not goes_in
    return {"events": (rows, EVENTS)}


def random_account(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Bills paid long before, shortly before, long after leaving, in parts, together, and paid back."""
    events = random_events(chance, days)
    paid: list[tuple] = []
    for row in events["events"][0]:
        for part in range(chance.randint(0, 3)):
            hours = chance.choice([-25, -24, -23, -1, 0, 1, 40, 200, 719, 720, 721])
            when = row[6] + hours * HOUR
            kind, cny = chance.choice(["payment", "payment", "refund"]), float(chance.randint(1, 20))
            day = when.astimezone(CHINA).date()
            if row[8]:
                paid.append((f"{row[8]}-{part}", row[8], when, kind, cny, day))
    return events | {"payments": (paid, PAYMENTS)}


def random_lot_days(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Stays up to two days long, ends of stays, counters with holes, barriers and lots that come and go."""
    stays: list[tuple] = []
    for number in range(400):
        begin = _FIRST + chance.randint(0, 48 * len(days) - 1) * HOUR / 2
        end: datetime | None = begin + chance.choice([1, 9, 20, 40, 47.5, 48]) * HOUR
        kind = chance.random()
        shown = (begin, None) if kind < 0.1 else (None, end) if kind < 0.2 else (begin, end)
        day = (shown[0] or shown[1]).astimezone(CHINA).date()
        if day in days:
            stays.append((f"E{number}", f"P{number % 5}", *shown, day))
    counts = [
        (f"P{each}", _FIRST + hour * HOUR, chance.randint(0, 90), days[hour // 24])
        for each in range(4)
        for hour in range(24 * len(days))
        if chance.random() < 0.8
    ]
    lots = [lot(f"P{n}", opened=days[3 * n], adopted=days[3 * n + 2] if n % 2 else None) for n in range(4)]
    barriers = [
        (f"B{n}", f"P{n % 4}", days[n], days[2 * n + 1] if n % 2 else None) for n in range(len(days) // 2)
    ]
    return {"sessions": (stays, STAYS), "counts": (counts, COUNTS), "lots": (lots, LOTS),
            "barriers": (barriers, BARRIERS)}  # fmt: skip
