"""The fairways of the simulated city: waters that are real, outlines that are invented.

A fairway is a strip along an axis: at every point of the axis it is so many metres wide to either side, and its ends
lie across the axis. Ships follow the axis; before and behind the fairway they follow its last leg.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

METRES_PER_DEGREE = 111_320.0
STATIONS = ("sanbao", "xinba", "yipeng")


@dataclass(frozen=True)
class Fairway:
    """One fairway. `axis` are points (longitude, latitude, half of the width there in metres); `station` hears it."""

    identifier: str
    name: str
    district_code: str
    station: str
    axis: tuple[tuple[float, float, float], ...]

    @cached_property
    def length_m(self) -> float:
        """Along its axis, metres."""
        return float(self._legs[0][-1])

    @cached_property
    def outline(self) -> np.ndarray:
        """Its polygon: points (longitude, latitude) to six decimals, the last one the first."""
        along, x, y = self._legs
        widths = np.array([width for _, _, width in self.axis])
        normal_x, normal_y = self._normals()
        right = np.stack([x + normal_x * widths, y + normal_y * widths], axis=1)
        left = np.stack([x - normal_x * widths, y - normal_y * widths], axis=1)[::-1]
        around = np.round(self._degrees(np.concatenate([right, left])), 6)
        return np.concatenate([around, around[:1]])

    @property
    def text(self) -> str:
        """Its polygon as well-known text."""
        return "POLYGON ((" + ", ".join(f"{lon:.6f} {lat:.6f}" for lon, lat in self.outline) + "))"

    def places(self, along_m: np.ndarray, aside_m: np.ndarray) -> np.ndarray:
        """n × 2: longitude and latitude of points so far along the axis (below 0: before it) and to its right.

        Between two points of the axis one keeps the distance from the leg.
        """
        along, x, y = self._legs
        leg = np.clip(np.searchsorted(along, along_m, side="right") - 1, 0, len(along) - 2)
        length = np.diff(along)
        step_x, step_y = np.diff(x) / length, np.diff(y) / length
        rest = along_m - along[leg]
        return self._degrees(np.stack([
            x[leg] + step_x[leg] * rest + step_y[leg] * aside_m,
            y[leg] + step_y[leg] * rest - step_x[leg] * aside_m,
        ], axis=1))  # fmt: skip

    def courses(self, along_m: np.ndarray) -> np.ndarray:
        """Degrees from north in which the axis runs there."""
        along, x, y = self._legs
        leg = np.clip(np.searchsorted(along, along_m, side="right") - 1, 0, len(along) - 2)
        return np.degrees(np.arctan2(np.diff(x), np.diff(y)))[leg] % 360

    @cached_property
    def _legs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The points of the axis: metres along it, and east and north of the first."""
        lon, lat, _ = np.array(self.axis).T
        x = (lon - lon[0]) * METRES_PER_DEGREE * np.cos(np.radians(lat[0]))
        y = (lat - lat[0]) * METRES_PER_DEGREE
        return np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))]), x, y

    def _normals(self) -> tuple[np.ndarray, np.ndarray]:
        """At each point of the axis the unit vector to its right: across both legs, at an end across the one."""
        _, x, y = self._legs
        step = np.stack([np.diff(x), np.diff(y)], axis=1)
        step /= np.linalg.norm(step, axis=1, keepdims=True)
        mean = np.concatenate([step[:1], step[:-1] + step[1:], step[-1:]])
        mean /= np.linalg.norm(mean, axis=1, keepdims=True)
        return mean[:, 1], -mean[:, 0]

    def _degrees(self, metres: np.ndarray) -> np.ndarray:
        lon, lat, _ = self.axis[0]
        east = METRES_PER_DEGREE * np.cos(np.radians(lat))
        return np.stack([lon + metres[:, 0] / east, lat + metres[:, 1] / METRES_PER_DEGREE], axis=1)


# F01 is so narrow at its third point that ships leave it for a while, and come back.
FAIRWAYS: tuple[Fairway, ...] = (
    Fairway("F01", "钱塘江三堡段", "330102", "sanbao",
            ((120.2030, 30.2330, 300), (120.2170, 30.2410, 320), (120.2280, 30.2500, 40), (120.2390, 30.2570, 310),
             (120.2470, 30.2650, 300))),
    Fairway("F02", "京杭运河拱宸桥段", "330105", "sanbao",
            ((120.1400, 30.2990, 120), (120.1380, 30.3120, 110), (120.1410, 30.3230, 130), (120.1390, 30.3360, 120))),
    Fairway("F03", "杭申线塘栖段", "330113", "yipeng",
            ((120.1640, 30.4750, 130), (120.1800, 30.4790, 120), (120.1930, 30.4770, 140), (120.2120, 30.4830, 130))),
    Fairway("F04", "浙东运河新坝段", "330109", "xinba",
            ((120.1760, 30.0560, 140), (120.1900, 30.0630, 130), (120.2010, 30.0620, 140), (120.2170, 30.0700, 140))),
    Fairway("F05", "钱塘江义蓬段", "330114", "yipeng",
            ((120.4450, 30.3220, 500), (120.4700, 30.3160, 480), (120.4930, 30.3190, 520))),
    Fairway("F06", "富春江富阳段", "330111", "xinba",
            ((119.9300, 30.0310, 350), (119.9480, 30.0400, 340), (119.9600, 30.0390, 360), (119.9750, 30.0480, 350))),
)  # fmt: skip
