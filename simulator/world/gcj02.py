"""Coordinates of Chinese maps (GCJ-02) to WGS 84, by the formula that is public knowledge.

The shift is the polynomial with sines found in every open converter (eviltransform, MIT, has the pairs the tests
use); its inverse has no closed form and is found by repetition.
"""

from __future__ import annotations

import numpy as np

_AXIS = 6_378_245.0  # Krasovsky 1940
_FLATTENING = 0.00669342162296594323
_TURNS = 8  # each turn leaves about a thousandth of the error


def to_gcj02(latitude: np.ndarray, longitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Degrees WGS 84 as a map within China shows them: latitude, longitude."""
    x, y = longitude - 105.0, latitude - 35.0
    root = np.sqrt(np.abs(x))
    common = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y / 30 * np.pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    angle = np.radians(latitude)
    magic = 1 - _FLATTENING * np.sin(angle) ** 2
    north *= 180 / (_AXIS * (1 - _FLATTENING) / (magic * np.sqrt(magic)) * np.pi)
    east *= 180 / (_AXIS / np.sqrt(magic) * np.cos(angle) * np.pi)
    return latitude + north, longitude + east


def to_wgs84(latitude: np.ndarray, longitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Degrees of a map within China as WGS 84, to about a millimetre: latitude, longitude."""
    north, east = np.array(latitude, dtype=float), np.array(longitude, dtype=float)
    for _ in range(_TURNS):
        shown = to_gcj02(north, east)
        north, east = north + (latitude - shown[0]), east + (longitude - shown[1])
    return north, east
