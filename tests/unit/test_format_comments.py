"""Lines that begin with a mark are no records, wherever they stand; a quoted text is never cut."""

from __future__ import annotations

import pytest

from citylake.format import Format
from tests.unit.formats import held, taken
from tests.unit.zones import FORM, ROWS, ZONES

CSV = {"kind": "csv", "comment": "#"}


def test_comments_stand_above_the_header_between_records_and_below():
    text = b'# made "by\nid,value\n# first\na,1\n#x,2\nb\nc,3\n# end'
    assert taken(text, **CSV) == (["id", "value"], [["a", "1"], ["c", "3"]], [2])
    assert taken(ZONES, **FORM)[1] == ROWS


def test_a_quoted_text_whose_next_line_begins_like_a_comment_is_whole():
    text = b'id,value\n# "\na,"one\n# two, ""three""\n#four"\n# gone\n"b\n#",x"y\n# gone\n"c"",\n#",1\n'
    assert taken(text, **CSV)[1] == [
        ["a", 'one\n# two, "three"\n#four'], ["b\n#", 'x"y'], ['c",\n#', "1"],
    ]  # fmt: skip


def test_comments_are_taken_away_before_rows_are_skipped():
    text = b'# one\n"A title\n# two\n\n# three\nid,value\n# four\na,1\n'
    assert taken(text, **CSV, skip_rows=2) == (["id", "value"], [["a", "1"]], [])
    lines = b"* one\nREPORT\n* two\n58457 12\n* three\n58458 13\n"
    found = taken(lines, kind="fixed_width", comment="*", widths={"id": [1, 5], "value": [7, 8]}, skip_rows=1)
    assert found[1:] == ([["58457", "12"], ["58458", "13"]], [])


def test_json_lines_may_have_comments():
    assert taken(b'// made\n{"id": "a"}\n// {"id": "b"}\n{"id": "c"}\n', kind="jsonl", comment="//")[1] == [
        ["a"], ["c"],
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030", "big5"])
def test_comments_may_be_of_any_encoding_and_have_any_line_end(encoding):
    text = "#中\r\nid,value\r#中\r中,1\n#中\r\n文,2"
    assert taken(text.encode(encoding), **CSV, encoding=encoding)[1] == [["中", "1"], ["文", "2"]]


def test_places_in_bytes_may_have_comments():
    text = "#说明\n西湖  12\n#\n滨江区13\n".encode("gb18030")
    form = {"kind": "fixed_width", "encoding": "gb18030", "counts": "bytes", "comment": "#"}
    assert taken(text, **form, widths={"id": [1, 6], "value": [7, 8]})[1] == [
        ["西湖", "12"],
        ["滨江区", "13"],
    ]


def test_what_cannot_be_read_is_told_as_without_comments():
    assert held("#\nid,value\n中,1\n".encode("gb18030"), **CSV).startswith(
        "wrong_encoding: the bytes are not utf-8"
    )
    assert held(b"# nothing else\n", **CSV).startswith("empty")
    assert held(b"#\nid,value\n#\na,1\nb", **CSV).startswith("truncated: record 2, the last, has no line end")
    assert held(b"#\nid,value\n#" + b"x" * 99 + b"\n", **CSV, record_limit=64).startswith(
        "record_too_long: line 3 is longer than 64B"
    )


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "csv", "comment": '"'}, {"kind": "csv", "delimiter": ";", "comment": ";;"}, {"kind": "jsonl", "comment": "{"},
        {"kind": "fixed_width", "widths": {"id": [1, 2]}, "comment": " "}, {"kind": "csv", "comment": "#\n"},
    ],
)  # fmt: skip
def test_a_mark_that_records_begin_with_is_refused(form):
    with pytest.raises(
        ValueError, match="begins as records do; give what only comments begin with, such as '#'"
    ):
        Format.model_validate(form)
