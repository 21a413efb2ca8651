"""The same key twice in a delivery: an exact repetition is one row, a contradiction is none."""

from __future__ import annotations

import pytest

from citylake.admit.formats import delimited
from tests.offline import admit, make_feed

KEYED = make_feed([{"name": "id", "type": "string"}, {"name": "value", "type": "integer", "range": [0, 99]}])


def outcome(feed, text: str, tmp_path) -> tuple[list[int], dict]:
    rows = admit(feed, text, tmp_path)
    assert rows.counts.parsed == rows.counts.admitted + rows.counts.quarantined
    return [row["_source_row"] for row in rows.admitted], rows.broken


@pytest.mark.parametrize(
    ("rows", "admitted", "broken"),
    [
        ("a,1 b,2", [1, 2], {}),
        ("a,1 a,1", [1], {2: ["duplicate"]}),
        ("a,1 b,2 a,1 a,1", [1, 2], {3: ["duplicate"], 4: ["duplicate"]}),
        ("a,1 a,2", [], {1: ["key_conflict"], 2: ["key_conflict"]}),
        ("a,1 b,1 a,2 a,1", [2], {1: ["key_conflict"], 3: ["key_conflict"], 4: ["key_conflict"]}),
        # A row of the same key that breaks a rule as well contradicts all the same.
        ("a,1 a,777", [], {1: ["key_conflict"], 2: ["key_conflict", "value.range"]}),
        ("a,777 a,777", [], {1: ["value.range"], 2: ["duplicate", "value.range"]}),
        # A key without a value is a key.
        (",1 ,2 ,1", [], {1: ["key_conflict"], 2: ["key_conflict"], 3: ["key_conflict"]}),
        (",1 ,1", [1], {2: ["duplicate"]}),
    ],
)
def test_duplicates_and_conflicts(tmp_path, rows, admitted, broken):
    text = "id,value\n" + rows.replace(" ", "\n") + "\n"
    assert outcome(KEYED, text, tmp_path) == (admitted, broken)


def test_they_are_found_across_blocks_of_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "_block_bytes", lambda _: 64)
    many = [f"k{n},{n % 50}" for n in range(300)]
    many[250], many[299] = "k7,7", "k8,9"
    admitted, broken = outcome(KEYED, "id,value\n" + "\n".join(many) + "\n", tmp_path)
    assert broken == {251: ["duplicate"], 9: ["key_conflict"], 300: ["key_conflict"]}
    assert len(admitted) == 297


def test_keys_are_compared_as_values_not_as_text(tmp_path):
    feed = make_feed([{"name": "id", "type": "integer"}, {"name": "value", "type": "string"}])
    assert outcome(feed, "id,value\n1,a\n01,b\n1.0,c\n2,d\n", tmp_path) == (
        [4], {1: ["key_conflict"], 2: ["key_conflict"], 3: ["key_conflict"]},
    )  # fmt: skip


def test_a_key_that_could_not_be_read_repeats_nothing(tmp_path):
    feed = make_feed(
        [{"name": "id", "type": "integer", "required": True}, {"name": "value", "type": "string"}]
    )
    assert outcome(feed, "id,value\nx,a\ny,b\n,c\n,d\n", tmp_path) == (
        [], {1: ["id.cast"], 2: ["id.cast"], 3: ["id.required"], 4: ["id.required"]},
    )  # fmt: skip


def test_all_columns_of_the_key_count(tmp_path):
    columns = [{"name": name, "type": "string"} for name in ("id", "hour", "value")]
    feed = make_feed(columns, key=["id", "hour"])
    assert outcome(feed, "id,hour,value\na,1,x\na,2,x\nb,1,x\na,1,y\n", tmp_path) == (
        [2, 3], {1: ["key_conflict"], 4: ["key_conflict"]},
    )  # fmt: skip


def test_columns_of_another_feed_make_no_conflict(tmp_path):
    feed = make_feed(KEYED.model_dump(by_alias=True, exclude_none=True)["columns"], ignores=["No", "wind"])
    text = "No,id,value,wind\n1,a,1,3\n2,a,1,4\n"
    assert outcome(feed, text, tmp_path) == ([1], {2: ["duplicate"]})


def test_undeclared_columns_do(tmp_path):
    assert outcome(KEYED, "id,value,note\na,1,x\na,1,y\n", tmp_path) == (
        [], {1: ["key_conflict"], 2: ["key_conflict"]},
    )  # fmt: skip


def test_the_quarantined_repetition_says_its_day_and_its_record(tmp_path):
    columns = [{"name": "id", "type": "string"}, {"name": "at", "type": "timestamp", "required": True}]
    feed = make_feed(columns, partition={"by": "at"}, delivers="period")
    rows = admit(feed, "id,at\na,2026-03-01 00:30\na,2026-03-01 00:30\n", tmp_path)
    (row,) = rows.quarantined
    assert (row["_business_date"].isoformat(), row["record"]) == (
        "2026-03-01",
        '{"id":"a","at":"2026-03-01 00:30"}',
    )
    assert rows.counts.partitions == {"2026-03-01": 1}
