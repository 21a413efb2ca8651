"""What a reader who makes no mistake finds in a file about public transport; written for the tests."""

from __future__ import annotations

import re

from simulator.deliveries import Delivery
from tests.unit.exact_reader import csv_records, exact_reading, json_records

_INSTANT = r"\d{4}-\d\d-\d\d[ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d"


def exact(sent: Delivery) -> tuple[set[int], set[tuple[int, str]], list[dict]]:
    """Quarantined record numbers, none (nothing stands for what is not known), and the admitted records."""
    if sent.name.endswith(".jsonl"):
        return exact_reading(json_records(sent.content.decode()), _is_metro_tap, ("id",), {})
    return exact_reading(csv_records(sent.content.decode("gb18030")), _is_bus_tap, ("流水号",), {})


def _is_metro_tap(fields: dict) -> bool:
    return (
        bool(fields["id"])
        and fields["direction"] in ("in", "out")
        and fields["payType"] in ("card", "code", "ticket")
        and bool(re.fullmatch(_INSTANT + r"\+08:00", fields["time"]))
    )


def _is_bus_tap(fields: dict) -> bool:
    return (
        bool(fields["流水号"])
        and fields["支付方式"] in ("卡", "码")
        and bool(re.fullmatch(_INSTANT, fields["刷卡时间"]))
    )
