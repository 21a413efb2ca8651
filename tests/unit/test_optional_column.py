"""Optional columns: null where a delivery lacks them, as any other where it has them, and told to the steward."""

from __future__ import annotations

import io
import json

import pytest

from citylake.admit.drift import Profiler, drift, moved
from citylake.admit.reading import read
from citylake.admit.trial import try_file
from citylake.errors import Problems
from citylake.feed import read_feed
from citylake.stewardship.wording import drifted
from tests.offline import admit, make_feed, reasons
from tests.unit.samples import workbook

COLUMNS = [
    {"name": "id", "type": "string", "required": True},
    {"name": "agency_code", "from": "agency_id", "type": "string", "optional": True, "one_of": ["a", "b"]},
    {"name": "opened_on", "from": "opened", "type": "date", "optional": True},
    {"name": "seats", "type": "integer", "optional": True, "nulls": ["-1"]},
    {"name": "length_m", "from": "length", "type": "double", "unit_in_text": True, "optional": True},
    {"name": "seen_at", "from": ["day", "time"], "type": "timestamp", "optional": True},
    {"name": "rider", "type": "string", "optional": True,
     "privacy": {"class": "direct", "as": "pseudonym(resident)", "because": "rides are linked"}},
]  # fmt: skip
FEED = make_feed(
    COLUMNS, rules=[{"name": "has_seats", "that": "seats > 0", "because": "one rides on something"}]
)
OPTIONAL = ["agency_code", "opened_on", "seats", "length_m", "seen_at", "rider"]
SOURCES = ["agency_id", "opened", "seats", "length", "day", "time", "rider"]


def test_a_delivery_without_them_is_admitted_whole_and_says_so(tmp_path):
    assert reasons(FEED, "id\nr1\nr2\n") == []
    rows = admit(FEED, "id\nr1\nr2\n", tmp_path)
    assert rows.values("id") == ["r1", "r2"]
    assert {name: rows.values(name) for name in OPTIONAL} == {name: [None, None] for name in OPTIONAL}
    assert (rows.broken, rows.counts.rule_counts, rows.counts.null_counts) == ({}, {}, {})
    assert drift(FEED, ["id"]) == {"absent": SOURCES}
    assert drifted("absent", ["seats"]) == "optional columns that are absent, so null in every row: seats"


def test_a_delivery_with_them_is_as_any_other(tmp_path):
    text = "id,agency_id,opened,seats,length,day,time,rider\n" + "\n".join(
        ["r1,a,2026-03-01,40,12 m,2026-03-01,08:00:00,Li", "r2,c,x,0,9 kg,2026-03-01,,", "r3,,,-1,,,,"]
    )
    rows = admit(FEED, text + "\n", tmp_path)
    assert drift(FEED, text.splitlines()[0].split(",")) == {}
    (first, third) = rows.admitted
    assert (first["agency_code"], str(first["opened_on"]), first["seats"], first["length_m"]) == (
        "a", "2026-03-01", 40, 12.0
    )  # fmt: skip
    assert f"{first['seen_at']:%H:%M}" == "00:00"  # of Shanghai, in UTC
    assert first["rider"] not in (None, "Li")
    assert [third[name] for name in OPTIONAL] == [None] * 6
    assert rows.broken == {2: ["agency_code.one_of", "has_seats", "length_m.cast", "opened_on.cast"]}
    assert rows.counts.null_counts == {"seats": 1}


def test_of_several_sources_one_that_is_absent_is_as_one_that_is_empty(tmp_path):
    rows = admit(FEED, "id,day\nr1,2026-03-01\n", tmp_path)
    assert (rows.values("seen_at"), rows.values("_extra"), rows.broken) == ([None], [None], {})
    assert rows.counts.null_counts == {}
    assert drift(FEED, ["id", "day"])["absent"] == [name for name in SOURCES if name != "day"]


def test_what_another_column_needs_holds_the_delivery_all_the_same():
    feed = make_feed(
        [
            {"name": "id", "type": "string"},
            {"name": "day", "type": "date"},
            {"name": "at", "from": ["day", "time"], "type": "timestamp", "optional": True},
        ]
    )
    assert drift(feed, ["id"]) == {"removed": ["day"], "absent": ["time"]}
    (reason,) = reasons(feed, "id\n1\n")
    assert (reason["kind"], "missing: 'day'." in reason["text"]) == ("removed_column", True)


def test_repeated_keys_are_found_without_them_too(tmp_path):
    assert admit(FEED, "id\nr1\nr1\n", tmp_path / "same").broken == {2: ["duplicate"]}
    rows = admit(FEED, "id,seats\nr1,4\nr1,5\n", tmp_path / "other")
    assert rows.broken == {1: ["key_conflict"], 2: ["key_conflict"]}


FIELDS = [{"name": "id", "type": "string"}, {"name": "seats", "type": "integer", "optional": True}]
# format -> (its keys, bytes of a delivery without the column, with it in one of two records)
WRITTEN = {
    "csv": ({}, b"id\n1\n2\n", b"id,seats\n1,\n2,7\n"),
    "jsonl": ({}, b'{"id": "1"}\n{"id": "2"}\n', b'{"id": "1"}\n{"id": "2", "seats": 7}\n'),
    "json": ({"records": "r"}, b'{"r": [{"id": "1"}, {"id": "2"}]}', b'{"r": [{"id": "1"}, {"id": "2", "seats": 7}]}'),
    "xml": ({"records": "r"}, b"<d><r><id>1</id></r><r><id>2</id></r></d>",
            b"<d><r><id>1</id></r><r><id>2</id><seats>7</seats></r></d>"),
    "geojson": ({}, *(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": None, "properties": each} for each in ({"id": "1"}, {"id": "2"} | more)]}).encode()
        for more in ({}, {"seats": 7}))),
    "excel": ({}, workbook([["id"], ["1"], ["2"]]), workbook([["id", "seats"], ["1", None], ["2", 7]])),
}  # fmt: skip


@pytest.mark.parametrize("kind", [*WRITTEN, "parquet"])
def test_in_every_format_a_column_is_there_where_any_record_has_it(tmp_path, kind):
    form, without, having = WRITTEN.get(kind) or (
        {},
        *(_parquet(more) for more in ({}, {"seats": [None, 7]})),
    )
    feed = make_feed(FIELDS, format={"kind": kind} | form, ignores=["geometry"])
    for content, seats in ((without, [None, None]), (having, [None, 7])):
        path = tmp_path / f"{len(content)}.{kind}"
        path.write_bytes(content)
        trial = try_file(feed, path)
        assert (trial.status, trial.drift) == ("admitted", {} if any(seats) else {"absent": ["seats"]})
        assert [row["seats"] for row in trial.first_rows] == seats
        assert trial.typed.quarantined == 0


def _parquet(more: dict) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(pa.table({"id": ["1", "2"]} | more), file)
    return file.getvalue()


def test_one_column_of_a_file_that_is_there_is_no_wrong_delimiter():
    feed = make_feed(FIELDS)
    assert reasons(feed, "id\n1\n") == []
    assert reasons(feed, "id;seats\n1;2\n")[0]["kind"] == "delimiter"


def test_one_under_a_like_name_is_told_as_renamed_and_holds_the_delivery():
    (reason,) = reasons(FEED, "id,agencyid\nr1,a\n")
    assert reason == {
        "kind": "renamed",
        "text": "optional column(s) likely renamed: 'agencyid' is close to 'agency_id', which is absent. Change `from:`;"
        " where it is another column, declare it or list it in `ignores`",
    }
    ignoring = make_feed(COLUMNS, ignores=["agencyid"])
    assert reasons(ignoring, "id,agencyid\nr1,a\n") == []


def test_a_column_that_is_removed_is_told_without_what_is_only_absent():
    feed = make_feed([*FIELDS, {"name": "plate_text", "type": "string"}])
    (reason,) = reasons(feed, "id\n1\n")
    assert reason["text"] == "1 declared column(s) missing: 'plate_text'. Its columns: id."
    removed, renamed = reasons(feed, "id,seat\n1,2\n")
    assert removed["text"] == "1 declared column(s) missing: 'plate_text'. Its columns: id, seat."
    assert "'seat' is close to 'seats', which is absent" in renamed["text"]


def _profile(text: str):
    feed = make_feed(FIELDS)
    reading = read(io.BytesIO(text.encode()), feed, "none")
    profiler = Profiler(feed, reading)
    assert sum(batch.num_rows for batch in reading.batches) == 60
    return profiler.profile()


def _rows(header: str, *values) -> str:
    return header + "\n" + "".join(f"r{n},{','.join(v[n % 3] for v in values)}\n" for n in range(60))


def test_one_under_another_name_is_known_by_what_it_holds_and_only_where_that_is_new():
    had, now = _profile(_rows("id,seats", "479")), _profile(_rows("id,places", "479"))
    found = drift(make_feed(FIELDS), ["id", "places"])
    assert found == {"added": ["places"], "absent": ["seats"]}
    (told,) = moved(found, now, [had])
    assert (told.kind, told.column) == ("renamed", "seats")
    assert told.text.startswith("'places' holds what 'seats' held (100% alike). Change `from:`")
    # It was there beside it, or the column was absent before too: then nothing was renamed now.
    assert moved(found, now, [_profile(_rows("id,seats,places", "479", "479"))]) == []
    assert moved(found, now, [had, _profile(_rows("id,other", "479"))]) == []
    assert moved(found, _profile(_rows("id,places", "xyz")), [had]) == []
    assert moved(found, now, []) == []


MISTAKES = """
title: {en: Rides, zh: 行程}
grain: one row per ride
key: [ride_id]
partition: {by: started_at}
delivers: {changes: operation, delete: D}
arrival: {files: '*.json', every: P1D, deadline: P1D}
format: {kind: json, records: rides, carry: {line: line}}
columns:
  - {name: ride_id, type: string, optional: true}
  - {name: started_at, type: timestamp, optional: true, required: true}
  - {name: operation, type: string, optional: true}
  - {name: line, type: string, optional: true}
  - {name: seats, type: integer}
  - {name: places, from: seats, type: integer, optional: true}
  - {name: bike_id, type: string, optional: maybe}
  - {name: right, type: string, optional: true}
"""
TOLD = [
    "column 'ride_id' is `optional: true` and part of the key, which every row must have",
    "column 'started_at' is `optional: true` and `required: true`: without it every row would be quarantined",
    "column 'started_at' is `optional: true` and partition.by, which every row must have",
    "column 'operation' is `optional: true` and the operation column, which every row must have",
    "column 'line' is `optional: true`, and format.carry says which columns there are, whatever a delivery has",
    "column 'places' is `optional: true`, and what it reads ('seats') is read by a column that is not optional too",
    "column 'bike_id': optional: this should be true or false\n  Found: 'maybe'.",
]


def _problems(folder, text: str) -> str:
    (folder / "transport").mkdir(exist_ok=True)
    (folder / "transport" / "ride.yml").write_text(text, encoding="utf-8")
    with pytest.raises(Problems) as caught:
        read_feed(folder / "transport" / "ride.yml")
    return str(caught.value)


def test_every_column_that_cannot_be_optional_is_told_at_once(tmp_path):
    found = _problems(tmp_path, MISTAKES)
    assert [text for text in TOLD if text not in found] == []
    assert found.count("is `optional: true`") == 6
    assert "'right'" not in found


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("{kind: csv, header: [ride_id, seats]}", "format.header says which columns there are"),
        ("{kind: fixed_width, widths: {ride_id: [1, 5]}}", "format.widths says which columns there are"),
    ],
)
def test_where_the_feed_file_names_the_columns_none_is_optional(tmp_path, form, told):
    text = (
        MISTAKES.partition("partition")[0]
        + "delivers: everything\n"
        + (
            f"arrival: {{files: '*.csv', every: P1D, deadline: P1D}}\nformat: {form}\n"
            "columns:\n  - {name: ride_id, type: string}\n  - {name: seats, type: integer, optional: true}\n"
        )
    )
    assert f"column 'seats' is `optional: true`, and {told}" in _problems(tmp_path, text)


def test_what_a_wide_table_keeps_may_be_absent_but_not_what_unpivot_makes(tmp_path):
    columns = [
        {"name": "id", "type": "string"},
        {"name": "town", "type": "string", "optional": True},
        {"name": "year", "type": "integer"},
        {"name": "value", "type": "integer"},
    ]
    how = {"keep": ["id", "town"], "name_to": "year", "value_to": "value"}
    feed = make_feed(columns, key=["id", "year"], unpivot=how)
    (tmp_path / "wide.csv").write_text("id,2019,2020\na,1,2\n", encoding="utf-8")
    trial = try_file(feed, tmp_path / "wide.csv")
    assert [(row["town"], row["year"], row["value"]) for row in trial.first_rows] == [
        (None, 2019, 1),
        (None, 2020, 2),
    ]
    assert trial.drift == {"absent": ["town"]}
    with pytest.raises(
        ValueError, match="column 'value' is `optional: true`, and unpivot says which columns"
    ):
        make_feed([*columns[:3], columns[3] | {"optional": True}], key=["id", "year"], unpivot=how)
