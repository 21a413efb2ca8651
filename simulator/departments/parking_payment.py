"""The city's payment platform: one JSON document a day, each payment with the bills it pays.

Times carry their offset; a refund has a positive amount and says `refund`. Bills are those of the exit events.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from simulator.deliveries import LOCAL, Delivery, Label, Observation, Reading, local
from simulator.departments.parking_event import DEPARTMENT
from simulator.scenario import Scenario
from simulator.streams import stream
from simulator.times import time_text
from simulator.world import parking
from simulator.world.lots import Lot

FEED = "transport.parking_payment"
SENDER = "city-payment-platform"
_COHORTS = parking.LATEST_PAYMENT.days + 3  # days of driving in whose bills may be paid on a day


@dataclass(frozen=True)
class Payments:
    """What a day's document holds: `rows` with payment, ticket, paid_ds (tenths of seconds since the calendar's first
    day, local), kind, amount_cny; one row per payment and ticket."""

    day: date
    rows: pd.DataFrame


def happened(seed: int, scenario: Scenario, day: date, here: tuple[Lot, ...]) -> pd.DataFrame:
    """Everything paid and paid back on a day; columns as `Payments.rows`."""
    parts = []
    for back in range(_COHORTS):
        began = day - timedelta(back)
        rows = parking.payments(seed, scenario.parking, here, began).rows
        of_day = rows[(rows["paid_s"] // parking.DAY_S) == back]
        paid = (
            np.rint(of_day["paid_s"].to_numpy() * 10).astype(np.int64)
            + began.toordinal() * parking.DAY_S * 10
        )
        parts.append(of_day.assign(paid_ds=paid))
    whole = pd.concat(parts, ignore_index=True).sort_values(
        ["paid_ds", "payment", "ticket"], ignore_index=True
    )
    return whole[["payment", "ticket", "paid_ds", "kind", "amount_cny"]]


def delivery_of(seed: int, scenario: Scenario, day: date, here: tuple[Lot, ...]) -> Observation:
    """The document of one day, the next morning; needs no other day."""
    rows = happened(seed, scenario, day, here)
    random = stream(seed, "payment file", day)
    at = local(day + timedelta(1), 1, 0, timedelta(seconds=int(random.integers(0, 3600))))
    name = f"payment_{day:%Y%m%d}.json"
    sent = Delivery(DEPARTMENT, name, 1, SENDER, at, _document(day, rows))
    labels: tuple[Label, ...] = ()
    return Observation(sent, labels, (Reading(FEED, "admitted", len(rows)),), Payments(day, rows))


def _document(day: date, rows: pd.DataFrame) -> bytes:
    offset = f"{local(day, 12).astimezone(LOCAL):%z}"
    times = (time_text(rows["paid_ds"], "T", tenths=False) + f"{offset[:3]}:{offset[3:]}").to_numpy()
    made: dict[str, dict] = {}
    columns = (rows["payment"], times, rows["kind"], rows["ticket"], rows["amount_cny"].astype(float))
    for payment, paid, kind, ticket, amount in zip(*(each.tolist() for each in columns), strict=True):
        one = made.setdefault(payment, {"paymentNo": payment, "paidAt": paid, "kind": kind, "bills": []})
        one["bills"].append({"billNo": ticket, "amount": amount})
    document = {"date": day.isoformat(), "payments": list(made.values())}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
