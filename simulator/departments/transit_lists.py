"""What is sent whole about public transport: the timetable of the buses (GTFS), metro stations, where one can pay by phone; and
the population by street and age.

The timetable is one archive of five tables; the departures of a day run past 24:00. Stations are UTF-8 with a byte order mark,
the other two workbooks with a title above the header.
"""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.defects.lists import ListFile
from simulator.deliveries import Delivery, Label, Observation, Reading
from simulator.list_files import csv_text, workbook
from simulator.world import size
from simulator.world.people import people_blocks
from simulator.world.streets import streets
from simulator.world.transit import FIRST_S, Network

GTFS = tuple(f"transport.gtfs_{name}" for name in ("route", "stop", "trip", "stop_time", "calendar"))
STATION, ACCEPTANCE, POPULATION = (
    "transport.metro_station",
    "transport.payment_acceptance",
    "governance.population",
)
STATION_HEADER = ("车站编号", "车站名称", "线路", "经度", "纬度", "区划代码")
ACCEPTANCE_HEADER = ("方式", "编号", "启用日期")
POPULATION_HEADER = ("年份", "街道代码", "区划代码", "年龄段", "人口数")
BUS, METRO = "公交", "地铁"
BANDS = ("<18", "18-59", "60-69", "70-79", "80+")
_BOUNDS = (18, 60, 70, 80)
_NAMES = {STATION: "地铁车站_{}.csv", ACCEPTANCE: "移动支付受理_{}.xlsx", POPULATION: "人口_{}.xlsx"}
_SENDERS = {STATION: "metro-operator", ACCEPTANCE: "transport-bureau", POPULATION: "statistics-bureau"}
_SERVICE = "daily"
_MADE = (2021, 6, 1, 0, 0, 0)
_LESS_BEFORE = 0.99  # residents a year before


def delivery(feed: str, file: ListFile, at: datetime) -> Delivery:
    """A list of an instant."""
    return Delivery(
        feed.split(".")[0], _NAMES[feed].format(f"{at:%Y%m%d}"), 1, _SENDERS[feed], at, file.content
    )


def timetable(here: Network, at: datetime, before: bytes | None) -> Observation:
    """The timetable of an instant; recorded and nothing else where it is the one that came before."""
    content, counts = _archive(here)
    sent = Delivery("transport", f"gtfs_{at:%Y%m%d}.zip", 1, "bus-operator", at, content)
    if content == before:
        labels = tuple(Label(feed, sent.name, 1, None, None, "same_bytes", "recorded") for feed in GTFS)
        return Observation(sent, labels, tuple(Reading(feed, "recorded") for feed in GTFS))
    readings = tuple(Reading(feed, "admitted", count) for feed, count in zip(GTFS, counts, strict=True))
    return Observation(sent, (), readings, at.date())


@lru_cache(maxsize=2)
def _archive(here: Network) -> tuple[bytes, tuple[int, ...]]:
    tables: dict[str, tuple[tuple[str, ...], list[tuple]]] = {
        "routes.txt": (("route_id", "route_short_name", "route_type"), [
            (each, each[1:].lstrip("0"), "3") for each in here.route
        ]),
        "stops.txt": (("stop_id", "stop_name", "stop_lat", "stop_lon", "zone_id"), [
            (stop, name, f"{lat:.6f}", f"{lon:.6f}", code)
            for stop, name, (lon, lat), code in zip(here.stop, here.stop_name, here.stop_at, here.stop_district, strict=True)
        ]),
        "trips.txt": (("route_id", "service_id", "trip_id", "direction_id"), [
            (here.route[route], _SERVICE, trip, str(direction)) for route, direction, _, trip in _all_trips(here)
        ]),
        "stop_times.txt": (("trip_id", "stop_sequence", "stop_id", "arrival_time", "departure_time"), list(_stop_times(here))),
        "calendar.txt": (
            ("service_id", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "start_date",
             "end_date"),
            [(_SERVICE, *"1111111", "20250101", "20271231")],
        ),
    }  # fmt: skip
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, (header, rows) in tables.items():
            member = zipfile.ZipInfo(name, _MADE)
            member.external_attr = 0o644 << 16
            archive.writestr(member, csv_text(header, rows), zipfile.ZIP_DEFLATED, 6)
    return whole.getvalue(), tuple(len(rows) for _, rows in tables.values())


def _all_trips(here: Network):
    for route in range(len(here.route)):
        for direction in (0, 1):
            for trip in range(here.trips(route)):
                yield route, direction, trip, trip_text(here, route, direction, trip)


def _stop_times(here: Network):
    for route, direction, trip, text in _all_trips(here):
        run, offsets = here.runs[route][direction], here.offsets_s[route][direction]
        begin = FIRST_S + trip * int(here.headway_s[route])
        for n, (stop, after) in enumerate(zip(run.tolist(), offsets.tolist(), strict=True)):
            at = _clock(begin + after)
            yield text, str(n + 1), here.stop[stop], at, at


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def trip_text(here: Network, route: int, direction: int, trip: int) -> str:
    """The identifier of a bus of the timetable."""
    return f"{here.route[route]}-{direction}-{trip + 1:03d}"


def trip_texts(here: Network, routes: pd.Series, directions: pd.Series, trips: pd.Series) -> list[str]:
    """Their identifiers."""
    return [
        trip_text(here, *each)
        for each in zip(routes.tolist(), directions.tolist(), trips.tolist(), strict=True)
    ]


def station_list(here: Network) -> ListFile:
    """The metro stations of the city; its facts: their identifiers."""
    rows = [
        (station, name, lines, f"{lon:.6f}", f"{lat:.6f}", code)
        for station, name, lines, (lon, lat), code in zip(
            here.station,
            here.station_name,
            here.station_lines,
            here.station_at,
            here.station_district,
            strict=True,
        )
    ]
    return ListFile(
        csv_text(STATION_HEADER, rows).encode("utf-8-sig"), len(rows), tuple(row[0] for row in rows)
    )


def acceptance_list(here: Network, day: date) -> ListFile:
    """Where one can pay by phone, as it is known on a day; its facts: mode, since when (an ordinal, 0: not yet)."""
    facts, rows = [], []
    for mode, places, since in (
        (BUS, here.route, here.route_since),
        (METRO, here.station, here.station_since),
    ):
        for place, begun in zip(places, since.tolist(), strict=True):
            known = begun if begun <= day.toordinal() else 0
            facts.append((mode, known))
            rows.append((mode, place, date.fromordinal(known) if known else None))
    content = workbook("移动支付", "公共交通移动支付受理一览", ACCEPTANCE_HEADER, rows)
    return ListFile(content, len(rows), tuple(facts))


def population_list(seed: int, scale: float) -> ListFile:
    """The population by street and age band of two years; its facts: year and residents of each row."""
    rows = population(seed, scale)
    content = workbook("人口", "分街道分年龄人口", POPULATION_HEADER, rows)
    return ListFile(content, len(rows), tuple((row[0], row[4]) for row in rows))


@lru_cache(maxsize=2)
def population(seed: int, scale: float) -> tuple[tuple[int, str, str, str, int], ...]:
    """Year, street, district, age band and residents."""
    made = []
    for street, block in zip(streets(), people_blocks(seed, scale), strict=True):
        ages = size.AS_OF.year - block["birth_year"].to_numpy()
        counts = np.bincount(np.searchsorted(_BOUNDS, ages, side="right"), minlength=len(BANDS))
        for band, count in zip(BANDS, counts.tolist(), strict=True):
            made.append(
                (size.AS_OF.year - 1, street.code, street.district_code, band, round(count * _LESS_BEFORE))
            )
            made.append((size.AS_OF.year, street.code, street.district_code, band, count))
    return tuple(sorted(made))
