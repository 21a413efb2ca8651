"""How often and where somebody turned to an office for an application: to ask, to submit, to hand in more, to collect.

Contacts are drawn with their application, from the stream of the day of its decision; those of a day are found among the
applications decided on the days around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.scenario.services import ServiceScenario
from simulator.streams import stream
from simulator.times import DAY_DS
from simulator.world.service_applications import (
    CHANNELS,
    GRANTED,
    ONE_WINDOW,
    ONLINE,
    SELF_SERVICE,
    applications,
    has_site,
)
from simulator.world.services import NOWHERE, Services

STEPS = ("ask", "submit", "hand_in", "collect")
ASK, SUBMIT, HAND_IN, COLLECT = range(len(STEPS))
# Days around the decision on which contacts lie: of ordinary applications, and of long ones.
AROUND = {False: (-8, 3), True: (-30, 12)}
_OTHERS = np.cumsum([0.15, 0.05, 0.40, 0.15, 0.15])  # handlings one turns to besides; the rest light
_OPENS_DS, _OPEN_DS = 8 * 36_000 + 18_000, 9 * 36_000
_LEAST_DS = 6_000  # between acceptance and decision, for something to be handed in


@dataclass(frozen=True)
class Decided:
    """The applications decided on a day (columns as `applications` has them), and all contacts about them.

    Columns of `contacts`: number (the application's), channel, step (places in `CHANNELS` and `STEPS`), site (its place;
    `NOWHERE`), contacted_ds (tenths of seconds since the calendar's first day, local; whole seconds), is_recorded.
    """

    applications: pd.DataFrame
    contacts: pd.DataFrame


def decided(seed: int, scenario: ServiceScenario, services: Services, day: date) -> Decided:
    """What offices decided on a day, by time, and all contacts about it; needs no other day."""
    parts = [applications(seed, scenario, services, day, is_long=is_long) for is_long in (False, True)]
    whole = pd.concat(parts, ignore_index=True).sort_values(["decided_ds", "number"], ignore_index=True)
    about = [about_decided(seed, scenario, services, day, is_long) for is_long in (False, True)]
    return Decided(whole, pd.concat(about, ignore_index=True))


def contacts_on(seed: int, scenario: ServiceScenario, services: Services, day: date) -> pd.DataFrame:
    """All contacts of a day, by time; columns as `Decided.contacts`."""
    parts = list(_contacts_on(seed, scenario, services, day))
    return pd.concat(parts, ignore_index=True).sort_values(
        ["contacted_ds", "number", "step"], ignore_index=True
    )


def _contacts_on(
    seed: int, scenario: ServiceScenario, services: Services, day: date
) -> Iterator[pd.DataFrame]:
    for is_long, (before, after) in AROUND.items():
        for shift in range(before, after + 1):
            about = about_decided(seed, scenario, services, day - timedelta(shift), is_long)
            yield about[about["contacted_ds"].to_numpy() // DAY_DS == day.toordinal()]


@lru_cache(maxsize=64)  # the days around one, of both kinds
def about_decided(
    seed: int, scenario: ServiceScenario, services: Services, day: date, is_long: bool
) -> pd.DataFrame:
    """All contacts about the ordinary or the long applications decided on a day; columns as `Decided.contacts`."""
    rows = applications(seed, scenario, services, day, is_long=is_long)
    random, rates = stream(seed, "contacts", "long" if is_long else "ordinary", day), scenario.contacts
    u = random.random((3, len(rows)))
    home = _both(services, rows["district"].to_numpy(), u[:2])
    own, number = rows["channel"].to_numpy(), rows["number"].to_numpy()
    submitted, accepted, decided_at = (
        rows[f"{name}_ds"].to_numpy() for name in ("submitted", "accepted", "decided")
    )
    parts = [_contacts(number, own, SUBMIT, _sites(own, home), submitted, u[2] >= rates.unrecorded)]
    for step, rate in ((ASK, rates.asks), (HAND_IN, rates.hands_in_more), (COLLECT, rates.collects)):
        v = random.random((9, len(rows)))
        happens = v[0] < rate
        if step == ASK:
            at = _asked(submitted, v[1], v[2])
        elif step == HAND_IN:
            happens &= decided_at - accepted >= _LEAST_DS
            at = np.clip(
                _opening(accepted + ((decided_at - accepted) * v[1]).astype(np.int64), v[2]),
                accepted,
                decided_at,
            )
        else:
            happens &= rows["outcome"].to_numpy() == GRANTED
            at = _collected(decided_at, v[1], v[2], rates.outside if is_long else None)
        channel = np.where(v[3] < rates.switches, _another(own, v[4]), own)
        elsewhere = _both(services, (v[6] * len(services.districts)).astype(np.int64), v[7:])
        site = _sites(channel, np.where(v[5] < rates.elsewhere, elsewhere, home))
        made = _contacts(number, channel, step, site, at // 10 * 10, np.ones(len(rows), bool))
        parts.append(made[happens])
    return pd.concat(parts, ignore_index=True)


def _contacts(
    number: np.ndarray, channel: np.ndarray, step: int, site: np.ndarray, at: np.ndarray, is_recorded: np.ndarray
) -> pd.DataFrame:  # fmt: skip
    return pd.DataFrame({
        "number": number, "channel": channel.astype(np.int8), "step": np.full(len(number), step, np.int8),
        "site": site.astype(np.int16), "contacted_ds": at, "is_recorded": is_recorded,
    })  # fmt: skip


def _opening(instants: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """An instant of the same days while offices are open."""
    return instants // DAY_DS * DAY_DS + _OPENS_DS + (drawn * _OPEN_DS).astype(np.int64)


def _asked(submitted: np.ndarray, days: np.ndarray, hour: np.ndarray) -> np.ndarray:
    """Minutes before it is submitted, or one or two days."""
    back = np.floor(3 * days**2).astype(np.int64)
    minutes = submitted - 3_000 - (hour * 36_000).astype(np.int64)
    return np.where(back == 0, minutes, _opening(submitted - back * DAY_DS, hour))


def _collected(
    decided_at: np.ndarray, days: np.ndarray, hour: np.ndarray, outside: float | None
) -> np.ndarray:
    """Some days after it was decided; of ordinary applications (`outside` None) at most three."""
    if outside is None:
        after = np.floor(4 * days**3)
    else:
        is_outside, within = days < outside, (days - outside) / max(1 - outside, 1e-9)
        after = np.where(is_outside, 8 + np.floor(5 * days / max(outside, 1e-9)), np.floor(8 * within))
    later = _opening(decided_at + after.astype(np.int64) * DAY_DS, hour)
    return np.where(after == 0, decided_at + 3_000 + (hour * 36_000).astype(np.int64), later)


def _another(own: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Another handling than one's own."""
    found = np.minimum(np.searchsorted(_OTHERS, drawn, side="right"), len(CHANNELS) - 1)
    return np.where(found != own, found, np.where(own == ONE_WINDOW, ONLINE, ONE_WINDOW))


def _sites(channel: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The site of each contact: of `places` (2 × n) a hall, or a place of machines for self-service; none from afar."""
    return np.where(has_site(channel), np.where(channel == SELF_SERVICE, places[1], places[0]), NOWHERE)


def _both(services: Services, district: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """2 × n: a hall and a place of machines in each district."""
    kinds = (np.ones(len(district), bool), np.zeros(len(district), bool))
    return np.stack(
        [services.sites_of(district, kind, each) for kind, each in zip(kinds, drawn, strict=True)]
    )
