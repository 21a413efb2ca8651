"""The parking lots of the simulated city, their barriers, and the platforms that send their events.

All of it is invented; districts are those after the reform of 2021, so no lot is older. How many lots there are, how
many are scenic and how many have given up paying at the barrier is the scenario's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from simulator.scenario import ParkingScenario
from simulator.streams import stream
from simulator.world import size

DISTRICTS = (
    "330102", "330105", "330106", "330108", "330109", "330110", "330111", "330112", "330113", "330114",
    "330122", "330127", "330182",
)  # fmt: skip
_WEIGHTS = (0.14, 0.12, 0.16, 0.07, 0.12, 0.13, 0.05, 0.04, 0.07, 0.05, 0.02, 0.01, 0.02)
PLATFORMS = ("chengbo", "huting", "jieting", "lianting", "xihu-park", "yunbo")
OPENED = date(2021, 6, 1)
_COVERED = "商场停车库"
_KINDS = ("公共停车场", _COVERED, "医院停车场", "小区停车场", "路内泊位")


@dataclass(frozen=True)
class Barrier:
    """One barrier: in place from `installed` until the day before `removed` (None: still)."""

    identifier: str
    installed: date
    removed: date | None


@dataclass(frozen=True)
class Lot:
    """One parking lot. `adopted` is since when one leaves before paying there, None: never yet.

    `fleet` is the city's, the same for every lot: how many cars may come.
    """

    number: int
    district_code: str
    kind: str
    is_scenic: bool
    spaces: int
    price_cny: float
    platform: str
    opened: date
    adopted: date | None
    barriers: tuple[Barrier, ...]
    fleet: int = 327_356  # at scale 1

    @property
    def is_covered(self) -> bool:
        """Whether one parks under a roof."""
        return self.kind == _COVERED and not self.is_scenic

    @property
    def identifier(self) -> str:
        """Its number in the city's list."""
        return f"P{self.number:04d}"

    @property
    def name(self) -> str:
        """Its name, made of its kind and number."""
        return f"{'景区停车场' if self.is_scenic else self.kind}{self.number}号"

    def is_free_flow(self, day: date) -> bool:
        """Whether cars drive in without waiting for a barrier."""
        return self.adopted is not None and self.adopted <= day


@cache
def lots(seed: int, scenario: ParkingScenario, scale: float) -> tuple[Lot, ...]:
    """Every lot; the first ones are the scenic spots'. `scale` multiplies their spaces, not their number."""
    random = stream(seed, "lots")
    adopted = round(scenario.adopted_share * scenario.lots)
    # The scenic spots went first.
    others = list(random.permutation(range(scenario.scenic_lots, scenario.lots)))
    has_adopted = set(range(scenario.scenic_lots)) | set(others[: adopted - scenario.scenic_lots])
    return tuple(
        _lot(number, number in has_adopted, scenario, scale, random) for number in range(scenario.lots)
    )


def _lot(number: int, has_adopted: bool, scenario: ParkingScenario, scale: float, random) -> Lot:
    """Draws the same numbers for every lot, so that a changed scenario moves no other."""
    district = str(random.choice(DISTRICTS, p=_WEIGHTS))
    kind = str(random.choice(_KINDS))
    spaces = max(round(int(random.choice((60, 90, 120, 200, 300, 500))) * scale), 5)
    lanes = int(random.integers(1, 5))
    price = float(random.choice((3, 4, 5, 6, 8)))
    opened = OPENED + timedelta(int(random.integers(0, 300)))
    since = date(2022, 6, 1) + timedelta(int(random.integers(0, 900)))
    removed = since + timedelta(int(random.integers(1, 60)))
    is_scenic = number < scenario.scenic_lots
    identifier = f"P{number + 1:04d}"
    gone = removed if is_scenic and number < scenario.scenic_barriers_removed else None
    barriers = tuple(Barrier(f"{identifier}-B{lane + 1}", opened, gone) for lane in range(lanes))
    return Lot(
        number + 1, "330106" if is_scenic else district, kind, is_scenic, spaces, price,
        PLATFORMS[number % len(PLATFORMS)], opened, since if has_adopted else None, barriers,
        size.fleet(scale),
    )  # fmt: skip
