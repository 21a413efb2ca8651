"""Bad input of every kind, in one lake: what is told, and what stands afterwards.

After each case: the last good state stands, the bytes are in landing, the reason is in the ledger, there is no
row of what is held, the row equation holds for an independent count too, and the next delivery goes on.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import UTC, datetime, timedelta

import openpyxl
import pyarrow as pa
import pytest
import yaml
from pyarrow import parquet

from citylake import lake as places
from citylake import settings
from citylake.admit import admit, admit_waiting
from citylake.feed import load_feeds
from citylake.stewardship.quarantine import quarantined
from citylake.stewardship.reconcile import reconcile
from tests.integration.deliveries import both, content_hash, deliver, outcome, query, rows
from tests.unit.test_feed import DEPARTMENT

AT = datetime(2026, 3, 10, 4, tzinfo=UTC)
KINDS = {
    "csv": {"kind": "csv"}, "jsonl": {"kind": "jsonl"}, "json": {"kind": "json"}, "xml": {"kind": "xml", "records": "r"},
    "excel": {"kind": "excel"}, "parquet": {"kind": "parquet"}, "gb": {"kind": "csv", "encoding": "gb18030"},
    "fixed": {"kind": "fixed_width", "widths": {"id": [1, 2], "day": [3, 12], "value": [13, 20]}},
}  # fmt: skip
COLUMNS = [
    {"name": "id", "type": "string", "required": True}, {"name": "day", "type": "date", "required": True},
    {"name": "value", "type": "string"},
]  # fmt: skip


def declaration(kind: str) -> dict:
    return {
        "title": {"en": kind, "zh": kind}, "grain": "one row per id and day", "key": ["id", "day"],
        "partition": {"by": "day"}, "delivers": "additions", "format": KINDS[kind], "columns": COLUMNS,
        "arrival": {"files": f"{kind}_*", "every": "P1D", "deadline": "P1D"},
    }  # fmt: skip


@pytest.fixture(scope="module")
def city(lake, tmp_path_factory):
    """A department with a feed of each format, and a good delivery of each."""
    with pytest.MonkeyPatch.context() as patch:
        root = tmp_path_factory.mktemp("city")
        # A department that the object store knows; its feeds are these alone.
        folder = root / "feeds" / "environment"
        folder.mkdir(parents=True)
        (folder / "_department.yml").write_text(DEPARTMENT, encoding="utf-8")
        for kind in KINDS:
            (folder / f"{kind}.yml").write_text(yaml.safe_dump(declaration(kind)), encoding="utf-8")
        patch.setattr(settings, "PROJECT", root)
        load_feeds.cache_clear()
        for kind, content in GOOD.items():
            deliver("environment", f"{kind}_good", content, at=AT)
            assert admit_waiting(f"environment.{kind}") == {
                "admitted": 1,
                "held": 0,
                "repeated": 0,
                "rows": 2,
            }
        yield folder
    load_feeds.cache_clear()


T = "id,day,value\na,2026-03-09,1\nb,2026-03-09,2\n"
J = '{"id":"a","day":"2026-03-09","value":"1"}'


def zipped(members: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def workbook(rows_: list[list]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows_:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def table(**columns) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pa.table(columns), file)
    return file.getvalue()


def xml(records: str, head: str = "") -> str:
    return f"{head}<all>{records}</all>"


R = "<r><id>a</id><day>2026-03-09</day><value>1</value></r>"
PARQUET = table(id=["a", "b"], day=["2026-03-09"] * 2, value=["1", "2"])
GOOD = {
    "csv": T, "gb": T.replace(",1", ",杭州市西湖区").encode("gb18030"), "jsonl": J + "\n" + J.replace('"a"', '"b"') + "\n",
    "json": f"[{J},{J.replace(chr(97) + chr(34), 'b' + chr(34), 1)}]", "xml": xml(R + R.replace("<id>a", "<id>b")),
    "excel": workbook([["id", "day", "value"], ["a", "2026-03-09", 1], ["b", "2026-03-09", 2]]), "parquet": PARQUET,
    "fixed": "a 2026-03-091\nb 2026-03-092\n",
}  # fmt: skip
LAUGHS = '<!DOCTYPE all [<!ENTITY a "' + "a" * 1000 + '">' + "".join(
    f'<!ENTITY b{n} "{(f"&b{n - 1};" if n else "&a;") * 10}">' for n in range(8)) + "]>"  # fmt: skip

# (format, bytes, kind of the reason, its text, records parsed)
HELD = {
    "nothing": ("csv", "", "empty", "the file has no header and no records", 0),
    "a header alone": ("csv", "id,day,value\n", "empty", "a header and no records, where records are promised", 0),
    "cut in a record": ("csv", T + "c,2026", "truncated", "record 3, the last, has no line end and 2 fields where 3 are", 3),
    "cut in a quote": ("csv", T + 'c,2026-03-09,"never', "truncated", "record 3, the last, has a quote that never ends", 3),
    "a quote too many": ("csv", T + 'c,2026-03-09,"x\nd,2026-03-09,4\n', "truncated", "has a quote that never ends", 3),
    "cut in a character": ("csv", (T + "c,2026-03-09,杭").encode()[:-1], "wrong_encoding", "the bytes are not utf-8", 0),
    "gb18030 for utf-8": ("csv", T.replace(",1", ",杭州").encode("gb18030"), "wrong_encoding",
                          "the bytes are not utf-8; they look like gb18030. Change `format.encoding`, or ask", 0),
    "utf-8 for gb18030": ("gb", T.replace(",1", ",杭州市西湖区").encode(), "wrong_encoding",
                          "the bytes are not gb18030: they are utf-8", 0),
    "a mark of utf-8": ("gb", T.encode("utf-8-sig"), "wrong_encoding", "they begin with the mark of utf-8", 0),
    "utf-16": ("csv", T.encode("utf-16"), "wrong_encoding", "they begin with the mark of utf-16", 0),
    "utf-16 without a mark": ("csv", T.encode("utf-16-le"), "unreadable", "a column name holds a NUL character", 0),
    "a picture": ("csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "wrong_encoding", "the bytes are not utf-8", 0),
    "zeros": ("csv", bytes(9000), "unreadable", "a column name holds a NUL character", 0),
    "an endless line": ("csv", T.encode() + b"x" * (9 << 20), "record_too_long", "is longer than 4.0MiB: a quote, a line", 2),
    "a column twice": ("csv", "id,day,value,id\na,2026-03-09,1,x\n", "duplicate_header", "columns named twice: id", 1),
    "another delimiter": ("csv", T.replace(",", ";"), "delimiter",
                          "its fields are divided by ';', where the feed file says ','", 2),
    "a zip bomb": ("csv", zipped({"a.csv": b"id,day,value\n" + b"a" * (300 << 20)}), "bomb", "over 200 times", 0),
    "a zip of two": ("csv", zipped({"a.csv": T, "b.csv": T}), "wrong_members", "2 files in the archive", 0),
    "a zip in a zip": ("csv", zipped({"a.zip": zipped({"a.csv": T})}), "wrong_encoding", "the bytes are not utf-8", 0),
    "a zip of nothing": ("csv", zipped({"a.csv": ""}), "empty", "the file has no header and no records", 0),
    "a zip that leads out": ("csv", zipped({"../../etc/a.csv": T}), "unsafe_archive", "lead out of it: ../../etc/a.csv", 0),
    "gzip cut": ("csv", gzip.compress(T.encode())[:-6], "unreadable", "the compressed bytes are damaged or cut", 0),
    "gzip and more": ("csv", gzip.compress(T.encode()) + b"more", "unreadable", "the compressed bytes are damaged or cut", 0),
    "JSON lines cut": ("jsonl", f'{J}\n{{"id":"b","da', "truncated", "record 2, the last, has no line end", 2),
    "no JSON lines": ("jsonl", "<html>log in</html>\n", "unreadable", "no line can be read: the line is not a JSON object", 0),
    "an endless JSON line": ("jsonl", '{"id":"' + "x" * (9 << 20), "record_too_long", "record 1 is longer than 4.0MiB", 0),
    "JSON cut": ("json", f"[{J},{J[:9]}", "truncated", "this is no whole JSON document", 0),
    "JSON nested": ("json", '[{"id":' + "[" * 100_000, "unreadable", "its values are nested deeper than 200 levels", 0),
    "a JSON text without end": ("json", '[{"id":"' + "x" * (9 << 20), "record_too_long", "a record is longer than 4.0MiB", 0),
    "a JSON number": ("json", '[{"id":' + "9" * 5000 + "}]", "unreadable", "a number has more than 4,000 digits", 0),
    "JSON with a key twice": ("json", '[{"id":"a","id":"b"}]', "unreadable", "the key 'id' is there twice in one object", 0),
    "JSON with NaN": ("json", '[{"id":NaN}]', "unreadable", "this is no whole JSON document", 0),
    "XML cut": ("xml", xml(R)[:-8], "truncated", "this is no whole XML document", 0),
    "a billion laughs": ("xml", xml('<r id="&b7;"/>', LAUGHS), "entity", "uses an entity of its own", 0),
    "a file by entity": ("xml", xml("<r><id>&f;</id></r>", '<!DOCTYPE all [<!ENTITY f SYSTEM "file:///etc/passwd">]>'),
                         "entity", "the document uses an entity of its own; write the text itself", 0),
    "XML nested": ("xml", xml("<b>" * 3000), "unreadable", "Excessive depth in document", 0),
    "an endless XML text": ("xml", "<all><r><id>" + "x" * (12 << 20), "record_too_long", "a record is longer than 4.0MiB", 0),
    "NUL in XML": ("xml", xml(R.replace("a", "\0")), "unreadable", "this is no whole XML document", 0),
    "no workbook": ("excel", T, "unreadable", "this is no workbook", 0),
    "a workbook cut": ("excel", GOOD["excel"][:-200], "unreadable", "", 0),
    "a sheet of formulas": ("excel", workbook([["id", "day", "value"], ["a", "2026-03-09", "=1+1"]]), "not_calculated",
                            "1 cell holds a formula without its value, the first is C2: open it in a spreadsheet program", 0),
    "Parquet cut": ("parquet", PARQUET[:-10], "unreadable", "this is no whole Parquet file", 0),
    "bytes in Parquet": ("parquet", table(id=[b"\xff"], day=["2026-03-09"], value=["1"]), "wrong_encoding",
                         "a column of bytes is not text in utf-8", 0),
    "an endless line of places": ("fixed", "x" * (9 << 20), "record_too_long", "record 1 is longer than 4.0MiB", 0),
}  # fmt: skip


def send(kind: str, name: str, content: str | bytes) -> str:
    """Deliver a minute after everything before; returns the delivery's id."""
    (count,) = query("select count(*) as n from ledger.deliveries")
    (delivery_id,) = deliver("environment", f"{kind}_{name}", content, at=AT + timedelta(minutes=count["n"]))
    return delivery_id


def stands(delivery_id: str, content: str | bytes) -> None:
    """The bytes as they came, and every record accounted for; the last test has them counted independently."""
    (row,) = query("select * from ledger.deliveries where delivery_id = %(id)s", id=delivery_id)
    bucket, key = places.split_uri(row["landing_uri"])
    kept = places.s3("steward").get_object(Bucket=bucket, Key=key)["Body"].read()
    assert kept == (content.encode() if isinstance(content, str) else content)
    found = outcome(delivery_id)
    kept_as = {part: found[f"records_{part}"] for part in ("admitted", "quarantined", "held", "erased")}
    assert found["records_parsed"] == sum(kept_as.values())


@pytest.mark.parametrize("case", HELD)
def test_what_cannot_be_read_is_held_with_its_reason_and_the_last_good_state_stands(city, case):
    kind, content, reason, text, parsed = HELD[case]
    feed_id = f"environment.{kind}"
    before = content_hash(*both(feed_id))
    versions = query("select * from ledger.versions order by table_id, partition")
    bad = send(kind, "bad", content)
    assert admit(bad).status == "held"
    found = outcome(bad)
    ((told,),) = [found["reasons"]]
    assert told["kind"] == reason
    assert text in told["text"]
    assert (found["records_parsed"], found["records_held"]) == (parsed, parsed)
    assert content_hash(*both(feed_id)) == before
    assert query("select * from ledger.versions order by table_id, partition") == versions
    stands(bad, content)


# (format, bytes, records admitted, record number -> rules broken)
ADMITTED = {
    "mixed line ends and a mark": ("csv", b"\xef\xbb\xbfid,day,value\r\nc,2026-03-09,1\nd,2026-03-09,2\re,2026-03-09,3", 3, {}),
    "NUL in a value": ("csv", "id,day,value\nf,2026-03-09,x\0y\ng,2026-03-09,2\n", 1, {1: ["value.nul"]}),
    "NUL in a JSON text": ("jsonl", J.replace('"1"', '"x\\u0000y"') + "\n", 0, {1: ["value.nul"]}),
    "formulas": ("csv", 'id,day,value\nh,2026-03-09,"=HYPERLINK(""http://x"",""y"")"\ni,2026-03-09,=1+1\n=k,2026-03-09,@SUM(A1)\n',
                 3, {}),
    "no clock": ("csv", "id,day,value\nl,1970-01-01,1\nm,2026-03-09,2\n", 1, {1: ["implausible_date"]}),
    "the future": ("csv", "id,day,value\nn,2026-03-11,1\no,2026-03-12,2\np,2099-01-01,3\n", 1,
                   {2: ["implausible_date"], 3: ["implausible_date"]}),
    "no such day": ("csv", "id,day,value\nq,2026-02-30,1\nr,0000-00-00,2\ns,99999-01-01,3\n", 0,
                    {1: ["day.cast"], 2: ["day.cast"], 3: ["day.cast"]}),
    "years late": ("csv", "id,day,value\nt,2016-02-29,1\n", 1, {}),
    "half a character": ("jsonl", J.replace('"a"', '"\\ud800"') + "\n" + J.replace('"a"', '"u"') + "\n", 1, {1: ["unparseable"]}),
    "a key twice": ("jsonl", J.replace('"id"', '"day":"2026-03-01","id"') + "\n" + J.replace('"a"', '"v"') + "\n", 1,
                    {1: ["unparseable"]}),
    "nested without end": ("jsonl", J.replace('"1"', "[" * 90_000) + "\n" + J.replace('"a"', '"w"') + "\n", 1,
                           {1: ["unparseable"]}),
    "numbers beyond any": ("jsonl", J.replace('"a"', '"x"').replace('"1"', "1e400") + "\n", 1, {}),
    "a power of a billion": ("json", '[{"id":"y","day":"2026-03-09","value":1e999999999}]', 1, {}),
    "gzip of parts": ("csv", gzip.compress(b"id,day,value\n") + gzip.compress(b"z,2026-03-09,1\n"), 1, {}),
    "cells in error": ("excel", workbook([["id", "day", "value"], ["c", "2026-03-09", "#N/A"]]), 1, {}),
    "an external DTD": ("xml", xml(R.replace("<id>a", "<id>c"), '<!DOCTYPE all SYSTEM "http://127.0.0.1:9/x.dtd">'), 1, {}),
}  # fmt: skip


@pytest.mark.parametrize("case", ADMITTED)
def test_what_can_be_read_is_admitted_and_bad_rows_are_quarantined(city, case):
    kind, content, admitted, broken = ADMITTED[case]
    delivery_id = send(kind, "some", content)
    found = admit(delivery_id)
    assert (found.status, found.records_admitted, found.reasons) == ("admitted", admitted, [])
    kept = rows(f"quarantine.environment.{kind}", delivery_id=delivery_id)
    assert {row["_source_row"]: row["rules"] for row in kept} == broken
    stands(delivery_id, content)


def test_formulas_stay_text(city):
    kept = {row["id"]: row["value"] for row in rows("admitted.environment.csv")}
    assert (kept["h"], kept["i"], kept["=k"]) == ('=HYPERLINK("http://x","y")', "=1+1", "@SUM(A1)")


def test_no_partition_is_made_of_a_date_that_cannot_be(city):
    found = {row["partition"] for row in query("select partition from ledger.versions")}
    assert found == {"2026-03-09", "2026-03-11", "2016-02-29"}
    told = quarantined(feed_id="environment.csv", rule="implausible_date")
    assert {row.record["id"]: row.found for row in told} == {
        "l": {"day": "1970-01-01"}, "o": {"day": "2026-03-12"}, "p": {"day": "2099-01-01"},
    }  # fmt: skip


def test_the_same_bytes_again_and_a_state_that_comes_back_are_told_apart(city):
    first, second = T.replace("a,", "dup,"), T.replace("a,", "dup,").replace(",1", ",7")
    seen = [admit(send("csv", "again", content)).status for content in (first, first, second, first)]
    assert seen == ["admitted", "repeated", "admitted", "admitted"]


NAMES = ["a" * 240, "热💧.csv", "line\nend", "..", "%2e%2e%2fa", " x ", "a'b\"c", "#?&+"]


@pytest.mark.parametrize("name", NAMES)
def test_an_object_of_any_name_is_kept_under_it(city, name):
    assert (
        admit(send("csv", name, T.replace("2026-03-09,1", "2026-03-09,1" + str(NAMES.index(name))))).status
        == "admitted"
    )
    (row,) = query("select * from ledger.deliveries order by arrived_at desc limit 1")
    assert row["name"] == f"csv_{name}"
    assert row["landing_uri"].startswith(f"s3://landing/environment.csv/{row['delivery_id']}/")
    bucket, key = places.split_uri(row["landing_uri"])
    assert places.s3("steward").head_object(Bucket=bucket, Key=key)["ContentLength"] == row["size_bytes"]


def test_an_unknown_object_is_listed_with_what_comes_close_and_lands_once_a_feed_takes_it(city):
    from citylake.land import land
    from citylake.land.unknown import unknown

    name = "Excel 2026.xlsx"
    deliver("environment", name, GOOD["excel"], at=AT + timedelta(days=1))
    (found,) = unknown()
    assert (found["department"], found["name"], found["close"]) == (
        "environment",
        name,
        ["environment.excel takes 'excel_*'"],
    )
    assert land() == {"objects": 0, "deliveries": 0, "feeds": []}
    path = city / "excel.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("excel_*", "Excel*"), encoding="utf-8")
    load_feeds.cache_clear()
    assert unknown()[0]["close"] == ["environment.excel takes it: `citylake land`"]
    assert land() == {"objects": 0, "deliveries": 1, "feeds": ["environment.excel"]}
    assert (unknown(), land()["deliveries"]) == ([], 0)
    (delivery,) = query(
        "select * from ledger.deliveries where name = %(n)s and feed_id = 'environment.excel'", n=name
    )
    assert delivery["arrived_at"] == AT + timedelta(days=1)
    assert admit(delivery["delivery_id"]).status in ("admitted", "repeated")
    stands(delivery["delivery_id"], GOOD["excel"])


def test_every_delivery_of_them_is_accounted_for_by_an_independent_count(city):
    lines = reconcile()
    assert len(lines) >= len(GOOD)
    assert [(line.name, line.differences) for line in lines if line.differences] == []
