"""The true air indicators: what happened, and the best anyone can know from what had arrived by an instant.

A station-day counts for a pollutant with at least 18 of its 24 hours (75 %); its value is their plain
mean, for O3 too (not the daily maximum of 8-hour means). A district's vintage, the city, a month or a year is
the mean of the valid station-days in it: numerator their sum, denominator their number, completeness their
share in percent of the station-days that the register of that instant expects in the whole period.
`e1_valid_data_pct` is 100 × valid hours of all six pollutants / expected ones, over the days simulated;
its completeness is the share of those days' station-days in the whole period's.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from simulator.departments import air_station, district
from simulator.departments.air_quality import StationDay, true_day
from simulator.evidence import Evidence
from simulator.world.air import POLLUTANTS
from simulator.world.districts import CITY, HANGZHOU, District
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
TOLERANCE = 1e-4  # relative: means may be kept to four decimals, nothing else
WHOLE = "all"  # the vintage of an area that has none
_KEY = ["code", "period_type", "period", "area_type", "area", "vintage"]
_COUNTED = ["numerator", "denominator", "completeness"]
_BEYOND = date(9999, 12, 31)


@dataclass(frozen=True)
class Stay:
    """A station's time in one vintage of a district, until the day before `until`."""

    station: str
    district_code: str
    vintage: str
    since: date
    until: date

    def days_within(self, first: date, end: date) -> int:
        """How many of its days lie from `first` to the day before `end`."""
        return max((min(self.until, end) - max(self.since, first)).days, 0)


def indicators(city: Evidence, instants: tuple[datetime, ...]) -> pd.DataFrame:
    """The air indicators of every day, month and year of the city's days, by district and for the city."""
    everywhere = stays(((each, place) for each in city.stations for place in each.places), HANGZHOU)
    true_days = (each for day in city.days for each in true_day(city.seed, day, city.stations))
    world = table(true_days, everywhere, city.days)[[*_KEY, "value"]].rename(columns={"value": "world"})
    made = []
    for as_of in instants:
        listed = stays(city.listed(air_station.FEED, as_of), city.listed(district.FEED, as_of))
        known = table(current_days(city, as_of), listed, city.days)
        both = world.merge(known.rename(columns={"value": "knowable"}), on=_KEY, how="outer")
        both[_COUNTED] = both[_COUNTED].fillna(0.0)
        made.append(both.assign(as_of=as_of))
    return pd.concat(made, ignore_index=True).assign(group_type="all", group="all", tolerance=TOLERANCE)


def current_days(city: Evidence, as_of: datetime) -> Iterator[StationDay]:
    """The newest readable file of each station and day that had arrived."""
    return city.facts(StationDay, city.days, as_of)


def stays(listed: Iterable[tuple[Station, Place]], districts: Iterable[District]) -> list[Stay]:
    """The register's places cut at the vintages of their districts."""
    vintages = list(districts)
    found = [
        Stay(station.name, place.district_code, each.valid_from.isoformat(),
             max(place.since, each.valid_from), min(place.until or _BEYOND, each.valid_to or _BEYOND))
        for station, place in listed for each in vintages if each.code == place.district_code
    ]  # fmt: skip
    return [stay for stay in found if stay.since < stay.until]


def table(station_days: Iterable[StationDay], listed: list[Stay], days: tuple[date, ...]) -> pd.DataFrame:
    """One row per indicator, period and area: value, numerator, denominator, completeness."""
    # The means of a day at once: of many days all hours would not be small.
    seen = {(each.station.name, each.day): _means(each.admitted) for each in station_days}
    nothing = _means(np.full((24, len(POLLUTANTS)), np.nan))
    rows = []
    for stay in listed:
        for day in days:
            if stay.since <= day < stay.until:
                means = seen.get((stay.station, day), nothing)
                rows.append((day, stay.district_code, stay.vintage, *means))
    daily = pd.DataFrame(rows, columns=["day", "area", "vintage", "hours", *POLLUTANTS])
    made = [
        _level(placed.assign(area_type=area_type), listed, period_type)
        for period_type in ("day", "month", "year")
        for area_type, placed in (("district", daily), ("city", daily.assign(area=CITY, vintage=WHOLE)))
    ]
    return pd.concat(made, ignore_index=True)


def _means(values: np.ndarray) -> tuple[float, ...]:
    """Of a station's day how many values there are, and each pollutant's mean where there are enough."""
    hours = np.isfinite(values).sum(axis=0)
    means = (np.nan if n < ENOUGH_HOURS else np.nanmean(values[:, at]) for at, n in enumerate(hours))
    return (int(hours.sum()), *means)


def _level(daily: pd.DataFrame, listed: list[Stay], period_type: str) -> pd.DataFrame:
    """All indicators of one period type and kind of area."""
    length = {"day": 10, "month": 7, "year": 4}[period_type]
    period = daily["day"].map(lambda day: day.isoformat()[:length])
    groups = daily.assign(period=period).groupby(["period", "area_type", "area", "vintage"])
    expected = pd.Series(
        {key: _expected(listed, key[0], key[2], key[3]) for key in groups.groups}, dtype=float
    )
    present = groups.size().astype(float)
    found = []
    for pollutant, code in CODES.items():
        total, count = groups[pollutant].sum(), groups[pollutant].count().astype(float)
        found.append(_rows(code, total / count.where(count > 0), total, count, 100 * count / expected))
    hours, possible = groups["hours"].sum().astype(float), present * 24 * len(POLLUTANTS)
    found.append(_rows(VALID_DATA, 100 * hours / possible, hours, possible, 100 * present / expected))
    return pd.concat(found, ignore_index=True).assign(period_type=period_type)


def _rows(code: str, value, numerator, denominator, completeness) -> pd.DataFrame:
    columns = dict(zip(("value", *_COUNTED), (value, numerator, denominator, completeness), strict=True))
    made = pd.DataFrame(columns).rename_axis(["period", "area_type", "area", "vintage"]).reset_index()
    return made.assign(code=code)


def _expected(listed: list[Stay], period: str, area: str, vintage: str) -> int:
    """Station-days of a whole calendar period in a vintage of a district, or in the city."""
    year, month, day = (*map(int, period.split("-")), 0, 0)[:3]
    first = date(year, month or 1, day or 1)
    last = date(year, month or 12, day or calendar.monthrange(year, month or 12)[1])
    return sum(
        stay.days_within(first, last + timedelta(1))
        for stay in listed
        if vintage == WHOLE or (stay.district_code, stay.vintage) == (area, vintage)
    )
