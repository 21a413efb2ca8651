"""The roads of the simulated city in segments, and where they lie: all of it invented.

A road has three to six segments, one behind the other, so that each has others within 2 km. Roads lie around the
centres of the districts, in number by their residents; the first ones are one of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from simulator.scenario.roads import RoadScenario
from simulator.streams import stream
from simulator.world.fairways import METRES_PER_DEGREE
from simulator.world.tables import offsets, typed

NEVER = 0  # of a day that does not come
_MOST_SEGMENTS, _LEAST_SEGMENTS = 6, 3
_AROUND_M = 5_000.0
# Detectors were put up one after the other, at the same pace.
_FIRST_MONITORED, _LAST_MONITORED = date(2019, 1, 1).toordinal(), date(2026, 6, 30).toordinal()
_CENTRES = {
    "330102": (120.1900, 30.2500), "330105": (120.1500, 30.3200), "330106": (120.1200, 30.2700),
    "330108": (120.2000, 30.1900), "330109": (120.2700, 30.1700), "330110": (120.0000, 30.2900),
    "330111": (119.9500, 30.0500), "330112": (119.7200, 30.2300), "330113": (120.3000, 30.4200),
    "330114": (120.4000, 30.3000), "330122": (119.6800, 29.8000), "330127": (119.0400, 29.6100),
    "330182": (119.2800, 29.4700),
}  # fmt: skip
_FIRST = tuple("文武天凤石秋环江湖西南北中长望云潮丰景明")
_SECOND = tuple("一二三山河溪桥林泉兴安和平康宁庆达益丽新")
_SUFFIXES = (("路", "街"), ("大道", "快速路"))  # of others, of major ones


@dataclass(frozen=True, eq=False)
class Roads:
    """Columns by the place of a segment.

    `monitored_from` are ordinals, `NEVER` where no detector comes; `is_listed` whether it is in the list of segments;
    longitude and latitude (degrees, six decimals) those of its middle; `centreline` well-known text; `free_dkmh` tenths
    of km/h when it is empty, `flow` vehicles in five ordinary minutes. `incidents` is how many a day has, about.
    """

    identifier: np.ndarray
    name: np.ndarray
    district_code: np.ndarray
    length_m: np.ndarray
    is_major: np.ndarray
    monitored_from: np.ndarray
    is_listed: np.ndarray
    longitude: np.ndarray
    latitude: np.ndarray
    centreline: np.ndarray
    free_dkmh: np.ndarray
    flow: np.ndarray
    incidents: int

    def __len__(self) -> int:
        return len(self.identifier)

    def monitored(self, day: date) -> np.ndarray:
        """Places of the segments that have a detector on a day."""
        return np.flatnonzero((self.monitored_from > NEVER) & (self.monitored_from <= day.toordinal()))


@lru_cache(maxsize=8)
def roads(seed: int, scenario: RoadScenario, scale: float) -> Roads:
    """Every segment; a larger city's first ones are a smaller one's."""
    network = scenario.network
    count = max(round(network.segments * scale), network.least)
    # A row of numbers a road and a segment, so that each is the same in a city of any size and whatever the rates.
    of_road = stream(seed, "roads").random((count // _LEAST_SEGMENTS + 1, 8))
    own = stream(seed, "road segments").random((count, 10))
    per_road = _LEAST_SEGMENTS + (of_road[:, 0] * (_MOST_SEGMENTS - _LEAST_SEGMENTS + 1)).astype(int)
    road = np.repeat(np.arange(len(of_road)), per_road)[:count]
    district = _districts(of_road[:, 1])
    is_major = of_road[:, 2] < 0.4
    length = 300 + np.floor(own[:, 0] * 900).astype(np.int64)
    ends = _ends(of_road, own, road, district, length)
    listed = own[:, 1] >= network.unlisted
    has_detector = listed & (own[:, 2] < network.monitored)
    since = _FIRST_MONITORED + np.floor(own[:, 3] * (_LAST_MONITORED - _FIRST_MONITORED + 1)).astype(np.int64)
    middle = np.round(ends.mean(axis=1), 6)
    major = is_major[road]
    return Roads(
        identifier=np.array([f"S{number + 1:05d}" for number in range(count)], dtype=object),
        name=_names(of_road, is_major)[road], district_code=district[road], length_m=length, is_major=major,
        monitored_from=np.where(has_detector, since, NEVER), is_listed=listed,
        longitude=middle[:, 0], latitude=middle[:, 1], centreline=_centrelines(ends, own),
        free_dkmh=np.where(major, 550 + np.floor(own[:, 4] * 300), 300 + np.floor(own[:, 4] * 200)).astype(np.int64),
        flow=np.where(major, 60 + own[:, 5] * 100, 10 + own[:, 5] * 35),
        incidents=max(round(scenario.incidents.per_day * scale), scenario.incidents.least),
    )  # fmt: skip


def _districts(drawn: np.ndarray) -> np.ndarray:
    """The district of each road."""
    census = typed("hangzhou_admin", "census_2020.csv")
    codes = np.array([row["code"] for row in census], dtype=object)
    residents = np.array([int(row["residents"]) for row in census], dtype=float)
    chosen = np.searchsorted(np.cumsum(residents) / residents.sum(), drawn, side="right")
    chosen[: len(codes)] = np.arange(len(codes))[: len(chosen)]
    return codes[np.minimum(chosen, len(codes) - 1)]


def _ends(
    of_road: np.ndarray, own: np.ndarray, road: np.ndarray, district: np.ndarray, length: np.ndarray
) -> np.ndarray:
    """Segments × begin and end × degrees: each begins where the one before it ends, and bends a little."""
    begins = offsets(np.bincount(road, minlength=len(of_road)))[road]  # the place of its road's first segment
    first = begins == np.arange(len(road))
    heading = 2 * np.pi * of_road[road, 3] + _running(np.where(first, 0.0, (own[:, 6] - 0.5) * 0.7), begins)
    step = np.stack([np.sin(heading), np.cos(heading)], axis=1) * length[:, None]
    around = _AROUND_M * np.sqrt(of_road[road, 4])
    angle = 2 * np.pi * of_road[road, 5]
    start = np.stack([np.sin(angle), np.cos(angle)], axis=1) * around[:, None]
    until = start + np.stack([_running(step[:, axis], begins) for axis in (0, 1)], axis=1)
    centre = np.array([_CENTRES[code] for code in district])[road]
    degrees = np.stack(
        [METRES_PER_DEGREE * np.cos(np.radians(centre[:, 1])), np.full(len(road), METRES_PER_DEGREE)], 1
    )
    return np.stack([centre + (until - step) / degrees, centre + until / degrees], axis=1)


def _running(values: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """Sums from the first segment of a road to each."""
    sums = np.cumsum(values)
    return sums - sums[begins] + values[begins]


def _centrelines(ends: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Two to four points each: in between they lie some metres aside."""
    made = []
    for (begin, end), u in zip(ends, own, strict=True):
        inner = int(u[7] * 3)
        shares = np.linspace(0, 1, inner + 2)[:, None]
        points = begin + (end - begin) * shares
        points[1:-1] += (u[8 : 8 + inner, None] - 0.5) * 0.0004
        made.append("LINESTRING (" + ", ".join(f"{lon:.6f} {lat:.6f}" for lon, lat in points) + ")")
    return np.array(made, dtype=object)


def _names(of_road: np.ndarray, is_major: np.ndarray) -> np.ndarray:
    first, second, suffix = (
        (of_road[:, 6] * len(_FIRST)).astype(int), (of_road[:, 7] * len(_SECOND)).astype(int), of_road[:, 7] * 40 % 2,
    )  # fmt: skip
    parts = zip(first, second, is_major.astype(int), suffix.astype(int), strict=True)
    return np.array(
        [f"{_FIRST[a]}{_SECOND[b]}{_SUFFIXES[major][c]}" for a, b, major, c in parts], dtype=object
    )
