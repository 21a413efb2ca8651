"""What an exact reader finds in the very bytes about law enforcement: written for the tests, and shared with nobody."""

from __future__ import annotations

import re
from datetime import datetime
from xml.etree import ElementTree

from simulator.deliveries import Delivery
from tests.unit.exact_reader import Record, csv_records, exact_reading, is_between

# First and last byte of each field, from 1.
PLACES = {
    "case_no": (1, 12), "found_at": (14, 27), "closed_at": (29, 42), "violation": (44, 47), "found_by": (49, 49),
    "district": (51, 56), "plate": (58, 67), "carrier_code": (69, 86), "carrier_name": (88, 137), "fine": (139, 145),
    "paid": (147, 153), "driver": (155, 174),
}  # fmt: skip
# How each agency calls what all have.
NAMES = {
    "waterway": {"@no": "case", "found_by": "way", "hull": "mark", "fine_cny": "fine", "paid_cny": "paid", "master": "person"},
    "highway": {"case_no": "case", "found_by": "way", "plate": "mark", "carrier_code": "owner_code",
                "carrier_name": "owner_name", "driver": "person"},
    "road": {"案号": "case", "发现时间": "found_at", "结案时间": "closed_at", "违法代码": "violation", "发现方式": "way",
             "区划代码": "district", "车牌号": "mark", "当事单位": "owner_name", "统一社会信用代码": "owner_code",
             "罚款金额": "fine", "已缴金额": "paid", "当事人": "person"},
}  # fmt: skip
WAYS = {
    "waterway": {"cctv": 0, "ais": 0, "patrol": 1, "report": 2, "transfer": 3},
    "highway": {"1": 0, "2": 1, "3": 2, "4": 3},
    "road": {"电子监控": 0, "巡查": 1, "举报": 2, "移送": 3},
}
UNREAD = ("", "未识别", "无牌")
_TIMES = {"waterway": "%Y-%m-%dT%H:%M:%S", "highway": "%Y%m%d%H%M%S", "road": "%Y/%m/%d %H:%M:%S"}


def agency_of(name: str) -> str:
    """Whose file it is."""
    return name.split("_")[1]


def records(sent: Delivery) -> list[Record]:
    """Each record with its number and its fields by their own names; None where it cannot be split into them."""
    agency = agency_of(sent.name)
    if agency == "waterway":
        root = ElementTree.fromstring(sent.content)
        assert root.tag == "cases"
        return [
            (number, {"@no": case.get("no"), **{field.tag: field.text or "" for field in case}})
            for number, case in enumerate(root, start=1)
        ]
    if agency == "highway":
        lines = sent.content.split(b"\r\n")
        assert lines.pop() == b""
        return [(number, _at_places(line)) for number, line in enumerate(lines, start=1)]
    return csv_records(sent.content.decode("utf-8-sig"))


def _at_places(line: bytes) -> dict | None:
    if len(line) > PLACES["driver"][1]:
        return None
    return {name: line[first - 1 : last].decode("gb18030").strip() for name, (first, last) in PLACES.items()}


def instant(agency: str, text: str) -> datetime | None:
    """A local time in an agency's form; None where it is none."""
    try:
        return datetime.strptime(text, _TIMES[agency])  # noqa: DTZ007 (local)
    except ValueError:
        return None


def amount(text: str) -> int:
    """Whole CNY, with or without the unit."""
    (number,) = re.findall(r"^(-?\d+)元?$", text)
    return int(number)


def named(agency: str, fields: dict) -> dict:
    """The fields by the names that are the same for all; an unread plate or number is empty."""
    found = {NAMES[agency].get(name, name): text for name, text in fields.items()}
    return {"mmsi": "", **found, "mark": "" if found["mark"] in UNREAD else found["mark"]}


def _is_right(agency: str, fields: dict) -> bool:
    found, ended = (instant(agency, fields[name]) for name in ("found_at", "closed_at"))
    fine, paid = (amount(fields[name]) for name in ("fine", "paid"))
    return bool(
        fields["case"] and found and ended and found <= ended and fields["way"] in WAYS[agency]
        and is_between(str(paid), 0, fine)
    )  # fmt: skip


def exact(sent: Delivery) -> tuple[set[int], set[tuple[int, str]], list[dict]]:
    """Quarantined record numbers, places of plates and numbers that nobody could read in admitted ones, and these."""
    agency = agency_of(sent.name)
    read = [(number, named(agency, fields) if fields else None) for number, fields in records(sent)]
    return exact_reading(read, lambda fields: _is_right(agency, fields), ("case",), {"mark": ""})
