"""Drift: columns that came and went, told so that a steward can act."""

from __future__ import annotations

import json

from citylake.admit.drift import drift
from tests.offline import admit, make_feed, reasons

COLUMNS = [
    {"name": "id", "from": "编号", "type": "string"},
    {"name": "plate_text", "from": "车牌", "type": "string"},
    {"name": "at", "from": ["日期", "时间"], "type": "string"},
]
FEED = make_feed(COLUMNS, ignores=["备注"])


def test_the_declared_columns_in_any_order_are_no_drift():
    header = ["时间", "车牌", "备注", "编号", "日期"]
    assert drift(FEED, header) == {}
    assert reasons(FEED, ",".join(header) + "\n") == []


def test_a_column_less_holds_the_delivery_and_names_what_there_is():
    assert reasons(FEED, "编号,日期,时间\n1,2,3\n") == [
        {
            "kind": "removed_column",
            "text": "1 declared column(s) missing: '车牌'. Its columns: 编号, 日期, 时间.",
        }
    ]


def test_a_column_that_was_only_renamed_is_recognised():
    assert drift(FEED, ["编号", "车牌号", "日期", "时间"])["renamed"] == [{"from": "车牌", "to": "车牌号"}]
    (reason,) = reasons(FEED, "编号,车牌号,日期,时间\n")
    assert reason["kind"] == "removed_column"
    assert "'车牌号' is close to '车牌': change `from:`, or ask the department." in reason["text"]


def test_a_column_more_is_kept_with_the_row(tmp_path):
    rows = admit(make_feed(), "id,value,note,颜色\na,1,x,红\nb,2,,\n", tmp_path)
    assert [json.loads(extra) for extra in rows.values("_extra")] == [
        {"note": "x", "颜色": "红"}, {"note": "", "颜色": ""}
    ]  # fmt: skip


def test_a_column_more_holds_the_delivery_where_the_feed_says_so():
    feed = make_feed(drift={"added": "hold"})
    assert reasons(feed, "id,value,note\n") == [
        {"kind": "added_column", "text": "undeclared column(s): note"}
    ]


def test_a_column_of_another_feed_is_neither_drift_nor_kept(tmp_path):
    rows = admit(make_feed(ignores=["note"]), "id,value,note\na,1,x\n", tmp_path)
    assert rows.values("_extra") == [None]


def test_a_column_named_twice_holds_the_delivery():
    assert reasons(make_feed(), "id,value,id,value\n") == [
        {"kind": "duplicate_header", "text": "columns named twice: id, value"}
    ]


def test_names_that_differ_in_case_are_different_columns(tmp_path):
    feed = make_feed([{"name": "id", "type": "string"}, {"name": "upper", "from": "ID", "type": "string"}])
    rows = admit(feed, "id,ID\nlow,HIGH\n", tmp_path)
    assert rows.values("id") == ["low"]
    assert rows.values("upper") == ["HIGH"]
