"""What a reader who makes no mistake finds in a file about registration at hospitals; written for the tests."""

from __future__ import annotations

import re

from simulator.deliveries import Delivery
from tests.unit.exact_reader import csv_records, exact_reading, is_between, json_records

_DAY = r"\d{4}-\d\d-\d\d"
_MINUTE = r"([01]\d|2[0-3]):[0-5]\d"
_SECOND = _MINUTE + r":[0-5]\d"
SPECIALTIES = ("内科", "外科", "儿科", "妇产科", "眼科", "中医科")


def exact(sent: Delivery) -> tuple[set[int], set[tuple[int, str]], list[dict]]:
    """Quarantined record numbers, none (nothing stands for what is not known), and the admitted records."""
    if sent.name.endswith(".jsonl"):
        return exact_reading(json_records(sent.content.decode()), _is_event, ("id",), {})
    if sent.name.startswith("arrival"):
        return exact_reading(csv_records(sent.content.decode()), _is_arrival, ("就诊号",), {})
    return exact_reading(csv_records(sent.content.decode("gb18030")), _is_session, ("场次编号",), {})


def _is_event(fields: dict) -> bool:
    return (
        bool(fields["id"])
        and bool(re.fullmatch(r"A\d{15}", fields["appointment"]))
        and fields["event"] in ("booked", "cancelled")
        and bool(re.fullmatch(rf"{_DAY}T{_SECOND}\+08:00", fields["time"]))
        and (fields["patient"] is None or bool(re.fullmatch(r"\d{17}[\dX]", fields["patient"])))
        and (fields["birthYear"] is None or 1900 < fields["birthYear"] <= 2026)
        and fields["way"] in ("general", "older", "child", "maternity")
        and fields["channel"] in ("web", "app", "phone", "counter", "machine")
        and fields["specialty"] in SPECIALTIES
    )


def _is_session(fields: dict) -> bool:
    return (
        bool(fields["场次编号"])
        and fields["科室"] in SPECIALTIES
        and bool(re.fullmatch(f"{_DAY} {_MINUTE}", fields["时段开始"]))
        and bool(re.fullmatch(f"{_DAY} {_MINUTE}", fields["时段结束"]))
        and is_between(fields["号源数"], 1, 60)
        and fields["状态"] in ("开诊", "停诊")
    )


def _is_arrival(fields: dict) -> bool:
    seen = fields["接诊时间"]
    return (
        bool(fields["就诊号"])
        and bool(re.fullmatch(f"{_DAY} {_SECOND}", fields["到达时间"]))
        and (seen == "" or (bool(re.fullmatch(f"{_DAY} {_SECOND}", seen)) and seen >= fields["到达时间"]))
    )
