"""Records whose last fields were left out: filled where the feed file says so, refused where it does not."""

from __future__ import annotations

import json

import pytest

from citylake.admit.formats import delimited
from tests.offline import admit, make_feed
from tests.unit.formats import held, taken
from tests.unit.zones import FORM, NAMES, ROWS, ZONES

FILL = {"kind": "csv", "short_rows": "fill"}


@pytest.mark.parametrize("block", [1 << 22, 64])
def test_zones_without_a_comment_are_records_in_their_order(block, monkeypatch):
    monkeypatch.setattr(delimited, "_block_bytes", lambda _: block)
    assert taken(ZONES, **FORM) == (NAMES, ROWS, [])


def test_unless_it_is_said_short_records_are_refused():
    assert taken(ZONES, **FORM | {"short_rows": "refuse"})[2] == [1, 3, 8]


def test_a_record_with_more_fields_stays_broken_with_its_number_and_its_text(tmp_path):
    feed = make_feed([{"name": "id", "type": "string"}, {"name": "value", "type": "integer"}], format=FILL)
    rows = admit(feed, b'id,value,note\na\n "b" ,2,"x, y" ,z,\nc,3\nd,x\ne,5,"f\r\n"\n', tmp_path / "scratch")
    assert [(row["_source_row"], row["id"], row["value"]) for row in rows.admitted] == [
        (1, "a", None), (3, "c", 3), (5, "e", 5),
    ]  # fmt: skip
    assert rows.broken == {2: ["unparseable"], 4: ["value.cast"]}
    assert json.loads(rows.quarantined[0]["record"]) == {
        "text": ' "b" ,2,"x, y" ,z,', "why": "5 fields where 3 are expected",
    }  # fmt: skip


@pytest.mark.parametrize("count", [1, 500])
def test_a_file_of_nothing_but_short_records_is_read(count, monkeypatch):
    monkeypatch.setattr(delimited, "_block_bytes", lambda _: 64)
    text = "".join(f'"a""{n}",{n}\n' for n in range(count))
    expected = [[f'a"{n}', str(n), "", ""] for n in range(count)]
    assert taken(text.encode(), **FILL, header=["id", "value", "note", "more"])[1] == expected
    assert taken(b"id,value,note,more\n" + text.encode(), **FILL)[1] == expected


def test_short_and_broken_and_whole_records_keep_their_numbers_across_blocks(monkeypatch):
    monkeypatch.setattr(delimited, "_block_bytes", lambda _: 64)
    text = "id,value,note\n" + "".join(f"{n}{',x' * (n % 4)}\n" for n in range(200))
    _, rows, broken = taken(text.encode(), **FILL)
    assert broken == list(range(4, 201, 4))  # of four fields
    assert [row[0] for row in rows] == [str(n) for n in range(200) if n % 4 != 3]


def test_a_short_footer_ends_the_table():
    assert taken(b"id,value,note\na,1\nTotal,1\nby Wang\n", **FILL, footer="^Total")[1] == [["a", "1", ""]]
    assert taken(b'id,value,note\na,1\nTotal,"1', **FILL, footer="^Total")[1] == [["a", "1", ""]]
    assert held(b"id,value,note\na,1\nTotal,1\nb,2\n", **FILL, footer="^Total").startswith(
        "records_below_footer: 1"
    )


def test_short_records_become_long_where_they_are_spread():
    unpivot = {"keep": ["id"], "name_to": "hour", "value_to": "value"}
    _, rows, _ = taken(b"id,01,02\na,1,2\nb,3\n", **FILL, unpivot=unpivot)
    assert rows == [["a", "01", "1"], ["a", "02", "2"], ["b", "01", "3"], ["b", "02", ""]]


def test_a_last_record_without_a_line_end_is_cut_where_no_other_is_as_short():
    assert taken(b"id,value,note\na,1\nb,2,x\nc,3", **FILL)[1][-1] == ["c", "3", ""]
    cut = "truncated: record 3, the last, has no line end and 1 fields where 3 are expected: the file was cut"
    assert held(b"id,value,note\na,1\nb,2,x\nc", **FILL) == cut
    assert held(b"id,value,note\na,1,y\nb,2,x\nc", **FILL) == cut
    assert taken(b'id,value,note\na,1\n"b"c,"d\n', **FILL)[1:] == ([["a", "1", ""]], [2])
    assert "a quote that never ends" in held(b'id,value,note\na,1\nb,"2\nc\n', **FILL)
