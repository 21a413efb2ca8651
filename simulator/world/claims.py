"""What hospitals claim of encounters, line by line, and what becomes of it: settled, rejected, settled and reversed, or nothing.

A claim is made after the end of its encounter; what is made of the encounters of a day depends on these alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.streams import stream
from simulator.times import DAY_DS
from simulator.world.encounters import EXAMS, NEVER, NONE, Exchange, encounters, exam_keys, waits_ds

LATER_DAYS = 2  # claims are requested so long after the day of the encounter, at most
ENDS_DAYS = 2  # and end so long after they were requested
MOST_LINES = 6
_REQUEST_MIN = (5, 60)
_SETTLE_MIN, _BETWEEN_MIN, _BEYOND_MIN = (1, 30), (1, 120), (24 * 60 + 1, 36 * 60)
_REVERSED_WITHIN_MIN = 12 * 60
_MINUTE_DS = 600
# Prices in CNY: of each kind of examination, and of the rest (a median); never above the most.
_PRICES = np.array([90, 40, 50, 150, 120, 350, 650])
_OTHER_CNY, _SPREAD, _MOST_CNY = 80, 0.5, 1400


@dataclass(frozen=True, eq=False)
class Claimed:
    """Claims, and their lines.

    `claims`: claim (key), encounter (key), patient, birth_year, hospital, requested_ds, settled_ds, rejected_ds and reversed_ds
    (`NEVER`), amount_fen, is_between (an examination of another hospital is used). `lines`: line and claim (keys), requested_ds,
    exam (its key, `NONE`), amount_fen.
    """

    claims: pd.DataFrame
    lines: pd.DataFrame


@lru_cache(maxsize=8)
def claims_of(here: Exchange, day: date) -> Claimed:
    """The claims of the encounters of a day. Each has the key of its encounter."""
    random, rates, seen = stream(here.seed, "claims", day), here.scenario.claims, encounters(here, day)
    has = random.random(len(seen.rows)) < rates.claimed
    rows = seen.rows.loc[has, ["encounter", "patient", "birth_year", "hospital", "ended_ds"]].reset_index(
        drop=True
    )
    taken, used, count = seen.taken[has], seen.used[has], len(rows)
    requested = rows["ended_ds"].to_numpy() + _minutes(random, _REQUEST_MIN, count)
    is_between = (used != NONE).any(axis=1)
    keys = rows["encounter"].to_numpy()
    made = np.where(taken != NEVER, exam_keys(keys[:, None], np.arange(len(EXAMS))), NONE)
    lines = _lines(random, keys, requested, np.where(used != NONE, used, made))
    claims = rows.drop(columns="ended_ds").assign(
        claim=keys, requested_ds=requested, is_between=is_between, **_ends(here, random, requested, is_between),
        amount_fen=np.bincount(np.searchsorted(keys, lines["claim"].to_numpy()), lines["amount_fen"], count).astype(np.int64),
    )  # fmt: skip
    return Claimed(claims, lines)


def _minutes(random: np.random.Generator, between: tuple[float, float], count: int) -> np.ndarray:
    """So many minutes, in tenths of seconds; whole seconds."""
    return (
        np.floor((between[0] + random.random(count) * (between[1] - between[0])) * 60).astype(np.int64) * 10
    )


def _lines(
    random: np.random.Generator, claim: np.ndarray, requested: np.ndarray, exams: np.ndarray
) -> pd.DataFrame:
    """A line for each examination of each claim, and some without any."""
    drawn = 1 + np.floor(MOST_LINES * random.random(len(claim)) ** 1.6).astype(np.int64)
    of_exams = (exams != NONE).sum(axis=1)
    # Examinations first, by their kind.
    order = np.argsort(exams == NONE, axis=1, kind="stable")[:, :MOST_LINES]
    keys, row = np.take_along_axis(exams, order, axis=1), np.arange(MOST_LINES)
    has = row < np.maximum(drawn, of_exams)[:, None]
    price = np.where(keys != NONE, _PRICES[order], _OTHER_CNY)
    cny = np.minimum(price * np.exp(_SPREAD * random.standard_normal(keys.shape)), _MOST_CNY)
    which, place = np.nonzero(has)
    return pd.DataFrame({
        "line": claim[which] * 10 + place + 1, "claim": claim[which], "requested_ds": requested[which],
        "exam": keys[has], "amount_fen": np.floor(cny[has] * 100).astype(np.int64),
    })  # fmt: skip


def _ends(
    here: Exchange, random: np.random.Generator, requested: np.ndarray, is_between: np.ndarray
) -> dict[str, np.ndarray]:
    """When claims are settled, rejected and reversed."""
    rates, count = here.scenario.claims, len(requested)
    u = random.random((3, count))
    usual = waits_ds(random, rates.settle_min, _SETTLE_MIN, (count,))
    between = waits_ds(random, rates.settle_between_min, _BETWEEN_MIN, (count,))
    late = is_between & (u[1] < rates.beyond_a_day)
    wait = np.select([late, is_between], [_minutes(random, _BEYOND_MIN, count), between], usual)
    is_settled = u[0] < rates.settled
    is_rejected = ~is_settled & (u[0] < rates.settled + rates.rejected)
    settled = np.where(is_settled, requested + wait, NEVER)
    back = settled + _minutes(random, (1, _REVERSED_WITHIN_MIN), count)
    # What took longer than a day is not reversed any more, so that a claim ends within two.
    is_reversed = is_settled & ~late & (u[2] < rates.reversed / max(rates.settled, 1e-9))
    return {
        "settled_ds": settled, "rejected_ds": np.where(is_rejected, requested + usual, NEVER),
        "reversed_ds": np.where(is_reversed, back, NEVER),
    }  # fmt: skip


def requested_on(here: Exchange, day: date) -> Claimed:
    """The claims that are requested on a day, and their lines."""
    made = [claims_of(here, day - timedelta(back)) for back in range(LATER_DAYS, -1, -1)]
    claims, lines = ([getattr(each, name) for each in made] for name in ("claims", "lines"))
    return Claimed(_on(day, claims), _on(day, lines))


def _on(day: date, parts: list[pd.DataFrame]) -> pd.DataFrame:
    whole = pd.concat(parts, ignore_index=True)
    return whole[whole["requested_ds"].to_numpy() // DAY_DS == day.toordinal()].reset_index(drop=True)
