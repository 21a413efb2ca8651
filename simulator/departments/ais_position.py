"""The AIS base stations' positions: one file a station and local day, in the columns of MarineCadastre, times in UTC.

Where a transponder does not know its speed, course or heading it says 102.3, 360.0 or 511.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form, file_kinds
from simulator.defects.rows import hour_25, last_digit_changed
from simulator.deliveries import Observation
from simulator.scenario import ShipScenario
from simulator.streams import stream
from simulator.times import AHEAD_DS, DAY_DS, instants_after, time_text
from simulator.world import ships as world
from simulator.world.fairways import FAIRWAYS, STATIONS
from simulator.world.ships import Fleet

DEPARTMENT = "transport"
FEED = "transport.ais_position"
HEADER = (
    "MMSI", "BaseDateTime", "LAT", "LON", "SOG", "COG", "Heading", "VesselName", "IMO", "CallSign", "VesselType",
    "Status", "Length", "Width", "Draft", "Cargo", "TransceiverClass",
)  # fmt: skip
NO_SPEED, NO_COURSE, NO_HEADING = "102.3", "360.0", "511"
# About what positions in the datum of Chinese maps (GCJ-02) are off from WGS 84 around Hangzhou, degrees.
DATUM_OFF = (0.0046, -0.0024)
_WRONG = {
    "out_of_range": ("SOG", lambda _, random: str(random.choice(("-1.0", "-0.5", "150.0", "999.9")))),
    "text_in_number": ("LON", lambda text, random: str(random.choice((f"E{text}", "err", "--")))),
    "not_in_list": ("TransceiverClass", lambda _, random: str(random.choice(("?", "C")))),
    "required_missing": ("MMSI", lambda _text, _random: ""),
    "impossible_time": ("BaseDateTime", hour_25),
}


@dataclass(frozen=True)
class Positions:
    """What an exact reader knows from one delivery: a station's day.

    Columns of `rows`: mmsi, at_ds (tenths of seconds since the calendar's first day, local), longitude, latitude.
    """

    station: str
    day: date
    rows: pd.DataFrame


def day_of_files(seed: int, scenario: ShipScenario, day: date, ships: Fleet) -> list[Observation]:
    """All stations' files of one local day, the later ones that belong to it too; needs no other day."""
    heard = observed(seed, scenario, day, ships)
    form = _form(_Texts(ships))
    kinds = file_kinds(seed, form.subject, day, scenario.files, STATIONS)
    stations = np.array([each.station for each in FAIRWAYS])[heard["fairway"].to_numpy()]
    made: list[Observation] = []
    for station in STATIONS:
        own = heard[stations == station].reset_index(drop=True)
        name = f"ais_{station}_{day:%Y%m%d}.csv"
        facts = partial(_known, station, day)
        file = DayFile(form, seed, day, station, name, own, scenario.rows, facts)
        made += file.sent(kinds.get(station))
    return made


def observed(seed: int, scenario: ShipScenario, day: date, ships: Fleet) -> pd.DataFrame:
    """What is heard on a day, by time: the columns of `world.reports` but for ship, at_s; ship, mmsi, at_ds (local); not
    a number where a speed, course or heading is not available."""
    parts = []
    for began in world.begun_by(day):
        heard = world.reports(seed, scenario, ships, began)
        at = instants_after(heard["at_s"], began)
        parts.append(heard.assign(at_ds=at)[at // DAY_DS == day.toordinal()])
    whole = pd.concat(parts, ignore_index=True).sort_values(["at_ds", "ship"], ignore_index=True)
    random = stream(seed, "sentinels", day).random((3, len(whole)))
    rates = scenario.sentinels
    return whole.drop(columns="at_s").assign(
        mmsi=ships.mmsi[whole["ship"].to_numpy()],
        speed_kn=whole["speed_kn"].mask(random[0] < rates.speed),
        course=whole["course"].mask(random[1] < rates.course),
        heading=whole["heading"].mask(random[2] < rates.heading),
    )


def _known(station: str, day: date, rows: pd.DataFrame) -> Positions:
    return Positions(station, day, rows[["mmsi", "at_ds", "longitude", "latitude"]])


def _in_another_datum(rows: pd.DataFrame) -> pd.DataFrame:
    east, north = DATUM_OFF
    return rows.assign(
        longitude=np.round(rows["longitude"] + east, 5), latitude=np.round(rows["latitude"] + north, 5)
    )


@dataclass(frozen=True, eq=False)
class _Texts:
    """Writes rows as the stations do, in the order of the file."""

    ships: Fleet

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        ship = rows["ship"].to_numpy()
        length = self.ships.length_m
        of_ship = {
            "MMSI": self.ships.mmsi.astype(str),
            "VesselName": np.array([f"QIAN JIANG {name[2:]}" for name in self.ships.name]), "IMO": np.full(len(length), ""),
            "CallSign": np.char.add("BH", (self.ships.mmsi % 10_000).astype(str)),
            "VesselType": np.where(self.ships.kind == "油船", "80", "70"), "Status": np.full(len(length), "0"),
            "Length": np.rint(length).astype(int).astype(str), "Width": np.rint(length / 5).astype(int).astype(str),
            "Draft": np.array([f"{each:.1f}" for each in self.ships.deepest_m]),
            "Cargo": np.where(self.ships.kind == "油船", "80", "70"),
            "TransceiverClass": np.where(length > 50, "A", "B"),
        }  # fmt: skip
        made = {name: texts.astype(object)[ship] for name, texts in of_ship.items()}
        made["BaseDateTime"] = time_text(rows["at_ds"] - AHEAD_DS, "T", tenths=False)
        made["LAT"], made["LON"] = (_numbers(rows[name], "%.5f") for name in ("latitude", "longitude"))
        made["SOG"] = _numbers(rows["speed_kn"], "%.1f", NO_SPEED)
        made["COG"] = _numbers(rows["course"], "%.1f", NO_COURSE)
        made["Heading"] = _numbers(rows["heading"], "%.0f", NO_HEADING)
        return pd.DataFrame({name: made[name] for name in HEADER}, dtype=object)


def _numbers(values: pd.Series, pattern: str, unknown: str = "") -> np.ndarray:
    texts = np.array(list(map(pattern.__mod__, values.tolist())), dtype=object)
    texts[values.isna().to_numpy()] = unknown
    return texts


def _form(texts: _Texts) -> Form:
    nulls = (("SOG", NO_SPEED), ("COG", NO_COURSE), ("Heading", NO_HEADING))
    return Form(
        "ais", DEPARTMENT, FEED, HEADER, texts, _WRONG, ("LAT", last_digit_changed),
        tuple((column, text, "sentinel") for column, text in nulls), removable="LAT", mistaken=_in_another_datum,
    )  # fmt: skip
