"""The state of self-service machines, and the sessions at them.

In a hall they are closed while it is; elsewhere they stand open day and night. What breaks on one day may last until the
next. A session takes place whatever the state: those who use a machine without paper get no further.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from simulator.scenario.rates import Wait
from simulator.scenario.services import MachineScenario, ServiceScenario
from simulator.streams import stream
from simulator.times import DAY_DS, DAY_S
from simulator.world.service_applications import NOBODY, age_group, ages
from simulator.world.services import Services

STATES = ("up", "no_paper", "fault", "closed")
UP, NO_PAPER, FAULT, CLOSED = range(len(STATES))
ENDS = ("completed", "abandoned", "timed_out")
COMPLETED, ABANDONED, TIMED_OUT = range(len(ENDS))
NO_END, NO_ITEM = 0, -1
_HALL_S = (8 * 3600 + 1800, 17 * 3600 + 1800)  # when a hall is open
_LONGEST_S = DAY_S  # so that a day's states need the day before only
_HOUR_S = 3600
_MOST_STEPS = 20
# How many times as often the young, those of middle age and the old do not reach the end.
_GIVES_UP = np.array([0.7, 1.0, 2.0])


def states(seed: int, scenario: ServiceScenario, services: Services, day: date) -> pd.DataFrame:
    """The states of the machines that stand somewhere on a day: at its midnight, at every full hour and at every change.

    Columns: machine (its place), at_ds (tenths of seconds since the calendar's first day, local; whole seconds), state
    (place in `STATES`), is_hour (a full hour). By machine and time; each state holds until the next.
    """
    here, rates = services.working_machines(day), scenario.machines
    hours = np.arange(24) * _HOUR_S
    spans = {FAULT: _broken(seed, rates, len(services.machine), day, FAULT),
             NO_PAPER: _broken(seed, rates, len(services.machine), day, NO_PAPER)}  # fmt: skip
    in_hall = here[services.is_hall[services.machine_site[here]]]
    morning, evening = (
        (np.full(len(in_hall), begin), np.full(len(in_hall), end)) for begin, end in ((0, _HALL_S[0]), (_HALL_S[1], DAY_S))
    )  # fmt: skip
    spans[CLOSED] = (
        np.tile(in_hall, 2), np.concatenate([morning[0], evening[0]]), np.concatenate([morning[1], evening[1]])
    )  # fmt: skip
    key = [np.repeat(here, len(hours)) * DAY_S + np.tile(hours, len(here))]
    for machine, begins, ends in spans.values():
        for at in (begins, ends):
            key.append((machine * DAY_S + at)[(at >= 0) & (at < DAY_S) & np.isin(machine, here)])
    instants = np.unique(np.concatenate(key))
    state = np.full(len(instants), UP, dtype=np.int8)
    for kind in (NO_PAPER, CLOSED, FAULT):  # a later one hides the ones before
        state[_holds(*spans[kind], instants)] = kind
    machine, second = instants // DAY_S, instants % DAY_S
    is_hour = second % _HOUR_S == 0
    changes = np.append(True, (state[1:] != state[:-1]) | (machine[1:] != machine[:-1]))[: len(state)]
    made = pd.DataFrame({
        "machine": machine, "at_ds": (day.toordinal() * DAY_S + second) * 10, "state": state, "is_hour": is_hour,
    })  # fmt: skip
    return made[is_hour | changes].reset_index(drop=True)


def _broken(
    seed: int, rates: MachineScenario, machines: int, day: date, kind: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Machines and the seconds of a day from and until which something is wrong with them; of the day before too."""
    often, takes = (rates.faults, rates.fault_s) if kind == FAULT else (rates.no_paper, rates.no_paper_s)
    parts = []
    for back in (1, 0):
        random = stream(seed, f"machine {STATES[kind]}", day - timedelta(back))
        machine, begins, lasts = _spans(random, often, takes, machines)
        parts.append((machine, begins - back * DAY_S, begins - back * DAY_S + lasts))
    machine, begins, ends = (np.concatenate(each) for each in zip(*parts, strict=True))
    touches = ends > 0
    return machine[touches], np.maximum(begins[touches], 0), np.minimum(ends[touches], DAY_S)


def _spans(
    random: np.random.Generator, often: float, takes: Wait, machines: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Machines, seconds from midnight, and how many seconds it lasts."""
    machine = np.repeat(np.arange(machines), random.poisson(often, machines))
    begins = np.floor(random.random(len(machine)) * DAY_S).astype(np.int64)
    lasts = takes.median * np.exp(takes.spread * random.normal(0, 1, len(machine)))
    return machine, begins, np.clip(np.rint(lasts), 60, _LONGEST_S).astype(np.int64)


def _holds(machine: np.ndarray, begins: np.ndarray, ends: np.ndarray, instants: np.ndarray) -> np.ndarray:
    """Whether any of these spans holds at instants (machine and second in one number): more have begun than ended."""
    # A span that lasts until midnight ends with its machine, or it would hold at the next one's beginning.
    begun = np.searchsorted(np.sort(machine * DAY_S + begins), instants, side="right")
    ended = np.searchsorted(np.sort(machine * DAY_S + ends), instants, side="right")
    return begun > ended


def sessions(seed: int, scenario: ServiceScenario, services: Services, day: date) -> pd.DataFrame:
    """The sessions begun on a day, by time.

    Columns: machine (its place), started_ds, ended_ds (tenths of seconds since the calendar's first day, local; whole
    seconds; `NO_END`), birth_year (`NOBODY` where it is not known), item (its place, `NO_ITEM`), is_new (in a form that is
    in no list), steps (1 to 20), ended_as (place in `ENDS`).
    """
    here, rates = services.working_machines(day), scenario.sessions
    random = stream(seed, "sessions", day)
    count = max(int(random.poisson(services.sessions)), rates.least) if len(here) else 0
    u = random.random((10, count))
    machine = here[(u[0] * len(here)).astype(np.int64)]
    opens, closes = np.where(
        services.is_hall[services.machine_site[machine]],
        np.array(_HALL_S)[:, None],
        np.array([[6], [22]]) * _HOUR_S,
    )
    started = np.floor(opens + u[1] * (closes - opens)).astype(np.int64)
    age = ages(u[2])
    gives_up = _GIVES_UP[age_group(age)]
    abandons = u[3] < rates.ends.abandoned * gives_up
    times_out = ~abandons & (u[3] < (rates.ends.abandoned + rates.ends.timed_out) * gives_up)
    ended_as = np.select([abandons, times_out], [ABANDONED, TIMED_OUT], COMPLETED)
    wanted = 4 + (u[4] * (_MOST_STEPS - 3)).astype(np.int64)
    steps = np.where(ended_as == COMPLETED, wanted, 1 + (u[5] * (wanted - 1)).astype(np.int64))
    lasts = np.rint(steps * (8 + 20 * u[6]) + 120 * times_out).astype(np.int64)
    begin = day.toordinal() * DAY_DS + started * 10
    item = np.searchsorted(np.cumsum(services.asked), u[7] * services.asked.sum(), side="right")
    made = pd.DataFrame({
        "machine": machine, "started_ds": begin, "ended_ds": np.where(u[8] < 0.01, NO_END, begin + lasts * 10),
        "birth_year": np.where(u[9] < 0.15, NOBODY, day.year - age.astype(np.int64)),
        "item": np.where(u[9] > 0.9, NO_ITEM, item), "is_new": u[8] > 1 - scenario.applications.unlisted_item,
        "steps": steps, "ended_as": ended_as,
    })  # fmt: skip
    return made.sort_values(["started_ds", "machine"], ignore_index=True)
