"""Records that never end are refused within bounded memory; long ones are read where the feed file says so."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from citylake.admit.reading import Unreadable
from citylake.settings import PROJECT
from tests.offline import admit, make_feed
from tests.unit.formats import held, taken

GEOMETRY = (
    "POLYGON((" + ",".join(f"120.{n:06d} 30.{n:06d}\n" for n in range(950_000)) + "))"
)  # 20 MB, with line ends
WIDE = {"record_limit": "32MiB"}


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (f'id,value\na,"{GEOMETRY}"\nb,2\n', {"kind": "csv"}),
        (json.dumps({"id": "a", "value": GEOMETRY}) + '\n{"id": "b", "value": "2"}\n', {"kind": "jsonl"}),
    ],
    ids=["csv", "jsonl"],
)
def test_a_record_of_20_mb_is_read_where_the_limit_allows_it(content, form, tmp_path):
    assert len(GEOMETRY) > 20_000_000
    rows = admit(make_feed(format=form | WIDE), content, tmp_path)
    assert [row["value"] for row in rows.admitted] == [GEOMETRY, "2"]
    with pytest.raises(Unreadable, match=r"is longer than 4\.0MiB.*say so in `format\.record_limit`"):
        admit(make_feed(format=form), content, tmp_path / "refused")


def test_a_document_may_hold_a_long_record_too(tmp_path):
    long = GEOMETRY[:6_000_000]
    content = json.dumps([{"id": "a", "value": long}, {"id": "b", "value": "2"}])
    rows = admit(make_feed(format={"kind": "json", "record_limit": "8MiB"}), content, tmp_path)
    assert [row["value"] for row in rows.admitted] == [long, "2"]
    assert held(content.encode(), kind="json").startswith("record_too_long: a record is longer than 4.0MiB")


@pytest.mark.parametrize("before", [0, 40, 90])
def test_what_is_too_long_does_not_hang_on_where_it_lies(before):
    lines = "".join(f"a{n},1\n" for n in range(before))
    assert "record 1 is longer" in held(
        f"id,value\nx,{'y' * 700}\n{lines}".encode(), kind="csv", record_limit=512
    )
    told = held(f"id,value\n{lines}x,{'y' * 700}\nz,1\n".encode(), kind="csv", record_limit=512)
    assert told.startswith(("record_too_long: a record", f"record_too_long: record {before + 1}"))
    assert (
        len(taken(f"id,value\n{lines}x,{'y' * 500}\nz,1\n".encode(), kind="csv", record_limit=512)[1])
        == before + 2
    )


PROGRAM = """
import resource, sys
from citylake.admit.reading import Unreadable, read
from tests.offline import make_feed
import pyarrow.csv, lxml.etree, ijson, json

class Endless:
    def __init__(self, head, size):
        self.head, self.left = head, size
    def read(self, size=-1):
        if self.head:
            part, self.head = self.head, b""
            return part
        part = b"x" * min(size if size > 0 else self.left, self.left)
        self.left -= len(part)
        return part

form = eval(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    for _ in read(Endless(sys.argv[2].encode(), int(sys.argv[3]) << 20), make_feed(format=form), "none").batches: pass
    print("read")
except Unreadable as error:
    print(error.kind, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize(
    ("head", "form"),
    [
        ("id,value\na,", {"kind": "csv"}),
        ("", {"kind": "csv"}),
        ('id,value\na,"', {"kind": "csv"}),
        ('{"id": "', {"kind": "jsonl"}),
        ('[{"id": "', {"kind": "json"}),
        ("<all><r><id>", {"kind": "xml", "records": "r"}),
        ("", {"kind": "fixed_width", "widths": {"id": [1, 2]}}),
    ],
    ids=["csv", "csv header", "csv quote", "jsonl", "json", "xml", "fixed width"],
)
def test_a_line_of_200_mb_is_refused_within_80_mb(head, form):
    done = subprocess.run([sys.executable, "-c", PROGRAM, repr(form), head, "200"], capture_output=True, text=True,
                          cwd=PROJECT, check=True)  # fmt: skip
    kind, grown_mb = done.stdout.split()
    assert kind == "record_too_long"
    assert int(grown_mb) < 80
