"""Visits to hospitals as they happen: who registers, is seen, examined, charged and given medicine when, and by which means;
and what devices that know faces are shown.

A day depends on the seed and that day alone; every visit of it ends before midnight.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.streams import stream
from simulator.times import DAY_DS
from simulator.world.card_hospitals import COLLECT, EXAMINE, PAY, REGISTER, SEE, STEPS, CardPlatform
from simulator.world.patients import OLDER, anybody, patients
from simulator.world.tables import drawn_by_row

MEANS = ("card", "face", "plastic", "cash")
CARD, FACE, PLASTIC, CASH = range(4)
PLACES = ("machine", "window", "phone", "room")
MACHINE, WINDOW, PHONE, ROOM = range(4)
ORDERED = ("none", "examination", "medicine", "both")  # an examination counts 1, medicine 2
COMPLETE = 0  # of the step before which somebody leaves: nobody leaves before the first
TRIES = 3
# Means and places of those below 60 and from it; places of registering, examining, paying, collecting.
_MEANS = np.array([[0.52, 0.17, 0.26, 0.05], [0.25, 0.09, 0.52, 0.14]])
_PLACES = {
    REGISTER: np.array([[0.50, 0.22, 0.28, 0], [0.25, 0.65, 0.10, 0]]),
    EXAMINE: np.array([[0.20, 0.10, 0, 0.70], [0.08, 0.22, 0, 0.70]]),
    PAY: np.array([[0.25, 0.17, 0.58, 0], [0.20, 0.58, 0.22, 0]]),
    COLLECT: np.array([[0.55, 0.45, 0, 0], [0.25, 0.75, 0, 0]]),
}
_OPENS_S, _OPEN_S = 7 * 3600, 34_200  # until half past four
_NO_MORE_S = 17 * 3600  # nobody comes a second time
_LEAST_S = np.array([0, 1200, 600, 600, 600])  # from the step before
_MOST_S = np.array([0, 5400, 3600, 3600, 3600])
_BETWEEN_VISITS_S = (900, 3600)
_INSTEAD_S = (20, 120)  # after the last attempt
_KNOWN_S = (1, 3)
_AGAIN = 0.6  # of those who were rejected
_CARD_INSTEAD = 0.6  # the others a plastic one


@dataclass(frozen=True, eq=False)
class VisitDay:
    """What happened on a day, in three tables.

    `visits`: visit (number in the day), patient (place in `Patients`), birth_year, hospital (place), ordered (place; by the
    doctor, if there was one), dropped (the step before which somebody left, `COMPLETE`), is_again.
    `steps` that were done: visit, step, at_ds, means, place.
    `transactions`, what devices that know faces were shown: transaction (number in the day), patient (whose face it is said
    to be), hospital, step, last_ds (of the last attempt), attempts, is_right (it is that patient), is_accepted (the last one).
    Instants are tenths of seconds since the calendar's first day, local; whole seconds.
    """

    visits: pd.DataFrame
    steps: pd.DataFrame
    transactions: pd.DataFrame


@lru_cache(maxsize=4)
def visit_day(here: CardPlatform, day: date) -> VisitDay:
    """The visits of a day."""
    random = stream(here.seed, "visit steps", day)
    u = random.random((2, round(here.visits(day) * random.uniform(0.97, 1.03))))
    came = pd.DataFrame({
        "patient": anybody(here.seed, here.scale, day, u[0]), "hospital": here.hospitals.drawn(u[1]), "is_again": False,
    }).drop_duplicates(["patient", "hospital"], ignore_index=True)  # fmt: skip
    came_s = _OPENS_S + np.floor(random.beta(1.3, 2.0, len(came)) * _OPEN_S).astype(np.int64)
    first = _walked(here, day, came, came_s, random)
    ended_s = np.where(first.is_done, first.at_s, 0).max(axis=1)
    u = random.random((2, len(came)))
    again = first.is_done[:, REGISTER] & (u[0] < here.scenario.visits.again) & (ended_s <= _NO_MORE_S)
    later_s = ended_s[again] + _between(_BETWEEN_VISITS_S, u[1][again])
    second = _walked(here, day, came[again].assign(is_again=True), later_s, random)
    return _tables(here, day, first.with_more(second), random)


@dataclass(frozen=True, eq=False)
class _Walked:
    """Ways through a hospital, one a row of `came`; by step (columns) whether it was done, whether a face was shown before, how
    often, when the last time, and whether in vain; when, by what and where it was done."""

    came: pd.DataFrame
    ordered: np.ndarray
    dropped: np.ndarray
    is_done: np.ndarray
    is_shown: np.ndarray
    attempts: np.ndarray
    last_s: np.ndarray
    is_rejected: np.ndarray
    at_s: np.ndarray
    means: np.ndarray
    place: np.ndarray

    def with_more(self, other: _Walked) -> _Walked:
        """Both, one after the other."""
        arrays = {
            name: np.concatenate([array, getattr(other, name)])
            for name, array in vars(self).items()
            if name != "came"
        }
        return _Walked(came=pd.concat([self.came, other.came], ignore_index=True), **arrays)


def _walked(
    here: CardPlatform, day: date, came: pd.DataFrame, came_s: np.ndarray, random: np.random.Generator
) -> _Walked:  # fmt: skip
    """How far everybody goes who came at some seconds of the day."""
    rates, who = here.scenario, patients(here.seed, here.scale)
    patient, hospital = came["patient"].to_numpy(), came["hospital"].to_numpy()
    is_old = (day.year - who.birth_year[patient] >= OLDER).astype(int)
    u = random.random((12, len(came), len(STEPS)))
    ordered = (u[0, :, 0] < rates.visits.examined) + 2 * (u[0, :, 1] < rates.visits.medicine)
    due = np.column_stack([ordered >= 0, ordered >= 0, ordered & 1 > 0, ordered > 0, ordered & 2 > 0])
    means = _wanted(here, patient, is_old, u[1], u[2, :, 0] < rates.usual)
    means = np.where((means == FACE) & (u[3] >= here.hospitals.faces[hospital]), CARD, means)
    place = _places(is_old, means, u[4])
    # Whoever is rejected once is likely to be rejected again.
    of_attempts = np.where(is_old, rates.faces.older, rates.faces.rejected)[:, None]
    once = u[5] < of_attempts / (1 + _AGAIN + _AGAIN**2 - of_attempts * (1 + _AGAIN))
    twice = once & (u[6] < _AGAIN)
    is_rejected = twice & (u[7] < _AGAIN)
    attempts = 1 + once.astype(int) + twice
    leaves = u[8] < np.array([0.0, *rates.drop_out.model_dump().values()])
    gives_up = (means == FACE) & is_rejected & (u[9] < rates.faces.gives_up)
    stops = due & (leaves | gives_up)
    stop = np.where(stops.any(axis=1), stops.argmax(axis=1), len(STEPS))[:, None]
    step = np.arange(len(STEPS))
    is_done = due & (step < stop)
    is_shown = (means == FACE) & due & ((step < stop) | ((step == stop) & ~leaves))
    instead_s = np.where((means == FACE) & is_rejected & is_done, _between(_INSTEAD_S, u[10]), 0)
    gap_s = np.where(due, _LEAST_S + np.floor(u[11] * (_MOST_S - _LEAST_S + 1)).astype(np.int64), 0)
    at_s = came_s[:, None] + np.cumsum(gap_s + instead_s, axis=1)
    swapped = is_done[:, EXAMINE] & is_done[:, PAY] & (u[0, :, 2] < rates.visits.pays_first)
    at_s[swapped] = at_s[swapped][:, [REGISTER, SEE, PAY, EXAMINE, COLLECT]]
    last_s = at_s - np.where(is_rejected, instead_s, _between(_KNOWN_S, u[10]))
    instead = np.where(u[3] < _CARD_INSTEAD * here.hospitals.faces[hospital], CARD, PLASTIC)
    return _Walked(
        came, ordered, np.where(stop[:, 0] < len(STEPS), stop[:, 0], COMPLETE), is_done, is_shown, attempts, last_s,
        is_rejected, at_s, np.where((means == FACE) & is_rejected, instead, means), place,
    )  # fmt: skip


def _between(bounds: tuple[int, int], drawn: np.ndarray) -> np.ndarray:
    """Whole seconds within bounds, both included."""
    least, most = bounds
    return least + np.floor(drawn * (most - least + 1)).astype(np.int64)


@lru_cache(maxsize=2)
def _habits(seed: int, scale: float) -> np.ndarray:
    """For everybody the number by which their usual means is drawn."""
    return stream(seed, "usual means").random(len(patients(seed, scale).birth_year))


def _wanted(
    here: CardPlatform, patient: np.ndarray, is_old: np.ndarray, drawn: np.ndarray, keeps: np.ndarray
) -> np.ndarray:  # fmt: skip
    """By which means everybody would take each step: mostly the usual one."""
    usual = drawn_by_row(_MEANS[is_old], _habits(here.seed, here.scale)[patient])
    anew = [drawn_by_row(_MEANS[is_old], column) for column in drawn.T]
    return np.where(keeps[:, None], usual[:, None], np.column_stack(anew))


def _places(is_old: np.ndarray, means: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Where each step is taken: no face is shown to a phone, and no cash."""
    of_step = [
        np.full(len(is_old), ROOM) if step == SEE else drawn_by_row(_PLACES[step][is_old], drawn[:, step])
        for step in range(len(STEPS))
    ]
    place = np.column_stack(of_step)
    on_phone = place == PHONE
    return np.select([on_phone & (means == FACE), on_phone & (means == CASH)], [MACHINE, WINDOW], place)


def _tables(here: CardPlatform, day: date, walked: _Walked, random: np.random.Generator) -> VisitDay:
    midnight, who = day.toordinal() * DAY_DS, patients(here.seed, here.scale)
    is_visit = walked.is_done[:, REGISTER]
    number = np.cumsum(is_visit)
    patient = walked.came["patient"].to_numpy()
    visits = walked.came.assign(
        visit=number, birth_year=who.birth_year[patient], ordered=walked.ordered, dropped=walked.dropped
    )[is_visit].reset_index(drop=True)
    row, step = np.nonzero(walked.is_done)
    steps = pd.DataFrame({
        "visit": number[row], "step": step, "at_ds": midnight + walked.at_s[row, step] * 10,
        "means": walked.means[row, step], "place": walked.place[row, step],
    })  # fmt: skip
    row, step = np.nonzero(walked.is_shown)
    shown = pd.DataFrame({
        "patient": patient[row], "hospital": walked.came["hospital"].to_numpy()[row], "step": step,
        "last_ds": midnight + walked.last_s[row, step] * 10, "attempts": walked.attempts[row, step], "is_right": True,
        "is_accepted": ~walked.is_rejected[row, step],
    })  # fmt: skip
    return VisitDay(visits, steps, _with_others(here, day, shown, random))


def _with_others(
    here: CardPlatform, day: date, shown: pd.DataFrame, random: np.random.Generator
) -> pd.DataFrame:  # fmt: skip
    """What devices were shown, by time, with the faces of those who say to be somebody else: at about the same time."""
    u = random.random((3, len(shown)))
    is_other = u[0] < here.scenario.faces.somebody_else
    other = shown[is_other].assign(
        patient=anybody(here.seed, here.scale, day, u[1][is_other]), is_right=False, is_accepted=False,
        attempts=1 + np.floor(u[2][is_other] * TRIES).astype(np.int64),
        last_ds=lambda rows: rows["last_ds"] + 10 * (60 + np.floor(u[2][is_other] * 600).astype(np.int64)),
    )  # fmt: skip
    whole = pd.concat([shown, other], ignore_index=True).sort_values(
        ["last_ds", "hospital", "step", "patient"], kind="stable", ignore_index=True
    )
    return whole.assign(transaction=np.arange(1, len(whole) + 1))
