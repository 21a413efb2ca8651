"""The traffic police's lists, whole each time: road segments, and the centres that command.

Segments are UTF-8 with a byte order mark, their centrelines as well-known text; centres are a workbook with a title above
the header.
"""

from __future__ import annotations

from datetime import date, datetime

from simulator.deliveries import Delivery
from simulator.list_files import csv_text, workbook
from simulator.world.command import CENTRES, LEVELS
from simulator.world.roads import NEVER, Roads

DEPARTMENT = "transport"
SEGMENT, CENTRE = "transport.road_segment", "transport.command_centre"
SENDER = "traffic-police"
SEGMENT_HEADER = (
    "路段编号", "道路名称", "区划代码", "长度(米)", "主干路", "接入监测日期", "经度", "纬度", "中心线",
)  # fmt: skip
CENTRE_HEADER = ("中心编号", "中心名称", "级别", "区划代码")
TITLE = "杭州市交通指挥中心一览"


def segment_rows(roads: Roads, day: date) -> list[tuple[str, ...]]:
    """The list of segments as texts, as it is known on a day: a detector that comes later is not in it yet."""
    today = day.toordinal()
    columns = (
        roads.identifier, roads.name, roads.district_code, roads.length_m, roads.is_major, roads.monitored_from,
        roads.longitude, roads.latitude, roads.centreline, roads.is_listed,
    )  # fmt: skip
    return [
        (identifier, name, district, str(length), "是" if major else "否",
         date.fromordinal(since).isoformat() if NEVER < since <= today else "",
         f"{longitude:.6f}", f"{latitude:.6f}", centreline)
        for identifier, name, district, length, major, since, longitude, latitude, centreline, listed in zip(
            *(column.tolist() for column in columns), strict=True
        )
        if listed
    ]  # fmt: skip


def centre_rows() -> list[tuple[str, ...]]:
    """The list of centres as texts."""
    return [(each.identifier, each.name, LEVELS[each.level], each.district_code) for each in CENTRES]


def segment_delivery(roads: Roads, at: datetime) -> Delivery:
    """The list of segments of an instant."""
    content = csv_text(SEGMENT_HEADER, segment_rows(roads, at.date())).encode("utf-8-sig")
    return Delivery(DEPARTMENT, f"路段_{at:%Y%m%d}.csv", 1, SENDER, at, content)


def centre_delivery(at: datetime) -> Delivery:
    """The list of centres of an instant."""
    content = workbook("指挥中心", TITLE, CENTRE_HEADER, centre_rows())
    return Delivery(DEPARTMENT, f"指挥中心_{at:%Y%m%d}.xlsx", 1, SENDER, at, content)
