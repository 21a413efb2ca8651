"""The true indicators of law enforcement: what happened, and the best anyone can know from what had arrived by an instant.

Cases count on the local day on which they were closed, in the district where they were found. Who it was is told by
`offenders`; an offence is a repeated one where the same offender has another case, of any agency, that was closed earlier
(then of the lesser agency, then number) and at most 30 days before. A case is coordinated where the newest plan has an
operation of at least two agencies, one of them its own, in its district when it was found. What is not in the newest list
of violations is `unknown`. Vehicles are those of the newest list; an area that has some has no case rather than no row, on
days on which any case was closed.

What happened: every case, its true offender, all operations, violations and vehicles.

A day is computed from the cases of the 30 days before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.departments import district, enforcement_lists, market_lists, ship_lists
from simulator.departments.enforcement import Cases, Enforcement, given_by
from simulator.evidence import Evidence, Source
from simulator.setting import Setting
from simulator.times import DAY_DS
from simulator.truth.areas import KEY, Areas, by_day, divisible, percentile_of, share_of
from simulator.truth.fleets import NO_VEHICLES, Fleets
from simulator.truth.offenders import Enterprises, Ships, offenders
from simulator.world.districts import HANGZHOU
from simulator.world.enforcement import LONGEST_DAYS, MONITORING, closed, identities
from simulator.world.joint_operations import Operation, begun_between, coordinated
from simulator.world.vehicles import register
from simulator.world.violations import AGENCIES, VIOLATIONS

REPEATED_DAYS = 30
UNKNOWN = "unknown"
TABLE = "transport.enforcement_case"
_OPERATION_DAYS = 10  # no operation takes longer
_OF_VEHICLES = ("highway", "road")
_NOTHING = pd.DataFrame(columns=[*KEY, "value", "numerator", "denominator", "completeness"])
_NO_ENTERPRISES = pd.DataFrame({"credit_code": [], "name": [], "street": np.zeros(0, np.int16)})


@dataclass(frozen=True)
class Outcome:
    """What the indicators of a day are made of. `cases`: agency, district (code), category, way (place in `WAYS`), close_days,
    offender (a text, None: nobody is known), is_repeat, is_coordinated, fine_cny, paid_cny."""

    cases: pd.DataFrame
    vehicles: Fleets
    vintages: tuple


def indicators(
    city: Evidence, instants: tuple[datetime, ...], days: tuple[date, ...] | None = None
) -> pd.DataFrame:
    """The indicators of law enforcement of days (all of the city's, if None), by district and for the city; each day for
    itself."""
    return by_day(city, instants, days, happened, known_at, table)


def known_at(city: Evidence, day: date, as_of: datetime) -> Outcome:
    """What an exact reader of everything that had arrived would know about a day."""
    lists = [city.newest_issue(feed, as_of) for feed in (enforcement_lists.ENTERPRISE, ship_lists.SHIP)]
    days = tuple(day - timedelta(back) for back in range(REPEATED_DAYS + 1))
    files = city.newest(Cases, days, as_of)
    seen = [_identified(each, *lists) for each in files]
    categories = {row[:2]: row[2] for row in city.listed(enforcement_lists.VIOLATION, as_of)}
    operations = _operations(city.listed(enforcement_lists.OPERATION, as_of))
    today = [(file.load(), known) for file, known in zip(files, seen, strict=True) if file.day == day]
    cases = [
        facts.rows.assign(
            agency=facts.agency, offender=known["offender"].to_numpy(),
            category=[categories.get((facts.agency, each), UNKNOWN) for each in facts.rows["violation"]],
            is_coordinated=_is_coordinated(facts.agency, facts.rows, operations),
        )
        for facts, known in today
    ]  # fmt: skip
    vehicles = city.newest_list(market_lists.VEHICLE, as_of)
    fleets = Fleets(vehicles.rows if vehicles else NO_VEHICLES)
    return Outcome(_with_repeats(cases, seen), fleets, city.listed(district.FEED, as_of))


@lru_cache(maxsize=256)
def _identified(file: Source, enterprises: Source | None, ships: Source | None) -> pd.DataFrame:
    """The cases of a file with their offenders: agency, case, closed_ds, offender."""
    facts = file.load()
    found = offenders(facts.agency, facts.rows, _enterprises(enterprises), _ships(ships))
    return facts.rows[["case", "closed_ds"]].assign(agency=facts.agency, offender=found)


@lru_cache(maxsize=2)
def _enterprises(issue: Source | None) -> Enterprises:
    return Enterprises(issue.load().rows if issue else _NO_ENTERPRISES)


@lru_cache(maxsize=2)
def _ships(issue: Source | None) -> Ships:
    return Ships(issue.load() if issue else ())


def _operations(rows: tuple) -> list[Operation]:
    """The operations of a plan, which has a row for each agency of one."""
    agencies = defaultdict(list)
    for number, agency, *rest in rows:
        agencies[(number, *rest)].append(agency)
    return [Operation(number, tuple(who), *rest) for (number, *rest), who in agencies.items()]


def _is_coordinated(agency: str, rows: pd.DataFrame, operations: list[Operation]) -> np.ndarray:
    return coordinated(agency, rows["district"].to_numpy(), rows["found_ds"].to_numpy(), operations)


def _with_repeats(cases: list[pd.DataFrame], seen: list[pd.DataFrame]) -> pd.DataFrame:
    """The cases of a day, given those of the day and of the 30 days before: of one offender all but the first repeat."""
    if not cases:
        return pd.DataFrame()
    whole = pd.concat(seen, ignore_index=True).sort_values(["closed_ds", "agency", "case"])
    known = whole[whole["offender"].notna()]
    again = set(known["case"][known.duplicated("offender")])
    rows = pd.concat(cases, ignore_index=True)
    days = (rows[name].to_numpy(np.int64) // DAY_DS for name in ("closed_ds", "found_ds"))
    return rows.assign(is_repeat=rows["case"].isin(again), close_days=np.subtract(*days))


def happened(setting: Setting, day: date) -> pd.DataFrame:
    """The indicators of a day as it was."""
    given = given_by(setting)
    seen = [
        _truly(given, agency, day - timedelta(back))
        for back in range(REPEATED_DAYS + 1)
        for agency in AGENCIES
    ]
    first = day - timedelta(LONGEST_DAYS + _OPERATION_DAYS)
    operations = begun_between(given.seed, given.scenario.operations, first, day)
    cases = []
    for agency, known in zip(AGENCIES, seen, strict=False):  # those of the day itself come first
        rows = closed(given.seed, given.scenario, agency, day, given.who, given.ships)
        categories = np.array([each.category for each in VIOLATIONS[agency]], dtype=object)
        cases.append(rows.assign(
            agency=agency, offender=known["offender"].to_numpy(), category=categories[rows["violation"].to_numpy()],
            is_coordinated=_is_coordinated(agency, rows, operations),
        ))  # fmt: skip
    vehicles = Fleets(register(setting.seed, setting.scale))
    return table(Outcome(_with_repeats(cases, seen), vehicles, HANGZHOU), day)


@lru_cache(maxsize=256)
def _truly(given: Enforcement, agency: str, day: date) -> pd.DataFrame:
    """The cases that an agency closed on a day with their true offenders: agency, case, closed_ds, offender."""
    rows = closed(given.seed, given.scenario, agency, day, given.who, given.ships)
    found = identities(given.seed, agency, rows, given.who, given.ships)
    return rows[["case", "closed_ds"]].assign(agency=agency, offender=found)


def answers(city: Evidence, days: tuple[date, ...]) -> pd.DataFrame:
    """Who it really was, for each case of some days that is known when everything has arrived: table, key, column, answer
    (all texts). Of vehicles, and of ships that are in no list, nothing is said."""
    given = given_by(city)
    unlisted = {f"ship:{mmsi}" for mmsi in given.ships.mmsi[~given.ships.listed].tolist()}
    made = []
    for facts in city.facts(Cases, days, city.after_late_data):
        true = _truly(given, facts.agency, facts.day).set_index("case")["offender"]
        said = true[facts.rows["case"].to_numpy()]
        said = said[~said.str.startswith("vehicle:") & ~said.isin(unlisted)]
        made.append(pd.DataFrame({"key": said.index, "answer": said.to_numpy()}))
    whole = pd.concat([pd.DataFrame({"key": [], "answer": []}, dtype=object), *made], ignore_index=True)
    whole = whole.assign(table=TABLE, column="offender_id")
    return whole[["table", "key", "column", "answer"]].sort_values("key", ignore_index=True)


def table(outcome: Outcome, day: date) -> pd.DataFrame:
    """One row per indicator, area and group: value, numerator, denominator, completeness."""
    return divisible(list(_of_day(outcome, day)) or [_NOTHING])


def _count(rows: pd.DataFrame) -> tuple[float, float, float]:
    return float(len(rows)), 1.0, 100.0


def _sums(column: str, of_column: str) -> Callable[[pd.DataFrame], tuple[float, float, float]]:
    """A column's sum over another's."""
    return lambda rows: (float(rows[column].sum()), float(rows[of_column].sum()), 100.0)


def _of_day(outcome: Outcome, day: date) -> Iterator[pd.DataFrame]:
    cases = outcome.cases
    if not len(cases):
        return
    found_in = cases["district"].unique()
    areas = Areas(outcome.vintages, day, pd.DataFrame({"place": found_in, "district": found_in}))
    cases = cases.assign(place=cases["district"], is_monitored=cases["way"] == MONITORING)
    by_category = ("category", "category")
    yield areas.rows("t2_case_count", cases, _count, 1, by_category)
    yield areas.rows("t2_coordinated_pct", cases, share_of("is_coordinated"), 100, by_category)
    yield areas.rows("t2_found_by_monitoring_pct", cases, share_of("is_monitored"), 100, by_category)
    known = cases[cases["offender"].notna()]
    yield areas.rows("t2_repeat_offender_pct", known, share_of("is_repeat"), 100, by_category)
    yield areas.rows("t2_close_p50_day", cases, percentile_of("close_days", 0.5), 1, by_category)
    # Where there was no fine nothing is added to either.
    yield areas.rows("t2_fines_collected_pct", cases, _sums("paid_cny", "fine_cny"), 100, by_category)
    yield _per_vehicle(outcome, day)


def _per_vehicle(outcome: Outcome, day: date) -> pd.DataFrame:
    """Cases of vehicles by the vehicles that are registered, wherever there are some."""
    of_vehicles = outcome.cases[outcome.cases["agency"].isin(_OF_VEHICLES)]
    codes = sorted({*of_vehicles["district"], *outcome.vehicles.districts})
    counted = of_vehicles["district"].value_counts()
    both = pd.DataFrame({
        "place": codes, "cases": [float(counted.get(code, 0)) for code in codes],
        "vehicles": [outcome.vehicles.count(code, day.toordinal()) for code in codes],
    })  # fmt: skip
    areas = Areas(outcome.vintages, day, pd.DataFrame({"place": codes, "district": codes}))
    return areas.rows("t2_cases_per_10k_vehicle", both, _sums("cases", "vehicles"), 10_000)
