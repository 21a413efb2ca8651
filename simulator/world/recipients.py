"""Who may get medicine delivered: the residents of the largest street of every district, the older the likelier."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulator.world import size
from simulator.world.people import people
from simulator.world.streets import districts, streets

_AGES = (18, 60, 70, 200)  # below which a resident counts so many times
_TIMES = (0.5, 1.0, 3.0, 4.0)


@dataclass(frozen=True, eq=False)
class Recipients:
    """Columns by the place of a patient; `district` is a place among the codes `districts`. `until` are the cumulated shares
    of the prescriptions."""

    resident_id: np.ndarray
    birth_year: np.ndarray
    district: np.ndarray
    districts: np.ndarray
    until: np.ndarray

    def drawn(self, numbers: np.ndarray) -> np.ndarray:
        """The places of patients, by numbers drawn from 0 to 1."""
        return np.minimum(np.searchsorted(self.until, numbers, side="right"), len(self.until) - 1)


@lru_cache(maxsize=2)
def recipients(seed: int, scale: float) -> Recipients:
    """Every patient of a city; each district has its share of the residents."""
    codes, shares = districts()
    parts = []
    for place, code in enumerate(codes.tolist()):
        # One street a district: making all of a city's residents takes too long.
        here = (each for each in streets() if each.district_code == code)
        rows = people(seed, scale, max(here, key=lambda each: each.share).number)
        age = size.AS_OF.year - rows["birth_year"].to_numpy()
        weight = np.array(_TIMES)[np.searchsorted(_AGES, age, side="right")]
        parts.append((rows, np.full(len(rows), place), weight * shares[place] / weight.sum()))
    rows, district, weight = zip(*parts, strict=True)
    until = np.cumsum(np.concatenate(weight))
    return Recipients(
        resident_id=np.concatenate([each["resident_id"].to_numpy(dtype=object) for each in rows]),
        birth_year=np.concatenate([each["birth_year"].to_numpy() for each in rows]).astype(np.int16),
        district=np.concatenate(district).astype(np.int8), districts=codes, until=until / until[-1],
    )  # fmt: skip
