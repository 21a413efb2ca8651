"""The environment department's register of air stations: GB18030, Chinese headers, the whole list each time.

One row a station and place; a station that moved to another district has two. A place's last day is the day
before its 停用日期. Maintainers are named with a phone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from simulator.deliveries import Delivery
from simulator.world.stations import Place, Station

DEPARTMENT = "environment"
FEED = "environment.air_station"
SENDER = "environment-monitoring-centre"
HEADER = ("站点编号", "站点名称", "区划代码", "经度", "纬度", "启用日期", "停用日期", "维护人", "联系电话")


def register(stations: Iterable[Station], at: datetime) -> list[tuple[Station, Place]]:
    """What the register lists at an instant: the stations it knows, with the places they have had by then.

    An end that lies in the future is not in it yet.
    """
    day = at.date()
    return [
        (
            station,
            place if place.until is None or place.until <= day else Place(place.district_code, place.since),
        )
        for station in stations
        if station.is_listed(at)
        for place in station.places
        if place.since <= day
    ]


def rows(listed: Iterable[tuple[Station, Place]]) -> list[tuple[str, ...]]:
    """The register as texts."""
    return [
        (station.identifier, station.name, place.district_code,
         f"{station.longitude:.4f}", f"{station.latitude:.4f}",
         place.since.isoformat(), place.until.isoformat() if place.until else "",
         station.maintainer, station.phone)
        for station, place in listed
    ]  # fmt: skip


def as_bytes(lines: Iterable[tuple[str, ...]]) -> bytes:
    """The register as the department writes it."""
    return "".join(",".join(fields) + "\r\n" for fields in (HEADER, *lines)).encode("gb18030")


def delivery(stations: Iterable[Station], arrived_at: datetime, named: date | None = None) -> Delivery:
    """The register of an instant; its name carries the day of issue."""
    day = named or arrived_at.date()
    content = as_bytes(rows(register(stations, arrived_at)))
    return Delivery(DEPARTMENT, f"环境监测站_{day:%Y%m%d}.csv", 1, SENDER, arrived_at, content)
