"""The true air indicators: what happened, and the best anyone can know from what had arrived by an instant.

A station-day counts for a pollutant with at least 18 of its 24 hours (75 %); its value is their plain
mean, for O3 too (not the daily maximum of 8-hour means). A district, the city, a month or a year is the mean
of the valid station-days in it: numerator their sum, denominator their number, completeness their share in
percent of the station-days that the register of that instant expects in the whole period.
`e1_valid_data_pct` is 100 × valid hours of all six pollutants / expected ones, over the days simulated;
its completeness is the share of those days' station-days in the whole period's.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from simulator.city import City
from simulator.departments import air_station
from simulator.departments.air_quality import StationDay, true_day
from simulator.world.air import POLLUTANTS
from simulator.world.districts import CITY
from simulator.world.stations import Place, Station

CODES = {
    "PM2.5": "e1_pm25_ugm3",
    "PM10": "e1_pm10_ugm3",
    "NO2": "e1_no2_ugm3",
    "SO2": "e1_so2_ugm3",
    "O3": "e1_o3_ugm3",
}
VALID_DATA = "e1_valid_data_pct"
ENOUGH_HOURS = 18
TOLERANCE = 1e-9  # relative: the order of a sum, nothing else
_KEY = ["code", "period_type", "period", "area_type", "area"]
Listed = list[tuple[Station, Place]]


def indicators(city: City, instants: tuple[datetime, ...]) -> pd.DataFrame:
    """The air indicators of every day, month and year of the city's days, by district and for the city."""
    everywhere = [(station, place) for station in city.stations for place in station.places]
    true_days = [each for day in city.days for each in true_day(city.seed, day, city.stations)]
    world = table(true_days, everywhere, city.days)[[*_KEY, "value"]].rename(columns={"value": "world"})
    made = []
    for as_of in instants:
        known = table(current_days(city, as_of), register_at(city, as_of), city.days)
        both = world.merge(known.rename(columns={"value": "knowable"}), on=_KEY, how="outer")
        counted = ["numerator", "denominator", "completeness"]
        both[counted] = both[counted].fillna(0.0)
        made.append(both.assign(as_of=as_of))
    return pd.concat(made, ignore_index=True).assign(group_type="all", group="all", tolerance=TOLERANCE)


def register_at(city: City, as_of: datetime) -> Listed:
    """The newest register that had arrived."""
    issues = [
        each for each in city.observations
        if each.arrived_by(as_of) and each.facts and each.readings[0].feed == air_station.FEED
    ]  # fmt: skip
    return list(issues[-1].facts) if issues else []


def current_days(city: City, as_of: datetime) -> list[StationDay]:
    """The newest readable file of each station and day that had arrived."""
    newest: dict[tuple[str, date], StationDay] = {}
    for each in city.observations:
        if isinstance(each.facts, StationDay) and each.arrived_by(as_of):
            newest[each.facts.station.name, each.facts.day] = each.facts
    return list(newest.values())


def table(station_days: list[StationDay], listed: Listed, days: tuple[date, ...]) -> pd.DataFrame:
    """One row per indicator, period and area: value, numerator, denominator, completeness."""
    seen = {(each.station.name, each.day): each.admitted for each in station_days}
    rows = []
    for station, place in listed:
        for day in days:
            if not _covers(place, day):
                continue
            values = seen.get((station.name, day), np.full((24, len(POLLUTANTS)), np.nan))
            hours = np.isfinite(values).sum(axis=0)
            means = [np.nan if n < ENOUGH_HOURS else np.nanmean(values[:, at]) for at, n in enumerate(hours)]
            rows.append((day, place.district_code, int(hours.sum()), *means))
    daily = pd.DataFrame(rows, columns=["day", "district", "hours", *POLLUTANTS])
    made = [_period(daily, listed, period_type) for period_type in ("day", "month", "year")]
    return pd.concat(made, ignore_index=True)


def _period(daily: pd.DataFrame, listed: Listed, period_type: str) -> pd.DataFrame:
    """Both levels of one period type."""
    length = {"day": 10, "month": 7, "year": 4}[period_type]
    period = daily["day"].map(lambda day: day.isoformat()[:length])
    found = []
    for area_type, area in (("district", daily["district"]), ("city", pd.Series(CITY, index=daily.index))):
        groups = daily.assign(period=period, area=area).groupby(["period", "area"])
        expected = pd.Series(
            {
                key: _expected(listed, key[0], None if area_type == "city" else key[1])
                for key in groups.groups
            },
            dtype=float,
        )
        present = groups.size().astype(float)
        for pollutant, code in CODES.items():
            total, count = groups[pollutant].sum(), groups[pollutant].count().astype(float)
            found.append(_rows(code, total / count.where(count > 0), total, count, 100 * count / expected))
        hours, possible = groups["hours"].sum().astype(float), present * 24 * len(POLLUTANTS)
        found.append(_rows(VALID_DATA, 100 * hours / possible, hours, possible, 100 * present / expected))
        for each in found[-len(CODES) - 1 :]:
            each["area_type"] = area_type
    return pd.concat(found, ignore_index=True).assign(period_type=period_type)


def _rows(code: str, value, numerator, denominator, completeness) -> pd.DataFrame:
    columns = {
        "value": value,
        "numerator": numerator,
        "denominator": denominator,
        "completeness": completeness,
    }
    made = pd.DataFrame(columns).rename_axis(["period", "area"]).reset_index()
    return made.assign(code=code)


def _covers(place: Place, day: date) -> bool:
    return place.since <= day and (place.until is None or day < place.until)


def _expected(listed: Listed, period: str, area: str | None) -> int:
    """Station-days of a period in an area (None: everywhere), over the whole calendar period."""
    year, month, day = (*map(int, period.split("-")), 0, 0)[:3]
    first = date(year, month or 1, day or 1)
    last = date(year, month or 12, day or calendar.monthrange(year, month or 12)[1])
    end = last + timedelta(1)
    return sum(
        max((min(place.until or end, end) - max(place.since, first)).days, 0)
        for _, place in listed
        if area in (None, place.district_code)
    )
