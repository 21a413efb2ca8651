"""Cases that the agencies of law enforcement close on a day: found up to 45 days earlier, of a vehicle or ship or of an
enterprise, with a fine and what was paid of it.

Those closed on a day depend on the seed and that day alone. On free days less is closed, and nearly all of it on the
spot. Enterprises are mostly caught in their own district.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.scenario.enforcement import EnforcementScenario
from simulator.streams import stream
from simulator.times import DAY_S
from simulator.world.calendar import is_free
from simulator.world.fairways import FAIRWAYS
from simulator.world.offenders import NOBODY, Offenders, again, enterprises_elsewhere, plates_of
from simulator.world.ships import Fleet
from simulator.world.streets import districts
from simulator.world.violations import VIOLATIONS, Violation

LONGEST_DAYS = 45
WAYS = ("monitoring", "patrol", "report", "transfer")
MONITORING = 0
_WAY_SHARES = {
    "waterway": (0.50, 0.30, 0.12),
    "highway": (0.45, 0.35, 0.12),
    "road": (0.35, 0.42, 0.15),
}
_AT_ONCE = {True: 0.90, False: 0.35}  # found and closed on one day, on a free day and on others
_AT_ONCE_S = 600  # after it was found at least
_OPENS_S, _OPEN_S = 8 * 3600 + 1800, 9 * 3600
_WAKES_S, _AWAKE_S = 3600, 22 * 3600
_AT_HOME = 0.6  # of enterprises
_LEAST_CNY, _MOST_CNY, _STEP_CNY = 50, 200_000, 50
_WARNED, _PAID_ALL, _PAID_IN_PART = 0.04, 0.78, 0.88
_ENTERPRISES_ELSEWHERE = 0.1  # of as many as there are vehicles from elsewhere
# Of each agency so many numbers a day, so that a year's fit into the digits: six, or eight.
_NUMBERS = {"waterway": ("W", 6, 2_700), "highway": ("H", 8, 270_000), "road": ("D", 8, 270_000)}


@lru_cache(maxsize=128)
def closed(
    seed: int, scenario: EnforcementScenario, agency: str, day: date, who: Offenders, ships: Fleet
) -> pd.DataFrame:
    """The cases that an agency closed on a day, by time.

    Columns: case (its number, a text), found_ds, closed_ds (tenths of seconds since the calendar's first day, local; whole
    seconds), violation (place in `VIOLATIONS` of the agency), way (place in `WAYS`), is_ais (by transponder, else by
    camera), district (its code), mover (plate number, or place of the ship), is_from_elsewhere (of the mover), enterprise
    (its number, `NOBODY`), is_enterprise_from_elsewhere, fine_cny, paid_cny (whole).
    """
    random, size, free = stream(seed, "cases", agency, day), getattr(scenario, agency), is_free(day)
    share = scenario.free_days if free else 1.0
    most = int(random.poisson(max(size.per_day * who.scale, size.least) * share))
    count = max(most, round(size.least * share))
    u = random.random((17, count))
    found, ended = _instants(day, free, u[:3])
    comes_again = u[3] < scenario.offenders.again
    mover, afar = _movers(scenario, agency, who, ships, u[4:6], comes_again)
    enterprise, elsewhere = _enterprises(scenario, who, found // DAY_S, u[6:9], comes_again, size)
    fine, paid, violation = _fines(scenario, agency, u[9:13], random.normal(0, 1, count))
    made = pd.DataFrame({
        "found_ds": found * 10, "closed_ds": ended * 10, "violation": violation.astype(np.int8),
        "way": np.searchsorted(np.cumsum(_WAY_SHARES[agency]), u[13], side="right").astype(np.int8), "is_ais": u[14] < 0.4,
        "district": _districts(agency, who, enterprise, elsewhere, u[15:17]), "mover": mover, "is_from_elsewhere": afar,
        "enterprise": enterprise, "is_enterprise_from_elsewhere": elsewhere, "fine_cny": fine, "paid_cny": paid,
    }).sort_values("closed_ds", kind="stable", ignore_index=True)  # fmt: skip
    return made.assign(case=_numbers(agency, day, count))


def _instants(day: date, free: bool, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Seconds at which cases were found and closed."""
    midnight = day.toordinal() * DAY_S
    opens, lasts = (_WAKES_S, _AWAKE_S) if free else (_OPENS_S, _OPEN_S)
    ended = opens + np.floor(u[0] * lasts).astype(np.int64)
    at_once = u[1] < _AT_ONCE[free]
    # Of the others as many days as the rest of the number says: few most often.
    rest = np.clip((u[1] - _AT_ONCE[free]) / (1 - _AT_ONCE[free]), 0, 1 - 1e-9)
    back = 1 + np.floor(rest**2.5 * LONGEST_DAYS).astype(np.int64)
    same_day = np.floor(u[2] * (ended - _AT_ONCE_S)).astype(np.int64)
    earlier = np.floor(u[2] * DAY_S).astype(np.int64) - back * DAY_S
    return midnight + np.where(at_once, same_day, earlier), midnight + ended


def _movers(
    scenario: EnforcementScenario, agency: str, who: Offenders, ships: Fleet, u: np.ndarray, comes_again: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Which vehicle or ship, and whether it is a vehicle from elsewhere."""
    if agency == "waterway":
        few = min(again("ship", who.scale), len(ships))
        among = np.where(comes_again, few, len(ships))
        return np.floor(u[0] * among).astype(np.int64), np.zeros(u.shape[1], dtype=bool)
    afar = (u[1] < scenario.offenders.vehicles_from_elsewhere) & ~comes_again
    return np.where(afar, who.elsewhere(u[0]), who.vehicles(u[0], comes_again)), afar


def _enterprises(
    scenario: EnforcementScenario, who: Offenders, found_on: np.ndarray, u: np.ndarray, comes_again: np.ndarray, size
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Which enterprise, if the case is of one, and whether it is from elsewhere."""
    of_one = u[0] < size.of_enterprises
    afar = of_one & (u[1] < scenario.names.elsewhere)
    here = who.enterprises_on(found_on, u[2], comes_again)
    enterprise = np.where(afar, who.elsewhere(u[2], _ENTERPRISES_ELSEWHERE), here)
    return np.where(of_one, enterprise, NOBODY), afar


def _districts(
    agency: str, who: Offenders, enterprise: np.ndarray, elsewhere: np.ndarray, u: np.ndarray
) -> np.ndarray:  # fmt: skip
    """Where cases were found: their codes."""
    codes, shares = districts()
    if agency == "waterway":
        codes = np.array([each.district_code for each in FAIRWAYS], dtype=object)
        shares = np.full(len(codes), 1 / len(codes))
    chosen = codes[np.minimum(np.searchsorted(np.cumsum(shares), u[0], side="right"), len(codes) - 1)]
    at_home = (enterprise != NOBODY) & ~elsewhere & (u[1] < _AT_HOME)
    if at_home.any():
        chosen[at_home] = who.district[enterprise[at_home]]
    return chosen


def _fines(
    scenario: EnforcementScenario, agency: str, u: np.ndarray, normal: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Fines and what was paid of them, and for which violations."""
    known = VIOLATIONS[agency]
    unlisted = u[0] < scenario.unlisted_violation
    violation = np.where(
        unlisted, *(_chosen(known, is_listed=each, drawn=u[1]) for each in (False, True))
    )  # fmt: skip
    usual = np.array([each.fine_cny for each in known])[violation] * np.exp(0.5 * normal)
    fine = np.clip(np.rint(usual / _STEP_CNY).astype(np.int64) * _STEP_CNY, _LEAST_CNY, _MOST_CNY)
    fine[u[2] < _WARNED] = 0
    part = np.floor(fine * (0.1 + 0.8 * (u[2] * 31 % 1)) / 10).astype(np.int64) * 10
    paid = np.where(u[3] < _PAID_ALL, fine, np.where(u[3] < _PAID_IN_PART, part, 0))
    return fine, paid, violation


def _chosen(known: tuple[Violation, ...], is_listed: bool, drawn: np.ndarray) -> np.ndarray:
    """Places of violations that are listed, or of those that are not."""
    weights = np.array([each.weight * (each.is_listed == is_listed) for each in known])
    return np.searchsorted(np.cumsum(weights) / weights.sum(), drawn, side="right")


def _numbers(agency: str, day: date, count: int) -> np.ndarray:
    letter, digits, most = _NUMBERS[agency]
    first = (day.timetuple().tm_yday - 1) * most + 1
    head = f"{letter}{day:%y}-"
    return np.array([f"{head}{number:0{digits}d}" for number in range(first, first + count)], dtype=object)


def identities(
    seed: int, agency: str, cases: pd.DataFrame, who: Offenders, ships: Fleet
) -> np.ndarray:  # fmt: skip
    """Who the offender of each case really is: `enterprise:<code>`, `ship:<mmsi>` or `vehicle:<plate>`."""
    mover = cases["mover"].to_numpy()
    if agency == "waterway":
        named = np.array([f"ship:{each}" for each in ships.mmsi[mover].tolist()], dtype=object)
    else:
        plates = plates_of(seed, mover, cases["is_from_elsewhere"].to_numpy())
        named = np.array([f"vehicle:{each}" for each in plates.tolist()], dtype=object)
    of_one = cases["enterprise"].to_numpy() != NOBODY
    if of_one.any():
        codes, _ = enterprises_of(seed, cases[of_one], who)
        named[of_one] = [f"enterprise:{each}" for each in codes.tolist()]
    return named


def enterprises_of(seed: int, cases: pd.DataFrame, who: Offenders) -> tuple[np.ndarray, np.ndarray]:
    """Codes and names of the enterprises of cases, all of which have one."""
    number, afar = (cases[name].to_numpy() for name in ("enterprise", "is_enterprise_from_elsewhere"))
    codes, names = (known[np.where(afar, 0, number)].copy() for known in (who.code, who.name))
    codes[afar], names[afar] = enterprises_elsewhere(seed, number[afar])
    return codes, names
