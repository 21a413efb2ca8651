"""Who is seen where, and what is examined: encounters, some of which follow one of days before, half of these elsewhere.

What is begun on a day depends on the seed and that day alone; the encounters of a day are those that are begun on it, and those
that follow one begun one to six days before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.scenario.rates import Wait
from simulator.scenario.records import RecordScenario
from simulator.setting import Setting
from simulator.streams import stream
from simulator.times import DAY_DS
from simulator.world.clinics import Clinics
from simulator.world.patients import patients, patients_of

KINDS = ("outpatient", "emergency", "inpatient")
OUTPATIENT, EMERGENCY, INPATIENT = range(len(KINDS))
EXAMS = ("blood", "urine", "ecg", "ultrasound", "xray", "ct", "mri")
INTERVAL_DS = np.array([3, 3, 5, 5, 7, 7, 7]) * DAY_DS  # within which a result elsewhere is recognised
AGAIN_DAYS = 6
NEVER = 0  # of an instant
NONE = 0  # of a key
_NUMBERS = 1_000_000  # above what a day has of encounters
_KINDS = (0.80, 0.88)  # outpatients, and emergencies, added up
_KINDS_AGAIN = (0.85, 0.90)
_MOST_EXAMS = (0.5, 0.8)  # one, and two at most, of those who have any
# How often each kind of examination is wanted, by kind of encounter.
_WANTED = np.array([[6, 3, 2, 3, 2, 1, 0.6], [6, 2, 4, 2, 4, 3, 0.4], [7, 4, 5, 4, 3, 3, 1.5]])
_HOUR_DS = 36_000
_EXAM_AT_MOST_DS, _EXAM_AT_LEAST_DS = 6 * _HOUR_DS, 3_000
_RESULT_MIN = (10, 1200)
_DAY_CASE = 0.5  # inpatients who leave the same day


@dataclass(frozen=True)
class Exchange:
    """The exchange of records among a city's hospitals: what is made of it depends on these alone."""

    seed: int
    scenario: RecordScenario
    scale: float
    clinics: Clinics

    @property
    def encounters(self) -> float:
        """How many there are on a working day, more or less."""
        rates = self.scenario.encounters
        return max(rates.per_day * self.scale, rates.least)


def exchange(setting: Setting) -> Exchange:
    """That of a city."""
    return Exchange(setting.seed, setting.scenario.records, setting.scale, setting.clinics)


@dataclass(frozen=True, eq=False)
class Seen:
    """Encounters, and by kind of examination (columns as `EXAMS`) when each was taken and its result was there (`NEVER`: it was
    not made), and which one of another hospital was used instead (its key, `NONE`).

    `rows`: encounter (key), patient (place in `Patients`), birth_year, hospital (place), kind (place in `KINDS`), started_ds and
    ended_ds (tenths of seconds since the calendar's first day, local; whole seconds), after (days until one that follows, `NONE`:
    there is none), follows (key of the one before, `NONE`).
    """

    rows: pd.DataFrame
    taken: np.ndarray
    result: np.ndarray
    used: np.ndarray


def encounter_keys(day: int, number: np.ndarray) -> np.ndarray:
    """One number for an encounter: of its day (an ordinal) and its number in the day."""
    return day * _NUMBERS + number


def exam_keys(encounter: np.ndarray, kind: np.ndarray) -> np.ndarray:
    """One number for an examination: of its encounter's key, which has at most one of a kind."""
    return encounter * 10 + kind + 1


@lru_cache(maxsize=16)  # the days before one
def begun(here: Exchange, day: date) -> Seen:
    """The encounters of a day that follow none, by time."""
    random, rates = stream(here.seed, "encounters", day), here.scenario.encounters
    count = round(here.encounters * (1 - rates.again) * random.uniform(0.97, 1.03))
    kind = np.searchsorted(_KINDS, random.random(count), side="right")
    kind = kind[(kind != OUTPATIENT) | (random.random(count) < here.clinics.share_of(day))]
    patient = patients_of(here.seed, here.scale, day, len(kind), round(here.encounters))
    started, ended = _times(random, day, kind)
    order = np.argsort(started, kind="stable")
    kind, started, ended = kind[order], started[order], ended[order]
    rows = pd.DataFrame({
        "encounter": encounter_keys(day.toordinal(), np.arange(1, len(kind) + 1)), "patient": patient,
        "birth_year": patients(here.seed, here.scale).birth_year[patient],
        "hospital": here.clinics.hospital_of(random.random(len(kind))), "kind": kind, "started_ds": started, "ended_ds": ended,
        "after": _after(here, random, day, ended), "follows": NONE,
    })  # fmt: skip
    taken, result = _made(here, random, rows, _own(here, random, kind))
    return Seen(rows, taken, result, np.zeros_like(taken))


@lru_cache(maxsize=16)
def encounters(here: Exchange, day: date) -> Seen:
    """All encounters of a day: those that follow none, and then those that do."""
    random, rates, first = stream(here.seed, "encounters again", day), here.scenario, begun(here, day)
    before, taken_before, result_before = _followed(here, day)
    count = len(before)
    kind = np.searchsorted(_KINDS_AGAIN, random.random(count), side="right")
    started, ended = _times(random, day, kind)
    hospital, others = before["hospital"].to_numpy(), len(here.clinics.hospitals) - 1
    other = here.clinics.hospital_of(random.random(count))
    next_one = (hospital + 1 + np.floor(random.random(count) * others).astype(np.int64)) % (others + 1)
    is_elsewhere = random.random(count) < rates.encounters.elsewhere
    rows = before.assign(
        encounter=encounter_keys(day.toordinal(), len(first.rows) + np.arange(1, count + 1)), kind=kind,
        hospital=np.where(is_elsewhere, np.where(other == hospital, next_one, other), hospital),
        started_ds=started, ended_ds=ended, after=NONE, follows=before["encounter"],
    )  # fmt: skip
    u = random.random((2, *taken_before.shape))
    was_made = (taken_before != NEVER) & is_elsewhere[:, None]
    due = _own(here, random, kind) | (was_made & (u[0] < rates.exams.due_again))
    is_there = (
        was_made
        & (result_before <= started[:, None])
        & (started[:, None] - taken_before <= INTERVAL_DS - _EXAM_AT_MOST_DS)
    )
    uses = due & is_there & (u[1] >= rates.exams.repeated)
    taken, result = _made(here, random, rows, due & ~uses)
    keys = exam_keys(before["encounter"].to_numpy()[:, None], np.arange(len(EXAMS)))
    return Seen(
        pd.concat([first.rows, rows], ignore_index=True), np.concatenate([first.taken, taken]),
        np.concatenate([first.result, result]), np.concatenate([first.used, np.where(uses, keys, NONE)]),
    )  # fmt: skip


def _followed(here: Exchange, day: date) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """The encounters of the days before that one of a day follows, with what was examined."""
    found = []
    for back in range(AGAIN_DAYS, 0, -1):
        seen = begun(here, day - timedelta(back))
        which = seen.rows["after"].to_numpy() == back
        found.append((seen.rows[which], seen.taken[which], seen.result[which]))
    rows, taken, result = zip(*found, strict=True)
    return pd.concat(rows, ignore_index=True), np.concatenate(taken), np.concatenate(result)


def _times(random: np.random.Generator, day: date, kind: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """When encounters begin, and end: within the day, by the next morning, or inpatients after one or two nights."""
    u = random.random((4, len(kind)))
    morning = random.beta(1.6, 2.2, len(kind))
    hour = np.choose(kind, [7.5 + 9.5 * morning, 0.1 + 23.8 * u[0], 8 + 8 * u[0]])
    lasts_h = np.choose(kind, [0.3 + 2.7 * u[1] ** 2, 1 + 6 * u[1], 3 + 4 * u[1]])
    midnight = day.toordinal() * DAY_DS
    started = midnight + np.floor(hour * 3600).astype(np.int64) * 10
    ended = started + np.floor(lasts_h * 3600).astype(np.int64) * 10
    stays = (kind == INPATIENT) & (u[2] >= _DAY_CASE)
    nights = 1 + (u[3] < 0.5)
    leaves = midnight + nights * DAY_DS + np.floor((9 + 3 * u[1]) * 3600).astype(np.int64) * 10
    return started, np.where(stays, leaves, ended)


def _after(here: Exchange, random: np.random.Generator, day: date, ended: np.ndarray) -> np.ndarray:
    """After how many days each encounter is followed by another one: once it has ended, and rarely on a day of rest."""
    rates, u = here.scenario.encounters, random.random((3, len(ended)))
    shares = np.array([here.clinics.share_of(day + timedelta(days)) for days in range(AGAIN_DAYS + 2)])
    after = 1 + np.floor(u[1] * AGAIN_DAYS).astype(np.int64)
    after = np.maximum(after, ended // DAY_DS - day.toordinal() + 1)
    for _ in range(AGAIN_DAYS):
        after = np.where(
            (after <= AGAIN_DAYS) & (u[2] >= shares[np.minimum(after, AGAIN_DAYS)]), after + 1, after
        )
    has = (u[0] < rates.again / (1 - rates.again)) & (after <= AGAIN_DAYS)
    return np.where(has, after, NONE)


def _own(here: Exchange, random: np.random.Generator, kind: np.ndarray) -> np.ndarray:
    """Which examinations each encounter wants by itself: none, or one to three."""
    u = random.random((2, len(kind)))
    count = np.where(
        u[0] < here.scenario.encounters.examined, 1 + np.searchsorted(_MOST_EXAMS, u[1], side="right"), 0
    )
    # The largest of these are drawn without putting back.
    keys = np.log(_WANTED[kind]) + random.gumbel(size=(len(kind), len(EXAMS)))
    rank = np.argsort(np.argsort(-keys, axis=1), axis=1)
    return rank < count[:, None]


def _made(
    here: Exchange, random: np.random.Generator, rows: pd.DataFrame, has: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """When examinations are taken, within hours, and their results are there."""
    started, ended = (rows[name].to_numpy()[:, None] for name in ("started_ds", "ended_ds"))
    room = np.minimum(ended - started, _EXAM_AT_MOST_DS) - _EXAM_AT_LEAST_DS
    taken = started + _EXAM_AT_LEAST_DS + np.floor(random.random(has.shape) * room / 10).astype(np.int64) * 10
    wait = waits_ds(random, here.scenario.exams.result_min, _RESULT_MIN, has.shape)
    return np.where(has, taken, NEVER), np.where(has, taken + wait, NEVER)


def waits_ds(
    random: np.random.Generator, minutes: Wait, between: tuple[float, float], shape: tuple[int, ...]
) -> np.ndarray:
    """Lognormal waits within limits (minutes), as tenths of seconds; whole seconds."""
    drawn = minutes.median * np.exp(minutes.spread * random.standard_normal(shape))
    return np.floor(np.clip(drawn, *between) * 60).astype(np.int64) * 10


@lru_cache(maxsize=16)
def exams(here: Exchange, day: date) -> pd.DataFrame:
    """The examinations of the encounters of a day: exam and encounter (keys), patient, birth_year, hospital, kind (place in
    `EXAMS`), taken_ds, result_ds. Some are taken the next morning."""
    seen = encounters(here, day)
    row, kind = np.nonzero(seen.taken)
    rows = seen.rows[["encounter", "patient", "birth_year", "hospital"]].iloc[row].reset_index(drop=True)
    return rows.assign(
        exam=exam_keys(rows["encounter"].to_numpy(), kind), kind=kind, taken_ds=seen.taken[row, kind],
        result_ds=seen.result[row, kind],
    )  # fmt: skip
