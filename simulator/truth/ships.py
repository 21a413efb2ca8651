"""The true indicators of ships: what happened, and the best anyone can know from what had arrived by an instant.

Passages (`passages`): positions inside a fairway's outline, found by casting a ray to the east and counting the edges
it crosses; of one ship in one fairway each at most 30 minutes after the one before. Nobody asks for a passage's exit.

Captures of passages (`matched`): in the same fairway, at most 5 minutes before or after the first position, the number
equal to the ship's in the list of ships or one character apart. Either side prefers equal numbers, then the nearest in
time, then the earlier one, then the lesser MMSI or number of the capture; only each other's first choices belong
together, and whoever is left goes without.

A capture is judged by the first judgement that names it, from 0 to 48 hours after it. What the lake must judge of a
passage itself is `seaworthiness.rules`. Fairways that are not listed have neither passages nor captures; an indicator
without anything to divide by (no judged captures, no matched ones) has no row.

What happened: every ship that truly entered a fairway, heard or not; every capture and its first judgement, whatever
became of the files. It truly has no passage where the transponder was off, the ship is not in the list, or the number
was read with two characters wrong or not at all.

A day is computed from the days around it alone: its captures meet passages that began at most 5 minutes away, and those
other captures at most 5 minutes away (a day before and after); whether a position begins a passage depends on the 30
minutes before it (two days before); a capture is judged within 48 hours, and a survey counts for `SURVEY_DAYS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from simulator.departments import camera_capture, district, seaworthiness_judgement, ship_lists
from simulator.departments.ais_position import Positions
from simulator.departments.camera_capture import Captures
from simulator.departments.draught_survey import Surveys
from simulator.departments.seaworthiness_judgement import Judgements
from simulator.evidence import Evidence
from simulator.setting import Setting
from simulator.times import DAY_DS, instants_after
from simulator.truth.areas import Areas, by_day, divisible, percentile_of
from simulator.world import ships as world
from simulator.world.districts import HANGZHOU
from simulator.world.fairways import FAIRWAYS, Fairway
from simulator.world.seaworthiness import NEVER, SURVEY_DAYS, certificates, recent_surveys, rules

MINUTE_DS = 600
APART_DS = 30 * MINUTE_DS
MATCH_DS = 5 * MINUTE_DS
JUDGED_DS = 2 * DAY_DS
_BUCKET_DS = 60 * MINUTE_DS
_COLUMNS = {
    Positions: ("mmsi", "at_ds", "longitude", "latitude"),
    Captures: ("capture", "fairway", "captured_ds", "number"),
    Judgements: ("judgement", "capture", "judged_ds", "by"),
    Surveys: ("survey", "mmsi", "surveyed_ds", "draught_m"),
}
_AROUND = {
    Positions: range(-2, 2), Captures: range(-1, 2), Judgements: range(-1, 4), Surveys: range(-SURVEY_DAYS - 1, 2),
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What the indicators are made of. `seen`: fairway, entered_ds, rule, one row a passage; `captures`: fairway,
    captured_ds, by ('' not judged), wait_s, matched_as, one row a capture."""

    seen: pd.DataFrame
    captures: pd.DataFrame
    fairways: tuple[Fairway, ...]
    vintages: tuple


def indicators(
    city: Evidence, instants: tuple[datetime, ...], days: tuple[date, ...] | None = None
) -> pd.DataFrame:
    """The indicators of ships of days (all of the city's, if None), by district and for the city; each day for itself."""
    return by_day(city, instants, days, happened, known_at, lambda known, day: table(known, (day,)))


def known_at(city: Evidence, day: date, as_of: datetime) -> Outcome:
    """What an exact reader of everything that had arrived would know about a day."""
    known = {kind: _known(city, kind, day, as_of) for kind in _COLUMNS}
    fairways = city.listed(ship_lists.FAIRWAY, as_of)
    listed = pd.DataFrame(
        [(int(row[0]), row[2]) for row in city.listed(ship_lists.SHIP, as_of)], columns=["mmsi", "number"]
    )
    seen = passages(known[Positions], fairways)
    # Of the day and an hour around it; what began earlier may have begun with a position that is not looked at.
    seen = seen[_is_within(seen["entered_ds"], day, _BUCKET_DS)].reset_index(drop=True)
    rule = rules(
        seen.rename(columns={"entered_ds": "at_ds"}),
        _certificates(city.listed(ship_lists.CERTIFICATE, as_of)), known[Surveys],
    )  # fmt: skip
    captures = known[Captures][known[Captures]["fairway"].isin([each.identifier for each in fairways])]
    captures = captures.merge(judged(captures, known[Judgements]), on="capture", how="left")
    captures = captures.assign(by=captures["by"].fillna(""), matched_as=matched(seen, captures, listed))
    return Outcome(seen.assign(rule=rule), captures, fairways, city.listed(district.FEED, as_of))


def _known(city: Evidence, kind: type, day: date, as_of: datetime) -> pd.DataFrame:
    """Everything known of a kind from the files of the days around a day."""
    columns = list(_COLUMNS[kind])
    days = tuple(day + timedelta(back) for back in _AROUND[kind])
    parts = [each.rows[columns] for each in city.facts(kind, days, as_of)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _is_within(at: pd.Series, day: date, around_ds: int) -> pd.Series:
    begin = day.toordinal() * DAY_DS
    return (at >= begin - around_ds) & (at < begin + DAY_DS + around_ds)


def _certificates(listed: tuple) -> pd.DataFrame:
    names = ("certificate", "mmsi", "issued", "expires", "suspended_from", "suspended_until", "deepest_m")
    rows = [
        (number, int(mmsi), *(day.toordinal() if day else NEVER for day in days), deepest)
        for number, mmsi, *days, deepest in listed
    ]
    return pd.DataFrame(rows, columns=list(names))


def happened(setting: Setting, day: date) -> pd.DataFrame:
    """The indicators of a day as it was; needs the journeys since the day before."""
    seed, scenario, ships = setting.seed, setting.scenario.ships, setting.ships
    entered = []
    for began in world.begun_by(day):
        made = world.journeys(seed, scenario, ships, began)
        at = instants_after(made["entered_s"], began)
        entered.append(made.assign(entered_ds=at, at_ds=at, mmsi=ships.mmsi[made["ship"].to_numpy()]))
    taken = camera_capture.captured(seed, scenario, day, ships)
    judgements = seaworthiness_judgement.of_captures(seed, scenario, day, ships)
    taken = taken.merge(judgements[judgements["is_first"]], on="capture", how="left")
    seen = pd.concat(entered, ignore_index=True)
    known = certificates(seed, scenario, ships, setting.last)
    seen["rule"] = rules(seen, known, recent_surveys(seed, scenario, ships, day))
    seen["fairway"] = np.array([each.identifier for each in FAIRWAYS])[seen["fairway"].to_numpy()]
    hopeless = (
        taken["silent"] | ~ships.listed[taken["ship"].to_numpy()] | ~taken["wrong_characters"].isin([0, 1])
    )
    taken["matched_as"] = np.where(
        hopeless, "capture_only", np.where(taken["wrong_characters"] == 1, "one_character", "exact")
    )
    taken["wait_s"] = (taken["judged_ds"] - taken["captured_ds"]) / 10
    return table(Outcome(seen, taken.assign(by=taken["by"].fillna("")), FAIRWAYS, HANGZHOU), (day,))


def inside(longitude: np.ndarray, latitude: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """Whether points lie inside a closed outline (points of longitude and latitude, the last one the first)."""
    low, high = outline.min(axis=0), outline.max(axis=0)
    near = np.flatnonzero(
        (longitude >= low[0]) & (longitude <= high[0]) & (latitude >= low[1]) & (latitude <= high[1])
    )
    x, y = longitude[near, None], latitude[near, None]
    (x1, y1), (x2, y2) = outline[:-1].T, outline[1:].T
    spans = (y1 > y) != (y2 > y)
    rise = np.where(y2 == y1, 1.0, y2 - y1)  # a level edge spans nothing
    crossed = (spans & (x < (x2 - x1) * (y - y1) / rise + x1)).sum(axis=1)
    found = np.zeros(len(longitude), dtype=bool)
    found[near] = crossed % 2 == 1
    return found


def passages(positions: pd.DataFrame, fairways: tuple[Fairway, ...]) -> pd.DataFrame:
    """Which ships passed which fairways when: mmsi, fairway, entered_ds, left_ds."""
    longitude, latitude = (positions[name].to_numpy(dtype=float) for name in ("longitude", "latitude"))
    made = []
    for fairway in fairways:
        here = positions[inside(longitude, latitude, fairway.outline)].sort_values(["mmsi", "at_ds"])
        begins = (here["mmsi"] != here["mmsi"].shift()) | (here["at_ds"].diff() > APART_DS)
        groups = here.groupby(begins.cumsum().to_numpy())
        made.append(pd.DataFrame({
            "mmsi": groups["mmsi"].first(), "fairway": fairway.identifier, "entered_ds": groups["at_ds"].min(),
            "left_ds": groups["at_ds"].max(),
        }))  # fmt: skip
    whole = pd.concat(made) if made else pd.DataFrame(columns=["mmsi", "fairway", "entered_ds", "left_ds"])
    return whole.astype({"mmsi": np.int64, "entered_ds": np.int64, "left_ds": np.int64}).sort_values(
        ["entered_ds", "mmsi", "fairway"], ignore_index=True
    )


def judged(captures: pd.DataFrame, judgements: pd.DataFrame) -> pd.DataFrame:
    """The judgement that counts of each capture that has one: capture, by, wait_s."""
    both = captures[["capture", "captured_ds"]].merge(judgements, on="capture")
    wait = (both["judged_ds"] - both["captured_ds"]).astype(np.int64)
    in_time = both.assign(wait_s=wait / 10)[(wait >= 0) & (wait <= JUDGED_DS)]
    first = in_time.sort_values(["judged_ds", "judgement"]).drop_duplicates("capture")
    return first[["capture", "by", "wait_s"]]


def matched(seen: pd.DataFrame, captures: pd.DataFrame, listed: pd.DataFrame) -> np.ndarray:
    """Of each capture: exact, one_character or capture_only. `listed` has the numbers of ships: mmsi, number."""
    ships = seen.assign(passage=np.arange(len(seen))).merge(listed, on="mmsi")
    taken = captures[captures["number"] != ""]
    early, late = ships["entered_ds"] - MATCH_DS, ships["entered_ds"] + MATCH_DS
    both_hours = pd.concat([
        ships.assign(bucket=early // _BUCKET_DS),
        ships.assign(bucket=late // _BUCKET_DS)[late // _BUCKET_DS > early // _BUCKET_DS],
    ])  # fmt: skip
    taken = taken.assign(bucket=taken["captured_ds"] // _BUCKET_DS)
    keys = ["fairway", "bucket"]
    pairs = pd.concat([
        taken.merge(both_hours, on=[*keys, "number"]).assign(apart=0),
        _open(taken).merge(_open(both_hours), on=[*keys, "wild"], suffixes=("", "_listed"))
        .query("number != number_listed").assign(apart=1),
    ])  # fmt: skip
    pairs["away"] = (pairs["captured_ds"] - pairs["entered_ds"]).abs()
    pairs = pairs[pairs["away"] <= MATCH_DS]
    of_capture = pairs.sort_values(["apart", "away", "entered_ds", "mmsi"]).drop_duplicates("capture")
    of_passage = pairs.sort_values(["apart", "away", "captured_ds", "capture"]).drop_duplicates("passage")
    both = of_capture.merge(of_passage[["capture", "passage"]], on=["capture", "passage"])
    how = dict(zip(both["capture"], np.where(both["apart"] == 0, "exact", "one_character"), strict=True))
    return np.array([how.get(each, "capture_only") for each in captures["capture"]], dtype=object)


def _open(rows: pd.DataFrame) -> pd.DataFrame:
    """Every row once for each place of its number, with that place open."""
    wild = [[f"{number[:n]}*{number[n + 1 :]}" for n in range(len(number))] for number in rows["number"]]
    return rows.assign(wild=pd.Series(wild, index=rows.index, dtype=object)).explode("wild")


def table(outcome: Outcome, days: tuple[date, ...]) -> pd.DataFrame:
    """One row per indicator, day and area: value, numerator, denominator, completeness."""
    places = pd.DataFrame(
        [(each.identifier, each.district_code) for each in outcome.fairways], columns=["fairway", "district"]
    )
    return divisible(
        each for day in days for each in _of_day(outcome, day, Areas(outcome.vintages, day, places))
    )


def _of_day(outcome: Outcome, day: date, areas: Areas) -> Iterator[pd.DataFrame]:
    seen = outcome.seen[outcome.seen["entered_ds"] // DAY_DS == day.toordinal()]
    captures = outcome.captures[outcome.captures["captured_ds"] // DAY_DS == day.toordinal()]
    judged_ones = captures[captures["by"] != ""]
    matched_ones = captures[captures["matched_as"] != "capture_only"]

    def share(column: str, value: str, negated: bool = False):
        return lambda of: (float(((of[column] == value) != negated).sum()), float(len(of)), 100.0)

    yield areas.rows("t3_auto_judged_pct", judged_ones, share("by", "auto"), 100)
    yield areas.rows("t3_capture_to_judgement_p95_s", judged_ones, percentile_of("wait_s", 0.95), 1)
    yield areas.rows("t3_unseaworthy_passage_pct", seen, share("rule", "in_force", negated=True), 100)
    yield areas.rows("t3_recognition_error_pct", matched_ones, share("matched_as", "one_character"), 100)
    yield areas.rows("t3_unmatched_capture_pct", captures, share("matched_as", "capture_only"), 100)
