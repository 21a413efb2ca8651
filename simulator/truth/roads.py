"""The true indicators of the roads: what happened, and the best anyone can know from what had arrived by an instant.

An incident counts where its segment lies, a message where the centre that receives it stands; segments and centres that
are not in the newest list count nowhere. What an incident grew out of is known where that record is, of the same day or
the day before. A message is acknowledged by the first acknowledgement after it, at most a day later, if it is not sent
again in between. Segments have a day where any speed of it is known; an indicator without anything to divide by has no row.

What happened: every incident, on a listed segment or not, with its true times; every message; the traffic of all
monitored segments, measured or not.

A day is computed from the days around it: an incident reaches 30 minutes back and 120 ahead, and competes with those
that do too; what it grew out of, and the acknowledgement of a message, lie at most a day away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from simulator.departments import district, road_lists
from simulator.departments.command_message import Messages
from simulator.departments.incident import LEVELS, Incidents
from simulator.departments.road_speed import Speeds
from simulator.evidence import Evidence
from simulator.setting import Setting
from simulator.times import DAY_DS
from simulator.truth.areas import Areas, by_day, divisible, percentile_of, share_of
from simulator.truth.road_delay import AFTER_DS, BEFORE_DS, Network, costs_ms, delays_ms, times_ms
from simulator.world.command import CENTRES
from simulator.world.commands import IN_TIME_S, messages
from simulator.world.districts import HANGZHOU
from simulator.world.incidents import LASTS_DAYS, NEVER, reported
from simulator.world.traffic import INTERVALS, traffic

AROUND = range(-1, 2)
ESCALATED_S = 900
ACKNOWLEDGED_DS = DAY_DS
_HOUR_MS = 3_600_000
_OVERLAP_DS = BEFORE_DS + AFTER_DS  # further apart, two incidents compete for nothing
_INCIDENTS = ("incident", "level", "segment", "reported_ds", "arrived_ds", "escalated_from")
_MESSAGES = ("event", "message", "level", "receiver", "is_sent", "acted_ds")
_SPEEDS = ("place", "interval", "speed_dkmh", "free_dkmh", "vehicles")


@dataclass(frozen=True)
class Outcome:
    """What the indicators of a day are made of.

    `incidents`: segment, level (I to III), response_min, grown_s (both not a number where there is none), delay_h;
    `sends`: receiver, level (I to III), in_time; `segments`: segment, length_m, is_major, is_monitored, travel_ms and
    free_ms (over all vehicles); `places` and `centres`: segment or receiver, and its district.
    """

    incidents: pd.DataFrame
    sends: pd.DataFrame
    segments: pd.DataFrame
    places: pd.DataFrame
    centres: pd.DataFrame
    vintages: tuple


def indicators(
    city: Evidence, instants: tuple[datetime, ...], days: tuple[date, ...] | None = None
) -> pd.DataFrame:
    """The indicators of roads of days (all of the city's, if None), by district and for the city; each day for itself."""
    return by_day(city, instants, days, happened, known_at, table)


def known_at(city: Evidence, day: date, as_of: datetime) -> Outcome:
    """What an exact reader of everything that had arrived would know about a day."""
    listed = _listed(city.listed(road_lists.SEGMENT, as_of))
    network = _network(listed)
    seen = _known(city, Incidents, _INCIDENTS, day, as_of)
    around = _around(day)
    speeds: dict[date, pd.DataFrame] = {}
    for facts in city.facts(Speeds, around, as_of):
        rows = facts.rows.assign(place=facts.rows["segment"].to_numpy(np.int64) - 1)
        speeds[facts.day] = rows[list(_SPEEDS)]
    seen = seen.assign(place=_numbers(seen["segment"]) - 1)
    is_of_day = (seen["reported_ds"] // DAY_DS == day.toordinal()).to_numpy()
    delay = _delays(network, seen, day, [speeds.get(each) for each in around])
    earlier = seen[seen["reported_ds"] < (day.toordinal() + 1) * DAY_DS]
    origin = seen["escalated_from"].map(dict(zip(earlier["incident"], earlier["reported_ds"], strict=True)))
    incidents = pd.DataFrame({
        "segment": seen["segment"], "level": seen["level"],
        "response_min": _minutes(seen["arrived_ds"], seen["reported_ds"]),
        "grown_s": (seen["reported_ds"] - origin.astype(float)) / 10, "delay_h": delay / _HOUR_MS,
    })[is_of_day]  # fmt: skip
    centres = [(row[0], row[3]) for row in city.listed(road_lists.CENTRE, as_of)]
    return Outcome(
        incidents.reset_index(drop=True), _sends(_known(city, Messages, _MESSAGES, day, as_of), day),
        _segments(listed, network, day, speeds.get(day)), listed[["segment", "district"]],
        pd.DataFrame(centres, columns=["receiver", "district"]), city.listed(district.FEED, as_of),
    )  # fmt: skip


def _around(day: date) -> tuple[date, ...]:
    return tuple(day + timedelta(back) for back in AROUND)


def _known(city: Evidence, kind: type, columns: tuple[str, ...], day: date, as_of: datetime) -> pd.DataFrame:
    """Everything known of a kind from the files of the days around a day."""
    parts = [each.rows[list(columns)] for each in city.facts(kind, _around(day), as_of)]
    empty = pd.DataFrame(
        {name: pd.Series(dtype="int64" if name.endswith("_ds") else object) for name in columns}
    )
    return pd.concat(parts, ignore_index=True) if parts else empty


def _listed(rows: tuple) -> pd.DataFrame:
    """The list of segments: segment, district, length_m, is_major, since (an ordinal, 0: not monitored), longitude, latitude."""
    made = [
        (row[0], row[2], int(row[3]), row[4] == "是", date.fromisoformat(row[5]).toordinal() if row[5] else NEVER,
         float(row[6]), float(row[7]))
        for row in rows
    ]  # fmt: skip
    names = ["segment", "district", "length_m", "is_major", "since", "longitude", "latitude"]
    return pd.DataFrame(made, columns=names)


def _numbers(segments: pd.Series) -> np.ndarray:
    """The numbers in identifiers of segments."""
    return segments.str[1:].astype(np.int64).to_numpy()


def _network(listed: pd.DataFrame) -> Network:
    places = _numbers(listed["segment"]) - 1 if len(listed) else np.zeros(0, np.int64)
    count = int(places.max(initial=-1)) + 1
    length, where = np.zeros(count, dtype=np.int64), np.full((2, count), np.nan)
    length[places] = listed["length_m"]
    where[:, places] = listed[["longitude", "latitude"]].to_numpy(float).T
    return Network(length, *where)


def _minutes(until: pd.Series, since: pd.Series) -> pd.Series:
    return ((until - since) / 600).where(until != NEVER)


def _delays(network: Network, seen: pd.DataFrame, day: date, speeds: list[pd.DataFrame | None]) -> np.ndarray:
    """Of each incident of the days around a day, what vehicles lost because of it; only those of the day are meant, and
    those far from it are left out: they compete for nothing that is meant."""
    costs = np.concatenate(
        [np.zeros((len(network), INTERVALS), np.int64) if rows is None else costs_ms(network, rows) for rows in speeds],
        axis=1,
    )  # fmt: skip
    begin = day.toordinal() * DAY_DS
    near = (
        (seen["reported_ds"] >= begin - _OVERLAP_DS) & (seen["reported_ds"] < begin + DAY_DS + _OVERLAP_DS)
    ).to_numpy()
    found = np.zeros(len(seen), dtype=np.int64)
    found[near] = delays_ms(network, seen[near], costs, day + timedelta(AROUND[0]))[0]
    return found


def _sends(events: pd.DataFrame, day: date) -> pd.DataFrame:
    """The messages sent on a day: receiver, level, in_time."""
    message = pd.factorize(events["message"])[0].astype(np.int64)
    # One number by message and time: no two messages come near each other in it.
    at = (
        events["acted_ds"].to_numpy(np.int64) - events["acted_ds"].min()
        if len(events)
        else np.zeros(0, np.int64)
    )
    key = message * 10 * DAY_DS + at
    is_sent = events["is_sent"].to_numpy(bool)
    sends = events.assign(key=key)[is_sent].sort_values(["key", "event"], ignore_index=True)
    acknowledged = np.append(np.sort(key[~is_sent]), np.iinfo(np.int64).max)
    sent = sends["key"].to_numpy(np.int64)
    heard = acknowledged[np.searchsorted(acknowledged, sent, side="right")]  # not in the very instant
    sent_again = np.append(sent[1:], np.iinfo(np.int64).max)[: len(sent)]
    takes = np.where((sent_again < heard) | (heard - sent > ACKNOWLEDGED_DS), np.inf, (heard - sent) / 10)
    limit = sends["level"].map(IN_TIME_S).to_numpy(float)
    made = pd.DataFrame({
        "receiver": sends["receiver"], "level": _levels(sends["level"]), "in_time": takes <= limit,
    })  # fmt: skip
    return made[(sends["acted_ds"] // DAY_DS == day.toordinal()).to_numpy()]


def _levels(numbers: pd.Series) -> np.ndarray:
    return np.array(LEVELS, dtype=object)[numbers.to_numpy(np.int64) - 1]


def _segments(listed: pd.DataFrame, network: Network, day: date, passed: pd.DataFrame | None) -> pd.DataFrame:
    """The listed segments on a day; none where no speed of the day is known."""
    rows = listed[["segment", "length_m", "is_major"]].assign(
        is_monitored=(listed["since"] > NEVER) & (listed["since"] <= day.toordinal())
    )
    if passed is None:
        return rows[:0].assign(travel_ms=0.0, free_ms=0.0)
    measured = passed[(passed["speed_dkmh"] > 0) & (passed["place"] < len(network))]
    place, vehicles = measured["place"].to_numpy(), measured["vehicles"].to_numpy(np.int64)
    places = _numbers(listed["segment"]) - 1
    for name, speed in (("travel_ms", "speed_dkmh"), ("free_ms", "free_dkmh")):
        took = times_ms(network.length_m[place], measured[speed].to_numpy()) * vehicles
        # As floats they are exact: below 2^53.
        rows[name] = np.bincount(place, weights=took, minlength=len(network))[places]
    return rows


def happened(setting: Setting, day: date) -> pd.DataFrame:
    """The indicators of a day as it was; needs the traffic and the incidents of the days around."""
    seed, scenario, roads = setting.seed, setting.scenario.roads, setting.roads
    network = Network(roads.length_m, roads.longitude, roads.latitude)
    seen = pd.concat([reported(seed, scenario, roads, each) for each in _around(day)], ignore_index=True)
    seen = seen.rename(columns={"segment": "place"})
    speeds = {each: _passed(setting, each) for each in _around(day)}
    delay = _delays(network, seen, day, list(speeds.values()))
    grown = ((seen["reported_ds"] - seen["grew_from_ds"]) / 10).where(seen["grew_from_ds"] != NEVER)
    incidents = pd.DataFrame({
        "segment": roads.identifier[seen["place"].to_numpy()], "level": _levels(seen["level"]),
        "response_min": _minutes(seen["arrived_ds"], seen["reported_ds"]), "grown_s": grown, "delay_h": delay / _HOUR_MS,
    })  # fmt: skip
    begun = (day - timedelta(back) for back in range(LASTS_DAYS))
    sent = pd.concat([messages(seed, scenario, roads, each) for each in begun], ignore_index=True)
    sent = sent[sent["sent_ds"] // DAY_DS == day.toordinal()]
    took = (sent["acknowledged_ds"] - sent["sent_ds"]) / 10
    centres = np.array([each.identifier for each in CENTRES], dtype=object)
    sends = pd.DataFrame({
        "receiver": centres[sent["receiver"].to_numpy()], "level": _levels(sent["level"]),
        "in_time": (took <= sent["level"].map(IN_TIME_S)) & (sent["acknowledged_ds"] != NEVER),
    })  # fmt: skip
    listed = pd.DataFrame({
        "segment": roads.identifier, "district": roads.district_code, "length_m": roads.length_m,
        "is_major": roads.is_major, "since": roads.monitored_from,
    })  # fmt: skip
    of_day = (seen["reported_ds"] // DAY_DS == day.toordinal()).to_numpy()
    places = pd.DataFrame(
        [(each.identifier, each.district_code) for each in CENTRES], columns=["receiver", "district"]
    )
    return table(Outcome(
        incidents[of_day], sends, _segments(listed, network, day, speeds[day]), listed[["segment", "district"]], places,
        HANGZHOU,
    ), day)  # fmt: skip


def _passed(setting: Setting, day: date) -> pd.DataFrame:
    """What passed on a day on all monitored segments; columns as `_SPEEDS`."""
    whole = traffic(setting.seed, setting.scenario.roads, setting.roads, day)
    place = np.repeat(whole.places, INTERVALS)
    columns = (
        place, np.tile(np.arange(INTERVALS, dtype=np.int16), len(whole.places)), whole.speed_dkmh.ravel(),
        setting.roads.free_dkmh[place].astype(np.int16), whole.vehicles.ravel(),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(_SPEEDS, columns, strict=True)))


def table(outcome: Outcome, day: date) -> pd.DataFrame:
    """One row per indicator, area and group: value, numerator, denominator, completeness."""
    return divisible(_of_day(outcome, day))


def _of_day(outcome: Outcome, day: date) -> Iterator[pd.DataFrame]:
    roads, centres = (Areas(outcome.vintages, day, each) for each in (outcome.places, outcome.centres))
    by_level, incidents = ("level", "level"), outcome.incidents
    reached = incidents[incidents["response_min"].notna()]
    grown = incidents[incidents["grown_s"].notna()]
    major = outcome.segments[outcome.segments["is_major"].astype(bool)]
    monitored_m = major["length_m"] * major["is_monitored"]
    for name, share in (("p50", 0.5), ("p90", 0.9)):
        yield roads.rows(
            f"t1_response_{name}_min", reached, percentile_of("response_min", share), 1, by_level
        )
    in_time = grown.assign(in_time=grown["grown_s"] <= ESCALATED_S)
    yield roads.rows("t1_escalation_in_time_pct", in_time, share_of("in_time"), 100)
    yield centres.rows("t1_acknowledged_in_time_pct", outcome.sends, share_of("in_time"), 100, by_level)
    yield roads.rows(
        "t1_incident_delay_vehicle_h", incidents, lambda of: (float(of["delay_h"].sum()), 1.0, 100.0), 1
    )
    yield roads.rows(
        "t1_congestion_ratio", outcome.segments,
        lambda of: (float(of["travel_ms"].sum()), float(of["free_ms"].sum()), 100.0), 1,
    )  # fmt: skip
    yield roads.rows(
        "t1_monitored_major_road_pct", major.assign(monitored_m=monitored_m),
        lambda of: (float(of["monitored_m"].sum()), float(of["length_m"].sum()), 100.0), 100,
    )  # fmt: skip
