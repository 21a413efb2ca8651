"""JSON lines, JSON documents and GeoJSON: nested values, values from above the list, numbers as written."""

from __future__ import annotations

import json

import pytest

from tests.unit.formats import held, taken


def test_json_lines_have_the_columns_of_all_lines():
    lines = '{"id": "a", "at": {"lon": 120.10, "lat": 30}}\n\n{"id": "b", "tags": [1, 2], "ok": true, "none": null}\n'
    header, rows, broken = taken(lines.encode(), kind="jsonl")
    assert header == ["id", "at.lon", "at.lat", "tags", "ok", "none"]
    assert rows == [["a", "120.10", "30", None, None, None], ["b", None, None, "[1, 2]", "true", None]]
    assert broken == []


@pytest.mark.parametrize("number", ["1.10", "9223372036854775808", "1e400", "-0", "0.1000000000000000055"])
def test_numbers_stay_as_they_were_written(number):
    assert taken(f'{{"id": {number}}}\n'.encode(), kind="jsonl")[1] == [[number]]


def test_lines_that_are_no_object_are_broken_records():
    lines = '{"id": "a"}\nno json\n[1]\n{"id": "b"\n{"id": "c"}\n'
    _, rows, broken = taken(lines.encode(), kind="jsonl")
    assert (rows, broken) == ([["a"], ["c"]], [2, 3, 4])


def test_json_lines_in_another_encoding_and_with_a_mark():
    line = '{"名称": "东四"}\n'
    assert taken(line.encode("gb18030"), kind="jsonl", encoding="gb18030")[1] == [["东四"]]
    assert taken(line.encode("utf-8-sig"), kind="jsonl")[1] == [["东四"]]
    assert held(line.encode("gb18030"), kind="jsonl").startswith("wrong_encoding")


def test_a_document_that_is_a_list():
    assert taken(b'[{"id": 1}, {"id": 2, "value": "x"}]', kind="json") == (
        ["id", "value"], [["1", None], ["2", "x"]], [],
    )  # fmt: skip


NESTED = {
    "meta": {"area": "西湖", "unit": "kg"},
    "hospitals": [
        {"code": "H1", "visits": [{"id": 1, "dose": {"amount": 2.5}}, {"id": 2}]},
        {"code": "H2", "visits": []},
        {"code": "H3", "visits": [{"id": 3}]},
    ],
    "sent": "2026-03-01",
}


def test_records_within_lists_carry_what_stands_above_them():
    form = {
        "records": "hospitals.visits",
        "carry": {"hospital": "hospitals.code", "unit": "meta.unit", "sent": "sent"},
    }
    header, rows, _ = taken(json.dumps(NESTED).encode(), kind="json", **form)
    assert header == ["hospital", "unit", "sent", "id", "dose.amount"]
    # `sent` stands behind the list and is still known: it belongs to the whole document.
    assert rows == [
        ["H1", "kg", "2026-03-01", "1", "2.5"], ["H1", "kg", "2026-03-01", "2", None],
        ["H3", "kg", "2026-03-01", "3", None],
    ]  # fmt: skip


def test_another_list_of_the_same_document_is_another_feed():
    assert taken(json.dumps(NESTED).encode(), kind="json", records="hospitals")[0] == ["code", "visits"]


def test_a_list_of_plain_values_has_one_column():
    assert taken(b'{"days": ["2026-03-01", "2026-03-02"]}', kind="json", records="days") == (
        ["value"], [["2026-03-01"], ["2026-03-02"]], [],
    )  # fmt: skip


def test_what_is_no_whole_document_is_held():
    whole = json.dumps(NESTED).encode()
    assert held(whole[:-20], kind="json", records="hospitals").startswith("truncated")
    assert held(b"<html>login</html>", kind="json").startswith("unreadable")
    assert held(b"", kind="json").startswith(("truncated", "unreadable"))
    assert held(
        json.dumps(NESTED, ensure_ascii=False).encode("gb18030"), kind="json", records="hospitals"
    ).startswith("wrong_encoding")
    assert held(whole, kind="json", records="nowhere") == "empty: there is no record at 'nowhere'"


def test_geojson_points_become_coordinates_and_other_shapes_stay():
    document = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "id": 7, "geometry": {"type": "Point", "coordinates": [120.15, 30.27]},
             "properties": {"name": "断桥"}},
            {"type": "Feature", "id": 8, "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4.5]]},
             "properties": {"name": "白堤"}},
            {"type": "Feature", "geometry": None, "properties": None},
        ],
    }  # fmt: skip
    header, rows, _ = taken(json.dumps(document).encode(), kind="geojson")
    assert header == ["name", "id", "longitude", "latitude", "geometry"]
    assert rows[0] == ["断桥", "7", "120.15", "30.27", None]
    assert rows[1][:4] == ["白堤", "8", None, None]
    assert json.loads(rows[1][4]) == document["features"][1]["geometry"]
    assert rows[2] == [None] * 5
