"""No record is lost or made up, whatever a department sends: our count is that of Python's csv module."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from citylake.admit.formats import delimited
from citylake.admit.reading import Unreadable
from tests.offline import admit, make_feed
from tests.unit.formats import taken

FEED = make_feed(
    [{"name": "id", "type": "string", "required": True},
     {"name": "value", "type": "integer", "range": [0, 50]},
     {"name": "at", "type": "timestamp"}],
    format={"kind": "csv", "nulls": ["", "NA"]},
)  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(
        [
            "a",
            "b",
            "c",
            "1",
            "2",
            "3.7",
            "-1",
            "NA",
            "",
            " ",
            "2026-03-01 08:00",
            "inf",
            "999999999999999999999",
        ]
    ),
    st.text("ab#,\"'\n\r\t ;\\杭𠮷\u3000\x00", max_size=6),
)
RECORDS = st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=40)


@st.composite
def written(draw):
    """A messy file: well-formed quoting, any number of fields, empty lines, any line end, perhaps none at the end."""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    buffer = io.StringIO()
    writer = csv.writer(
        buffer, lineterminator=end, quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    )
    writer.writerow(["id", "value", "at"])
    for record in draw(RECORDS):
        if draw(st.integers(0, 9)) == 0:
            buffer.write(end)
        writer.writerow(record)
    text = buffer.getvalue()
    return text.removesuffix(end) if draw(st.booleans()) else text


def by_python(text: str) -> list[list[str]]:
    return [record for record in csv.reader(io.StringIO(text, newline="")) if record][1:]


@pytest.mark.parametrize("block", [1 << 22, 256])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(text="id,value,at\n\n\na,1\n\nb,2,\n")
@example(text='id,value,at\n"a\r\nb",1,\n"x","y"\n')
@example(text='id,value,at\n\n";\n",1,NA\n')
@given(text=written())
def test_every_record_is_admitted_or_quarantined(monkeypatch, block, text):
    monkeypatch.setattr(delimited, "_block_bytes", lambda _: block)
    expected = by_python(text)
    held = None
    with tempfile.TemporaryDirectory() as folder:
        try:
            rows = admit(FEED, text.encode(), Path(folder) / "scratch")
        except Unreadable as error:
            held = error
    if held:  # cut at its end, or a record larger than a block
        assert held.kind == "truncated" or "straddling" in held.detail
        return
    assert rows.counts.parsed == len(expected)
    assert rows.counts.parsed == rows.counts.admitted + rows.counts.quarantined
    assert (len(rows.admitted), len(rows.quarantined)) == (rows.counts.admitted, rows.counts.quarantined)
    places = sorted(row["_source_row"] for row in rows.admitted + rows.quarantined)
    assert places == list(range(1, len(expected) + 1))
    for row in rows.admitted:
        assert len(expected[row["_source_row"] - 1]) == 3
        assert (row["id"] or "") == expected[row["_source_row"] - 1][0].strip(" \u3000")
    for row in rows.quarantined:
        assert (row["rules"] == ["unparseable"]) == (len(expected[row["_source_row"] - 1]) != 3)


def filled(text: str) -> tuple[list[list[str]], list[int]]:
    """Records, filled to three fields, and the numbers of those with more, by Python's csv module line by line."""
    records, lines = [], io.StringIO(text, newline="").readlines()
    while lines:
        if lines[0].startswith("#"):
            lines.pop(0)
            continue
        reader = csv.reader(lines)
        record = next(reader)
        lines = lines[reader.line_num :]
        records += [record] if record else []
    fit = [record + [""] * (3 - len(record)) for record in records[1:] if len(record) <= 3]
    return fit, [number for number, record in enumerate(records[1:], 1) if len(record) > 3]


@pytest.mark.parametrize("block", [1 << 22, 256])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=written())
def test_comments_and_short_records_are_those_of_python(monkeypatch, block, text):
    monkeypatch.setattr(delimited, "_block_bytes", lambda _: block)
    held = None
    try:
        _, rows, broken = taken(text.encode(), kind="csv", comment="#", short_rows="fill")
    except Unreadable as error:
        held = error
    if held:
        assert held.kind == "truncated" or "straddling" in held.detail
        return
    assert (rows, broken) == filled(text)
