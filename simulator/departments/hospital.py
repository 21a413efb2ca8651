"""The list of hospitals: UTF-8 with a byte order mark, whole each time. The newest one is not in it yet."""

from __future__ import annotations

from datetime import datetime

from simulator.defects.lists import ListFile
from simulator.deliveries import Delivery
from simulator.list_files import csv_text
from simulator.world.hospitals import Hospital

DEPARTMENT = "health"
FEED = "health.hospital"
SENDER = "registration-platform"
HEADER = ("医院编号", "医院名称", "等级", "区划代码")


def hospital_list(here: tuple[Hospital, ...]) -> ListFile:
    """The list; its facts: identifier and district of each."""
    listed = here[:-1]
    rows = [(each.identifier, each.name, each.level, each.district_code) for each in listed]
    content = csv_text(HEADER, rows).encode("utf-8-sig")
    return ListFile(content, len(rows), tuple((each.identifier, each.district_code) for each in listed))


def delivery(_feed: str, file: ListFile, at: datetime) -> Delivery:
    """The list of an instant."""
    return Delivery(DEPARTMENT, f"医院_{at:%Y%m%d}.csv", 1, SENDER, at, file.content)
