"""The health commission's daily case report: real files of 2020, delivered as they were published.

No fault is planted in them. `dirt` counts what is wrong with them as they are.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from simulator.deliveries import Delivery, Observation, Reading, local

DEPARTMENT = "health"
FEED = "health.case_report"
SENDER = "health-commission"
SHIPPED = Path(__file__).parents[1] / "data" / "covid_cn_daily"
COUNTS = ("confirmed", "suspected", "cured", "dead")
_VANISHED = "places listed one day and not the next"
_UNEQUAL = "province-days where confirmed is not the sum of its cities"
_DIRT = (
    "files", "records", "places", "exact duplicates", "same place and day twice", "cities without code",
    "countries without code", *(f"{name} falls" for name in COUNTS), "province-days with cities", _UNEQUAL,
    _VANISHED,
)  # fmt: skip


def shipped() -> list[Observation]:
    """The slice that comes with the simulator: 32 days from 2020-01-20."""
    return [
        observation(date.fromisoformat(path.name[:10]), gzip.decompress(path.read_bytes()))
        for path in sorted(SHIPPED.glob("2020-*.csv.gz"))
    ]


def observation(day: date, content: bytes) -> Observation:
    """One day's report: it arrives next morning at nine."""
    sent = Delivery(DEPARTMENT, f"case_report_{day}.csv", 1, SENDER, local(day + timedelta(1), 9), content)
    return Observation(sent, (), (Reading(FEED, "admitted", len(records(content))),), facts=day)


def records(content: bytes) -> list[dict[str, str]]:
    """The records of one report, as texts by column."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"))))


def dirt(contents: Iterable[bytes]) -> dict[str, int]:
    """What is wrong with reports that follow each other day by day, counted."""
    found = dict.fromkeys(_DIRT, 0)
    before: dict[tuple[str, ...], dict[str, str]] = {}
    known: set[tuple[str, ...]] = set()
    for content in contents:
        today = records(content)
        places = {_place(each): each for each in today}
        found["files"] += 1
        found["records"] += len(today)
        found["exact duplicates"] += len(today) - len({tuple(each.values()) for each in today})
        found["same place and day twice"] += len(today) - len(places)
        found["cities without code"] += sum(bool(each["city"]) and not each["cityCode"] for each in today)
        found["countries without code"] += sum(not each["countryCode"] for each in today)
        for name in COUNTS:
            found[f"{name} falls"] += sum(
                int(each[name]) < int(before[place][name])
                for place, each in places.items()
                if place in before
            )
        found[_VANISHED] += len(set(before) - set(places))
        _compare_levels(today, found)
        before, known = places, known | set(places)
    found["places"] = len(known)
    return found


def _place(record: dict[str, str]) -> tuple[str, ...]:
    return record["country"], record["province"], record["city"]


def _compare_levels(today: list[dict[str, str]], found: dict[str, int]) -> None:
    """Count provinces whose own number is not the sum of their cities'."""
    cities: dict[str, int] = defaultdict(int)
    for each in today:
        if each["city"]:
            cities[each["province"]] += int(each["confirmed"])
    provinces = {
        each["province"]: int(each["confirmed"]) for each in today if each["province"] and not each["city"]
    }
    both = set(cities) & set(provinces)
    found["province-days with cities"] += len(both)
    found[_UNEQUAL] += sum(cities[name] != provinces[name] for name in both)
