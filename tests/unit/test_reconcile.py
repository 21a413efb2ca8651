"""The row equation: the second counter, and every way in which a delivery can fail to add up."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import subprocess
import sys

import pytest

from citylake.stewardship.counting import Count, count
from citylake.stewardship.reconcile import compare, reconcile
from tests.offline import make_feed

PLAIN = make_feed(format={"kind": "csv"})
CHINESE = make_feed(format={"kind": "csv", "encoding": "gb18030"})
MARKED = make_feed(format={"kind": "csv", "encoding": "utf-8-sig"})
ODD = make_feed(format={"kind": "csv", "delimiter": ";", "quote": "'"})


@pytest.mark.parametrize(
    ("data", "form", "records"),
    [
        (b"a,b\n1,2\n3,4\n", PLAIN, 2),
        (b"a,b\n1,2\n3,4", PLAIN, 2),  # the last line has no end
        (b"a,b\r\n1,2\r\n3,4\r\n", PLAIN, 2),
        (b"a,b\n\n1,2\n\n\n3,4\n\n", PLAIN, 2),  # empty lines are no records
        (b"\n\na,b\n1,2\n", PLAIN, 1),  # nor are those before the header
        (b"a,b\n1\n1,2,3\n4,5\n", PLAIN, 3),  # broken records are
        (b'a,b\n"one\ntwo",2\n3,4\n', PLAIN, 2),  # a line end within quotes
        (b'a,b\n"say ""hi""",2\n', PLAIN, 1),
        (b"a,b\n \n", PLAIN, 1),  # a space is something
        (b"a,b\n", PLAIN, 0),
        (b"a,b", PLAIN, 0),
        (b"", PLAIN, 0),
        (b"\xef\xbb\xbfa,b\n1,2\n", PLAIN, 1),
        (b"\xef\xbb\xbfa,b\n1,2\n", MARKED, 1),
        ("站点,值\n东四,1\n西湖,2\n".encode("gb18030"), CHINESE, 2),
        (b"a;b\n'1;1\n';2\n3;4\n", ODD, 2),
        (gzip.compress(b"a,b\n1,2\n3,4\n", mtime=0), PLAIN, 2),
        ("站点\n东四\n".encode("gb18030"), PLAIN, None),  # not as declared
        (gzip.compress(b"a,b\n1,2\n3,4\n" * 99, mtime=0)[:40], PLAIN, None),  # cut off
        (b"a,b\n1,\x00\n", PLAIN, 1),
    ],
)
def test_the_second_counter_counts_records(data, form, records):
    assert count(io.BytesIO(data), form) == Count(records, hashlib.sha256(data).hexdigest(), len(data))


def test_the_second_counter_hashes_a_file_to_its_end_where_it_cannot_be_decoded():
    data = b"a,b\n" + b"\xff\xfe" + b"x" * 5_000_000
    assert count(io.BytesIO(data), PLAIN) == Count(None, hashlib.sha256(data).hexdigest(), len(data))


def test_a_field_may_be_longer_than_python_reads_by_default():
    data = b'a,b\n"' + b"x" * 300_000 + b'",2\n'
    assert count(io.BytesIO(data), PLAIN).records == 1


def test_the_second_counter_shares_nothing_with_admission():
    code = (
        "import citylake.stewardship.counting, json, sys\n"
        "print(json.dumps([n for n in sys.modules if n.startswith(('pyarrow', 'duckdb', 'citylake.admit'))]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


TEN = Count(10, "s", 1)


def _outcome(**changes) -> dict:
    outcome = {
        "delivery_id": "D", "feed_id": "health.case_report", "name": "x.csv", "status": "admitted", "sha256": "s",
        "kept_sha256": "s",
        "landing_uri": "s3://landing/health.case_report/D/x.csv", "attempt": 1,
        "records_parsed": 10, "records_admitted": 8, "records_quarantined": 2, "records_held": 0,
        "records_erased": 0, "reasons": [], "repeats": None, "is_expired": False,
    }  # fmt: skip
    outcome |= changes
    return {"records_kept": outcome["records_admitted"]} | outcome


def _differences(outcome: dict, counted=TEN, rows=(8, 2), repeated=None) -> tuple[str, ...]:
    return compare(outcome, counted, {"D": rows[0], "E": 5}, {"D": rows[1]}, repeated).differences


def test_a_delivery_that_adds_up_has_no_difference():
    assert _differences(_outcome()) == ()


@pytest.mark.parametrize(
    ("outcome", "counted", "rows", "difference"),
    [
        ({}, Count(11, "s", 1), (8, 2), "10 parsed, 11 counted"),
        ({}, TEN, (7, 2), "8 admitted by the ledger, 7 in the table"),
        ({}, TEN, (16, 2), "8 admitted by the ledger, 16 in the table"),
        ({}, TEN, (8, 0), "2 quarantined by the ledger, 0 in the table"),
        ({}, Count(10, "other", 1), (8, 2), "the kept bytes are not those that arrived (SHA-256 differs)"),
        ({}, "the kept bytes cannot be read (NoSuchKey)", (8, 2), "the kept bytes cannot be read (NoSuchKey)"),
        ({"records_parsed": 12}, Count(12, "s", 1), (8, 2),
         "12 parsed, but 10 admitted, quarantined, held and erased"),
        ({}, Count(None, "s", 1), (8, 2),
         "the kept bytes cannot be decoded as declared, and yet it is not held for that"),
        ({}, Count(None, "other", 1, is_counted=False), (8, 2),
         "the kept bytes are not those that arrived (SHA-256 differs)"),
    ],
)  # fmt: skip
def test_what_does_not_add_up_is_told_in_words(outcome, counted, rows, difference):
    assert _differences(_outcome(**outcome), counted, rows) == (difference,)


HELD = {"status": "held", "records_admitted": 0, "records_quarantined": 0, "records_held": 10}


def test_a_held_delivery_has_its_records_in_held_and_no_rows():
    assert _differences(_outcome(**HELD), rows=(0, 0)) == ()
    assert _differences(_outcome(**HELD), rows=(3, 0)) == ("0 admitted by the ledger, 3 in the table",)
    assert _differences(_outcome(**HELD), Count(9, "s", 1), (0, 0)) == ("10 parsed, 9 counted",)


def test_a_delivery_held_because_it_cannot_be_decoded_need_not_be_countable():
    held = _outcome(**HELD, reasons=[{"kind": "wrong_encoding", "text": "the bytes are not utf-8"}])
    assert _differences(held, Count(None, "s", 1), (0, 0)) == ()


REPEATED = {
    "status": "repeated", "repeats": "E", "records_parsed": 0, "records_admitted": 0, "records_quarantined": 0,
}  # fmt: skip


def test_a_repeated_delivery_has_no_rows_and_the_bytes_of_the_one_it_repeats():
    assert _differences(_outcome(**REPEATED), rows=(0, 0), repeated="s") == ()
    assert _differences(_outcome(**REPEATED), rows=(0, 0), repeated="t") == (
        "it is said to repeat E, which has other bytes",
    )
    assert _differences(_outcome(**REPEATED), rows=(4, 0), repeated="s") == (
        "0 admitted by the ledger, 4 in the table",
    )


def test_erased_records_count():
    assert _differences(_outcome(records_admitted=7, records_erased=1), rows=(7, 2)) == ()


def test_of_what_is_past_retention_nothing_is_there():
    gone = {"is_expired": True, "records_kept": 0}
    no_bytes = "the kept bytes cannot be read (NoSuchKey)"
    assert _differences(_outcome(**gone), no_bytes, (0, 0)) == ()
    assert _differences(_outcome(**gone), TEN, (0, 0)) == (
        "its bytes are past retention, and yet they are there",
    )
    assert _differences(_outcome(**gone), no_bytes, (8, 2)) == (
        "0 admitted by the ledger, 8 in the table", "0 quarantined by the ledger, 2 in the table",
    )  # fmt: skip
    assert compare(_outcome(**gone), no_bytes, {"D": 8}, {"D": 2}, None).next_step == (
        "`citylake privacy retention --enforce` deletes what is past retention."
    )
    # Of some of its days only.
    assert _differences(_outcome(records_kept=5), rows=(5, 2)) == ()
    assert _differences(_outcome(records_kept=5), rows=(8, 2)) == (
        "5 admitted by the ledger, 8 in the table",
    )


AGAIN = "`citylake admit D` makes its rows again; the landing object is unchanged. If it differs again, please report it."
BACK = (
    "Bring s3://landing/health.case_report/D/x.csv back from a backup, or let the department send the file again:"
    " admission must not read other bytes."
)


@pytest.mark.parametrize(
    ("counted", "rows", "next_step"),
    [
        (TEN, (8, 2), None),
        (TEN, (7, 2), AGAIN),
        (Count(11, "s", 1), (8, 2), AGAIN),
        (Count(10, "other", 1), (8, 2), BACK),
        ("the kept bytes cannot be read (NoSuchKey)", (8, 2), BACK),
    ],
)
def test_what_differs_says_what_to_do_next(counted, rows, next_step):
    assert compare(_outcome(), counted, {"D": rows[0]}, {"D": rows[1]}, None).next_step == next_step


WAITING = {
    "delivery_id": "E", "attempt": None, "status": "waiting", "records_parsed": None, "records_admitted": None,
    "records_quarantined": None, "records_held": None, "records_erased": None,
}  # fmt: skip


@pytest.fixture
def proved(monkeypatch):
    """What `reconcile` finds for each reading of the ledger, newest arrival first; every table holds 8 and 2 rows of D."""

    def prove(*readings: list[dict]) -> list[tuple]:
        following = list(readings)

        def listed(_, **_asked) -> list[dict]:
            return following.pop(0) if len(following) > 1 else following[0]

        monkeypatch.setattr("citylake.ledger.connect", lambda _: contextlib.nullcontext())
        monkeypatch.setattr("citylake.stewardship.reconcile.list_deliveries", listed)
        monkeypatch.setattr("citylake.stewardship.reconcile._count", lambda *_: TEN)
        monkeypatch.setattr(
            "citylake.stewardship.reconcile.rows_by_delivery",
            lambda table_id: {"D": 8 if table_id.startswith("admitted") else 2},
        )
        return [
            (line.delivery_id, line.status, line.counted, line.differences)
            for line in reconcile("health.case_report")
        ]

    return prove


def test_a_delivery_that_waits_is_told_and_is_no_difference(proved):
    assert proved([_outcome(**WAITING), _outcome()]) == [
        ("D", "admitted", 10, ()),
        ("E", "waiting", None, ()),
    ]


def test_a_delivery_that_is_admitted_while_others_are_counted_is_counted_too(proved):
    waits = [_outcome(**WAITING | {"delivery_id": "D"})]
    assert proved(waits, waits, [_outcome()]) == [("D", "admitted", 10, ())]
