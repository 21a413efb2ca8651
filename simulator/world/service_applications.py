"""Applications that offices decide on a day: by whom, for what, through which of the six handlings, and when.

Those decided on a day depend on the seed and that day alone. Ordinary ones began a few days before at most, long ones up
to four weeks; they are drawn apart, so that what concerns a day needs the long ones of many days only.

Offices decide on working days only; on others what is decided at once and was submitted online or by phone. The younger a
person, the more is done from afar; the older, the more at a window.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from simulator.scenario.services import ServiceScenario
from simulator.streams import stream
from simulator.times import DAY_S
from simulator.world.calendar import is_free
from simulator.world.people import PYRAMID
from simulator.world.services import Services
from simulator.world.working_days import days_back

CHANNELS = ("online", "one_card", "one_window", "mobile", "self_service", "light")
ONLINE, ONE_WINDOW, MOBILE, SELF_SERVICE = 0, 2, 3, 4
OUTCOMES = ("granted", "refused", "withdrawn")
GRANTED = 0
NOBODY = 0  # of a year of birth that an application does not have
FORMER = {
    "330102": "330103",
    "330105": "330104",
}  # whose number some offices still write, by today's district
_LONG_SHARE, _FREE_SHARE = 0.08, 0.08
_BEGAN_DAYS = {False: 4, True: 26}  # before the decision at most, of ordinary ones and of long ones
_MOST_ON_A_DAY = 10**6  # of either half of them
_SINCE = date(2000, 1, 1).toordinal()
_MODULUS, _STRIDE = 10**11, 735_632_791
_ADULT, _ENTERPRISES = 16, 0.25
_OLDER_FROM = (40, 60)  # middle age, and old age
_OF_ENTERPRISES = 3
# Handlings of the young, those of middle age, the old, and enterprises.
_SHARES = np.array([
    [0.42, 0.03, 0.10, 0.38, 0.06, 0.01], [0.36, 0.05, 0.18, 0.29, 0.09, 0.03],
    [0.14, 0.14, 0.36, 0.10, 0.14, 0.12], [0.62, 0.02, 0.24, 0.06, 0.02, 0.04],
])  # fmt: skip
_OUTCOME_SHARES = (0.94, 0.98)
_OPENS_S, _OPEN_S = 8 * 3600 + 1800, 9 * 3600
_WAKES_S, _AWAKE_S = 6 * 3600, 18 * 3600


def has_site(channel: np.ndarray) -> np.ndarray:
    """Whether one goes somewhere for a handling, by its place in `CHANNELS`."""
    return (channel != ONLINE) & (channel != MOBILE)


def applications(
    seed: int, scenario: ServiceScenario, services: Services, day: date, *, is_long: bool
) -> pd.DataFrame:
    """The ordinary or the long applications decided on a day: one row each.

    Columns: number (whole, unique for ever), item (its place), is_new (in a form that is in no list), promised (working
    days), is_enterprise, birth_year (`NOBODY` for enterprises), district (place in `Services.districts`), is_former (written
    with a former district's code), channel (place in `CHANNELS`), outcome (in `OUTCOMES`), submitted_ds, accepted_ds,
    decided_ds (tenths of seconds since the calendar's first day, local; whole seconds).
    """
    free, rates = is_free(day), scenario.applications
    share = (0.0 if is_long else _FREE_SHARE) if free else _LONG_SHARE if is_long else 1 - _LONG_SHARE
    random = stream(seed, "applications", "long" if is_long else "ordinary", day)
    count = max(int(random.poisson(services.applications * share)), round(rates.least * share))
    u = random.random((13, count))
    is_enterprise = u[0] < _ENTERPRISES
    age = ages(u[1])
    channel = _channels(is_enterprise, age, u[2], free)
    late = (u[3] < rates.late) & (not free)
    item = _items(services, late, u[4], free, is_long)
    instants = _instants(services.promised[item], late, channel, u[5:9], day, is_long)
    district = np.minimum(
        np.searchsorted(np.cumsum(services.residents), u[9], side="right"), len(services.districts) - 1
    )
    made = pd.DataFrame({
        "number": _numbers(day, count, is_long), "item": item.astype(np.int16), "is_new": u[10] < rates.unlisted_item,
        "promised": services.promised[item].astype(np.int16), "is_enterprise": is_enterprise,
        "birth_year": np.where(is_enterprise, NOBODY, day.year - age.astype(np.int64)).astype(np.int16),
        "district": district.astype(np.int8),
        "is_former": (u[11] < rates.former_district) & np.isin(services.districts[district], list(FORMER)),
        "channel": channel.astype(np.int8), "outcome": np.searchsorted(_OUTCOME_SHARES, u[12]).astype(np.int8),
    })  # fmt: skip
    return made.assign(**instants)


def ages(drawn: np.ndarray) -> np.ndarray:
    """Years of age of those who apply, by numbers drawn from 0 to 1: adults, as many as there are."""
    edges = np.arange(len(PYRAMID) + 1) * 5.0
    below = np.concatenate([[0.0], np.cumsum(PYRAMID) / PYRAMID.sum()])
    from_share = np.interp(_ADULT, edges, below)
    return np.interp(from_share + drawn * (1 - from_share), below, edges - 1e-6)


def age_group(age: np.ndarray) -> np.ndarray:
    """0 the young, 1 those of middle age, 2 the old."""
    return np.searchsorted(_OLDER_FROM, age, side="right")


def _channels(is_enterprise: np.ndarray, age: np.ndarray, drawn: np.ndarray, free: bool) -> np.ndarray:
    shares = _SHARES * (~has_site(np.arange(len(CHANNELS))) if free else 1)
    below = np.cumsum(shares, axis=1) / shares.sum(axis=1, keepdims=True)
    group = np.where(is_enterprise, _OF_ENTERPRISES, age_group(age))
    return (drawn[:, None] >= below[group][:, :-1]).sum(axis=1)


def _items(services: Services, late: np.ndarray, drawn: np.ndarray, free: bool, is_long: bool) -> np.ndarray:
    """Items whose promise can be kept, or broken, in the time there is."""
    promised = services.promised
    in_time = promised >= 3 if is_long else promised == 0 if free else promised >= 0
    too_late = (promised >= 3) & (promised <= 10) if is_long else promised <= 1
    found = [
        np.searchsorted(np.cumsum(weight), drawn * weight.sum(), side="right")
        for weight in (np.where(possible, services.asked, 0.0) for possible in (in_time, too_late))
    ]
    return np.where(late, found[1], found[0])


def _instants(
    promised: np.ndarray, late: np.ndarray, channel: np.ndarray, u: np.ndarray, day: date, is_long: bool
) -> dict[str, np.ndarray]:  # fmt: skip
    """When an application was submitted, accepted and decided."""
    afar = ~has_site(channel)
    back = _days_before(promised, late, afar, u[0], day, is_long)
    any_hour = afar & (promised == 0)
    opens, lasts = np.where(any_hour, _WAKES_S, _OPENS_S), np.where(any_hour, _AWAKE_S, _OPEN_S)
    decided = opens + np.floor(u[1] * lasts)
    same_day = decided - np.floor((decided - opens + 1800) * u[2] ** 3)
    earlier = np.where(afar, _WAKES_S + u[2] * _AWAKE_S, _OPENS_S + u[2] * _OPEN_S)
    accepted = np.where(back == 0, same_day, np.floor(earlier)) - back * DAY_S
    # From afar mostly within an hour and a half, sometimes a day or more.
    waits = np.where(u[3] < 0.85, u[3] * 6_000, (u[3] - 0.85) * 10 * DAY_S)
    submitted = accepted - np.floor(np.where(afar, waits, 30 + u[3] * 1_500))
    midnight = day.toordinal() * DAY_S
    return {
        name: (midnight + seconds.astype(np.int64)) * 10
        for name, seconds in (("submitted_ds", submitted), ("accepted_ds", accepted), ("decided_ds", decided))
    }


def _days_before(
    promised: np.ndarray, late: np.ndarray, afar: np.ndarray, drawn: np.ndarray, day: date, is_long: bool
) -> np.ndarray:  # fmt: skip
    """How many days before the decision it was accepted; the day itself, where none of the few days before was a
    working day."""
    working = days_back(day, _BEGAN_DAYS[is_long])
    if is_free(day):
        # Most on the day itself, some since the last working day: none of the days between is one.
        since = int(working[0]) if len(working) else 0
        return np.where(drawn < 0.9, 0, np.floor((drawn - 0.9) * 10 * (since + 1))).astype(np.int64)
    usual = 2 + drawn * (np.minimum(promised, 15) - 1) if is_long else drawn * (np.minimum(promised, 2) + 1)
    worked = np.where(late, promised + 1 + (3 * drawn if is_long else 0), usual).astype(np.int64)
    worked = np.minimum(worked, len(working) - 1)
    back = working[worked]
    # From afar one applies on free days too: on those behind the working day on which it counts as if it were.
    gap = back - working[np.maximum(worked - 1, 0)]
    return np.where(afar & (gap > 1), back - np.floor(drawn * 7919 % 1 * gap).astype(np.int64), back)


def _numbers(day: date, count: int, is_long: bool) -> np.ndarray:
    """Eleven digits that look nothing alike for neighbours and never come twice."""
    ordinal = (day.toordinal() - _SINCE) * _MOST_ON_A_DAY + is_long * _MOST_ON_A_DAY // 2 + np.arange(count)
    return ordinal * _STRIDE % _MODULUS
