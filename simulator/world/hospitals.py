"""The hospitals of the simulated city; all invented. Their number does not depend on the scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from simulator.streams import stream
from simulator.world.lots import DISTRICTS

TERTIARY, SECONDARY, COMMUNITY = "三级", "二级", "社区"
HOSPITALS = 39  # three in every district
_LEVELS = (TERTIARY, SECONDARY, COMMUNITY)
_SHARES = (0.6, 0.28, 0.12)  # of the patients of a district, by level


@dataclass(frozen=True)
class Hospital:
    """One hospital. `share` is its part of the city's patients."""

    number: int
    name: str
    level: str
    district_code: str
    share: float

    @property
    def identifier(self) -> str:
        """Its number in the city's list."""
        return f"H{self.number:03d}"


@cache
def hospitals(seed: int) -> tuple[Hospital, ...]:
    """Every hospital: in each district one of each level."""
    weights = stream(seed, "hospitals").uniform(0.5, 1.5, len(DISTRICTS))
    of_district = weights / weights.sum()
    return tuple(
        Hospital(number, f"{level}医院{number}号", level, DISTRICTS[place], float(of_district[place] * _SHARES[rank]))
        for number, (place, (rank, level)) in enumerate(
            ((place, each) for place in range(len(DISTRICTS)) for each in enumerate(_LEVELS)), start=1
        )
    )  # fmt: skip
