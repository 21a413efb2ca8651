"""The true indicators of public transport: what happened, and the best anyone can know from what had arrived by an instant.

A party is taps of one user at one station in one direction (in one bus) of which each follows the one before by at most two
minutes. A party that goes in pairs with the user's next party out, if no other goes in before and it is at most four hours
later. A change is from a way out of the metro to the user's first boarding after the way in, half an hour after it at most.

Journeys count on the local day of their entry, taps that pair with nothing on that of their party. Residents are those of the
newest year that is not after the day's. A month or year is the sum of its days that exist over the residents, and as complete
as these are many among the calendar's days.

What happened: everybody's journeys, on whatever code, with true times.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from simulator.departments import bus_tap, metro_tap, transit_lists
from simulator.departments.bus_tap import BusTaps
from simulator.departments.metro_tap import MetroTaps
from simulator.evidence import Evidence
from simulator.setting import Setting
from simulator.times import DAY_DS
from simulator.truth.areas import KEY, by_day
from simulator.world.districts import CITY
from simulator.world.journeys import CODE, NOWHERE, begun_by

TABLE = "transport.transit_trip"
TRIPS = "t5_trips_per_person"
PARTY_DS, PAIR_DS, CHANGE_DS = 1_200, 4 * 36_000, 18_000
_MODES = {"metro": transit_lists.METRO, "bus": transit_lists.BUS}
_AROUND = (-1, 0, 1)
_COLUMNS = [*KEY, "value", "numerator", "denominator", "completeness"]


@dataclass(frozen=True)
class Boarding:
    """A party that boards, or one that leaves and belongs to none: of the metro (`out_ds` of the party with which it pairs) or
    of a bus. `in_ds` of one that leaves alone is when it left. `unpaired` and `taps` count taps, `persons` those who board."""

    user: int
    mode: str
    pay: int
    in_ds: int
    out_ds: int | None
    boards: bool
    taps: int
    persons: int
    unpaired: int


@dataclass(frozen=True)
class Outcome:
    """What the indicators of a day are made of: its boardings, the tenths of seconds of its changes, (mode, since when an
    ordinal or 0) of places, residents (None: not known)."""

    boardings: list[Boarding]
    changes: list[int]
    places: tuple[tuple[str, int], ...]
    residents: int | None


def indicators(
    city: Evidence, instants: tuple[datetime, ...], days: tuple[date, ...] | None = None
) -> pd.DataFrame:
    """The indicators of public transport of days (all of the city's, if None) for the city; each day for itself."""
    return by_day(city, instants, days, happened, known_at, table)


def periods(of_days: pd.DataFrame) -> pd.DataFrame:
    """The months and years of trips per person, given all days."""
    days = of_days[of_days["code"] == TRIPS]
    made = []
    for kind, length in (("month", 7), ("year", 4)):
        for (period, _), rows in days.groupby([days["period"].str[:length], "as_of"]):
            known = rows[rows["knowable"].notna()]
            whole = known["numerator"].sum() / known["denominator"].max() if len(known) else np.nan
            made.append(rows.iloc[0].to_dict() | {
                "period_type": kind, "period": period, "world": rows["world"].sum(), "knowable": whole,
                "numerator": known["numerator"].sum(), "denominator": known["denominator"].max() if len(known) else 0.0,
                "completeness": 100 * len(known) / _length(period),
            })  # fmt: skip
    return pd.DataFrame(made, columns=of_days.columns)


def _length(period: str) -> int:
    year, *month = map(int, period.split("-"))
    return calendar.monthrange(year, month[0])[1] if month else 365 + calendar.isleap(year)


def known_at(city: Evidence, day: date, as_of: datetime) -> Outcome:
    """What an exact reader of everything that had arrived would know about a day."""
    around = tuple(day + timedelta(shift) for shift in _AROUND)
    metro = [facts.rows for facts in city.facts(MetroTaps, around, as_of)]
    bus = [facts.rows for facts in city.facts(BusTaps, around, as_of)]
    boardings = [*_metro_boardings(metro), *_bus_boardings(bus)]
    return _outcome(
        boardings,
        day,
        city.listed(transit_lists.ACCEPTANCE, as_of),
        city.listed(transit_lists.POPULATION, as_of),
    )


def _outcome(boardings: list[Boarding], day: date, places: tuple, population: tuple) -> Outcome:
    years = {year for year, _ in population if year <= day.year}
    residents = sum(count for year, count in population if year == max(years)) if years else None
    of_day = [each for each in boardings if each.in_ds // DAY_DS == day.toordinal()]
    changes = [waited for later, waited in _changes(boardings) if later.in_ds // DAY_DS == day.toordinal()]
    named = {mode: name for name, mode in _MODES.items()}
    return Outcome(of_day, changes, tuple((named[mode], since) for mode, since in places), residents)


def _metro_boardings(files: list[pd.DataFrame]) -> Iterator[Boarding]:
    """Parties at the gates as pairs, or alone."""
    if not files:
        return
    parties = _parties(pd.concat(files, ignore_index=True), ["user", "station", "is_in"])
    # At one instant those who leave come first, then the least tap.
    parties = parties.sort_values(["user", "at_ds", "is_in", "tap"], kind="stable")
    waiting = None
    for party in parties.itertuples(index=False):
        if waiting is not None and (party.user != waiting.user or party.is_in):
            yield _alone(waiting)
            waiting = None
        if party.is_in:
            waiting = party
        elif waiting is not None and party.at_ds - waiting.at_ds <= PAIR_DS:
            persons = min(waiting.taps, party.taps)
            rest = waiting.taps + party.taps - 2 * persons
            yield Boarding(party.user, "metro", waiting.pay, waiting.at_ds, party.at_ds, True,
                           waiting.taps + party.taps, waiting.taps, rest)  # fmt: skip
            waiting = None
        else:
            if waiting is not None:
                yield _alone(waiting)
                waiting = None
            yield _alone(party)
    if waiting is not None:
        yield _alone(waiting)


def _alone(party) -> Boarding:
    persons = party.taps if party.is_in else 0
    return Boarding(
        party.user, "metro", party.pay, party.at_ds, None, bool(party.is_in), party.taps, persons, party.taps
    )


def _bus_boardings(files: list[pd.DataFrame]) -> Iterator[Boarding]:
    if not files:
        return
    parties = _parties(pd.concat(files, ignore_index=True), ["user", "route", "direction", "trip", "service"])
    for party in parties.itertuples(index=False):
        yield Boarding(party.user, "bus", party.pay, party.at_ds, None, True, party.taps, party.taps, 0)


def _parties(taps: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The first tap of every party, with `taps`, how many it has."""
    rows = taps.sort_values([*by, "at_ds", "tap"], kind="stable", ignore_index=True)
    same = (rows[by] == rows[by].shift()).all(axis=1)
    begins = ~(same & (rows["at_ds"].diff() <= PARTY_DS))
    number = begins.cumsum()
    first = rows[begins].copy()
    return first.assign(taps=number.value_counts().sort_index().to_numpy())


def _changes(boardings: Iterable[Boarding]) -> Iterator[tuple[Boarding, int]]:
    """Who boards after having left the metro, and the tenths of seconds between."""
    of_user = defaultdict(list)
    for each in boardings:
        if each.boards:
            of_user[each.user].append(each)
    for rides in of_user.values():
        rides.sort(key=lambda each: each.in_ds)
        for place, ride in enumerate(rides):
            later = next((each for each in rides[place + 1 :] if each.in_ds > ride.in_ds), None)
            if ride.out_ds is not None and later and 0 <= later.in_ds - ride.out_ds <= CHANGE_DS:
                yield later, later.in_ds - ride.out_ds


def happened(setting: Setting, day: date) -> pd.DataFrame:
    """The indicators of a day as it was."""
    seed, scenario, here = setting.seed, setting.scenario.transit, setting.network
    boardings = []
    for begun in begun_by(day):
        journeys = metro_tap.on_days(seed, scenario, here, begun, day)
        midnight = begun.toordinal() * DAY_DS
        for row in journeys.itertuples(index=False):
            # Whoever borrows a code is somebody else.
            user = -row.user if row.is_lent else row.user
            people = 1 + row.companions
            boardings.append(Boarding(user, "metro", row.pay, midnight + row.in_s * 10, midnight + row.out_s * 10, True,
                                      2 * people, people, 0))  # fmt: skip
    buses = bus_tap.tapped(seed, scenario, day, here)
    boardings += [
        Boarding(row.user, "bus", row.pay, row.at_ds, None, True, 1, 1, 0)
        for row in buses.itertuples(index=False)
    ]
    places = transit_lists.acceptance_list(here, day).facts
    return table(
        _outcome(boardings, day, places, transit_lists.population_list(seed, setting.scale).facts), day
    )


def answers(city: Evidence, days: tuple[date, ...]) -> pd.DataFrame:
    """Where passengers of buses of some days boarded, where the stop was missing, and where they left: table, key, column,
    answer (all texts), of taps that are known when everything has arrived."""
    made = []
    for facts in city.facts(BusTaps, days, city.after_late_data):
        true = bus_tap.tapped(city.seed, city.scenario.transit, facts.day, city.network).set_index("tap")
        known = true.loc[facts.rows["tap"].to_numpy()]
        keys = pd.Series(bus_tap.tap_texts(facts.day, facts.rows["tap"]), index=known.index)
        for column, rows in (("board_place", known[known["stop"] == NOWHERE]), ("alight_place", known)):
            places = rows["board" if column == "board_place" else "alight"].to_numpy(np.int64)
            made.append(
                pd.DataFrame({"key": keys[rows.index], "column": column, "answer": city.network.stop[places]})
            )
    whole = pd.concat(
        [pd.DataFrame({"key": [], "column": [], "answer": []}, dtype=object), *made], ignore_index=True
    )
    return whole.assign(table=TABLE)[["table", "key", "column", "answer"]].sort_values(
        ["column", "key"], ignore_index=True
    )


def table(outcome: Outcome, day: date) -> pd.DataFrame:
    """One row per indicator and group, for the city: value, numerator, denominator, completeness."""
    rows = [
        {"code": code, "period": day.isoformat(), "area_type": "city", "area": CITY, "vintage": "all",
         "group_type": "mode" if group != "all" else "all", "group": group, "value": scale * numerator / denominator,
         "numerator": float(numerator), "denominator": float(denominator), "completeness": 100.0}
        for code, group, numerator, denominator, scale in _of_day(outcome, day)
        if denominator
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=_COLUMNS)


def _of_day(outcome: Outcome, day: date) -> Iterator[tuple[str, str, float, float, float]]:
    """Code, group, numerator, denominator, scale."""
    boarding = [each for each in outcome.boardings if each.boards]
    if boarding and outcome.residents:
        yield TRIPS, "all", sum(each.persons for each in boarding), outcome.residents, 1
    for group in ("all", *_MODES):
        of = [each for each in boarding if group in ("all", each.mode)]
        by_code = sum(each.persons for each in of if each.pay == CODE)
        yield "t5_code_scan_pct", group, by_code, sum(each.persons for each in of), 100
        if outcome.boardings:
            places = [since for mode, since in outcome.places if group in ("all", mode)]
            accepted = sum(0 < since <= day.toordinal() for since in places)
            yield "t5_mobile_pay_accepted_pct", group, accepted, len(places), 100
    if outcome.changes:
        ordered = sorted(outcome.changes)
        yield "t5_transfer_p50_min", "all", ordered[(len(ordered) + 1) // 2 - 1] / 600, 1, 1
    metro = [each for each in outcome.boardings if each.mode == "metro"]
    yield (
        "t5_unpaired_tap_pct",
        "all",
        sum(each.unpaired for each in metro),
        sum(each.taps for each in metro),
        100,
    )
