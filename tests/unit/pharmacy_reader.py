"""What a reader who makes no mistake finds in a file about the cloud pharmacy; written for the tests."""

from __future__ import annotations

import gzip
import re
from xml.etree import ElementTree

from simulator.deliveries import Delivery
from tests.unit.exact_reader import Record, csv_records, exact_reading, is_between, json_records

_CLOCK = r"\d{4}-\d\d-\d\d{}([01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_WITH_BLANK, _WITH_T = _CLOCK.replace("{}", " "), _CLOCK.replace("{}", "T")


def exact(sent: Delivery) -> tuple[set[int], set[tuple[int, str]], list[dict]]:
    """Quarantined record numbers, places of nulls in admitted records, and these."""
    if sent.name.endswith(".jsonl"):
        return exact_reading(json_records(sent.content.decode("utf-8")), _is_prescription, ("id",), {})
    if sent.name.endswith(".xml"):
        return exact_reading(_elements(sent.content), _is_event, ("no",), {})
    if sent.name.endswith(".gz"):
        records = csv_records(gzip.decompress(sent.content).decode("utf-8"))
        return exact_reading(records, _is_reading, ("box_id", "read_at"), {"temperature_c": ""})
    return exact_reading(csv_records(sent.content.decode("gb18030")), _is_order, ("订单号",), {})


def _elements(content: bytes) -> list[Record]:
    return [
        (number, {**each.attrib, **{child.tag: child.text or "" for child in each}})
        for number, each in enumerate(ElementTree.fromstring(content), start=1)
    ]


def _is_prescription(fields: dict) -> bool:
    return (
        bool(fields["id"])
        and bool(fields["hospital"])
        and bool(re.fullmatch(_WITH_T + r"\+08:00", fields["issuedAt"]))
        and 1 <= fields["items"] <= 12
        and isinstance(fields["cold"], bool)
        and (fields["birthYear"] is None or 1900 <= fields["birthYear"] <= 2100)
    )


def _is_order(fields: dict) -> bool:
    return (
        all(fields[name] for name in ("订单号", "处方号", "药房编号"))
        and bool(re.fullmatch(r"\d{6}", fields["区划代码"]))
        and all(re.fullmatch(_WITH_BLANK, fields[name]) for name in ("下单时间", "承诺送达"))
        and fields["承诺送达"] >= fields["下单时间"]
    )


def _is_event(fields: dict) -> bool:
    return (
        bool(fields["no"])
        and bool(fields["order_id"])
        and fields["kind"] in ("揽收", "签收", "未签收", "退回")
        and bool(re.fullmatch(_WITH_T, fields["event_at"]))
    )


def _is_reading(fields: dict) -> bool:
    return (
        bool(fields["box_id"])
        and bool(re.fullmatch(_WITH_T + r"\+08:00", fields["read_at"]))
        and (fields["temperature_c"] == "" or is_between(fields["temperature_c"], -60, 60))
    )
