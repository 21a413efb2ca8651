"""The bytes of bad input, typed by hand: what becomes of each by test_bad_input."""

from __future__ import annotations

import gzip
import io
import zipfile

import openpyxl
import pyarrow as pa
from pyarrow import parquet

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
    "another delimiter": ("csv", T.replace(",", ";"), "delimiter", "its fields are divided by ';', where the feed file", 2),
    "a zip bomb": ("csv", zipped({"a.csv": b"id,day,value\n" + b"a" * (300 << 20)}), "bomb", "over 200 times", 0),
    "a zip of two": ("csv", zipped({"a.csv": T, "b.csv": T}), "wrong_members", "2 files in the archive", 0),
    "a zip in a zip": ("csv", zipped({"a.zip": zipped({"a.csv": T})}), "wrong_encoding", "the bytes are not utf-8", 0),
    "a zip of nothing": ("csv", zipped({"a.csv": ""}), "empty", "the file has no header and no records", 0),
    "a zip that leads out": ("csv", zipped({"../../etc/a.csv": T}), "unsafe_archive", "lead out of it: ../../etc/a.csv", 0),
    "gzip cut": ("csv", gzip.compress(T.encode())[:-6], "unreadable", "the compressed bytes are damaged or cut", 0),
    "gzip and more": ("csv", gzip.compress(T.encode()) + b"more", "unreadable", "the compressed bytes are damaged or cut", 0),
    "JSON lines cut": ("jsonl", f'{J}\n{{"id":"b","da', "truncated", "record 2, the last, has no line end", 2),
    "no JSON lines": ("jsonl", "<html>log in</html>\n", "unreadable", "no line can be read: the line is not a JSON object", 0),
    "an endless JSON line": ("jsonl", '{"id":"' + "x" * (9 << 20), "record_too_long", "line 1 is longer than 4.0MiB", 0),
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
    "an endless line of places": ("fixed", "x" * (9 << 20), "record_too_long", "line 1 is longer than 4.0MiB", 0),
}  # fmt: skip


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
