"""The true parking indicators: what happened, and the best anyone can know from what had arrived by an instant.

How what was seen becomes stays (`stays`): within a lot, a car that drives in and is next seen driving out within 48
hours stayed from then till then. Of the events left over, a way in and a later way out within 48 hours, whose plates
differ in one character, belong together where neither could belong to another. An unread plate belongs to nothing.

A bill is an exit that names one; it owes what is due less what was paid until leaving. Nobody asks whose car it was.
A lot counts for its occupancy on a day on which any event of it is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from simulator.city import City
from simulator.departments import district, parking_event, parking_lists
from simulator.departments.parking_event import Events
from simulator.departments.parking_payment import Payments
from simulator.truth.areas import Areas, at_instants, divisible, percentile_of
from simulator.world import parking
from simulator.world.districts import HANGZHOU
from simulator.world.lots import Lot

DAY_DS = parking.DAY_S * 10
WITHIN_DS = 2 * DAY_DS
RECOVERED_DS = 30 * DAY_DS


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


def indicators(city: City, instants: tuple[datetime, ...]) -> pd.DataFrame:
    """The parking indicators of every day, by district and for the city."""
    world = table(_happened(city), city.days)
    return at_instants(world, lambda as_of: table(known_at(city, as_of), city.days), instants)


def known_at(city: City, as_of: datetime) -> Known:
    """What an exact reader of everything that had arrived would know."""
    files: dict[tuple, pd.DataFrame] = {}
    paid: dict[date, pd.DataFrame] = {}
    for each in city.observations:
        if isinstance(each.facts, Events) and each.arrived_by(as_of):
            files[each.facts.platform, each.facts.day] = each.facts.rows
        if isinstance(each.facts, Payments) and each.arrived_by(as_of):
            paid[each.facts.day] = each.facts.rows
    events = pd.concat(list(files.values()), ignore_index=True)
    return Known(
        events[events["is_entry"]], stays(events), events[events["ticket"] != ""],
        pd.concat(list(paid.values()), ignore_index=True), _heard(events),
        city.listed(parking_lists.LOTS, as_of), city.listed(district.FEED, as_of),
    )  # fmt: skip


def _happened(city: City) -> Known:
    events, paid, stayed = [], [], []
    for day in city.days:
        events.append(parking_event.happened(city.seed, city.scenario, day, city.lots))
    for back in range(-2, len(city.days)):
        day = city.first + timedelta(back)
        came = parking.arrivals(city.seed, city.scenario.parking, city.lots, day)
        stayed.append(_absolute(came, day, city.lots))
        rows = parking.payments(city.seed, city.scenario.parking, city.lots, day).rows
        paid.append(rows.assign(paid_ds=_ds(rows["paid_s"], day)))
    whole = pd.concat(events, ignore_index=True)
    return Known(
        whole[whole["is_entry"]], pd.concat(stayed, ignore_index=True), whole[whole["ticket"] != ""],
        pd.concat(paid, ignore_index=True), _heard(whole), city.lots, HANGZHOU,
    )  # fmt: skip


def _absolute(came: pd.DataFrame, day: date, lots: tuple[Lot, ...]) -> pd.DataFrame:
    names = np.array([lot.identifier for lot in lots])
    return pd.DataFrame({"lot": names[came["lot"]], "entered_ds": _ds(came["entered_s"], day),
                         "left_ds": _ds(came["left_s"], day)})  # fmt: skip


def _ds(seconds: pd.Series, day: date) -> np.ndarray:
    return np.rint(seconds.to_numpy() * 10).astype(np.int64) + day.toordinal() * DAY_DS


def _heard(events: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"lot": events["lot"], "day": events["crossed_ds"] // DAY_DS}).drop_duplicates()


def stays(events: pd.DataFrame) -> pd.DataFrame:
    """Who stayed where from when till when, from what was seen."""
    seen = events[events["plate"] != ""].sort_values(
        ["lot", "plate", "crossed_ds", "is_entry", "event"], ignore_index=True
    )
    following = seen.groupby(["lot", "plate"], sort=False)[["crossed_ds", "is_entry"]].shift(-1)
    goes = seen["is_entry"] & (following["is_entry"] == False)  # noqa: E712 (it may be missing)
    goes &= following["crossed_ds"] - seen["crossed_ds"] <= WITHIN_DS
    sure = pd.DataFrame({"lot": seen.loc[goes, "lot"], "entered_ds": seen.loc[goes, "crossed_ds"],
                         "left_ds": following.loc[goes, "crossed_ds"].astype(np.int64)})  # fmt: skip
    left_over = seen[~goes & ~goes.shift(1, fill_value=False)]
    return pd.concat([sure, _misread(left_over)], ignore_index=True)


def _misread(left_over: pd.DataFrame) -> pd.DataFrame:
    ways = [_wildcards(left_over[left_over["is_entry"] == is_entry]) for is_entry in (True, False)]
    both = ways[0].merge(ways[1], on=["lot", "wild"], suffixes=("", "_out"))
    apart = both["crossed_ds_out"] - both["crossed_ds"]
    both = both[(both["plate"] != both["plate_out"]) & (apart > 0) & (apart <= WITHIN_DS)]
    once = (both.groupby("event")["event"].transform("size") == 1) & (
        both.groupby("event_out")["event_out"].transform("size") == 1
    )
    sure = both[once]
    return pd.DataFrame(
        {"lot": sure["lot"], "entered_ds": sure["crossed_ds"], "left_ds": sure["crossed_ds_out"]}
    )


def _wildcards(events: pd.DataFrame) -> pd.DataFrame:
    """Every event once for each place of its plate, with that place open."""
    wild = [
        [f"{plate[:n]}*{plate[n + 1 :]}" for n in range(len(plate))] for plate in events["plate"].tolist()
    ]
    return events.assign(wild=pd.Series(wild, index=events.index, dtype=object)).explode("wild")


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
    waits = entries.assign(
        wait=(entries["crossed_ds"] - entries["captured_ds"]) / 10,
        mode=np.where(entries["has_barrier"], "barrier", "free_flow"),
    )
    for code, share in (("t6_entry_p50_s", 0.5), ("t6_entry_p95_s", 0.95)):
        yield areas.rows(code, waits, percentile_of("wait", share), 1, groups=("entry_mode", "mode"))
    yield from _of_bills(known, day, areas)
    yield from _of_lots(known, day, areas, begin)


def _of_bills(known: Known, day: date, areas: Areas) -> Iterator[pd.DataFrame]:
    bills = known.bills[known.bills["crossed_ds"] // DAY_DS == day.toordinal()]
    signed = known.paid["amount_cny"] * np.where(known.paid["kind"] == "refund", -1, 1)
    both = bills[["ticket", "crossed_ds"]].merge(known.paid.assign(signed=signed), on="ticket")
    in_time = both["paid_ds"] <= both["crossed_ds"] + RECOVERED_DS
    before = both["paid_ds"] <= both["crossed_ds"]
    first = both[(both["kind"] == "payment") & in_time].groupby("ticket")["paid_ds"].min()
    made = bills.assign(
        paid_before=bills["ticket"].map(both[before].groupby("ticket")["signed"].sum()).fillna(0.0),
        paid_after=bills["ticket"].map(both[~before & in_time].groupby("ticket")["signed"].sum()).fillna(0.0),
        first_ds=bills["ticket"].map(first),
    )
    made["arrears"] = (made["due_cny"] - made["paid_before"]).clip(lower=0)
    made["recovered"] = np.minimum(made["paid_after"].clip(lower=0), made["arrears"])

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
        "space_s": [lot.spaces * parking.DAY_S for lot in listed],
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
