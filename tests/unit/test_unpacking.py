"""Compressed and archived deliveries: the one file inside, and what is refused before it is unpacked."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from citylake.admit import unpacking
from citylake.admit.reading import read
from tests.offline import make_feed
from tests.unit.formats import held, taken

TABLE = "id,value\na,1\nb,2\n"
ROWS = [["a", "1"], ["b", "2"]]


def archive(members: dict[str, str | bytes], **kept) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, **kept) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return file.getvalue()


def test_the_one_file_of_an_archive_is_the_delivery():
    data = archive({"__MACOSX/._data.csv": "x", "folder/": "", "folder/data.csv": TABLE})
    assert taken(data, "zip", kind="csv")[1] == ROWS


def test_a_member_is_chosen_by_name():
    data = archive({"stops.txt": TABLE, "说明.txt": "x"})
    assert taken(data, "zip", kind="csv", member="stops.txt")[1] == ROWS
    assert held(data, "zip", kind="csv") == (
        "wrong_members: 2 files in the archive, where one is expected (format.member names it)."
        " Its files: stops.txt, 说明.txt"
    )
    assert held(data, "zip", kind="csv", member="trips.txt").startswith(
        "wrong_members: 0 files in the archive are named 'trips.txt'"
    )


def test_what_else_is_in_an_archive_is_known_and_what_of_it_no_feed_reads():
    data = archive(
        {"a/stops.txt": TABLE, "trips.txt": "x", "empty.txt": "", "folder/": "", "__MACOSX/._x": "x"}
    )
    feed = make_feed(format={"kind": "csv", "member": "stops.txt"})
    reading = read(io.BytesIO(data), feed, "zip")
    assert reading.others == ("trips.txt", "empty.txt")
    assert unpacking.unread(reading.others, ["stops.txt", "trip*.txt"]) == ["empty.txt"]
    assert unpacking.unread(["a/b.txt"], ["a/*.txt"]) == []
    assert unpacking.unread([f"{n}.txt" for n in range(1_042)], ["1.txt"])[39:] == ["40.txt", "1,001 more"]
    assert read(io.BytesIO(TABLE.encode()), make_feed(), "none").others == ()


def test_gzip_of_several_parts_is_one():
    data = gzip.compress(b"id,value\na,1\n") + gzip.compress(b"b,2\n")
    assert taken(data, "gzip", kind="csv")[1] == ROWS


@pytest.mark.parametrize("kind", ["jsonl", "json", "geojson"])
def test_any_format_may_be_compressed(kind):
    text = {
        "jsonl": '{"id": 1}', "json": '[{"id": 1}]', "geojson": '{"features": [{"properties": {"id": 1}}]}',
    }[kind]  # fmt: skip
    assert taken(gzip.compress(text.encode()), "gzip", kind=kind)[1][0][0] == "1"
    assert taken(archive({"a.json": text}), "zip", kind=kind)[1][0][0] == "1"


@pytest.mark.parametrize(
    "name", ["../secret.csv", "/etc/cron.d/x", "a/../../b.csv", "..\\b.csv", "C:\\b.csv"]
)
def test_names_that_lead_out_are_refused(name):
    assert held(archive({name: TABLE}), "zip", kind="csv").startswith("unsafe_archive: names in the archive")


def test_an_archive_with_a_password_is_told():
    data = bytearray(archive({"data.csv": TABLE}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag "encrypted", in both headers
        data[data.index(signature) + place] |= 1
    assert held(bytes(data), "zip", kind="csv") == (
        "encrypted: 'data.csv' needs a password; send it without one"
    )


@pytest.mark.parametrize("compression", ["gzip", "zip"])
def test_a_bomb_is_stopped_while_it_unpacks(compression, monkeypatch):
    monkeypatch.setattr(unpacking, "_ALWAYS_BYTES", 1 << 20)
    content = b"id,value\n" + b"a,1\n" * 5_000_000
    data = gzip.compress(content) if compression == "gzip" else archive({"data.csv": content})
    assert held(data, compression, kind="csv").startswith("bomb: ")
    few = b"id,value\n" + b"a,1\n" * 100
    small = gzip.compress(few) if compression == "gzip" else archive({"data.csv": few})
    assert len(taken(small, compression, kind="csv")[1]) == 100


def test_a_zip_that_lies_about_its_size_is_stopped_too(monkeypatch):
    monkeypatch.setattr(unpacking, "_ALWAYS_BYTES", 1 << 16)
    data = bytearray(archive({"data.csv": b"id,value\n" + b"a,1\n" * 500_000}))
    size = (8).to_bytes(4, "little")
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        data[data.index(signature) + place : data.index(signature) + place + 4] = size
    assert held(bytes(data), "zip", kind="csv").startswith(("bomb: ", "unreadable: "))


def test_an_empty_archive_is_told():
    assert held(archive({}), "zip", kind="csv") == "empty: the archive has no file in it"


def test_a_zip_of_the_great_kind_is_read():
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made,
        made.open("data.csv", "w", force_zip64=True) as member,
    ):
        member.write(TABLE.encode())
    assert taken(file.getvalue(), "zip", kind="csv")[1] == ROWS
