"""The true parking indicators: what happened, and the best anyone can know from what had arrived by an instant.

How what was seen becomes stays (`stays`): within a lot, a car that drives in and is next seen driving out within 48
hours stayed from then till then. Of the events left over, a way in and a later way out within 48 hours, whose plates
differ in one character, belong together where neither could belong to another. An unread plate belongs to nothing.

A bill is an exit that names one; it owes what is due less what was paid until leaving. Nobody asks whose car it was.
A lot counts for its occupancy on a day on which any event of it is known.

A day is computed from the days around it alone (`AROUND`): a stay that touches it began at most 48 hours before it and
ended at most 48 hours after it. Which events could be meant by either end lie 48 hours further, from two days before to
two days after; whether each of these is left over depends on the next or the one before within 48 hours more: four days
before and after. Bills are paid from some minutes before leaving to `parking.LATEST_PAYMENT` after it (`PAID`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.departments import district, parking_event, parking_lists
from simulator.departments.parking_event import Events
from simulator.departments.parking_payment import Payments, absolute
from simulator.evidence import Evidence, Source
from simulator.setting import Setting
from simulator.times import DAY_DS, DAY_S, instants_after
from simulator.truth.areas import Areas, by_day, divisible, percentile_of
from simulator.truth.stays import stays, touching
from simulator.world import parking
from simulator.world.districts import HANGZHOU
from simulator.world.lots import PLATFORMS, Lot

RECOVERED_DS = 30 * DAY_DS
AROUND = range(-4, 5)
PAID = range(-1, parking.LATEST_PAYMENT.days + 2)
_EVENTS = ["lot", "is_entry", "captured_ds", "crossed_ds", "has_barrier", "ticket", "due_cny"]


@dataclass(frozen=True)
class Known:
    """Everything the indicators are made of. `stays`: lot, entered_ds, left_ds. `heard`: (lot, day) of any event."""

    entries: pd.DataFrame
    stays: pd.DataFrame
    bills: pd.DataFrame
    paid: pd.DataFrame
    heard: pd.DataFrame
    lots: tuple[Lot, ...]
    vintages: tuple


def indicators(
    city: Evidence, instants: tuple[datetime, ...], days: tuple[date, ...] | None = None
) -> pd.DataFrame:
    """The parking indicators of days (all of the city's, if None), by district and for the city; each day for itself."""
    return by_day(city, instants, days, happened, known_at, lambda known, day: table(known, (day,)))


def known_at(city: Evidence, day: date, as_of: datetime) -> Known:
    """What an exact reader of everything that had arrived would know about a day."""
    lots = city.listed(parking_lists.LOTS, as_of)
    files = [each.rows[_EVENTS] for each in city.facts(Events, (day,), as_of)]
    events = _named(pd.concat(files, ignore_index=True) if files else _NOTHING.copy())
    bills = events[events["ticket"] != 0]
    around = city.newest(Events, _days(day, AROUND), as_of)
    parts = [
        _stays_of(tuple(each for each in around if each.sender == platform), day) for platform in PLATFORMS
    ]
    paid = [
        each.rows[each.rows["ticket"].isin(bills["ticket"])]
        for each in city.facts(Payments, _days(day, PAID), as_of)
    ]
    return Known(
        events[events["is_entry"]], _named(pd.concat(parts, ignore_index=True)), bills, _paid(paid), _heard(events), lots,
        city.listed(district.FEED, as_of),
    )  # fmt: skip


def _days(day: date, around: range) -> tuple[date, ...]:
    return tuple(day + timedelta(back) for back in around)


@lru_cache(maxsize=len(PLATFORMS))
def _stays_of(files: tuple[Source, ...], day: date) -> pd.DataFrame:
    """Who stood in the lots of a platform on a day; one platform at a time, for of a large city all events of nine days
    would not be small. Mostly the same files are known at both instants."""
    if not files:
        return pd.DataFrame({"lot": [], "entered_ds": [], "left_ds": []}, dtype=np.int64)
    seen = pd.concat(
        [each.load().rows[["lot", "plate", "crossed_ds", "is_entry"]] for each in files], ignore_index=True
    )
    return touching(stays(seen), day)


_NOTHING = pd.DataFrame({
    "lot": np.array([], dtype=np.int16), "is_entry": np.array([], dtype=bool), "captured_ds": np.array([], dtype=np.int64),
    "crossed_ds": np.array([], dtype=np.int64), "has_barrier": np.array([], dtype=bool),
    "ticket": np.array([], dtype=np.int64), "due_cny": np.array([], dtype=float),
})  # fmt: skip


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with lots by their identifiers in place of their numbers."""
    number = rows["lot"].to_numpy(dtype=np.int64)
    names = [f"P{each:04d}" for each in range(int(number.max(initial=0)) + 1)]
    return rows.assign(lot=pd.Categorical.from_codes(number, names))


def _paid(parts: list[pd.DataFrame]) -> pd.DataFrame:
    columns = ["ticket", "paid_ds", "is_refund", "amount_cny"]
    whole = (
        pd.concat([each[columns] for each in parts], ignore_index=True)
        if parts
        else pd.DataFrame(columns=columns)
    )
    codes = whole["is_refund"].to_numpy(dtype=int)
    return whole.assign(kind=pd.Categorical.from_codes(codes, ["payment", "refund"]))


def happened(setting: Setting, day: date) -> pd.DataFrame:
    """The indicators of a day as it was; needs those who drove in since two days before."""
    seed, scenario, here = setting.seed, setting.scenario, setting.lots
    whole = parking_event.crossings(seed, scenario, day, here)
    numbers = np.array([lot.number for lot in here])
    whole["lot"] = numbers[whole["lot"].to_numpy()]
    whole = _named(whole)
    stayed, paid = [], []
    for back in range(2, -1, -1):
        began = day - timedelta(back)
        came = parking.arrivals(seed, scenario.parking, here, began)
        stayed.append(pd.DataFrame({
            "lot": numbers[came["lot"]], "entered_ds": instants_after(came["entered_s"], began),
            "left_ds": instants_after(came["left_s"], began),
        }))  # fmt: skip
        paid.append(absolute(parking.payments(seed, scenario.parking, here, began).rows, began))
    known = Known(
        whole[whole["is_entry"]], _named(touching(pd.concat(stayed, ignore_index=True), day)), whole[whole["ticket"] != 0],
        _paid(paid), _heard(whole), here, HANGZHOU,
    )  # fmt: skip
    return table(known, (day,))


def _heard(events: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"lot": events["lot"], "day": events["crossed_ds"] // DAY_DS}).drop_duplicates()


def table(known: Known, days: tuple[date, ...]) -> pd.DataFrame:
    """One row per indicator, day, area and group: value, numerator, denominator, completeness."""
    places = pd.DataFrame(
        [(lot.identifier, lot.district_code) for lot in known.lots], columns=["lot", "district"]
    )
    made = [each for day in days for each in _of_day(known, day, places)]
    return divisible(made)


def _of_day(known: Known, day: date, places: pd.DataFrame) -> Iterator[pd.DataFrame]:
    begin = day.toordinal() * DAY_DS
    areas = Areas(known.vintages, day, places)
    entries = known.entries[known.entries["crossed_ds"] // DAY_DS == day.toordinal()]
    waits = pd.DataFrame({
        "lot": entries["lot"], "wait": (entries["crossed_ds"] - entries["captured_ds"]) / 10,
        "mode": pd.Categorical.from_codes(entries["has_barrier"].to_numpy(dtype=int), ["free_flow", "barrier"]),
    })  # fmt: skip
    for code, share in (("t6_entry_p50_s", 0.5), ("t6_entry_p95_s", 0.95)):
        yield areas.rows(code, waits, percentile_of("wait", share), 1, ("entry_mode", "mode"))
    yield from _of_bills(known, day, areas)
    yield from _of_lots(known, day, areas, begin)


def _of_bills(known: Known, day: date, areas: Areas) -> Iterator[pd.DataFrame]:
    bills = known.bills[known.bills["crossed_ds"] // DAY_DS == day.toordinal()]
    signed = known.paid["amount_cny"] * np.where(known.paid["kind"] == "refund", -1, 1)
    both = bills[["ticket", "crossed_ds"]].merge(known.paid.assign(signed=signed), on="ticket")
    in_time = both["paid_ds"] <= both["crossed_ds"] + RECOVERED_DS
    before = both["paid_ds"] <= both["crossed_ds"]
    first = both[(both["kind"] == "payment") & in_time].groupby("ticket")["paid_ds"].min()
    made = bills[["lot", "ticket", "crossed_ds", "due_cny"]].assign(
        paid_before=bills["ticket"].map(both[before].groupby("ticket")["signed"].sum()).fillna(0.0),
        paid_after=bills["ticket"].map(both[~before & in_time].groupby("ticket")["signed"].sum()).fillna(0.0),
        first_ds=bills["ticket"].map(first),
    )
    made["arrears"] = (made["due_cny"] - made["paid_before"]).clip(lower=0)
    made["recovered"] = np.minimum(made["paid_after"].clip(lower=0), made["arrears"])

    made = made.drop(columns=["ticket", "due_cny", "paid_before", "paid_after"])

    def after_leaving(rows):
        return (
            float((rows["first_ds"] > rows["crossed_ds"]).sum()),
            float(rows["first_ds"].notna().sum()),
            100.0,
        )

    yield areas.rows("t6_paid_after_leaving_pct", made, after_leaving, 100)
    yield areas.rows(
        "t6_arrears_recovered_30d_pct", made,
        lambda rows: (round(rows["recovered"].sum(), 2), round(rows["arrears"].sum(), 2), 100.0), 100,
    )  # fmt: skip


def _of_lots(known: Known, day: date, areas: Areas, begin: int) -> Iterator[pd.DataFrame]:
    inside = np.minimum(known.stays["left_ds"], begin + DAY_DS) - np.maximum(known.stays["entered_ds"], begin)
    parked = known.stays.assign(inside=inside.clip(lower=0)).groupby("lot")["inside"].sum()
    heard = set(known.heard.loc[known.heard["day"] == day.toordinal(), "lot"])
    listed = [lot for lot in known.lots if lot.opened <= day]
    rows = pd.DataFrame({
        "lot": [lot.identifier for lot in listed],
        "is_heard": [lot.identifier in heard for lot in listed],
        "space_s": [lot.spaces * DAY_S for lot in listed],
        "is_adopted": [lot.is_free_flow(day) for lot in listed],
        "had_barrier": [lot.is_scenic and any(b.installed <= day for b in lot.barriers) for lot in listed],
        "has_barrier": [
            any(b.installed <= day and (b.removed is None or b.removed > day) for b in lot.barriers)
            for lot in listed
        ],
    })  # fmt: skip
    rows["parked_s"] = rows["lot"].map(parked).fillna(0) / 10

    def occupancy(of):
        seen = of[of["is_heard"]]
        return float(seen["parked_s"].sum()), float(seen["space_s"].sum()), 100.0 * len(seen) / len(of)

    def share(of, part, whole=None):
        base = of if whole is None else of[of[whole]]
        return float(base[part].sum()), float(len(base)), 100.0

    rows["is_open"] = ~rows["has_barrier"]
    yield areas.rows("t6_occupancy_pct", rows, occupancy, 100)
    yield areas.rows("t6_lot_adopted_pct", rows, lambda of: share(of, "is_adopted"), 100)
    yield areas.rows(
        "t6_scenic_barrier_removed_pct", rows, lambda of: share(of, "is_open", "had_barrier"), 100
    )
