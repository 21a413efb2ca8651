"""The real metro lines of Hangzhou, their stations and the order in which trains call at them.

Lines of neighbouring cities that meet Hangzhou's are among them, so some stations lie outside the city.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import groupby

import numpy as np

from simulator.world.gcj02 import to_wgs84
from simulator.world.tables import typed

# Where the reform left a unit whole, the present one is known; of the others parts went elsewhere.
_SINCE_REFORM = {"330102": "330102", "330103": "330105", "330105": "330105"}
_DIVIDED = {"330104", "330109", "330110"}


@dataclass(frozen=True)
class MetroStation:
    """A station. Coordinates are WGS 84 degrees.

    `district_before_reform` is the county-level unit until 2021-04-09, None outside the city; `district_code` the
    present one, None too where the unit was divided, for the polygons at hand are those of before.
    """

    number: int
    name: str
    pinyin: str
    latitude: float
    longitude: float
    district_before_reform: str | None

    @property
    def is_in_city(self) -> bool:
        """Whether it lies in Hangzhou."""
        return self.district_before_reform is not None

    @property
    def district_code(self) -> str | None:
        """The present district, where it is known."""
        before = self.district_before_reform
        return None if before is None or before in _DIVIDED else _SINCE_REFORM.get(before, before)


@dataclass(frozen=True)
class MetroLine:
    """A line: its name, colour and stations' numbers, end to end."""

    name: str
    colour: str
    stations: tuple[int, ...]


@cache
def metro_stations() -> tuple[MetroStation, ...]:
    """All stations; a station's number is its place."""
    rows = typed("hangzhou_metro", "stations.csv")
    district = {
        row["id"]: row["district_before_reform"] or None
        for row in typed("hangzhou_metro", "station_district.csv")
    }
    shown = np.array([[float(row["lat"]), float(row["lng"])] for row in rows]).T
    latitude, longitude = np.round(to_wgs84(*shown), 6)
    return tuple(
        MetroStation(number, row["name"], row["pinyin"], float(latitude[number]), float(longitude[number]),
                     district[row["id"]])
        for number, row in enumerate(rows)
    )  # fmt: skip


@cache
def metro_lines() -> tuple[MetroLine, ...]:
    """All lines with their stations in order."""
    rows = typed("hangzhou_metro", "line_stations.csv")
    number = {row["id"]: place for place, row in enumerate(typed("hangzhou_metro", "stations.csv"))}
    return tuple(
        MetroLine(name, colour, tuple(number[row["station_id"]] for row in sorted(of, key=lambda row: int(row["seq"]))))
        for (name, colour), of in groupby(rows, key=lambda row: (row["line_name"], row["color"]))
    )  # fmt: skip
