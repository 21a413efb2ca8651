"""How much longer vehicles took because of which incident, in whole milliseconds.

Of a segment and interval: what those that passed took longer than on an empty road, all together. It belongs to the
incident within reach (at most 2 km between the middles of the segments, from 30 minutes before the report to 120 after
it) that is nearest, of those the one reported first, then the one of the least number. The incidents are written over
each other on a sheet of segments and intervals, the one that has the least claim first; what can be read at the end is
what belongs to each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from simulator.times import DAY_DS
from simulator.world.traffic import INTERVAL_DS, INTERVALS

REACH_M = 2_000.0
EARTH_M = 6_371_008.8
BEFORE_DS, AFTER_DS = 18_000, 72_000  # of the report
_MS_PER_M = 36_000  # at a tenth of a km/h
_NOBODY = -1


@dataclass(frozen=True, eq=False)
class Network:
    """Segments by the number in their identifiers less one; longitude and latitude of middles are not numbers, and the
    length 0, where no list knows a segment."""

    length_m: np.ndarray
    longitude: np.ndarray
    latitude: np.ndarray

    def __len__(self) -> int:
        return len(self.length_m)


def times_ms(length_m: np.ndarray, speed_dkmh: np.ndarray) -> np.ndarray:
    """Whole milliseconds that one takes at so many tenths of km/h, rounded down."""
    return length_m.astype(np.int64) * _MS_PER_M // speed_dkmh.astype(np.int64)


def costs_ms(network: Network, passed: pd.DataFrame) -> np.ndarray:
    """Segments × 288: vehicle milliseconds lost in each. `passed` is of one day: place, interval, speed_dkmh (0: nobody),
    free_dkmh, vehicles; places beyond the network are left out."""
    sheet = np.zeros((len(network), INTERVALS), dtype=np.int64)
    rows = passed[(passed["speed_dkmh"] > 0) & (passed["place"] < len(network))]
    length = network.length_m[rows["place"].to_numpy()]
    lost = times_ms(length, rows["speed_dkmh"].to_numpy()) - times_ms(length, rows["free_dkmh"].to_numpy())
    sheet[rows["place"], rows["interval"]] = np.maximum(lost, 0) * rows["vehicles"].to_numpy(np.int64)
    return sheet


def delays_ms(
    network: Network, incidents: pd.DataFrame, costs: np.ndarray, first: date
) -> tuple[np.ndarray, np.ndarray]:
    """Of each incident the vehicle milliseconds that belong to it, and how many segments are within its reach.

    `incidents`: incident (its number), place (of its segment; beyond the network: reaches nothing), reported_ds.
    `costs` is segments × intervals from the midnight of `first`.
    """
    by_claim = incidents[["reported_ds", "incident"]].reset_index(drop=True)
    by_claim = by_claim.sort_values(["reported_ds", "incident"]).index.to_numpy()
    rank = np.empty(len(incidents), dtype=np.int64)
    rank[by_claim] = np.arange(len(incidents))
    begin = first.toordinal() * DAY_DS
    reported = incidents["reported_ds"].to_numpy()
    # The first interval that begins at or after an instant.
    since, until = (
        np.clip(-((begin - reported - shift) // INTERVAL_DS), 0, costs.shape[1]) for shift in (-BEFORE_DS, AFTER_DS)
    )  # fmt: skip
    number, segment, away = _reaches(network, incidents["place"].to_numpy())
    sheet = np.full(costs.shape, _NOBODY, dtype=np.int32)
    for pair in np.lexsort((rank[number], away))[::-1].tolist():
        which = number[pair]
        sheet[segment[pair], since[which] : until[which]] = which
    found = np.zeros(len(incidents), dtype=np.int64)
    taken = sheet != _NOBODY
    np.add.at(found, sheet[taken], costs[taken])
    return found, np.bincount(number, minlength=len(incidents))


def _reaches(network: Network, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which incidents reach which segments, and how far away these are: three columns, a pair a row."""
    band = np.degrees(REACH_M / EARTH_M) * 1.001
    by_latitude = np.argsort(network.latitude)  # what is not a number is last
    latitudes = network.latitude[by_latitude]
    numbers, segments, distances = [], [], []
    for number, place in enumerate(places.tolist()):
        if place >= len(network) or np.isnan(network.latitude[place]):
            continue
        here = network.latitude[place]
        low, high = np.searchsorted(latitudes, (here - band, here + band))
        near = by_latitude[low:high]
        away = _distances_m(network, place, near)
        within = away <= REACH_M
        numbers.append(np.full(int(within.sum()), number))
        segments.append(near[within])
        distances.append(away[within])
    if not numbers:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    return np.concatenate(numbers), np.concatenate(segments), np.concatenate(distances)


def _distances_m(network: Network, place: int, others: np.ndarray) -> np.ndarray:
    """Along great circles."""
    lon, lat = np.radians(network.longitude[others]), np.radians(network.latitude[others])
    own_lon, own_lat = np.radians(network.longitude[place]), np.radians(network.latitude[place])
    halves = (
        np.sin((lat - own_lat) / 2) ** 2 + np.cos(lat) * np.cos(own_lat) * np.sin((lon - own_lon) / 2) ** 2
    )
    return 2 * EARTH_M * np.arcsin(np.sqrt(halves))
