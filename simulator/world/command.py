"""The centres that command the traffic on three levels: the city's, one a district, two squads in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.world.districts import HANGZHOU
from simulator.world.lots import DISTRICTS

CITY_LEVEL, DISTRICT_LEVEL, SQUAD_LEVEL = 1, 2, 3
LEVELS = {CITY_LEVEL: "市级", DISTRICT_LEVEL: "区级", SQUAD_LEVEL: "中队"}
_SQUADS = 2


@dataclass(frozen=True)
class Centre:
    """A centre and the district it stands in."""

    identifier: str
    name: str
    level: int
    district_code: str


def _centres() -> tuple[Centre, ...]:
    names = {each.code: each.name for each in HANGZHOU if each.valid_to is None}
    found = [("杭州市交通指挥中心", CITY_LEVEL, "330102")]
    found += [(f"{names[code]}交通指挥中心", DISTRICT_LEVEL, code) for code in DISTRICTS]
    found += [
        (f"{names[code]}交警{number + 1}中队", SQUAD_LEVEL, code) for code in DISTRICTS for number in range(_SQUADS)
    ]  # fmt: skip
    return tuple(Centre(f"C{number:03d}", *each) for number, each in enumerate(found, start=1))


CENTRES = _centres()
CITY_PLACE = 0  # of the city's centre in `CENTRES`


def commanding(district_code: np.ndarray, segment: np.ndarray) -> np.ndarray:
    """n × 3: places in `CENTRES` of the centres of each level, from the city's down, that command segments (by their places)
    in districts."""
    number = np.searchsorted(np.array(DISTRICTS), district_code.astype(str))
    district = 1 + number
    squad = 1 + len(DISTRICTS) + number * _SQUADS + segment % _SQUADS
    return np.stack([np.full(len(segment), CITY_PLACE), district, squad], axis=1)
