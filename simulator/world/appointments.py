"""Appointments: who booked when for which half-hour, who cancelled, and booked again.

What began with an appointment for a day depends on the seed and that day alone. It is booked up to seven days ahead; what is
booked again, instead of one that was cancelled, is for at most three days earlier or later.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.scenario.registration import RegistrationScenario
from simulator.streams import stream
from simulator.times import DAY_DS, DAY_S
from simulator.world.clinics import (
    MORNING,
    OBSTETRICS,
    OPENS_DS,
    PAEDIATRICS,
    SLOT_DS,
    SLOTS,
    Clinics,
    session_numbers,
)
from simulator.world.patients import CHILD, OLDER, patients, patients_of
from simulator.world.tables import drawn_by_row

WAYS = ("general", "older", "child", "maternity")
CHANNELS = ("web", "app", "phone", "counter", "machine")
WEB = 0
NEVER = 0  # of an instant
NEAR = 3  # days between what was first booked and what was booked instead
AHEAD = np.array([0.12, 0.28, 0.22, 0.12, 0.09, 0.07, 0.06, 0.04])  # by days, from the same day
_TRIES = 3
# Specialties of children, women of 15 to 49, others, the old; channels of those below 60 and from it.
_SPECIALTIES = np.array([
    [0.15, 0.08, 0.62, 0, 0.10, 0.05], [0.27, 0.15, 0, 0.30, 0.10, 0.18], [0.40, 0.22, 0, 0, 0.13, 0.25],
    [0.45, 0.20, 0, 0, 0.15, 0.20],
])  # fmt: skip
_CHANNELS = np.array([[0.14, 0.56, 0.05, 0.10, 0.15], [0.05, 0.15, 0.32, 0.36, 0.12]])
_BEARS_UNTIL = 50
_OF_WAY = (0.30, 0.60, 0.70)  # of the old, of children at paediatricians, of women at obstetricians
_WAKES_S, _AWAKE_S = 7 * 3600, 15 * 3600
_EARLY_S = 6 * 3600
_LEAST_S = 60


@lru_cache(maxsize=12)  # those with which the events of a day may have begun
def begun_for(
    seed: int, scenario: RegistrationScenario, scale: float, here: Clinics, day: date
) -> pd.DataFrame:
    """Everything that began with an appointment for a day: one row each, those booked instead too.

    Columns: appointment (its number, unique for ever), patient (place in `Patients`), age (years), birth_year, hospital (place),
    specialty, way, channel (places in lists), session (its number), slot_ds (when it begins), booked_ds, cancelled_ds (`NEVER`),
    position (1: the first), begun_ds (when the first was booked), comes (if the session is open), no_number and no_birth_year
    (the appointment's records do not have it). Instants are tenths of seconds since the calendar's first day, local.
    """
    count = _count(seed, scenario, here, day)
    random = stream(seed, "appointments", day)
    first = _first(seed, scale, here, day, patients_of(seed, scale, day, count, round(here.bookings)), random)
    made = [_fate(first, scenario, random)]
    while len(made) < _TRIES:
        made.append(_fate(_instead(made[-1], scenario, here, day, random), scenario, random))
    rows = pd.concat(made, ignore_index=True)
    u = random.random((2, len(rows)))
    unknown = scenario.unknown
    return rows.drop(columns=["room", "ahead", "index"]).assign(
        appointment=(day.toordinal() * 10**8 + rows["index"] * 10 + rows["position"]).astype(np.int64),
        no_number=u[0] < unknown.no_number, no_birth_year=u[1] < unknown.no_birth_year,
    )  # fmt: skip


def _count(seed: int, scenario: RegistrationScenario, here: Clinics, day: date) -> int:
    """How many appointments for a day are first ones."""
    again = scenario.outcomes.cancelled * scenario.outcomes.again
    varies = 0.97 + 0.06 * stream(seed, "appointments count", day).random()
    return round(here.bookings * here.share_of(day) * varies / (1 + again + again**2))


def _first(
    seed: int, scale: float, here: Clinics, day: date, patient: np.ndarray, random: np.random.Generator
) -> pd.DataFrame:  # fmt: skip
    """What patients book first."""
    who, u = patients(seed, scale), random.random((9, len(patient)))
    age = np.maximum(day.year - who.birth_year[patient].astype(np.int64), 0)
    is_child, is_old = age < CHILD, age >= OLDER
    bears = who.is_woman[patient] & (age < _BEARS_UNTIL)
    specialty = drawn_by_row(_SPECIALTIES[np.select([is_child, is_old, bears], [0, 3, 1], 2)], u[0])
    hospital = here.hospital_of(u[1])
    takes = [
        is_old & (u[2] < _OF_WAY[0]),
        is_child & (specialty == PAEDIATRICS) & (u[2] < _OF_WAY[1]),
        (specialty == OBSTETRICS) & (u[2] < _OF_WAY[2]),
    ]
    ahead = np.searchsorted(np.cumsum(AHEAD)[:-1], u[4], side="right")
    slot = _slots(u[5])
    slot_s = OPENS_DS // 10 + slot * (SLOT_DS // 10)
    booked_s = np.where(
        ahead == 0, _EARLY_S + u[6] * (slot_s - _EARLY_S - _LEAST_S), -ahead * DAY_S + _WAKES_S + u[6] * _AWAKE_S
    )  # fmt: skip
    midnight = day.toordinal() * DAY_DS
    booked_ds = midnight + np.floor(booked_s).astype(np.int64) * 10
    room = np.floor(u[7] * here.rooms[hospital, specialty]).astype(np.int64)
    return pd.DataFrame({
        "index": np.arange(len(patient)), "position": 1, "patient": patient, "age": age, "hospital": hospital,
        "birth_year": who.birth_year[patient], "specialty": specialty, "way": np.select(takes, [1, 2, 3], 0),
        "channel": drawn_by_row(_CHANNELS[is_old.astype(int)], u[3]), "room": room,
        "session": session_numbers(day.toordinal(), hospital, specialty, slot, room), "slot_ds": midnight + slot_s * 10,
        "booked_ds": booked_ds, "begun_ds": booked_ds, "ahead": ahead,
    })  # fmt: skip


def _instead(
    rows: pd.DataFrame, scenario: RegistrationScenario, here: Clinics, day: date, random: np.random.Generator
) -> pd.DataFrame:
    """What is booked instead of appointments that were cancelled in time, within a day."""
    u = random.random((5, len(rows)))
    cancelled = rows["cancelled_ds"].to_numpy()
    gone = (cancelled != NEVER) & (cancelled <= rows["slot_ds"].to_numpy()) & (u[0] < scenario.outcomes.again)
    u, rows, cancelled = u[:, gone], rows[gone], cancelled[gone]
    booked = cancelled + (_LEAST_S + np.floor(u[1] ** 3 * (DAY_S - _LEAST_S + 1)).astype(np.int64)) * 10
    slot = _slots(u[2])
    on = day.toordinal() + np.floor(u[3] * (2 * NEAR + 1)).astype(np.int64) - NEAR
    # On some days there is little to be had, and nothing is booked for what is over: then for the next day.
    shares = np.array([here.share_of(day + timedelta(shift)) for shift in range(-NEAR, NEAR + 1)])
    on = np.where(u[4] < shares[on - day.toordinal() + NEAR], on, on + 1)
    on = np.minimum(on, booked // DAY_DS + len(AHEAD) - 1)
    is_over = on * DAY_DS + OPENS_DS + slot * SLOT_DS < booked + _LEAST_S * 10
    on = np.where(is_over, booked // DAY_DS + 1, on)
    possible = on <= day.toordinal() + NEAR
    again = rows.assign(
        position=rows["position"] + 1, booked_ds=booked, ahead=on - booked // DAY_DS,
        slot_ds=on * DAY_DS + OPENS_DS + slot * SLOT_DS,
        session=session_numbers(on, rows["hospital"].to_numpy(), rows["specialty"].to_numpy(), slot, rows["room"].to_numpy()),
    )  # fmt: skip
    return again[possible]


def _fate(rows: pd.DataFrame, scenario: RegistrationScenario, random: np.random.Generator) -> pd.DataFrame:
    """Appointments with what becomes of them: cancelled_ds, comes."""
    rates, u = scenario.outcomes, random.random((5, len(rows)))
    ahead, slot_ds, booked = (rows[name].to_numpy() for name in ("ahead", "slot_ds", "booked_ds"))
    # Once a minute has gone by, and until the half-hour begins.
    left_s = (slot_ds - booked) // 10 - _LEAST_S
    cancelled = booked + (_LEAST_S + np.floor(u[1] * (left_s + 1)).astype(np.int64)) * 10
    is_cancelled = u[0] < rates.cancelled * (0.4 + 0.25 * ahead)
    forgets = rates.no_show * (0.62 + 0.22 * ahead) * np.where(rows["age"] >= OLDER, 0.6, 1.1)
    comes = ~is_cancelled & (u[2] >= forgets)
    afterwards = slot_ds + (1 + np.floor(u[4] * 7200).astype(np.int64)) * 10
    says_so = ~is_cancelled & ~comes & (u[3] < rates.cancelled_after)
    return rows.assign(
        cancelled_ds=np.select([is_cancelled, says_so], [cancelled, afterwards], NEVER), comes=comes
    )


def _slots(drawn: np.ndarray) -> np.ndarray:
    """Half-hours of the day: more come in the morning."""
    weights = np.where(np.arange(SLOTS) < MORNING, 1.5, 0.7)
    return np.searchsorted(np.cumsum(weights)[:-1] / weights.sum(), drawn, side="right")


def _begun_around(
    seed: int, scenario: RegistrationScenario, scale: float, here: Clinics, day: date, until: int
) -> list[pd.DataFrame]:
    """What began with appointments for the days from three before a day."""
    return [
        begun_for(seed, scenario, scale, here, day + timedelta(shift)) for shift in range(-NEAR, until + 1)
    ]


@lru_cache(maxsize=2)
def appointments_on(
    seed: int, scenario: RegistrationScenario, scale: float, here: Clinics, day: date
) -> pd.DataFrame:
    """The appointments whose half-hour lies on a day, by number; columns as `begun_for` has them."""
    begun = _begun_around(seed, scenario, scale, here, day, NEAR)
    on = [rows[rows["slot_ds"].to_numpy() // DAY_DS == day.toordinal()] for rows in begun]
    return pd.concat(on, ignore_index=True).sort_values("appointment", ignore_index=True)


def events_on(
    seed: int, scenario: RegistrationScenario, scale: float, here: Clinics, day: date
) -> pd.DataFrame:
    """What was booked and cancelled on a day, by time: columns as `begun_for` has them, is_booked and at_ds."""
    made = []
    for rows in _begun_around(seed, scenario, scale, here, day, len(AHEAD) - 1):
        for column, is_booked in (("booked_ds", True), ("cancelled_ds", False)):
            of_day = rows[rows[column].to_numpy() // DAY_DS == day.toordinal()]
            made.append(of_day.assign(is_booked=is_booked, at_ds=of_day[column]))
    return pd.concat(made, ignore_index=True).sort_values(["at_ds", "appointment"], ignore_index=True)
