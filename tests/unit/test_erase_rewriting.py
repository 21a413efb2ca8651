"""One person's records leave a delivery's bytes; everything else stays where and as it was."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from citylake.erase.rewriting import NotRewritable, rewritten
from citylake.privacy.erasure import Persons, hashes
from tests.offline import make_feed

# K7 is erased; K77 is one character more, and another person.
PERSON = {"class": "direct", "because": "a person"}
NO_COLUMN = {"class": "quasi", "as": "drop", "because": "not needed"}


def feed_of(becomes: str = "pseudonym(holder)", source: str = "who", **form):
    return make_feed(
        [
            {"name": "id", "type": "string"},
            {"name": "who", "from": source, "type": "string", "privacy": PERSON | {"as": becomes}},
        ],
        format=form,
    )


def left(content: bytes, compression: str = "none", becomes: str = "pseudonym(holder)", **form) -> tuple:
    feed = feed_of(becomes, **form)
    made = rewritten(content, compression, feed, Persons(feed, hashes("K7", "holder")))
    return made.data, made.erased, made.left


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_delimited_text_of_any_encoding(encoding, end):
    lines = ["id,who", "1,张伟", "2,Ｋ 7", '3,"Li', '"', "", "4,k7", "5,K77"]
    kept = ["id,who", "1,张伟", '3,"Li', '"', "", "5,K77"]
    sent, expected = (end.join([*each, ""]).encode(encoding) for each in (lines, kept))
    assert left(sent, kind="csv", encoding=encoding) == (expected, 2, 3)


def test_a_quoted_record_over_two_lines_goes_whole_and_titles_comments_and_marks_stay():
    sent = '\ufeffK7 in a title\n#K7\nid,who\n#before K7\n1,"K7\n"\n#after\n2,Li'.encode()
    expected = "\ufeffK7 in a title\n#K7\nid,who\n#before K7\n#after\n2,Li".encode()
    form = {"kind": "csv", "encoding": "utf-8-sig", "skip_rows": 1, "comment": "#"}
    assert left(sent, **form) == (expected, 1, 1)


def test_a_record_with_too_many_fields_goes_where_one_of_them_is_the_person():
    assert left(b"id,who\n1,Li,x\n2,K7,x\n3,Wu\n", kind="csv") == (b"id,who\n1,Li,x\n3,Wu\n", 1, 2)


def test_json_lines():
    sent = b'{"id": 1, "who": "K7"}\n\n{"id":  2, "who": "K77"}\n{"id": 3, "who": "K7"\n{"id": 4}\n'
    assert left(sent, kind="jsonl") == (b'\n{"id":  2, "who": "K77"}\n{"id": 4}\n', 2, 2)


def test_fixed_width_counted_in_bytes():
    form = {"kind": "fixed_width", "encoding": "gb18030", "counts": "bytes", "skip_rows": 1}
    form["widths"] = {"id": [1, 4], "who": [5, 8]}
    sent = "title K7\n一  K7  \n二  K77 \n三  K7\n".encode("gb18030")
    assert left(sent, **form) == ("title K7\n二  K77 \n".encode("gb18030"), 2, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_xml_elements(encoding):
    head = f'<?xml version="1.0" encoding="{encoding}"?>\n<all xmlns="urn:x">'
    parts = [
        "<!-- 一 -->\n <r id='1'><who>K7</who></r>",
        "\n <r id='2'><who>K7七</who></r>",
        "<r id='a>b' who='x'/></all>\n",
    ]
    sent = (head + "".join(parts)).encode(encoding)
    expected = (head + "<!-- 一 -->\n " + parts[1] + parts[2]).encode(encoding)
    assert left(sent, kind="xml", records="r") == (expected, 1, 2)


def test_an_xml_person_above_the_records_is_refused():
    feed = make_feed(
        [{"name": "who", "from": "../@who", "type": "string", "privacy": PERSON | {"as": "pseudonym(holder)"}}],
        key=["who"], format={"kind": "xml", "records": "p/r", "carry": {"../@who": "../@who"}},
    )  # fmt: skip
    with pytest.raises(NotRewritable, match="above the records"):
        rewritten(b"<a><p who='K7'><r/></p></a>", "none", feed, Persons(feed, hashes("K7", "holder")))


def test_within_gzip_and_within_a_zip_archive_beside_other_files():
    data, erased, _ = left(gzip.compress(b"id,who\n1,K7\n2,Li\n"), "gzip", kind="csv")
    assert (gzip.decompress(data), erased) == (b"id,who\n2,Li\n", 1)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("说明.txt", "id,who\n1,K7\n")
        archive.writestr("a.csv", "id,who\n1,K7\n2,Li\n")
    data, erased, _ = left(packed.getvalue(), "zip", kind="csv", member="*.csv")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    assert (found, erased) == ({"说明.txt": b"id,who\n1,K7\n", "a.csv": b"id,who\n2,Li\n"}, 1)


def test_bytes_without_the_person_stay_as_they_are():
    sent = gzip.compress(b"id,who\n1,K77\n")
    assert left(sent, "gzip", kind="csv") == (sent, 0, 1)


def test_the_last_record_may_go():
    assert left(b'{"id": 1, "who": "K7"}\n', kind="jsonl") == (b"", 1, 0)


def test_a_match_key_takes_hyphens_and_dots_for_nothing_a_pseudonym_does_not():
    sent = b"id,who\n1,K-7\n2,K8\n"
    assert left(sent, becomes="match_key(holder)", kind="csv") == (b"id,who\n2,K8\n", 1, 1)
    assert left(sent, kind="csv") == (sent, 0, 2)


@pytest.mark.parametrize(("kind", "form"), [("json", {"records": "all"}), ("geojson", {})])
def test_a_format_that_is_not_written_again_is_refused(kind, form):
    record = b'{"id": 1, "who": "K7"}'
    sent = {
        "json": b'{"all": [%s]}',
        "geojson": b'{"type": "FeatureCollection", "features": [{"properties": %s}]}',
    }
    with pytest.raises(NotRewritable, match=f"a document of kind {kind} cannot"):
        left(sent[kind] % record, kind=kind, **form)
