"""Taps at the gates of the metro: one file a local day, JSON lines.

Gates miss some taps; the clocks of a station are off by some seconds, every day anew. Companions pass on one code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.layouts import JSON_LINES
from simulator.defects.rows import hour_25
from simulator.deliveries import Observation
from simulator.scenario.transit import TransitScenario
from simulator.streams import stream
from simulator.times import time_text
from simulator.world.journeys import begun_by, instants, metro_journeys, on_day
from simulator.world.transit import Network

DEPARTMENT = "transport"
FEED = "transport.metro_tap"
SENDER = "metro-operator"
HEADER = ("id", "user", "payType", "station", "direction", "time", "gate")
PAYS = ("card", "code", "ticket")  # in the order of the world's
_GATES = 24
_FOLLOWS_S = (4, 13)  # a companion behind the one before
_WRONG = {
    "not_in_list": ("direction", lambda _, random: str(random.choice(("pass", "?")))),
    "required_missing": ("id", lambda _text, _random: ""),
    "impossible_time": ("time", hour_25),
}


@dataclass(frozen=True)
class MetroTaps:
    """What an exact reader knows from a day's file. Columns of `rows`: tap (the number in its identifier), user (the number),
    pay (place in `PAYS`), station (place), is_in, at_ds (tenths of seconds since the calendar's first day, local)."""

    day: date
    rows: pd.DataFrame


def day_of_files(seed: int, scenario: TransitScenario, day: date, here: Network) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too."""
    rows = tapped(seed, scenario, day, here)
    name = f"metro_tap_{day:%Y%m%d}.jsonl"
    file = DayFile(_form(day, here), seed, day, SENDER, name, rows, scenario.metro_rows, partial(_known, day))
    return file.sent_alone(scenario.files)


def tapped(seed: int, scenario: TransitScenario, day: date, here: Network) -> pd.DataFrame:
    """The taps of a day that gates recorded, by time: tap, user, pay, station, is_in, at_ds, gate."""
    whole = pd.concat([_taps(seed, scenario, here, begun) for begun in begun_by(day)], ignore_index=True)
    offsets = stream(seed, "gate clocks", day).integers(-1, 2, len(here.station)) * round(
        scenario.clock_s / 2
    )
    offsets += stream(seed, "gate seconds", day).integers(
        0, round(scenario.clock_s / 2) + 1, len(here.station)
    )
    # A clock that is off moves no tap into another day's file.
    begin = day.toordinal() * 864_000
    at = np.clip(whole["at_ds"] + offsets[whole["station"]] * 10, begin, begin + 863_990)
    here_today = (whole["at_ds"] // 864_000 == day.toordinal()).to_numpy()
    rows = whole.assign(at_ds=at)[here_today].sort_values(["at_ds", "user", "order"], ignore_index=True)
    return rows.drop(columns="order").assign(tap=np.arange(1, len(rows) + 1))


def _taps(seed: int, scenario: TransitScenario, here: Network, begun: date) -> pd.DataFrame:
    """Both taps of everybody's journeys of the outings of a day that were recorded."""
    journeys = metro_journeys(seed, scenario, here, begun)
    random = stream(seed, "gates", begun)
    people = np.repeat(np.arange(len(journeys)), 1 + journeys["companions"].to_numpy())
    nth = np.arange(len(people)) - np.searchsorted(people, people)
    made, rates = [], (scenario.gates.missing_exit, scenario.gates.missing_entry)
    for is_in, (place, at) in ((True, ("origin", "in_s")), (False, ("destination", "out_s"))):
        behind = np.floor(
            _FOLLOWS_S[0] + (_FOLLOWS_S[1] - _FOLLOWS_S[0]) * random.random(len(people))
        ).astype(np.int64)
        behind = np.where(nth == 0, 0, nth * behind)
        lost = random.random(len(people)) < rates[is_in]
        of = journeys.iloc[people]
        made.append(pd.DataFrame({
            "user": of["user"].to_numpy(), "pay": of["pay"].to_numpy(), "station": of[place].to_numpy(), "is_in": is_in,
            "at_ds": instants(of[at].to_numpy() + behind, begun), "gate": 1 + random.integers(0, _GATES, len(people)),
            "order": nth,
        })[~lost])  # fmt: skip
    return pd.concat(made, ignore_index=True)


def on_days(seed: int, scenario: TransitScenario, here: Network, begun: date, day: date) -> pd.DataFrame:
    """Journeys of the outings of `begun` whose entry lies on a day."""
    rows = metro_journeys(seed, scenario, here, begun)
    return rows[on_day(rows, "in_s", begun, day)]


def _known(day: date, rows: pd.DataFrame) -> MetroTaps:
    return MetroTaps(day, rows[["tap", "user", "pay", "station", "is_in", "at_ds"]])


def _all_in(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(is_in=True)


def tap_texts(day: date, numbers: pd.Series) -> list[str]:
    """Identifiers of the taps of a day."""
    return [f"T{day:%Y%m%d}{number:07d}" for number in numbers.tolist()]


def user_texts(users: pd.Series) -> list[str]:
    """Numbers of cards, codes and tickets."""
    return [f"3301{number:014d}" for number in users.tolist()]


def _another_gate(text: str) -> str:
    return f"{text}B"


def _texts(day: date, here: Network, rows: pd.DataFrame) -> pd.DataFrame:
    columns = (
        tap_texts(day, rows["tap"]), user_texts(rows["user"]), np.array(PAYS, dtype=object)[rows["pay"].to_numpy()],
        here.station[rows["station"].to_numpy()], np.where(rows["is_in"], "in", "out").astype(object),
        time_text(rows["at_ds"], between="T", tenths=False) + "+08:00", [f"G{gate:02d}" for gate in rows["gate"].tolist()],
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(day: date, here: Network) -> Form:
    return Form(
        "metro tap", DEPARTMENT, FEED, HEADER, partial(_texts, day, here), _WRONG, ("gate", _another_gate),
        removable="direction", mistaken=_all_in, layout=JSON_LINES,
    )  # fmt: skip
