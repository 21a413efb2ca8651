"""Who comes to a hospital on a day, and when they are seen; and the sessions of the day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from simulator.scenario.registration import RegistrationScenario
from simulator.streams import stream
from simulator.times import DAY_DS
from simulator.world.appointments import NEVER, appointments_on
from simulator.world.clinics import MORNING, OPENS_DS, SLOT_DS, Clinics, all_sessions, is_closed

NO_APPOINTMENT = 0
MOST_PATIENTS = 60  # of a session's capacity
_EARLY_S, _SPREAD_S = 900, 1_200  # before the half-hour begins
_DOORS_S, _DOORS_OPEN_S = 7 * 3600, 10 * 3600
_AT_ONCE = 0.12  # of those who are early: seen as soon as they come
_SLOWER_S = (150, 60)  # each half-hour: in the morning, and after noon


def states_on(
    seed: int, scenario: RegistrationScenario, scale: float, here: Clinics, day: date
) -> pd.DataFrame:
    """The appointments of a day (columns as `appointments_on`) with is_closed, and is_cancelled: before the half-hour."""
    rows = appointments_on(seed, scenario, scale, here, day)
    cancelled = rows["cancelled_ds"].to_numpy()
    return rows.assign(
        is_closed=is_closed(seed, scenario, rows["session"].to_numpy()),
        is_cancelled=(cancelled != NEVER) & (cancelled <= rows["slot_ds"].to_numpy()),
    )


def visits_on(
    seed: int, scenario: RegistrationScenario, scale: float, here: Clinics, day: date
) -> pd.DataFrame:
    """Everybody who came on a day, one row each, those with an appointment first, by its number.

    Columns: appointment (its number, `NO_APPOINTMENT`), is_expected (it was not cancelled, its session is open), hospital,
    arrived_ds, seen_ds (`NEVER`: left without being seen).
    """
    rows, random = states_on(seed, scenario, scale, here, day), stream(seed, "visits", day)
    is_gone = (rows["is_closed"] | rows["is_cancelled"]).to_numpy()
    all_the_same = is_gone & (random.random(len(rows)) < scenario.outcomes.comes_all_the_same)
    came = rows[(rows["comes"] & ~is_gone) | all_the_same]
    midnight = day.toordinal() * DAY_DS
    early_s = np.floor(random.normal(_EARLY_S, _SPREAD_S, len(came))).clip(-3_000, 3_600).astype(np.int64)
    arrived = np.concatenate([
        came["slot_ds"].to_numpy() - early_s * 10,
        midnight + _walk_ins_s(random, round(here.walk_ins * here.share_of(day))) * 10,
    ])  # fmt: skip
    walked_in = len(arrived) - len(came)
    hospital = np.concatenate([came["hospital"].to_numpy(), here.hospital_of(random.random(walked_in))])
    slot_ds = np.concatenate([came["slot_ds"].to_numpy(), arrived[len(came) :]])
    return pd.DataFrame({
        "appointment": np.concatenate([came["appointment"].to_numpy(), np.full(walked_in, NO_APPOINTMENT)]),
        "is_expected": np.concatenate([~all_the_same[came.index], np.zeros(walked_in, bool)]),
        "hospital": hospital, "arrived_ds": arrived,
        "seen_ds": _seen(random, scenario, midnight, arrived, slot_ds),
    })  # fmt: skip


def _walk_ins_s(random: np.random.Generator, count: int) -> np.ndarray:
    """When those come who have no appointment, seconds since midnight."""
    return np.floor(_DOORS_S + _DOORS_OPEN_S * random.random(count) ** 1.3).astype(np.int64)


def _seen(
    random: np.random.Generator, scenario: RegistrationScenario, midnight: int, arrived: np.ndarray, slot_ds: np.ndarray
) -> np.ndarray:  # fmt: skip
    """When patients are seen: the waiting grows over the morning, and again after noon."""
    slot = np.clip((slot_ds - midnight - OPENS_DS) // SLOT_DS, 0, None)
    queue_s = 240 + np.where(slot < MORNING, slot * _SLOWER_S[0], (slot - MORNING) * _SLOWER_S[1])
    u = random.random((2, len(arrived)))
    waits = np.floor(queue_s * np.exp(0.5 * random.normal(0, 1, len(arrived)))).astype(np.int64) * 10
    at_once = (arrived < slot_ds) & (u[0] < _AT_ONCE)
    seen = np.where(at_once, arrived + waits // 3 // 10 * 10, np.maximum(arrived, slot_ds) + waits)
    seen = np.minimum(seen, midnight + DAY_DS - 1_200)
    return np.where(u[1] < scenario.outcomes.unseen, NEVER, seen)


def sessions_on(
    seed: int, scenario: RegistrationScenario, scale: float, here: Clinics, day: date
) -> pd.DataFrame:
    """The sessions of a day: columns as `all_sessions`, with capacity (patients) and is_closed."""
    rows = all_sessions(here, day)
    asked = states_on(seed, scenario, scale, here, day)
    kept = asked.loc[~asked["is_cancelled"], "session"].value_counts()
    booked = rows["session"].map(kept).fillna(0).to_numpy(np.int64)
    u = stream(seed, "sessions", day).random((2, len(rows)))
    beyond = (booked >= 2) & (u[0] < scenario.outcomes.overbooked)
    fits = np.where(
        beyond,
        booked - 1 - (u[1] * np.minimum(booked - 1, 3)).astype(np.int64),
        booked + np.floor(9 * u[1] ** 2),
    )
    return rows.assign(
        capacity=np.clip(fits, 1, MOST_PATIENTS).astype(np.int64),
        is_closed=is_closed(seed, scenario, rows["session"].to_numpy()),
    )
