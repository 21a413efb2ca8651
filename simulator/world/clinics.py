"""Where doctors see patients by appointment: half-hours from eight to five, at every hospital and specialty, in as many rooms
as are needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from simulator.scenario.registration import RegistrationScenario
from simulator.times import DAY_DS
from simulator.world.calendar import is_rest_day
from simulator.world.hospitals import Hospital, hospitals

SPECIALTIES = ("internal", "surgery", "paediatrics", "obstetrics", "eye", "tcm")
PAEDIATRICS, OBSTETRICS = 2, 3
SLOTS, SLOT_DS, OPENS_DS = 18, 18_000, 8 * 36_000
MORNING = 8  # half-hours before noon
_SHARES = np.array([0.34, 0.18, 0.11, 0.08, 0.12, 0.17])  # of all patients, about
_IN_A_ROOM = 25  # patients in half an hour
_ROOMS = 100


@dataclass(frozen=True, eq=False)
class Clinics:
    """The hospitals, how many patients book on a busy day and a free one, walk-ins likewise, and the rooms of each hospital
    and specialty."""

    hospitals: tuple[Hospital, ...]
    bookings: float
    walk_ins: float
    free_days: float
    rooms: np.ndarray

    @property
    def until_share(self) -> np.ndarray:
        """Where the hospitals' shares of the patients end, added up."""
        return np.cumsum([each.share for each in self.hospitals])

    def hospital_of(self, drawn: np.ndarray) -> np.ndarray:
        """The place of a hospital for each number between 0 and 1."""
        return np.minimum(np.searchsorted(self.until_share, drawn, side="right"), len(self.hospitals) - 1)

    def share_of(self, day: date) -> float:
        """How many times as many as on a busy day."""
        return self.free_days if is_rest_day(day) else 1.0


@cache
def clinics(seed: int, scenario: RegistrationScenario, scale: float) -> Clinics:
    """The clinics of a city."""
    here, rates = hospitals(seed), scenario.bookings
    bookings = max(rates.per_day * scale, rates.least)
    shares = np.array([each.share for each in here])
    expected = bookings * shares[:, None] * _SHARES / SLOTS
    rooms = np.clip(np.ceil(expected / _IN_A_ROOM), 1, _ROOMS - 1).astype(np.int64)
    walk_ins = max(rates.walk_ins * scale, rates.least_walk_ins)
    return Clinics(here, bookings, walk_ins, rates.free_days, rooms)


def session_numbers(
    day: np.ndarray | int, hospital: np.ndarray, specialty: np.ndarray, slot: np.ndarray, room: np.ndarray
) -> np.ndarray:
    """Numbers of sessions, unique for ever; `day` is an ordinal, `hospital` a place."""
    places = (np.asarray(day, np.int64) * 1000 + hospital) * len(SPECIALTIES) + specialty
    return (places * SLOTS + slot) * _ROOMS + room


def session_parts(numbers: np.ndarray) -> pd.DataFrame:
    """Day (an ordinal), hospital, specialty, slot and room of sessions."""
    rest, room = np.divmod(numbers, _ROOMS)
    rest, slot = np.divmod(rest, SLOTS)
    rest, specialty = np.divmod(rest, len(SPECIALTIES))
    day, hospital = np.divmod(rest, 1000)
    return pd.DataFrame(
        {"day": day, "hospital": hospital, "specialty": specialty, "slot": slot, "room": room}
    )


def all_sessions(here: Clinics, day: date) -> pd.DataFrame:
    """Every session of a day: session (its number), hospital, specialty, slot_ds (when it begins)."""
    hospital, specialty = (each.ravel() for each in np.indices(here.rooms.shape))
    rooms = here.rooms.ravel() * SLOTS
    of = np.repeat(np.arange(len(rooms)), rooms)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(rooms) - rooms, rooms)
    slot, room = nth % SLOTS, nth // SLOTS
    return pd.DataFrame({
        "session": session_numbers(day.toordinal(), hospital[of], specialty[of], slot, room),
        "hospital": hospital[of], "specialty": specialty[of],
        "slot_ds": day.toordinal() * DAY_DS + OPENS_DS + slot * SLOT_DS,
    })  # fmt: skip


def is_closed(seed: int, scenario: RegistrationScenario, sessions: np.ndarray) -> np.ndarray:
    """Whether sessions are closed, by their numbers: known without looking at any other."""
    mixed = sessions.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed >> np.uint64(11)).astype(np.float64) / 2**53 < scenario.outcomes.closed
