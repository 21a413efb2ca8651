"""What a reader who makes no mistake finds in a file about visits to hospitals step by step; written for the tests."""

from __future__ import annotations

import re

from simulator.deliveries import Delivery
from tests.unit.exact_reader import Read, Record, exact_reading, json_records

_CLOCK = r"\d{4}-\d\d-\d\d{}([01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_WITH_BLANK, _WITH_T = _CLOCK.replace("{}", " "), _CLOCK.replace("{}", "T")
# What is done in which system.
SYSTEMS = {"挂号": "挂号系统", "就诊": "医生站", "检查": "检查系统", "缴费": "收费系统", "取药": "药房系统"}
MEANS = ("电子卡", "刷脸", "实体卡", "现金")
PLACES = ("自助机", "窗口", "手机", "诊室")
ORDERED = ("无", "检查", "药品", "检查和药品")
STEPS = ("register", "see", "examine", "pay", "collect")


def exact(sent: Delivery) -> Read:
    """Quarantined record numbers, places of nulls in admitted records, and these."""
    if sent.name.endswith(".jsonl"):
        return exact_reading(json_records(sent.content.decode("utf-8")), _is_match, ("id",), {"score": -1})
    return exact_reading(_bars(sent.content), _is_event, ("流水号",), {})


def _bars(content: bytes) -> list[Record]:
    """Each record with its number, from 1; None where it has not as many fields as the header."""
    header, *lines = content.decode("utf-8-sig").split("\r\n")[:-1]
    names = header.split("|")
    split = ((number, line.split("|")) for number, line in enumerate(lines, start=1))
    return [
        (number, dict(zip(names, fields, strict=True)) if len(fields) == len(names) else None)
        for number, fields in split
    ]


def _is_event(fields: dict) -> bool:
    step, born = fields["步骤"], fields["出生年"]
    return (
        bool(fields["流水号"])
        and bool(re.fullmatch(r"H\d{3}", fields["医院编号"]))
        and SYSTEMS.get(step) == fields["系统"]
        and fields["凭证"] in MEANS
        and fields["办理方式"] in PLACES
        and bool(re.fullmatch(_WITH_BLANK, fields["时间"]))
        and (fields["接收时间"] == "" or bool(re.fullmatch(_WITH_BLANK, fields["接收时间"])))
        and (fields["开单"] in ORDERED if step == "就诊" else fields["开单"] == "")
        and (fields["患者"] == "" or bool(re.fullmatch(r"\d{17}[\dX]", fields["患者"])))
        and (born == "" or 1900 <= int(born) <= 2026)
    )


def _is_match(fields: dict) -> bool:
    return (
        bool(fields["id"])
        and bool(re.fullmatch(r"F\d{15}", fields["transaction"]))
        and isinstance(fields["attempt"], int)
        and 1 <= fields["attempt"] <= 9
        and bool(re.fullmatch(r"H\d{3}", fields["hospital"]))
        and fields["step"] in STEPS
        and bool(re.fullmatch(r"FD\d{3}-\d-\d\d", fields["device"]))
        and bool(re.fullmatch(_WITH_T + r"\+08:00", fields["at"]))
        and (fields["score"] == -1 or 0 <= fields["score"] <= 100)
        and isinstance(fields["accepted"], bool)
        and (fields["claimed"] is None or bool(re.fullmatch(r"\d{17}[\dX]", fields["claimed"])))
    )
