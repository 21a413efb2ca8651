"""The true indicators of the parking market: what happened, and the best anyone can know by an instant.

A day exists where any platform's file of events of it is readable. Its market: the spans of operators that cover it, at
lots of the newest list of lots, each in the district of its lot. An operator belongs to the enterprise above all that
hold more than half of each other up from it. Small is an operator of at most three lots in the whole city.

An operator enters an area on the first day of all its spans there, and leaves on the day its last one ends, if none is
open; also spans that are not of the day count for that. Movements, and vehicles, are of areas that have a market on the
day.

A month is the mean of its days that exist (movements: their sum; spaces and vehicles: sum by sum), and as complete as
these are many among the calendar's days. What happened: every day, every span, holding and vehicle.
"""

from __future__ import annotations

import calendar
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from simulator.departments import district, market_lists, parking_lists
from simulator.departments.parking_event import Events
from simulator.evidence import Evidence
from simulator.setting import Setting
from simulator.truth.areas import KEY, at_instants, divisible
from simulator.truth.fleets import NO_VEHICLES, Fleets
from simulator.truth.holdings import Holding, Holdings
from simulator.world.districts import CITY, HANGZHOU, District
from simulator.world.lots import Lot
from simulator.world.market import spans
from simulator.world.operators import candidates
from simulator.world.vehicles import register

SMALL_LOTS = 3
SCALES = {
    "t7_hhi": 10_000.0, "t7_top4_pct": 100.0, "t7_small_operator_pct": 100.0, "t7_entry_exit_count": 1.0,
    "t7_price_spread_cny": 1.0, "t7_spaces_per_vehicle": 1.0,
}  # fmt: skip
_MOVEMENTS = "t7_entry_exit_count"
_ALL = ("all", "all")
Span = tuple[
    str, str, int, float | None, int, int
]  # operator, lot, spaces, price, started, stopped (0: still runs)
_Area = tuple[str, str, str]  # its type, code and vintage
_Number = tuple[
    str, _Area, tuple[str, str], float, float
]  # code, area, group and its type, numerator, denominator


@dataclass(frozen=True)
class Known:
    """What the indicators are made of. `districts` are those of the listed lots; `vehicles` as `market_lists.Vehicles`."""

    days: tuple[date, ...]
    spans: tuple[Span, ...]
    districts: dict[str, str]
    holdings: Holdings
    vehicles: pd.DataFrame
    vintages: tuple[District, ...]


@dataclass(frozen=True)
class _Row:
    """An operator at a lot on a day."""

    operator: str
    group: str
    district: str
    spaces: int
    price: float | None


def indicators(city: Evidence, instants: tuple[datetime, ...]) -> pd.DataFrame:
    """The indicators of every day and month of the city's days, by district and for the city."""
    world = table(happened(city))
    made = at_instants(world, lambda as_of: table(known_at(city, as_of)), instants)
    return made.assign(period_type=np.where(made["period"].str.len() == len("2026-03"), "month", "day"))


def known_at(city: Evidence, as_of: datetime) -> Known:
    """What an exact reader of everything that had arrived would know."""
    heard = {each.day for each in city.sources if each.kind == Events.__name__ and each.arrived_at <= as_of}
    vehicles = city.newest_list(market_lists.VEHICLE, as_of)
    return _known(
        tuple(day for day in city.days if day in heard),
        city.listed(market_lists.OPERATOR, as_of), city.listed(parking_lists.LOTS, as_of),
        city.listed(market_lists.HOLDING, as_of), vehicles.rows if vehicles else NO_VEHICLES,
        city.listed(district.FEED, as_of),
    )  # fmt: skip


def happened(setting: Setting) -> Known:
    """The market as it was."""
    seed, scenario, scale, here = setting.seed, setting.scenario.market, setting.scale, setting.lots
    whole = spans(seed, scenario, scale, here)
    who = candidates(seed, scenario.large_groups, scale) if whole else None
    rows = tuple(
        (who.code[each.operator], here[each.lot].identifier, each.spaces, each.price_cny, each.started, each.stopped)
        for each in whole if who
    )  # fmt: skip
    holdings = market_lists.holdings(seed, scale).itertuples(index=False, name=None)
    return _known(setting.days, rows, here, holdings, register(seed, scale), HANGZHOU)


def _known(
    days: tuple[date, ...], rows: Iterable[Span], lots: Iterable[Lot], holdings: Iterable[Holding],
    vehicles: pd.DataFrame, vintages: tuple[District, ...],
) -> Known:  # fmt: skip
    districts = {lot.identifier: lot.district_code for lot in lots}
    listed = tuple(row for row in rows if row[1] in districts)
    return Known(days, listed, districts, Holdings(holdings), vehicles, vintages)


def table(known: Known) -> pd.DataFrame:
    """One row per indicator, period (day or month), area and group: value, numerator, denominator, completeness."""
    entries, exits = _movements(known)
    vehicles = Fleets(known.vehicles)
    made, months = [], defaultdict(list)
    for day in known.days:
        of_day = list(_of_day(known, day, entries, exits, vehicles))
        made += [_row(day.isoformat(), each, 100.0) for each in of_day]
        months[f"{day:%Y-%m}"].append(of_day)
    for period, days in months.items():
        made += _of_month(period, days)
    columns = [*KEY, "value", "numerator", "denominator", "completeness"]
    return divisible([pd.DataFrame(made, columns=columns)])


def _row(period: str, number: _Number, completeness: float) -> tuple:
    code, area, group, numerator, denominator = number
    value = SCALES[code] * numerator / denominator if denominator else np.nan
    return (code, period, *area, *group, value, numerator, denominator, completeness)


def _of_month(period: str, days: list[list[_Number]]) -> Iterator[tuple]:
    """Sums over the days that exist; of movements, over one."""
    numerators: dict = defaultdict(float)
    denominators: dict = defaultdict(float)
    exist: Counter = Counter()
    for of_day in days:
        exist.update({area for _, area, *_ in of_day})
        for code, area, group, numerator, denominator in of_day:
            numerators[code, area, group] += numerator
            denominators[code, area, group] += denominator
    length = calendar.monthrange(*map(int, period.split("-")))[1]
    for (code, area, group), numerator in numerators.items():
        denominator = 1.0 if code == _MOVEMENTS else denominators[code, area, group]
        yield _row(period, (code, area, group, numerator, denominator), 100 * exist[area] / length)


def _of_day(
    known: Known, day: date, entries: Counter, exits: Counter, vehicles: Fleets
) -> Iterator[_Number]:  # fmt: skip
    today = day.toordinal()
    rows = [
        _Row(operator, known.holdings.group_of(operator, today), known.districts[lot], spaces, price)
        for operator, lot, spaces, price, started, stopped in known.spans
        if started <= today and (not stopped or today < stopped)
    ]
    lots = Counter(row.operator for row in rows)
    in_force = {
        each.code: each.valid_from.isoformat()
        for each in known.vintages
        if each.valid_from <= day and (each.valid_to is None or day < each.valid_to)
    }
    areas: dict[_Area, list[_Row]] = defaultdict(list)
    for row in rows:
        areas["city", CITY, "all"].append(row)
        if row.district in in_force:
            areas["district", row.district, in_force[row.district]].append(row)
    for area, here in areas.items():
        yield from _of_area(area, here, lots)
        code = area[1]
        came, left = float(entries[code, today]), float(exits[code, today])
        for group, count in (
            (_ALL, came + left),
            (("movement", "entry"), came),
            (("movement", "exit"), left),
        ):
            yield _MOVEMENTS, area, group, count, 1.0
        spaces = float(sum(row.spaces for row in here))
        yield "t7_spaces_per_vehicle", area, _ALL, spaces, vehicles.count(code, today)


def _of_area(area: _Area, here: list[_Row], lots: Counter) -> Iterator[_Number]:
    """What the rows of an area alone decide, but for who is small: `lots` are the operators' in the whole city."""
    by_group: Counter = Counter()
    for row in here:
        by_group[row.group] += row.spaces
    spaces = sum(by_group.values())
    yield "t7_hhi", area, _ALL, sum(each**2 for each in by_group.values()) / spaces**2, 1.0
    largest = sorted(by_group.values(), reverse=True)[:4]
    yield "t7_top4_pct", area, _ALL, sum(largest) / spaces, 1.0
    operators = {row.operator for row in here}
    small = sum(lots[each] <= SMALL_LOTS for each in operators)
    yield "t7_small_operator_pct", area, _ALL, small / len(operators), 1.0
    prices = sorted(row.price for row in here if row.price is not None)
    if prices:
        # The least that at least so many tenths of them do not exceed.
        low, high = (prices[-(-tenths * len(prices) // 10) - 1] for tenths in (1, 9))
        yield "t7_price_spread_cny", area, _ALL, high - low, 1.0


def _movements(known: Known) -> tuple[Counter, Counter]:
    """How many operators enter and leave an area on a day (an ordinal), by its code; the city has all of them."""
    ran = defaultdict(list)
    for operator, lot, _, _, started, stopped in known.spans:
        for area in (CITY, known.districts[lot]):
            ran[area, operator].append((started, stopped))
    entries: Counter = Counter()
    exits: Counter = Counter()
    for (area, _), times in ran.items():
        entries[area, min(started for started, _ in times)] += 1
        if all(stopped for _, stopped in times):
            exits[area, max(stopped for _, stopped in times)] += 1
    return entries, exits
