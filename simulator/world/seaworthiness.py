"""What makes a ship seaworthy: its certificate and its draught; and the rule that decides.

A ship's certificates follow each other: each is good for `certificate_days`, and the next is issued some days before
the end of the last, or some weeks after it.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.scenario.ships import ShipScenario
from simulator.streams import stream
from simulator.times import DAY_DS
from simulator.world.ships import Fleet

FIRST = date(2021, 6, 1)
LISTED_DAYS = 730  # a certificate stays in the list so long after its last day
NEVER = 0  # of a day that is not given
SURVEY_DAYS = 30  # an older survey says nothing of a ship's draught
_DAYS = ("issued", "expires", "suspended_from", "suspended_until")
_TYPES = dict.fromkeys(("mmsi", *_DAYS), "int64") | {"deepest_m": "float64"}
_SURVEY_TYPES = {"mmsi": "int64", "surveyed_ds": "int64", "draught_m": "float64"}


def certificates(seed: int, scenario: ShipScenario, ships: Fleet, day: date) -> pd.DataFrame:
    """The certificates that are good, or were within `LISTED_DAYS` days, and those issued within the next ninety.

    Columns: certificate (its number), mmsi, issued, expires (the last day), suspended_from, suspended_until (the last
    day) as ordinals, `NEVER` where there is none; deepest_m.
    """
    latest = (day - FIRST).days // scenario.certificate_days + 2
    oldest = (day - FIRST).days - LISTED_DAYS
    first = max(oldest // scenario.certificate_days - 2, -2)
    whole = pd.concat([_cycle(seed, scenario, ships, cycle) for cycle in range(first, latest)])
    recent = whole["expires"] >= day.toordinal() - LISTED_DAYS
    return whole[recent].sort_values(["mmsi", "issued", "certificate"], ignore_index=True)


@lru_cache(maxsize=64)
def _cycle(seed: int, scenario: ShipScenario, ships: Fleet, cycle: int) -> pd.DataFrame:
    """Every ship's certificate number `cycle`."""
    length, rates = scenario.certificate_days, scenario.certificates
    phase = (stream(seed, "certificate phases").random(len(ships)) * length).astype(np.int64)
    u = stream(seed, "certificates", cycle + 2).random((len(ships), 8))
    begins = FIRST.toordinal() + phase + cycle * length
    # Who is late is so for a quarter of the time on average, and so is a suspension: hence four times the rate.
    late = u[:, 0] < 4 * rates.expired
    issued = np.where(late, begins + 1 + np.floor(u[:, 1] * length / 2), begins - 5 - np.floor(u[:, 1] * 15))
    suspended = u[:, 2] < 4 * rates.suspended
    since = begins + np.floor((0.5 + u[:, 3] * 0.25) * length)
    until = since + np.floor((0.1 + u[:, 4] * 0.3) * length)
    frame = pd.DataFrame({
        "certificate": [f"SC{ship:05d}{cycle + 2:03d}" for ship in range(len(ships))], "mmsi": ships.mmsi,
        "issued": issued.astype(np.int64), "expires": begins + length - 1,
        "suspended_from": np.where(suspended, since, NEVER).astype(np.int64),
        "suspended_until": np.where(suspended & (u[:, 5] < 0.7), until, NEVER).astype(np.int64),
        "deepest_m": ships.deepest_m,
    })  # fmt: skip
    again = frame[u[:, 6] < rates.reissued]
    again = again.assign(
        certificate=again["certificate"] + "B", deepest_m=np.round(again["deepest_m"] + 0.2, 2)
    )
    return pd.concat([frame[ships.certified], again[ships.certified[again.index]]])


@lru_cache(maxsize=64)
def surveys(seed: int, scenario: ShipScenario, ships: Fleet, day: date) -> pd.DataFrame:
    """The surveys of a day, by time: survey (its number), mmsi, surveyed_ds (tenths of seconds since the calendar's
    first day, local; whole minutes), draught_m."""
    every = scenario.surveys.every_days
    turn = (np.arange(len(ships)) + day.toordinal()) % every == 0
    u = stream(seed, "surveys", day).random((len(ships), 3))
    deep = u[:, 0] < scenario.surveys.overdraught
    draught = np.round(ships.deepest_m * np.where(deep, 1.03 + 0.17 * u[:, 1], 0.55 + 0.40 * u[:, 1]), 2)
    minute = (6 * 60 + np.floor(u[:, 2] * 14 * 60)).astype(np.int64)
    frame = pd.DataFrame({
        "mmsi": ships.mmsi, "surveyed_ds": day.toordinal() * DAY_DS + minute * 600, "draught_m": draught,
    })[turn].sort_values(["surveyed_ds", "mmsi"], ignore_index=True)  # fmt: skip
    return frame.assign(survey=[f"D-{day:%Y%m%d}-{number + 1:05d}" for number in range(len(frame))])


def recent_surveys(seed: int, scenario: ShipScenario, ships: Fleet, day: date) -> pd.DataFrame:
    """The surveys of a day and of as many days before as it takes for every ship to have one."""
    back = scenario.surveys.every_days
    return pd.concat(
        [surveys(seed, scenario, ships, day - timedelta(days)) for days in range(back, -1, -1)],
        ignore_index=True,
    )


def rules(seen: pd.DataFrame, certificates: pd.DataFrame, surveys: pd.DataFrame) -> np.ndarray:
    """The rule that decides about each row of `seen` (mmsi, at_ds): in_force, or why a ship is not seaworthy.

    By the local day of `at_ds`: the certificate issued last by then (of one day the greatest number) decides; its first
    and last day and those of a suspension count to it. Of the surveys the last one by `at_ds` decides, if it is at most
    `SURVEY_DAYS` old.
    """
    asked = pd.DataFrame({
        "mmsi": seen["mmsi"].to_numpy(np.int64), "at_ds": seen["at_ds"].to_numpy(np.int64), "row": np.arange(len(seen)),
    }).sort_values("at_ds", kind="stable")  # fmt: skip
    asked["day"] = asked["at_ds"] // DAY_DS
    # Even of no rows the types are right, or they could not be merged.
    by_issue = certificates.astype(_TYPES).sort_values(["issued", "certificate"], kind="stable")
    both = pd.merge_asof(asked, by_issue, left_on="day", right_on="issued", by="mmsi")
    by_time = surveys[list(_SURVEY_TYPES)].astype(_SURVEY_TYPES).sort_values("surveyed_ds", kind="stable")
    both = pd.merge_asof(
        both, by_time, left_on="at_ds", right_on="surveyed_ds", by="mmsi", tolerance=SURVEY_DAYS * DAY_DS
    )
    since, until = both["suspended_from"], both["suspended_until"]
    conditions = (
        ("no_certificate", both["certificate"].isna()),
        ("certificate_expired", both["day"] > both["expires"]),
        ("certificate_suspended",
         (since > NEVER) & (since <= both["day"]) & ((until == NEVER) | (both["day"] <= until))),
        ("overdraught", both["draught_m"] > both["deepest_m"]),
    )  # fmt: skip
    found = np.select(
        [test.to_numpy() for _, test in conditions], [rule for rule, _ in conditions], "in_force"
    )
    ordered = np.empty(len(found), dtype=object)
    ordered[both["row"].to_numpy()] = found
    return ordered
