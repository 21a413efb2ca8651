"""XML: attributes, children, repetition, values from above, other encodings; no entity is ever followed."""

from __future__ import annotations

import pytest

from tests.unit.formats import held, taken

ROADS = """<?xml version="1.0" encoding="{encoding}"?>
<t:report xmlns:t="urn:traffic"><meta><unit>km/h</unit></meta>
  <road id="R1"><name>文一路</name>
    <reading at="08:00"><speed>31.5</speed><lane>1</lane><lane>2</lane><place><km>4</km></place></reading>
    <!-- a comment --><reading at="08:05"><speed/></reading>
  </road>
  <road id="R2"><reading at="08:00"><speed>55</speed></reading></road>
</t:report>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "gbk", "utf-16"])
def test_records_have_attributes_children_and_what_stands_above(encoding):
    header, rows, _ = taken(
        ROADS.format(encoding=encoding).encode(encoding), kind="xml", records="road/reading",
        carry={"road": "../@id", "street": "../name", "unit": "/meta/unit"},
    )  # fmt: skip
    assert header == ["road", "street", "unit", "@at", "speed", "lane", "place.km"]
    assert rows == [
        ["R1", "文一路", "km/h", "08:00", "31.5", "1; 2", "4"],
        ["R1", "文一路", "km/h", "08:05", "", None, None],
        ["R2", None, "km/h", "08:00", "55", None, None],
    ]


def test_the_feed_file_may_know_the_encoding_better_than_the_document():
    wrong = ROADS.format(encoding="gb2312").encode("gb18030")
    assert taken(wrong, kind="xml", records="road", encoding="gb18030")[1][0][0] == "R1"


def test_a_great_document_is_streamed():
    body = "".join(f"<r><n>{n}</n></r>" for n in range(50_000))
    _, rows, _ = taken(f"<all>{body}</all>".encode(), kind="xml", records="r")
    assert [row[0] for row in rows] == [str(n) for n in range(50_000)]


def test_an_element_of_the_same_name_elsewhere_is_no_record():
    assert taken(b"<a><x><r>no</r></x><y><r>yes</r></y></a>", kind="xml", records="y/r")[1] == [["yes"]]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><a><r><n>&c;</n></r></a>"""
FILE = (
    b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a><r><n>&f;</n></r></a>"""
)


@pytest.mark.parametrize("document", [BOMB, FILE])
def test_entities_are_never_followed(document):
    assert held(document, kind="xml", records="r").startswith("entity")


def test_what_is_no_whole_document_is_held():
    whole = ROADS.format(encoding="utf-8").encode()
    assert held(whole[:-40], kind="xml", records="road").startswith("truncated")
    assert held(b"id,value\na,1\n", kind="xml", records="road").startswith("unreadable")
    assert held(whole, kind="xml", records="street") == "empty: there is no element at 'street'"
    assert held(whole.replace("文".encode(), b"\xff"), kind="xml", records="road").startswith(
        "wrong_encoding"
    )
