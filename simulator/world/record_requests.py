"""Who asks for whose records, why, and whether they are found: doctors who see a patient, and again within minutes where nothing
was found.

Most of those who give no reason are a few users. What is asked for on a day depends on the encounters that begin on it alone.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.streams import stream
from simulator.times import DAY_DS
from simulator.world.encounters import EMERGENCY, NONE, Exchange, encounters
from simulator.world.tables import shared_out

REASONS = ("treatment", "referral", "emergency", "quality")
TREATMENT, REFERRAL, URGENT, QUALITY = range(len(REASONS))
NO_REASON = -1
_LATEST_DS = DAY_DS - 20_000  # of an encounter's beginning: what is asked for is asked for on its day
_WITHIN_S, _AGAIN_S = (30, 1500), (60, 480)
_QUALITY = 0.03
_NO_REASON_OF_CARELESS = 0.9
_MOST = 0.8  # of a hospital's requests, by careless users


@lru_cache(maxsize=2)
def _users(here: Exchange) -> tuple[np.ndarray, np.ndarray]:
    """How many users each hospital has, and how many of these are careless: the first ones."""
    rates, shares = here.scenario.requests, np.array([each.share for each in here.clinics.hospitals])
    count = max(round(rates.users * here.scale), rates.least_users)
    careless = max(round(rates.careless * count), 1)
    chosen = stream(here.seed, "careless users").choice(len(shares), careless, p=shares / shares.sum())
    of_hospital = np.bincount(chosen, minlength=len(shares))
    return of_hospital + 1 + shared_out(count, shares), of_hospital


@lru_cache(maxsize=2)
def requests(here: Exchange, day: date) -> pd.DataFrame:
    """What is asked for on a day, by time: patient (place), birth_year, hospital (place), user (its number at the hospital),
    reason (place in `REASONS`, `NO_REASON`), requested_ds, is_found."""
    random, rates, rows = (
        stream(here.seed, "record requests", day),
        here.scenario.requests,
        encounters(here, day).rows,
    )
    is_early = (rows["started_ds"] % DAY_DS < _LATEST_DS).to_numpy()
    rows = rows[is_early & (random.random(len(rows)) < rates.per_encounter)].reset_index(drop=True)
    hospital, u = rows["hospital"].to_numpy(), random.random((5, len(rows)))
    user, is_careless = _by_whom(here, hospital, u[:2])
    p = rates.without_reason * np.array([(1 - rates.by_careless), rates.by_careless])
    careless_share = min(p[1] / _NO_REASON_OF_CARELESS, _MOST)
    # Of each kind of user so many that the shares of all are those of the scenario.
    gives_none = u[2] < np.where(is_careless, _NO_REASON_OF_CARELESS, p[0] / (1 - careless_share))
    reason = np.select(
        [gives_none, u[3] < _QUALITY, rows["kind"] == EMERGENCY, rows["follows"] != NONE],
        [NO_REASON, QUALITY, URGENT, REFERRAL], TREATMENT,
    )  # fmt: skip
    first = rows[["patient", "birth_year", "hospital"]].assign(
        user=user, reason=reason, is_found=u[4] < rates.found,
        requested_ds=rows["started_ds"] + random.integers(*_WITHIN_S, len(rows)) * 10,
    )  # fmt: skip
    again = first[~first["is_found"]]
    again = again.assign(
        requested_ds=again["requested_ds"] + random.integers(*_AGAIN_S, len(again)) * 10,
        is_found=random.random(len(again)) < rates.found_again,
    )
    whole = pd.concat([first, again], ignore_index=True)
    return whole.sort_values(["requested_ds", "patient"], kind="stable", ignore_index=True)


def _by_whom(here: Exchange, hospital: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The number of a user at each hospital, and whether it is a careless one."""
    rates, (users, careless) = here.scenario.requests, _users(here)
    shares = np.array([each.share for each in here.clinics.hospitals])
    all_of_them = rates.without_reason * rates.by_careless / _NO_REASON_OF_CARELESS
    of_hospital = np.minimum(all_of_them * careless / careless.sum() / shares, _MOST)[hospital]
    is_careless = u[0] < of_hospital
    others = users - careless
    number = np.where(
        is_careless, np.floor(u[1] * careless[hospital]),
        careless[hospital] + np.floor(u[1] * others[hospital]),
    )  # fmt: skip
    return 1 + number.astype(np.int64), is_careless
