"""Inputs of the jobs about the parking market: rows typed by hand, and random ones whose spans begin and end within the days."""

from __future__ import annotations

import random
from datetime import date, timedelta

from tests.integration import parking_rows
from tests.integration.job_rows import made_at_all

LOT_DAYS = "lot_id string, _business_date date"
OPERATORS = (
    "record_no string, operator_code string, operator_name string, lot_id string, space_count bigint, price_cny double,"
    " started_on date, stopped_on date"
)
HOLDINGS = "holder_code string, held_code string, share_pct double, held_from date, held_until date"
VEHICLES = "registration_no string, district_code string, registered_on date, deregistered_on date"
SCHEMAS = {
    "parking_market": {
        "lot_days": LOT_DAYS, "lots": parking_rows.LOTS, "operators": OPERATORS, "holdings": HOLDINGS,
    },
    "vehicle_day": {"lot_days": LOT_DAYS, "vehicles": VEHICLES},
}  # fmt: skip
LONG_AGO = date(2021, 6, 1)


def operator(
    record_no: str, code: str, lot_id: str, since: date = LONG_AGO, until: date | None = None, *, spaces: int = 10,
    price: float | None = 5.0,
) -> tuple:  # fmt: skip
    """A span in which an enterprise runs a lot."""
    return (record_no, code, f"name {code}", lot_id, spaces, price, since, until)


def holding(holder: str, held: str, share: float, since: date = LONG_AGO, until: date | None = None) -> tuple:
    """A share that one enterprise holds of another."""
    return (holder, held, share, since, until)


def made(name: str, days: list[date], **rows: list[tuple]) -> list[dict]:
    """The rows that the job of conformed.transport.`name` makes for `days`; without `lot_days`, P1 was open on each."""
    rows.setdefault("lot_days", [("P1", day) for day in days])
    return made_at_all(f"conformed.transport.{name}", SCHEMAS[name], days, rows)


def random_market(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Lots that change their operators after gaps, enterprises in chains and rings that are held for some days."""
    names = [f"E{n}" for n in range(12)]
    operators, at = [], days[0] - timedelta(days=5)
    for lot in range(8):
        begin = at + timedelta(days=chance.randint(0, 4))
        while begin <= days[-1]:
            end = begin + timedelta(days=chance.randint(1, 9))
            span = (begin, end if chance.random() < 0.9 else None)
            operators.append(operator(
                f"R{len(operators):03}", chance.choice(names), f"P{lot}", *span, spaces=chance.randint(1, 90),
                price=chance.choice([None, 3.0, 8.5]),
            ))  # fmt: skip
            begin = end + timedelta(days=chance.randint(0, 2)) if span[1] else days[-1] + timedelta(days=1)
    holdings = [
        holding(*chance.sample(names, 2), chance.choice([30.0, 50.0, 50.1, 90.0]), since,
                chance.choice([None, since + timedelta(days=chance.randint(1, 8))]))
        for since in (chance.choice(days) for _ in range(40))
    ]  # fmt: skip
    lots = [parking_rows.lot(f"P{n}") for n in range(7)]
    return {"lot_days": _some_days(chance, days), "lots": (lots, parking_rows.LOTS), "operators": (operators, OPERATORS),
            "holdings": (holdings, HOLDINGS)}  # fmt: skip


def random_vehicles(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Vehicles of three districts that come and go before, within and after the days."""
    rows = []
    for n in range(400):
        since = days[0] + timedelta(days=chance.randint(-20, 25))
        until = since + timedelta(days=chance.randint(1, 30)) if chance.random() < 0.7 else None
        rows.append((f"D{n}", f"33010{chance.randint(1, 3)}", since, until))
    return {"lot_days": _some_days(chance, days), "vehicles": (rows, VEHICLES)}


def _some_days(chance: random.Random, days: list[date]) -> tuple[list[tuple], str]:
    """Lots that were open: of most days two."""
    return [(lot, day) for day in days if chance.random() < 0.9 for lot in ("P1", "P2")], LOT_DAYS
