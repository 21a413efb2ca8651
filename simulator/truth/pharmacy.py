"""The true indicators of the cloud pharmacy: what happened, and the best anyone can know from what had arrived by an instant.

An order counts on the local day on which it was placed, in the district of its address; by the age of its patient, where that
is known. Events count from the order until 72 hours after it: the earliest pickup, the earliest delivery after that, else the
earliest return. A reading holds until the box's next one, for 15 minutes at most. Where readings hold for at least 80 % of the
way, the cold was kept if they were outside 2 to 8 degrees for 600 s at most.

What happened: every order and its true end; in the boxes, how long the temperature was truly outside its limits.

A day is computed from the prescriptions of the seven days before it, and the events and readings of the three days after.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from simulator.departments import district
from simulator.departments.cold_chain_reading import ColdChainReadings
from simulator.departments.courier_event import CAME_BACK, HANDED_OVER, PICKED_UP, CourierEvents
from simulator.departments.pharmacy_order import Orders
from simulator.departments.prescription import UNKNOWN, Prescriptions
from simulator.departments.transit_lists import BANDS
from simulator.evidence import Evidence
from simulator.setting import Setting
from simulator.truth.areas import Areas, by_day, divisible, of_city, percentile_of_persons, share_of
from simulator.world.cold_boxes import HIGH, LOW
from simulator.world.districts import HANGZHOU
from simulator.world.pharmacy_deliveries import COUNTS_DS, DELIVERED, NO_BOX, RETURNED, deliveries
from simulator.world.prescriptions import pharmacy

ISSUED, TOLD = range(-7, 1), range(4)  # days around that of the order
HOLDS_DS, KEPT_DS = 9_000, 6_000
MEASURED_PCT = 80  # of the way
_AGES = (18, 60, 70, 80)  # from which the next band begins
_COLUMNS = ["district", "band", "door_ds", "is_in_time", "is_returned", "is_kept"]
_BY_AGE = ("age_band", "band")


@dataclass(frozen=True)
class Outcome:
    """What the indicators of a day are made of. `orders`: district (code), band (None: not known), door_ds (from the order to
    the delivery; NaN: not delivered), is_in_time, is_returned, is_kept (None: not cold, not delivered, or not known)."""

    orders: pd.DataFrame
    vintages: tuple


@dataclass(frozen=True)
class End:
    """What the events of an order say: instants, None for what did not happen."""

    picked_up: int | None = None
    delivered: int | None = None
    returned: int | None = None


def indicators(
    city: Evidence, instants: tuple[datetime, ...], days: tuple[date, ...] | None = None
) -> pd.DataFrame:
    """The indicators of the pharmacy of days (all of the city's, if None), by district and for the city; each day for
    itself."""
    return by_day(city, instants, days, happened, known_at, table)


def known_at(city: Evidence, day: date, as_of: datetime) -> Outcome:
    """What an exact reader of everything that had arrived would know about a day."""
    vintages = city.listed(district.FEED, as_of)
    files = [facts.rows for facts in city.facts(Orders, (day,), as_of)]
    if not files:
        return Outcome(pd.DataFrame(columns=_COLUMNS), vintages)
    (orders,) = files
    after = tuple(day + timedelta(shift) for shift in TOLD)
    before = tuple(day + timedelta(shift) for shift in ISSUED)
    events = [facts.rows for facts in city.facts(CourierEvents, after, as_of)]
    readings = [facts.rows for facts in city.facts(ColdChainReadings, after, as_of)]
    prescribed = [facts.rows for facts in city.facts(Prescriptions, before, as_of)]
    return Outcome(_known_orders(orders, events, readings, prescribed, day.year), vintages)


def _known_orders(
    orders: pd.DataFrame, events: list[pd.DataFrame], readings: list[pd.DataFrame], prescribed: list[pd.DataFrame],
    year: int,
) -> pd.DataFrame:  # fmt: skip
    ends, told = _ends(orders, events), _by_box(readings)
    born: dict[int, int] = {}
    for rows in prescribed:
        born.update(zip(rows["prescription"].tolist(), rows["birth_year"].tolist(), strict=True))
    made = []
    for row in orders.itertuples(index=False):
        end = ends[row.order]
        is_kept = None
        if row.box != NO_BOX and end.picked_up is not None and end.delivered is not None:
            is_kept = kept(end.picked_up, end.delivered, told.get(row.box, []))
        is_delivered = end.delivered is not None
        made.append((
            row.district, band(born.get(row.prescription, UNKNOWN), year),
            end.delivered - row.ordered_ds if is_delivered else math.nan,
            is_delivered and end.delivered <= row.promised_ds, end.returned is not None, is_kept,
        ))  # fmt: skip
    return pd.DataFrame(made, columns=_COLUMNS)


def band(birth_year: int, year: int) -> str | None:
    """The band of the age that somebody reaches in a year; None where the year of birth is not known."""
    if birth_year == UNKNOWN:
        return None
    return BANDS[sum(year - birth_year >= age for age in _AGES)]


def _ends(orders: pd.DataFrame, files: list[pd.DataFrame]) -> dict[int, End]:
    """What the events say of each order."""
    of_order = defaultdict(list)
    for rows in files:
        for row in rows.itertuples(index=False):
            of_order[row.order].append((row.at_ds, row.kind))
    return {
        order: _end(ordered, of_order.get(order, []))
        for order, ordered in zip(orders["order"].tolist(), orders["ordered_ds"].tolist(), strict=True)
    }


def _end(ordered: int, events: list[tuple[int, int]]) -> End:
    within = [(at, kind) for at, kind in events if ordered <= at <= ordered + COUNTS_DS]
    picked = min((at for at, kind in within if kind == PICKED_UP), default=None)
    if picked is None:
        return End()
    delivered, returned = (
        min((at for at, kind in within if kind == wanted and at >= picked), default=None)
        for wanted in (HANDED_OVER, CAME_BACK)
    )
    return End(picked, delivered, returned if delivered is None else None)


def _by_box(files: list[pd.DataFrame]) -> dict[int, list[tuple[int, float]]]:
    """The readings of each box, by time."""
    of_box = defaultdict(list)
    for rows in files:
        for row in rows.itertuples(index=False):
            of_box[row.box].append((row.at_ds, row.celsius))
    return {box: sorted(readings) for box, readings in of_box.items()}


def kept(picked_up: int, delivered: int, readings: Iterable[tuple[int, float]]) -> bool | None:
    """Whether the cold was kept on a way, given the readings (instant, degrees; NaN: not measured) of its box by time; None
    where too little was measured."""
    measured = outside = 0.0
    known = [*readings, (math.inf, math.nan)]
    for (at, celsius), (following, _) in pairwise(known):
        if at >= delivered:
            break
        held = min(at + HOLDS_DS, following, delivered) - max(at, picked_up)
        if held > 0 and not math.isnan(celsius):
            measured += held
            outside += held * (celsius < LOW or celsius > HIGH)
    way = delivered - picked_up
    if way <= 0 or measured * 100 < MEASURED_PCT * way:
        return None
    return outside <= KEPT_DS


def happened(setting: Setting, day: date) -> pd.DataFrame:
    """The indicators of a day as it was."""
    here = pharmacy(setting)
    rows, who = deliveries(here, day), here.recipients
    patient, end = rows["patient"].to_numpy(), rows["end"].to_numpy()
    ended = rows["ended_ds"].to_numpy()
    # Those that are too late end otherwise.
    is_delivered = end == DELIVERED
    outside = (rows["warm_until"] - rows["warm_from"]).to_numpy()
    is_kept = np.where(outside <= KEPT_DS, True, False).astype(object)
    is_kept[~is_delivered | (rows["box"] == NO_BOX).to_numpy()] = None
    orders = pd.DataFrame({
        "district": who.districts[who.district[patient]],
        "band": [band(born, day.year) for born in who.birth_year[patient].tolist()],
        "door_ds": np.where(is_delivered, ended - rows["ordered_ds"].to_numpy(), np.nan),
        "is_in_time": is_delivered & (ended <= rows["promised_ds"].to_numpy()),
        "is_returned": end == RETURNED, "is_kept": is_kept,
    })  # fmt: skip
    return table(Outcome(orders, HANGZHOU), day)


def table(outcome: Outcome, day: date) -> pd.DataFrame:
    """One row per indicator, area and group: value, numerator, denominator, completeness."""
    return divisible(_of_day(outcome, day))


def _of_day(outcome: Outcome, day: date) -> Iterator[pd.DataFrame]:
    orders = outcome.orders.assign(place=outcome.orders["district"])
    codes = orders["place"].unique()
    areas = Areas(
        outcome.vintages, day, pd.DataFrame({"place": codes, "district": codes}), groups_in=("city",)
    )
    yield areas.rows("h4_on_time_pct", orders, share_of("is_in_time"), 100, _BY_AGE)
    delivered = orders[orders["door_ds"].notna()]
    delivered = delivered.assign(door_h=delivered["door_ds"] / 36_000)
    yield areas.rows("h4_door_p50_h", delivered, percentile_of_persons("door_h", 50), 1, _BY_AGE)
    yield areas.rows("h4_door_p90_h", delivered, percentile_of_persons("door_h", 90), 1, _BY_AGE)
    cold = orders[orders["is_kept"].notna()]
    # Too few a day to tell of a district.
    yield of_city(areas.rows("h4_cold_chain_kept_pct", cold, share_of("is_kept"), 100))
    yield of_city(areas.rows("h4_not_collected_pct", orders, share_of("is_returned"), 100, _BY_AGE))
