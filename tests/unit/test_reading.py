"""Bytes to records: every record has its place in the file, and a file that is no table is told apart."""

from __future__ import annotations

import csv
import gzip
import io

import pytest

from citylake.admit.formats import delimited as module
from citylake.admit.reading import Unreadable, read
from tests.offline import make_feed

FEED = make_feed()
GB18030 = make_feed(format={"kind": "csv", "encoding": "gb18030"})


def records(content: bytes, feed=FEED, compression: str = "none") -> tuple[list[list], list[tuple]]:
    """(place and texts of every record), (place, text and reason of every broken one)."""
    opened = read(io.BytesIO(content), feed, compression)
    rows = [list(row.values()) for batch in opened.batches for row in batch.to_pylist()]
    assert opened.records == len(rows) + len(opened.unparsed)
    return rows, [(record.source_row, record.text, record.why) for record in opened.unparsed]


def held(content: bytes, feed=FEED, compression: str = "none") -> str:
    with pytest.raises(Unreadable) as caught:
        records(content, feed, compression)
    return str(caught.value)


def test_records_are_numbered_from_one_after_the_header():
    rows, broken = records(b"id,value\na,1\nb,2\n")
    assert rows == [[1, "a", "1"], [2, "b", "2"]]
    assert broken == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(end):
    rows, broken = records(end.join(["id,value", "a,1", "b", "c,3", ""]).encode())
    assert rows == [[1, "a", "1"], [3, "c", "3"]]
    assert broken == [(2, "b", "1 fields where 2 are expected")]


def test_texts_are_kept_as_they_came():
    rows, _ = records('id,value\n"a ""b""",\n NA ,007\n"1\n2",\u3000x\n'.encode())
    assert rows == [[1, 'a "b"', ""], [2, " NA ", "007"], [3, "1\n2", "\u3000x"]]


def test_empty_lines_are_no_records():
    rows, broken = records(b"\n\nid,value\n\na,1\n\n\nb\nc,3\n\n")
    assert rows == [[1, "a", "1"], [3, "c", "3"]]
    assert broken == [(2, "b", "1 fields where 2 are expected")]


@pytest.mark.parametrize("block", [24, 40, 64, 1000])
def test_broken_records_keep_their_place_across_blocks(monkeypatch, block):
    monkeypatch.setattr(module, "_block_bytes", lambda _: block)
    lines = [
        f"r{n},{n}" if n % 7 and n % 11 else f"r{n},{n},too,many" if n % 7 else f"r{n}" for n in range(1, 200)
    ]
    rows, broken = records(("id,value\n" + "\n".join(lines) + "\n").encode())
    assert [(number, text) for number, text, _ in rows] == [
        (n, f"r{n}") for n in range(1, 200) if n % 7 and n % 11
    ]
    assert [(number, text.split(",")[0]) for number, text, _ in broken] == [
        (n, f"r{n}") for n in range(1, 200) if not (n % 7 and n % 11)
    ]


def test_a_block_of_broken_records_alone_counts(monkeypatch):
    monkeypatch.setattr(module, "_block_bytes", lambda _: 16)
    rows, broken = records(b"id,value\n" + b"x\n" * 50 + b"a,1\n")
    assert rows == [[51, "a", "1"]]
    assert [number for number, _, _ in broken] == list(range(1, 51))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "UTF8"])
def test_a_byte_order_mark_is_no_part_of_the_first_name(mark, encoding):
    opened = read(
        io.BytesIO(mark + b'"id",value\na,1\n'),
        make_feed(format={"kind": "csv", "encoding": encoding}),
        "none",
    )
    assert opened.header == ["id", "value"]
    assert [batch.num_rows for batch in opened.batches] == [1]


def test_other_encodings_are_read(monkeypatch):
    monkeypatch.setattr(module, "_block_bytes", lambda _: 31)  # characters lie across blocks
    text = "编号,值\n" + "".join(f"杭州{n},龘𠮷{n}\n" for n in range(40))
    opened = read(io.BytesIO(("\ufeff" + text).encode("gb18030")), GB18030, "none")
    assert opened.header == ["编号", "值"]
    rows = [tuple(row.values()) for batch in opened.batches for row in batch.to_pylist()]
    assert rows == [(n + 1, f"杭州{n}", f"龘𠮷{n}") for n in range(40)]


def test_a_compressed_file_is_the_file():
    assert records(gzip.compress(b"id,value\na,1\n"), compression="gzip") == records(b"id,value\na,1\n")


def test_another_delimiter_and_quote_are_read():
    feed = make_feed(format={"kind": "csv", "delimiter": ";", "quote": "'"})
    assert records(b"id;value\n'a;b';\"x\"\n", feed)[0] == [[1, "a;b", '"x"']]


def test_a_header_alone_has_no_records():
    assert records(b"id,value\n") == ([], [])
    assert records(b"id,value") == ([], [])


def test_a_header_may_hold_any_texts():
    content = "id,ID,,_source_row,_raw_0,名称\n1,2,3,4,5,6\n".encode()
    opened = read(io.BytesIO(content), FEED, "none")
    assert opened.header == ["id", "ID", "", "_source_row", "_raw_0", "名称"]
    assert [list(row.values()) for batch in opened.batches for row in batch.to_pylist()] == [[1, *"123456"]]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b",,\n"])
def test_nothing_is_told_as_empty(content):
    assert held(content) == "empty: the file has no header and no records"


@pytest.mark.parametrize(
    ("content", "feed"),
    [
        ("id,value\na,中文\n".encode("gb18030"), FEED),
        (b"id,value\na,\xff\xfe\n", FEED),
        ("id,value\na,中文".encode("gb18030")[:-1], GB18030),  # cut within a character
        (b"id,value\na,\xff\xff\n", GB18030),
    ],
)
def test_bytes_of_another_encoding_are_told(content, feed):
    assert held(content, feed) == f"wrong_encoding: the bytes are not {feed.format.encoding}"


def test_bytes_of_another_encoding_are_told_far_into_the_file(monkeypatch):
    monkeypatch.setattr(module, "_block_bytes", lambda _: 64)
    assert held(b"id,value\n" + b"a,1\n" * 100 + b"b,\xff\n").startswith("wrong_encoding")


def test_damaged_compression_is_told():
    whole = gzip.compress(b"id,value\n" + b"".join(b"%d,%d\n" % (n, n * n) for n in range(5000)))
    told = "unreadable: the compressed bytes are damaged or cut"
    assert held(whole[: len(whole) // 2], compression="gzip").startswith(told)
    assert held(whole[:-4], compression="gzip").startswith(told)
    assert held(b"\x1f\x8bno gzip at all", compression="gzip").startswith(told)


def test_what_is_no_csv_is_told():
    assert (
        held(b"PK\x03\x04...", compression="zip")
        == "unreadable: the compressed bytes are damaged or cut: File is not a zip file"
    )
    assert held(b"id,val\x00ue\na,1\n").startswith("unreadable: a column name holds a NUL character")


def test_a_file_cut_within_its_last_record_is_told():
    assert held(b"id,value,note\na,1,x\nb,2") == (
        "truncated: record 2, the last, has no line end and 2 fields where 3 are expected: the file was cut"
    )


@pytest.mark.parametrize("last", [b"b,2\n", b"b,2\r\n", b"b,2,x,y"])
def test_a_wrong_last_record_that_is_not_cut_is_only_broken(last):
    assert [number for number, _, _ in records(b"id,value,note\na,1,x\n" + last)[1]] == [2]


def test_a_whole_last_record_needs_no_line_end():
    assert records(b"id,value\nb\na,1")[0] == [[2, "a", "1"]]


def test_places_agree_with_pythons_csv_over_quoted_line_ends(monkeypatch):
    monkeypatch.setattr(module, "_block_bytes", lambda _: 50)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    written = [["id", "value"]] + [[f"a{n}", "x\ny" * (n % 4)] for n in range(60)]
    writer.writerows(written)
    rows, broken = records(buffer.getvalue().encode())
    assert rows == [[n, *texts] for n, texts in enumerate(written) if n]
    assert broken == []
