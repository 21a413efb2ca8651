"""What the city's offices do and where: the guide to work, halls, and places with self-service machines; all invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from simulator.scenario.services import Places, ServiceScenario
from simulator.streams import stream
from simulator.world.tables import typed

NEVER = 0  # of a day that does not come
NOWHERE = -1  # of a contact that has no site
NEW_ITEM = 5_000  # by which the number of an item's new form, which is in no list yet, is greater
_MOST_SITES = 999
_HALL_SHARE = 0.2
_DEPARTMENTS = (
    "公安局",
    "人力社保局",
    "民政局",
    "市场监管局",
    "医保局",
    "住保房管局",
    "公积金中心",
    "税务局",
    "卫生健康委",
    "规划资源局",
)
_OBJECTS = (
    "户口",
    "身份证",
    "社保卡",
    "医保关系",
    "营业执照",
    "公积金",
    "不动产",
    "居住证",
    "婚姻",
    "生育",
    "食品经营",
    "个税",
)
_ACTS = ("登记", "变更", "补办", "注销", "证明", "提取", "备案", "许可")
# Working days promised, and how often by applications; 0 is decided at once.
_PROMISED = (0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 60, 90)
_PROMISED_SHARES = (0.50, 0.08, 0.08, 0.09, 0.09, 0.05, 0.05, 0.03, 0.01, 0.01, 0.005, 0.005)
_FIRST_MACHINE, _LAST_MACHINE = date(2019, 1, 1).toordinal(), date(2026, 6, 30).toordinal()
_FIRST_REMOVAL, _LAST_REMOVAL = date(2024, 1, 1).toordinal(), date(2027, 12, 31).toordinal()
_REMOVED = 0.12  # of the machines, by the last of these days


@dataclass(frozen=True, eq=False)
class Services:
    """Columns by the place of an item, a site, a machine.

    `districts` are codes, `residents` the shares that live there; `site_district` and `machine_site` are places in
    `districts` and among the sites. `promised` are working days, `asked` how often an item is asked for. `installed` and
    `removed` are ordinals (`NEVER`), the second the first day without the machine. `is_listed_…`: whether it is in the list.
    """

    districts: np.ndarray
    residents: np.ndarray
    item: np.ndarray
    item_name: np.ndarray
    department: np.ndarray
    promised: np.ndarray
    asked: np.ndarray
    site: np.ndarray
    site_district: np.ndarray
    is_hall: np.ndarray
    is_listed_site: np.ndarray
    machine: np.ndarray
    machine_site: np.ndarray
    installed: np.ndarray
    removed: np.ndarray
    is_listed_machine: np.ndarray
    applications: float
    sessions: float

    def working_machines(self, day: date) -> np.ndarray:
        """Places of the machines that stand somewhere on a day."""
        today = day.toordinal()
        return np.flatnonzero((self.installed <= today) & ((self.removed == NEVER) | (today < self.removed)))

    def sites_of(self, district: np.ndarray, wants_hall: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """A site of each district, a hall or a place of machines, by numbers drawn from 0 to 1; none of a kind is missing."""
        kind = self.site_district * 2 + self.is_hall
        ordered = np.argsort(kind, kind="stable")
        counts = np.bincount(kind, minlength=2 * len(self.districts))
        begins = np.cumsum(counts) - counts
        asked = district.astype(np.int64) * 2 + wants_hall
        return ordered[begins[asked] + (drawn * counts[asked]).astype(np.int64)].astype(np.int16)


@lru_cache(maxsize=8)
def services(seed: int, scenario: ServiceScenario, scale: float) -> Services:
    """Every item, site and machine; a larger city's first sites and machines are a smaller one's."""
    places, census = scenario.places, typed("hangzhou_admin", "census_2020.csv")
    residents = np.array([int(row["residents"]) for row in census], dtype=float)
    residents /= residents.sum()
    return Services(
        districts=np.array([row["code"] for row in census], dtype=object), residents=residents,
        **_items(seed, places), **_sites(seed, places, residents, scale), **_machines(seed, places, residents, scale),
        applications=max(scenario.applications.per_day * scale, scenario.applications.least),
        sessions=max(scenario.sessions.per_day * scale, scenario.sessions.least),
    )  # fmt: skip


def _items(seed: int, places: Places) -> dict[str, np.ndarray]:
    count = places.items
    u = stream(seed, "service items").random((count, 4))
    # Each promise has an item of its own before one is drawn.
    promise = np.searchsorted(np.cumsum(_PROMISED_SHARES), u[:, 0] * 0.999)
    promise[: len(_PROMISED)] = np.arange(len(_PROMISED))[:count]
    weight = 0.2 + u[:, 1] ** 3
    of_promise = np.bincount(promise, weights=weight, minlength=len(_PROMISED))
    names = [
        f"{_OBJECTS[number % len(_OBJECTS)]}{_ACTS[number // len(_OBJECTS) % len(_ACTS)]}{number + 1}号"
        for number in range(count)
    ]
    return {
        "item": _codes("S", count, 4), "item_name": np.array(names, dtype=object),
        "department": np.array(_DEPARTMENTS, dtype=object)[(u[:, 2] * len(_DEPARTMENTS)).astype(int)],
        "promised": np.array(_PROMISED)[promise], "asked": weight / of_promise[promise] * np.array(_PROMISED_SHARES)[promise],
    }  # fmt: skip


def _sites(seed: int, places: Places, residents: np.ndarray, scale: float) -> dict[str, np.ndarray]:
    """The first ones are a hall and a place of machines in each district, which are listed."""
    count = _count_of_sites(places, scale)
    u, every = stream(seed, "service sites").random((count, 3)), len(residents)
    district, is_hall = _drawn(residents, u[:, 0]), u[:, 1] < _HALL_SHARE
    first = np.arange(2 * every)
    district[first], is_hall[first] = first % every, first < every
    return {
        "site": _codes("H", count, 3), "site_district": district, "is_hall": is_hall,
        "is_listed_site": (u[:, 2] >= places.unlisted_sites) | (np.arange(count) < 2 * every),
    }  # fmt: skip


def _count_of_sites(places: Places, scale: float) -> int:
    return min(max(round(places.sites * scale), places.least_sites), _MOST_SITES)


def _machines(seed: int, places: Places, residents: np.ndarray, scale: float) -> dict[str, np.ndarray]:
    """Where machines stand depends on the sites that every city has, and on those of a larger one for its further machines."""
    count = min(max(round(places.machines * scale), places.least_machines), 9_999)
    u, every = stream(seed, "service machines").random((count, 5)), len(residents)
    sites, least = _count_of_sites(places, scale), places.least_sites
    # As many sites as there are when the machines are as many.
    there = np.clip(np.arange(1, count + 1) * places.sites // places.machines, least, sites)
    site = (u[:, 0] * there).astype(np.int64)
    site[:every] = np.arange(every, 2 * every)[:count]
    installed = _FIRST_MACHINE + (u[:, 1] * (_LAST_MACHINE - _FIRST_MACHINE + 1)).astype(np.int64)
    removed = _FIRST_REMOVAL + (u[:, 2] * (_LAST_REMOVAL - _FIRST_REMOVAL + 1)).astype(np.int64)
    is_removed = (u[:, 3] < _REMOVED) & (removed > installed)
    return {
        "machine": _codes("M", count, 4), "machine_site": site, "installed": installed,
        "removed": np.where(is_removed, removed, NEVER), "is_listed_machine": u[:, 4] >= places.unlisted_machines,
    }  # fmt: skip


def _drawn(shares: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    return np.minimum(np.searchsorted(np.cumsum(shares), drawn, side="right"), len(shares) - 1)


def _codes(letter: str, count: int, digits: int) -> np.ndarray:
    return np.array([f"{letter}{number + 1:0{digits}d}" for number in range(count)], dtype=object)
