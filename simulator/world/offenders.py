"""Who may be caught by law enforcement: vehicles, enterprises, and a few of either who come again and again.

Some vehicles and enterprises are from elsewhere: no list of this city holds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulator.streams import stream
from simulator.world import identifiers, size
from simulator.world.enterprises import register, syllables
from simulator.world.plates import plates
from simulator.world.streets import streets

NOBODY = -1  # no enterprise
_AGAIN = {"vehicle": (400, 8), "enterprise": (150, 5), "ship": (20, 3)}  # at scale 1, and at least
_OLD_SHARE = 0.5  # those who come again are of the older half of the enterprises
_LATER_PLATES = 0.05  # of the cases: of plates that had no car, have none any more, or got one later
_PREFIXES = np.array(["苏E", "皖B", "沪C", "浙F", "苏A", "赣E", "鲁Q", "豫N"])
_ELSEWHERE = (20_000, 200)  # vehicles from elsewhere, at scale 1 and at least; a tenth as many enterprises
_FIRST_ELSEWHERE = 30_000_000  # plate number, beyond all of the city
_AREA = 338_900  # of enterprises elsewhere: nobody's, and no street's of this city
_CODE_STRIDE = 5_917_381


@dataclass(frozen=True, eq=False)
class Offenders:
    """Enterprises by number (`code`, `name`, `district`), the open ones by day of founding (`founded`, ordinals), and who
    comes again: plate numbers, and places among the open enterprises."""

    seed: int
    scale: float
    code: np.ndarray
    name: np.ndarray
    district: np.ndarray
    open: np.ndarray
    founded: np.ndarray
    plates_again: np.ndarray
    enterprises_again: np.ndarray

    def vehicles(self, drawn: np.ndarray, comes_again: np.ndarray) -> np.ndarray:
        """Plate numbers, by numbers drawn from 0 to 1; those of the few where one of them comes again."""
        fleet, every = size.fleet(self.scale), size.plate_numbers(self.scale)
        usual = np.floor(drawn / (1 - _LATER_PLATES) * fleet)
        later = fleet + np.floor((drawn - 1 + _LATER_PLATES) / _LATER_PLATES * (every - fleet))
        few = self.plates_again[np.floor(drawn * len(self.plates_again)).astype(np.int64)]
        chosen = np.where(drawn < 1 - _LATER_PLATES, usual, np.minimum(later, every - 1)).astype(np.int64)
        return np.where(comes_again, few, chosen)

    def enterprises_on(self, day: np.ndarray, drawn: np.ndarray, comes_again: np.ndarray) -> np.ndarray:
        """Numbers of enterprises that were there on days (ordinals); `NOBODY` where none was."""
        there = np.searchsorted(self.founded, day, side="right")
        few = self.enterprises_again
        place = np.floor(drawn * there).astype(np.int64)
        if len(few):
            place = np.where(comes_again, few[np.floor(drawn * len(few)).astype(np.int64)], place)
        known = np.append(self.open, NOBODY)
        return np.where(place < there, known[np.minimum(place, len(self.open))], NOBODY)

    def elsewhere(self, drawn: np.ndarray, part: float = 1.0) -> np.ndarray:
        """Numbers of those from elsewhere, of whom there are `part` times as many as vehicles."""
        many = max(round(_ELSEWHERE[0] * self.scale), _ELSEWHERE[1]) * part
        return np.floor(drawn * many).astype(np.int64)


@lru_cache(maxsize=2)
def offenders(seed: int, scale: float) -> Offenders:
    """Those of a city."""
    whole = register(seed, scale)
    days = whole["founded"].to_numpy(np.int64)
    still = np.flatnonzero(whole["closed"].to_numpy() == 0)
    still = still[np.argsort(days[still], kind="stable")]
    random = stream(seed, "offenders again")
    old = int(len(still) * _OLD_SHARE)
    district = np.array([each.district_code for each in streets()], dtype=object)[whole["street"].to_numpy()]
    return Offenders(
        seed, scale, whole["credit_code"].to_numpy(), whole["name"].to_numpy(), district, still, days[still],
        random.choice(size.fleet(scale), min(again("vehicle", scale), size.fleet(scale)), replace=False),
        random.choice(old, min(again("enterprise", scale), old), replace=False),
    )  # fmt: skip


def again(kind: str, scale: float) -> int:
    """How many vehicles, enterprises or ships come again and again."""
    usual, least = _AGAIN[kind]
    return max(round(usual * scale), least)


def plates_of(seed: int, number: np.ndarray, is_elsewhere: np.ndarray) -> np.ndarray:
    """The plates of vehicles, by plate number, or by number among those from elsewhere."""
    made = plates(seed, np.where(is_elsewhere, number + _FIRST_ELSEWHERE, number)).astype(object)
    for row in np.flatnonzero(is_elsewhere).tolist():
        made[row] = str(_PREFIXES[int(number[row]) % len(_PREFIXES)]) + made[row][2:]
    return made


def enterprises_elsewhere(seed: int, number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes and names of enterprises from elsewhere, by their numbers."""
    areas = identifiers.digits(np.full(len(number), _AREA), 6)
    codes = identifiers.credit_codes(areas, (number * _CODE_STRIDE + seed) % identifiers.CODES)
    names = np.char.add(np.char.add("宁波", syllables(seed, number)), "物流运输有限公司")
    return codes.astype(object), names.astype(object)
