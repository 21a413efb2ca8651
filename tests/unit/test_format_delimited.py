"""Delimited text as departments export it: titles above, totals below, no header, other marks."""

from __future__ import annotations

import pytest

from citylake.admit.formats import delimited
from tests.unit.formats import held, taken


def test_title_rows_above_the_header_are_left_out():
    text = "杭州市空气质量日报\n统计时间：2026-03-01\n\n站点,值\n东四,1\n西湖,2\n"
    header, rows, broken = taken(text.encode("gb18030"), kind="csv", encoding="gb18030", skip_rows=3)
    assert (header, rows, broken) == (["站点", "值"], [["东四", "1"], ["西湖", "2"]], [])


def test_a_footer_ends_the_table_whatever_its_fields():
    text = "id,value\na,1\nb,2\n合计,3,x\n制表人：王五\n"
    _, rows, broken = taken(text.encode(), kind="csv", footer="^(合计|制表人)")
    assert (rows, broken) == ([["a", "1"], ["b", "2"]], [])


def test_a_footer_with_the_right_number_of_fields_ends_it_too():
    _, rows, broken = taken(b"id,value\na,1\n,\nTotal,1\nprinted on Monday,\n", kind="csv", footer="^Total")
    assert (rows, broken) == ([["a", "1"], ["", ""]], [])


def test_records_below_what_is_taken_for_a_footer_are_not_lost():
    text = b"id,value,note\na,1,x\n# a remark\nb,2,y\nc,3\nd,4,z\n# another\n"
    assert held(text, kind="csv", footer="^#") == (
        "records_below_footer: 2 records stand below record 2, where format.footer '^#' says that the table ends."
        " Change the pattern to what"
        " only the last lines begin with"
    )


def test_broken_records_below_title_rows_keep_their_number():
    text = b"title\nsecond title\nid,value\na,1\nb\nc,3\nd\ne,5\n"
    _, rows, broken = taken(text, kind="csv", skip_rows=2)
    assert (rows, broken) == ([["a", "1"], ["c", "3"], ["e", "5"]], [2, 4])


def test_a_broken_record_above_the_footer_is_kept():
    _, rows, broken = taken(b"id,value\na\nb,2\nTotal\n", kind="csv", footer="^Total")
    assert (rows, broken) == ([["b", "2"]], [1])


def test_a_file_without_a_header_has_the_declared_one():
    header, rows, broken = taken(b"a;1\nb;2\nc\n", kind="csv", delimiter=";", header=["id", "value"])
    assert (header, rows, broken) == (["id", "value"], [["a", "1"], ["b", "2"]], [3])


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk", "big5", "cp1252", "latin-1", "shift_jis")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_any_encoding_of_python_will_do(encoding, monkeypatch):
    monkeypatch.setattr(delimited, "_block_bytes", lambda _: 64)  # so that characters are cut by blocks
    word = "é" if encoding in ("cp1252", "latin-1") else "中"
    rows = [[word * (n % 9 + 1), str(n)] for n in range(200)]
    text = "id,value\n" + "".join(f"{a},{b}\n" for a, b in rows)
    assert taken(text.encode(encoding), kind="csv", encoding=encoding)[1] == rows


def test_line_ends_may_be_mixed():
    assert taken(b"id,value\r\na,1\nb,2\r\nc,3\rd,4", kind="csv")[1] == [
        ["a", "1"], ["b", "2"], ["c", "3"], ["d", "4"],
    ]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
def test_any_delimiter_will_do(delimiter):
    text = f"id{delimiter}value\n'a{delimiter}a'{delimiter}1\n"
    assert taken(text.encode(), kind="csv", delimiter=delimiter, quote="'")[1] == [[f"a{delimiter}a", "1"]]


def test_bytes_that_are_not_the_declared_encoding_hold_the_delivery():
    assert held("id,value\n中,1\n".encode("gb18030"), kind="csv").startswith("wrong_encoding")
