"""A sniff of first bytes: a note for people about compression and encoding."""

from __future__ import annotations

import gzip

import pytest

from citylake.land.inbox import SNIFFED_BYTES, sniff


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"id,value\n", ("none", "utf-8")),
        ("编号,值\n".encode(), ("none", "utf-8")),
        (b"\xef\xbb\xbfid\n", ("none", "utf-8-sig")),
        ("编号,值\n".encode("gb18030"), ("none", "gb18030")),
        (b"\xff\xff\xff\xff", ("none", "unknown")),
        (b"\x7fELF\x00\x01", ("none", "binary")),
        (gzip.compress(b"id\n", mtime=0), ("gzip", "unknown")),
        (b"PK\x03\x04rest", ("zip", "unknown")),
        (b"", ("none", "utf-8")),
    ],
)
def test_bytes_are_told_apart(head, found):
    assert sniff(head) == found


@pytest.mark.parametrize("cut", range(6))
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_character_cut_by_the_end_of_the_sniffed_part_is_no_error(encoding, cut):
    text = ("x" * cut + "杭州市𠮷" * 30_000).encode(encoding)[:SNIFFED_BYTES]
    assert len(text) == SNIFFED_BYTES
    assert sniff(text) == ("none", encoding)
