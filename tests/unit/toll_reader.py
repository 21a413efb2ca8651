"""What a reader who makes no mistake finds in a file about motorways; written for the tests."""

from __future__ import annotations

import csv
import gzip
import io
import re

from simulator.deliveries import Delivery
from tests.unit.exact_reader import csv_records, exact_reading, is_between

_INSTANT = r"\d{4}-\d\d-\d\d([ T])([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d"


def exact(sent: Delivery) -> tuple[set[int], set[tuple[int, str]], list[dict]]:
    """Quarantined record numbers, places of sentinels in admitted records, and these."""
    if sent.name.startswith("etc_passage"):
        text = gzip.decompress(sent.content).decode("utf-8")
        return exact_reading(csv_records(text), _is_passage, ("passage_id",), {"speed_kmh": "-1"})
    if sent.name.startswith("toll_lane_passage"):
        header, *rows = csv.reader(io.StringIO(sent.content.decode("gb18030"), newline=""), delimiter="\t")
        records = [
            (number, dict(zip(header, row, strict=True)) if len(row) == len(header) else None)
            for number, row in enumerate(rows, start=1)
        ]
        return exact_reading(records, _is_lane_passage, ("流水号",), {})
    text = sent.content.decode("utf-8-sig")
    return exact_reading(csv_records(text), _is_gantry, ("门架编号",), {})


def _is_passage(fields: dict) -> bool:
    return (
        bool(fields["passage_id"])
        and bool(re.fullmatch(_INSTANT + r"00\+08:00", fields["passed_at"]))
        and is_between(fields["fee_cny"], 0, 1000)
        and (fields["speed_kmh"] == "-1" or is_between(fields["speed_kmh"], 0, 220))
    )


def _is_lane_passage(fields: dict) -> bool:
    arrived, left = fields["到达时间"], fields["离开时间"]
    return (
        bool(fields["流水号"])
        and is_between(fields["车道"], 1, 30)
        and fields["车道类型"] in ("ETC", "人工")
        and fields["方向"] in ("入", "出")
        and bool(re.fullmatch(_INSTANT, arrived))
        and bool(re.fullmatch(_INSTANT, left))
        and arrived <= left
        and is_between(fields["车型"], 1, 4)
    )


def _is_gantry(fields: dict) -> bool:
    return bool(fields["路线"]) and fields["方向"] in ("上行", "下行") and is_between(fields["桩号"], 0, 2000)
