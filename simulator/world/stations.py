"""The air stations of the simulated city, fictitious but for this: each point lies in its district.

Points are typed, WGS 84 to about a kilometre, checked against the district polygons of
echarts-cities (pre-2017 names). Names and phones of maintainers are invented and distinctive, so that a leak
can be searched for: no Hangzhou number begins with 0 after its area code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from simulator.deliveries import local
from simulator.world.districts import BEGINS, REFORM


@dataclass(frozen=True)
class Place:
    """A station's time in one district: from `since` until the day before `until` (None: still)."""

    district_code: str
    since: date
    until: date | None = None


@dataclass(frozen=True)
class Station:
    """A station. `name` is the one in its hourly files; `urban` scales its pollution, `height_m` its weather.

    `listed_at` is when the register began to list it, where that was later than its first file.
    """

    number: int
    name: str
    places: tuple[Place, ...]
    longitude: float
    latitude: float
    maintainer: str
    urban: float
    height_m: int
    listed_at: datetime | None = None

    @property
    def identifier(self) -> str:
        """Its number in the register."""
        return f"HZ{self.number:03d}"

    @property
    def phone(self) -> str:
        """Its maintainer's phone; a canary."""
        return f"0571-0000-{1100 + self.number:04d}"

    @property
    def opened(self) -> date:
        """Its first day."""
        return self.places[0].since

    def operates_on(self, day: date) -> bool:
        """Whether it measures on a day."""
        return self.district_on(day) is not None

    def district_on(self, day: date) -> str | None:
        """The district it stands in on a day."""
        for place in self.places:
            if place.since <= day and (place.until is None or day < place.until):
                return place.district_code
        return None

    def is_listed(self, at: datetime) -> bool:
        """Whether the register knows it at an instant."""
        return self.listed_at is None or at >= self.listed_at


def _in(district_code: str, since: date = BEGINS) -> tuple[Place, ...]:
    return (Place(district_code, since),)


# Linping stood in Yuhang until the reform; Zhijiang sent files before the register listed it.
STATIONS: tuple[Station, ...] = (
    Station(1, "Wushan", _in("330102"), 120.1720, 30.2380, "沈金雀", 1.15, 20),
    Station(2, "Gongchen", _in("330105"), 120.1390, 30.3210, "钱金雀", 1.20, 8),
    Station(3, "Lingyin", _in("330106"), 120.1010, 30.2440, "孙金雀", 0.85, 60),
    Station(4, "Puyan", _in("330108"), 120.1870, 30.1850, "李金雀", 1.05, 7),
    Station(5, "Xianghu", _in("330109"), 120.2350, 30.1550, "周金雀", 1.10, 9),
    Station(6, "Cangqian", _in("330110"), 120.0110, 30.2900, "吴金雀", 0.95, 6),
    Station(7, "Linping", (Place("330110", BEGINS, REFORM), Place("330113", REFORM)), 120.3010, 30.4210,
            "郑金雀", 1.10, 6),
    Station(8, "Baiyang", _in("330114", date(2022, 1, 1)), 120.3560, 30.3060, "王金雀", 1.20, 6),
    Station(9, "Fuchun", _in("330111", date(2016, 1, 1)), 119.9500, 30.0550, "冯金雀", 0.90, 12),
    Station(10, "Qingshanhu", _in("330112", date(2018, 1, 1)), 119.7700, 30.2450, "陈金雀", 0.80, 45),
    Station(11, "Qiandaohu", _in("330127"), 119.0350, 29.6080, "褚金雀", 0.55, 110),
    Station(12, "Zhijiang", _in("330106", date(2026, 3, 6)), 120.0870, 30.1660, "卫金雀", 0.95, 15,
            listed_at=local(date(2026, 3, 10), 11)),
)  # fmt: skip


def stations(count: int = len(STATIONS)) -> tuple[Station, ...]:
    """The first `count` stations; beyond the typed ones each is a neighbour of one of them.

    A neighbour has its own number, name and weather, and stands in the same district.
    """
    made = []
    for index in range(count):
        copy, base = divmod(index, len(STATIONS))
        original = STATIONS[base]
        name = original.name if copy == 0 else f"{original.name}{copy + 1}"
        made.append(replace(original, number=index + 1, name=name))
    return tuple(made)


def canaries() -> tuple[str, ...]:
    """Every maintainer's name and phone: strings that must appear nowhere behind admission."""
    return tuple(text for each in STATIONS for text in (each.maintainer, each.phone))
