"""What a reader who makes no mistake finds in a file about records and settlement between hospitals; written for the tests."""

from __future__ import annotations

import gzip
import re
from xml.etree import ElementTree

from simulator.deliveries import Delivery
from tests.unit.exact_reader import Read, Record, csv_records, exact_reading, is_between, json_records

_CLOCK = r"\d{4}-\d\d-\d\d{}([01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_WITH_BLANK, _WITH_T = _CLOCK.replace("{}", " "), _CLOCK.replace("{}", "T")
_WITH_OFFSET = _WITH_T + r"\+08:00"
_AMOUNT = r"\d+\.\d\d"
EXAMS = ("blood", "urine", "ecg", "ultrasound", "xray", "ct", "mri")
KINDS = ("申请", "结算", "拒付", "冲正")


def exact(sent: Delivery) -> Read:
    """Quarantined record numbers, none (nothing stands for what is not known), and the admitted records."""
    if sent.name.startswith("encounter"):
        records = csv_records(sent.content.decode("gb18030"))
        return exact_reading(records, _is_encounter, ("就诊编号",), {})
    if sent.name.startswith("exam_result"):
        records = csv_records(gzip.decompress(sent.content).decode("utf-8"))
        return exact_reading(records, _is_exam, ("exam_id",), {})
    if sent.name.startswith("settlement_line"):
        return exact_reading(csv_records(sent.content.decode("gb18030")), _is_line, ("行号",), {})
    if sent.name.startswith("settlement"):
        return exact_reading(_elements(sent.content), _is_event, ("no",), {})
    return exact_reading(json_records(sent.content.decode("utf-8")), _is_request, ("id",), {})


def _elements(content: bytes) -> list[Record]:
    return [
        (number, {**each.attrib, **{child.tag: child.text or "" for child in each}})
        for number, each in enumerate(ElementTree.fromstring(content), start=1)
    ]


def _is_encounter(fields: dict) -> bool:
    start, end = fields["开始时间"], fields["结束时间"]
    return (
        all(fields[name] for name in ("就诊编号", "医院编号"))
        and bool(re.fullmatch(_WITH_BLANK, start))
        and (end == "" or (bool(re.fullmatch(_WITH_BLANK, end)) and end >= start))
        and fields["类别"] in ("门诊", "急诊", "住院")
        and (fields["出生年"] == "" or is_between(fields["出生年"], 1900, 2100))
    )


def _is_exam(fields: dict) -> bool:
    taken, result = fields["taken_at"], fields["result_at"]
    return (
        all(fields[name] for name in ("exam_id", "encounter_id", "hospital_id"))
        and fields["exam"] in EXAMS
        and bool(re.fullmatch(_WITH_OFFSET, taken))
        and (result == "" or (bool(re.fullmatch(_WITH_OFFSET, result)) and result >= taken))
    )


def _is_event(fields: dict) -> bool:
    return (
        all(fields[name] for name in ("no", "claim_id", "encounter_id", "hospital_id"))
        and fields["kind"] in KINDS
        and bool(re.fullmatch(_WITH_T, fields["event_at"]))
        and is_between(fields["amount_cny"], 0, 1_000_000)
    )


def _is_line(fields: dict) -> bool:
    return (
        all(fields[name] for name in ("行号", "结算单号"))
        and bool(re.fullmatch(r"\d{4}-(0\d|1[0-2])-\d\d", fields["申请日期"]))
        and bool(re.fullmatch("-?" + _AMOUNT, fields["金额"]))
        and is_between(fields["金额"], 0, 1_000_000)
    )


def _is_request(fields: dict) -> bool:
    return (
        all(fields[name] for name in ("id", "hospital", "user"))
        and fields["reason"] in (None, "treatment", "referral", "emergency", "quality")
        and bool(re.fullmatch(_WITH_OFFSET, fields["at"]))
        and isinstance(fields["found"], bool)
        and (fields["birthYear"] is None or 1900 <= fields["birthYear"] <= 2100)
    )
