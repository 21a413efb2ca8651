"""The city's payment platform: one JSON document a day, each payment with the bills it pays.

Times carry their offset; a refund has a positive amount and says `refund`. Bills are those of the exit events.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from simulator.deliveries import LOCAL, Delivery, Label, Observation, Reading, local
from simulator.departments.parking_event import DEPARTMENT
from simulator.scenario import Scenario
from simulator.streams import stream
from simulator.times import instants_after, time_text
from simulator.world import parking
from simulator.world.lots import Lot

FEED = "transport.parking_payment"
SENDER = "city-payment-platform"
_COHORTS = parking.LATEST_PAYMENT.days + 3  # days of driving in whose bills may be paid on a day


@dataclass(frozen=True)
class Payments:
    """What a day's document holds: `rows` with payment, ticket, paid_ds (tenths of seconds since the calendar's first
    day, local), kind, amount_cny, bill (the ticket's number); one row per payment and ticket."""

    day: date
    rows: pd.DataFrame


def happened(seed: int, scenario: Scenario, day: date, here: tuple[Lot, ...]) -> pd.DataFrame:
    """Everything paid and paid back on a day; columns as `Payments.rows`."""
    whole = booked(seed, scenario, day, here)
    payment, ticket = parking.payment_texts(whole["payment"]), parking.ticket_texts(whole["ticket"])
    kind = np.array(["payment", "refund"], dtype=object)[whole["is_refund"].to_numpy().astype(int)]
    texts = pd.DataFrame({"payment": payment, "ticket": ticket, "kind": kind}, dtype=object)
    return pd.concat([texts, whole[["paid_ds", "amount_cny"]].assign(bill=whole["ticket"])], axis=1)


def booked(seed: int, scenario: Scenario, day: date, here: tuple[Lot, ...]) -> pd.DataFrame:
    """Everything paid and paid back on a day, by time, with numbers for texts; columns as `parking.Paid.rows`, but
    paid_ds (tenths of seconds since the calendar's first day, local) for paid_s."""
    parts = []
    for back in range(_COHORTS):
        began = day - timedelta(back)
        rows = parking.payments(seed, scenario.parking, here, began).rows
        # They are by time: a day's are one piece.
        begin, end = np.searchsorted(
            rows["paid_s"].to_numpy(), [back * parking.DAY_S, (back + 1) * parking.DAY_S]
        )
        parts.append(absolute(rows.iloc[begin:end], began))
    whole = pd.concat(parts, ignore_index=True)
    columns = [whole[name].to_numpy() for name in ("ticket", "payment", "paid_ds")]
    return whole.iloc[np.lexsort(columns)].reset_index(drop=True)


def absolute(rows: pd.DataFrame, began: date) -> pd.DataFrame:
    """Payments for the tickets of those who drove in on a day, with paid_ds for paid_s."""
    return rows.drop(columns="paid_s").assign(paid_ds=instants_after(rows["paid_s"], began))


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
    made: list[str] = []
    before = None
    columns = (rows["payment"], times, rows["kind"], rows["ticket"], rows["amount_cny"].astype(float))
    # Rows of one payment follow each other. Texts and numbers need no escape: half the time of a library for it.
    for payment, paid, kind, ticket, amount in zip(*(each.tolist() for each in columns), strict=True):
        bill = f'{{"billNo":"{ticket}","amount":{amount!r}}}'
        if payment == before:
            made[-1] += f",{bill}"
        else:
            made.append(f'{{"paymentNo":"{payment}","paidAt":"{paid}","kind":"{kind}","bills":[{bill}')
        before = payment
    payments = ",".join(f"{each}]}}" for each in made)
    return f'{{"date":"{day.isoformat()}","payments":[{payments}]}}'.encode()
