"""Text to values: what casts and what does not, units and time zones.

Expected values are written by hand beside the text they come from; a table of cases is one delivery.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import pytest

from tests.offline import admit, make_feed

NO = "not admitted"


def cast(
    tmp_path, kind: str, texts, *, name: str = "value", timezone: str = "Asia/Shanghai", decimal: str = ".",
    thousands: str | None = None, **column,
) -> dict:  # fmt: skip
    """The value each text becomes, or NO where its row breaks the cast and nothing else."""
    feed = make_feed(
        [{"name": "id", "type": "string"}, {"name": name, "from": "value", "type": kind, **column}],
        format={"kind": "csv", "timezone": timezone, "decimal": decimal, "thousands": thousands},
    )
    content = io.StringIO()
    csv.writer(content).writerows([["id", "value"], *enumerate(texts)])
    rows = admit(feed, content.getvalue(), tmp_path / "scratch")
    assert set(map(tuple, rows.broken.values())) <= {(f"{name}.cast",)}
    admitted = {row["_source_row"]: row[name] for row in rows.admitted}
    assert len(admitted) + len(rows.broken) == len(texts)
    return {text: admitted.get(number, NO) for number, text in enumerate(texts, start=1)}


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


INTEGERS = {
    "3": 3, "-3": -3, "+5": 5, "3.0": 3, " 7 ": 7, "\u00a07\u3000": 7, "\t7": NO, "007": 7,
    "9223372036854775807": 9223372036854775807, "": None,
    "3.7": NO, "1e3": NO, "9223372036854775808": NO, "1_000": NO, "1,000": NO, "0x10": NO, "１２": NO, "true": NO,
    "nan": NO, "-": NO,
}  # fmt: skip
DOUBLES = {
    "3.5": 3.5, "-0.25": -0.25, ".5": 0.5, "5.": 5.0, "1e3": 1000.0, "3": 3.0, "": None,
    "nan": NO, "NaN": NO, "inf": NO, "-Infinity": NO, "1e400": NO, "1_000": NO, "1,5": NO, "<2": NO, "12.3.4": NO,
    "故障": NO,
}  # fmt: skip
BOOLEANS = {
    "true": True, "T": True, "1": True, "Yes": True, "是": True, "false": False, "0": False, "n": False, "否": False,
    "": None, "maybe": NO, "2": NO,
}  # fmt: skip
DATES = {
    "2020-01-05": date(2020, 1, 5), "2020-1-5": date(2020, 1, 5), "2020/01/05": date(2020, 1, 5),
    "2020/1/5 0:00": date(2020, 1, 5), "2024-02-29": date(2024, 2, 29), "9999-12-31": date(9999, 12, 31), "": None,
    "2023-02-29": NO, "2020-01-05x": NO, "2020-01-05 10:00:00": NO, "20200105": NO, "05-01-2020": NO,
    "infinity": NO, "epoch": NO, "today": NO, "99999-01-01": NO, "0000-01-01": NO, "2020-01-05 (BC)": NO,
}  # fmt: skip
TIMESTAMPS = {
    # Local time in Shanghai is eight hours ahead of UTC.
    "2026-03-01 08:00:00": utc(2026, 3, 1, 0, 0),
    "2026-03-01T00:30": utc(2026, 2, 28, 16, 30),
    "2026/3/1 8:05:06.5": utc(2026, 3, 1, 0, 5, 6, 500_000),
    "2026-03-01": utc(2026, 2, 28, 16, 0),
    # A text that says its offset is not local.
    "2026-03-01T08:00:00Z": utc(2026, 3, 1, 8, 0),
    "2026-03-01T08:00:00+09:00": utc(2026, 2, 28, 23, 0),
    "2026-03-01 08:00:00+08": utc(2026, 3, 1, 0, 0),
    "2026-03-01 08:00+08:00": utc(2026, 3, 1, 0, 0),
    "2026-03-01T8:05Z": utc(2026, 3, 1, 8, 5),
    "2026-03-01 08:00:00.25-0530": utc(2026, 3, 1, 13, 30, 0, 250_000),
    "": None,
    "2026-03-01 25:00": NO, "2026-02-30 08:00": NO, "08:00": NO, "2026-03-01 08:00:00 CST": NO, "infinity": NO,
    "2026-03-01 08:00:00 -05:00": NO,  # DuckDB alone would shift it, and then take it for local
    "2026-03-01 08:00 Asia/Tokyo": NO, "epoch": NO, "now": NO, "99999-01-01 00:00": NO, "1772352000": NO,
}  # fmt: skip
TABLES = {
    "integer": INTEGERS, "double": DOUBLES, "boolean": BOOLEANS, "date": DATES, "timestamp": TIMESTAMPS,
}  # fmt: skip


@pytest.mark.parametrize("kind", TABLES)
def test_a_text_is_a_value_of_its_type_or_the_row_is_not_admitted(tmp_path, kind):
    assert cast(tmp_path, kind, TABLES[kind]) == TABLES[kind]


@pytest.mark.parametrize(
    ("kind", "pattern", "cases"),
    [
        ("date", "%d.%m.%Y",
         {"05.01.2020": date(2020, 1, 5), "31.02.2020": NO, "2020-01-05": NO, "05.01.0000": NO}),
        ("timestamp", "%Y %m %d %H",
         {"2026 3 1 8": utc(2026, 3, 1, 0, 0), "2026 03 01 24": NO, "2026 13 01 00": NO, "2026 03 01": NO}),
        ("timestamp", "epoch_s",
         {"1772323200": utc(2026, 3, 1, 0, 0), "1772323200.5": utc(2026, 3, 1, 0, 0, 0, 500_000), "0": utc(1970, 1, 1),
          "2026-03-01": NO, "1e9": NO, "": None}),
        ("timestamp", "epoch_ms", {"1772323200250": utc(2026, 3, 1, 0, 0, 0, 250_000), "99999999999999999": NO}),
        ("timestamp", "%Y%m%d%H%M%S", {"20260301080000": utc(2026, 3, 1, 0, 0)}),
        ("timestamp", "%Y-%m-%d %H:%M:%S%z", {"2026-03-01 08:00:00+0900": utc(2026, 2, 28, 23, 0)}),
    ],
)  # fmt: skip
def test_a_declared_format_is_the_only_one(tmp_path, kind, pattern, cases):
    assert cast(tmp_path, kind, cases, format=pattern) == cases


def test_the_zone_is_that_of_the_feed_with_its_summer_time(tmp_path):
    cases = {"2026-01-01 12:00": utc(2026, 1, 1, 11, 0), "2026-07-01 12:00": utc(2026, 7, 1, 10, 0)}
    assert cast(tmp_path, "timestamp", cases, timezone="Europe/Berlin") == cases


@pytest.mark.parametrize(
    ("timezone", "cases"),
    [
        # 29 March 2026, 2 to 3 o'clock, never was; 25 October, 2 to 3 o'clock, was twice: the second is meant.
        ("Europe/Berlin", {"2026-03-29 01:59": utc(2026, 3, 29, 0, 59), "2026-03-29 02:30": NO,
                           "2026-03-29 03:00": utc(2026, 3, 29, 1, 0), "2026-10-25 02:30": utc(2026, 10, 25, 1, 30),
                           "2026-10-25 02:30+02:00": utc(2026, 10, 25, 0, 30)}),
        # The Beijing clock was put forward in 1986 to 1991, in 1988 on 17 April.
        ("Asia/Shanghai", {"1988-04-17 02:30": NO, "1988-04-17 04:00": utc(1988, 4, 16, 19, 0),
                           "2026-03-29 02:30": utc(2026, 3, 28, 18, 30)}),
    ],
)  # fmt: skip
def test_an_hour_that_never_was_is_no_time(tmp_path, timezone, cases):
    assert cast(tmp_path, "timestamp", cases, timezone=timezone) == cases


@pytest.mark.parametrize(
    ("decimal", "thousands", "cases"),
    [
        (",", ".", {"1.234.567,5": 1234567.5, "0,5": 0.5, "12": 12.0, "-1.000": -1000.0, "1.5": NO, "1.23.4": NO,
                    "1,5,5": NO}),
        (",", None, {"1234,5": 1234.5, "1.5": NO}),
        (".", ",", {"1,234.5": 1234.5, "1234.5": 1234.5, "12,34": NO, "1,234,56": NO, "1e3": 1000.0}),
        (".", " ", {"1 234.5": 1234.5, "1 23": NO, "1\u00a0234.5": 1234.5, "1\u202f234": 1234.0}),
        (",", "'", {"1'234,5": 1234.5}),
    ],
)  # fmt: skip
def test_decimal_commas_and_thousands_are_as_declared(tmp_path, decimal, thousands, cases):
    assert cast(tmp_path, "double", cases, decimal=decimal, thousands=thousands) == cases


def test_whole_numbers_have_thousands_too(tmp_path):
    cases = {"1,234": 1234, "1234": 1234, "1,23": NO, "1.5": NO}
    assert cast(tmp_path, "integer", cases, thousands=",") == cases


@pytest.mark.parametrize(
    ("name", "more", "cases"),
    [
        ("waste_kg", {}, {"12 kg": 12.0, "12kg": 12.0, "1.5 t": 1500.0, "800g": 0.8, "3 公斤": 3.0, "12": NO,
                          "12 km": NO, "kg": NO}),
        ("waste_kg", {"from_unit": "t"}, {"12": 12000.0, "1.5": 1500.0, "12 kg": 12.0, "12 .5": NO}),
        ("so2_ugm3", {}, {"0.06 mg/m3": 60.0, "60 µg/m³": 60.0}),
    ],
)  # fmt: skip
def test_a_unit_in_the_text_is_converted(tmp_path, name, more, cases):
    found = cast(tmp_path, "double", cases, name=name, unit_in_text=True, **more)
    assert found == {text: value if value is NO else pytest.approx(value) for text, value in cases.items()}


@pytest.mark.parametrize(
    ("name", "from_unit", "cases"),
    [
        ("so2_ugm3", "mg/m3", {"0.06": 60.0, "0": 0.0}),
        ("air_celsius", "°F", {"212": 100.0, "32": 0.0, "x": NO}),
        ("so2_ugm3", "ug/m3", {"0.06": 0.06}),
    ],
)
def test_values_are_converted_to_the_unit_of_the_name(tmp_path, name, from_unit, cases):
    found = cast(tmp_path, "double", cases, name=name, from_unit=from_unit)
    assert found == {
        text: value if value is NO else pytest.approx(value, abs=1e-9) for text, value in cases.items()
    }
