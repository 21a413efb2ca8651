"""Fixed width: places in characters or bytes, titles and totals, lines too long."""

from __future__ import annotations

from tests.unit.formats import held, taken

WIDTHS = {"station": [1, 5], "day": [6, 13], "value": [14, 18]}


def test_columns_stand_at_their_places():
    text = "5845720260301 12.5\n5845820260301\n\n58459\n"
    header, rows, broken = taken(text.encode(), kind="fixed_width", widths=WIDTHS)
    assert header == ["station", "day", "value"]
    assert rows == [["58457", "20260301", "12.5"], ["58458", "20260301", ""], ["58459", "", ""]]  # fmt: skip
    assert broken == []


def test_a_line_that_is_too_long_is_broken():
    text = "5845720260301 12.5  \n5845720260302 12.5x\n5845720260303 13.5\n"
    _, rows, broken = taken(text.encode(), kind="fixed_width", widths=WIDTHS)
    assert ([row[1] for row in rows], broken) == (["20260301", "20260303"], [2])


def test_places_may_count_bytes():
    lines = "西湖 0101  12\n滨江区0102  13\n".encode("gb18030")
    widths = {"district": [1, 6], "day": [7, 10], "value": [11, 14]}
    assert taken(
        "西湖  0101  12\n滨江区0102  13\n".encode("gb18030"), kind="fixed_width", encoding="gb18030",
        widths=widths, counts="bytes",
    )[1] == [["西湖", "0101", "12"], ["滨江区", "0102", "13"]]  # fmt: skip
    assert taken(lines, kind="fixed_width", encoding="gb18030", widths={"all": [1, 99]})[1][1] == [
        "滨江区0102  13"
    ]


def test_titles_and_totals_are_no_records():
    text = "STATION REPORT\n==============\n5845720260301 12.5\nEND OF REPORT\nby Wang on 2026-03-01 from 3 stations\n"
    assert len(taken(text.encode(), kind="fixed_width", widths=WIDTHS, skip_rows=2, footer="^END")[1]) == 1


def test_records_below_what_is_taken_for_a_footer_are_not_lost():
    text = (
        "5845720260301 12.5\nEND OF FIRST PART\n5845820260302 12.5\n58459        12.5\nEND\n5846x20260302 1\n"
    )
    assert held(text.encode(), kind="fixed_width", widths=WIDTHS, footer="^END") == (
        "records_below_footer: 2 records stand below record 2, where format.footer '^END' says that the table ends."
        " Change the pattern to what only the last lines begin with"
    )


def test_remarks_below_a_footer_may_be_longer_than_the_last_place():
    text = "58457\n合计 1\n制表人：王五，2026年3月1日\n".encode("gb18030")
    form = {"kind": "fixed_width", "encoding": "gb18030", "footer": "^合计", "counts": "bytes"}
    assert taken(text, **form, widths={"id": [1, 3], "value": [4, 40]}) == (
        ["id", "value"],
        [["584", "57"]],
        [],
    )


def test_bytes_that_are_not_the_declared_encoding_hold_the_delivery():
    assert held("西湖\n".encode("gb18030"), kind="fixed_width", widths=WIDTHS).startswith("wrong_encoding")
    assert held(b"\xff\xff\n", kind="fixed_width", widths=WIDTHS, counts="bytes").startswith("wrong_encoding")
