"""Text to values: what casts and what does not, units and time zones.

Expected values are written by hand beside the text they come from.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.offline import admit, make_feed

NO = "not admitted"


def cast(tmp_path, kind: str, text: str, **column):
    """The value a text becomes, or NO where it breaks `value.cast`."""
    zone = column.pop("timezone", "Asia/Shanghai")
    feed = make_feed(
        [
            {"name": "id", "type": "string"},
            {"name": column.pop("name", "value"), "from": "value", "type": kind, **column},
        ],
        format={"kind": "csv", "timezone": zone},
    )
    rows = admit(feed, f'id,value\na,"{text}"\n', tmp_path / "one")
    if rows.quarantined:
        assert rows.broken == {1: [f"{feed.columns[1].name}.cast"]}
        assert rows.admitted == []
        return NO
    return rows.admitted[0][feed.columns[1].name]


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("-3", -3), ("+5", 5), ("3.0", 3), (" 7 ", 7), ("007", 7), ("9223372036854775807", 9223372036854775807),
     ("3.7", NO), ("1e3", NO), ("9223372036854775808", NO), ("1_000", NO), ("1,000", NO), ("0x10", NO), ("１２", NO),
     ("true", NO), ("nan", NO), ("-", NO), ("", None)],
)  # fmt: skip
def test_integers(tmp_path, text, value):
    assert cast(tmp_path, "integer", text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("3.5", 3.5), ("-0.25", -0.25), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("3", 3.0), ("", None),
     ("nan", NO), ("NaN", NO), ("inf", NO), ("-Infinity", NO), ("1e400", NO), ("1_000", NO), ("1,5", NO), ("<2", NO),
     ("12.3.4", NO), ("故障", NO)],
)  # fmt: skip
def test_doubles(tmp_path, text, value):
    assert cast(tmp_path, "double", text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("T", True), ("1", True), ("Yes", True), ("是", True), ("false", False), ("0", False), ("n", False),
     ("否", False), ("", None), ("maybe", NO), ("2", NO)],
)  # fmt: skip
def test_booleans(tmp_path, text, value):
    assert cast(tmp_path, "boolean", text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("2020-01-05", date(2020, 1, 5)), ("2020-1-5", date(2020, 1, 5)), ("2020/01/05", date(2020, 1, 5)),
     ("2020/1/5 0:00", date(2020, 1, 5)), ("2024-02-29", date(2024, 2, 29)), ("9999-12-31", date(9999, 12, 31)),
     ("", None), ("2023-02-29", NO), ("2020-01-05x", NO), ("2020-01-05 10:00:00", NO), ("20200105", NO),
     ("05-01-2020", NO), ("infinity", NO), ("epoch", NO), ("today", NO), ("99999-01-01", NO), ("0000-01-01", NO),
     ("2020-01-05 (BC)", NO)],
)  # fmt: skip
def test_dates(tmp_path, text, value):
    assert cast(tmp_path, "date", text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("05.01.2020", date(2020, 1, 5)), ("31.02.2020", NO), ("2020-01-05", NO), ("05.01.0000", NO)],
)
def test_dates_in_a_declared_format(tmp_path, text, value):
    assert cast(tmp_path, "date", text, format="%d.%m.%Y") == value


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        # Local time in Shanghai is eight hours ahead of UTC.
        ("2026-03-01 08:00:00", datetime(2026, 3, 1, 0, 0, tzinfo=UTC)),
        ("2026-03-01T00:30", datetime(2026, 2, 28, 16, 30, tzinfo=UTC)),
        ("2026/3/1 8:05:06.5", datetime(2026, 3, 1, 0, 5, 6, 500_000, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 2, 28, 16, 0, tzinfo=UTC)),
        # A text that says its offset is not local.
        ("2026-03-01T08:00:00Z", datetime(2026, 3, 1, 8, 0, tzinfo=UTC)),
        ("2026-03-01T08:00:00+09:00", datetime(2026, 2, 28, 23, 0, tzinfo=UTC)),
        ("2026-03-01 08:00:00+08", datetime(2026, 3, 1, 0, 0, tzinfo=UTC)),
        ("2026-03-01 08:00:00.25-0530", datetime(2026, 3, 1, 13, 30, 0, 250_000, tzinfo=UTC)),
        ("", None),
        ("2026-03-01 25:00", NO), ("2026-02-30 08:00", NO), ("08:00", NO), ("2026-03-01 08:00:00 CST", NO),
        ("2026-03-01 08:00 Asia/Tokyo", NO), ("infinity", NO), ("epoch", NO), ("now", NO), ("99999-01-01 00:00", NO),
        ("1772352000", NO),
    ],
)  # fmt: skip
def test_timestamps_are_local_to_the_department_and_kept_in_utc(tmp_path, text, utc):
    assert cast(tmp_path, "timestamp", text) == utc


@pytest.mark.parametrize(
    ("text", "pattern", "utc"),
    [
        ("2026 3 1 8", "%Y %m %d %H", datetime(2026, 3, 1, 0, 0, tzinfo=UTC)),
        ("2026 03 01 24", "%Y %m %d %H", NO),
        ("2026 13 01 00", "%Y %m %d %H", NO),
        ("20260301080000", "%Y%m%d%H%M%S", datetime(2026, 3, 1, 0, 0, tzinfo=UTC)),
        ("2026-03-01 08:00:00+0900", "%Y-%m-%d %H:%M:%S%z", datetime(2026, 2, 28, 23, 0, tzinfo=UTC)),
    ],
)
def test_timestamps_in_a_declared_format(tmp_path, text, pattern, utc):
    assert cast(tmp_path, "timestamp", text, format=pattern) == utc


def test_the_zone_is_that_of_the_feed_with_its_summer_time(tmp_path):
    berlin = {"timezone": "Europe/Berlin"}
    assert cast(tmp_path / "w", "timestamp", "2026-01-01 12:00", **berlin) == datetime(
        2026, 1, 1, 11, 0, tzinfo=UTC
    )
    assert cast(tmp_path / "s", "timestamp", "2026-07-01 12:00", **berlin) == datetime(
        2026, 7, 1, 10, 0, tzinfo=UTC
    )


def test_values_are_converted_to_the_unit_of_the_name(tmp_path):
    assert cast(tmp_path / "a", "double", "0.06", name="so2_ugm3", from_unit="mg/m3") == pytest.approx(60.0)
    assert cast(tmp_path / "b", "double", "212", name="air_celsius", from_unit="°F") == pytest.approx(100.0)
    assert cast(tmp_path / "c", "double", "x", name="air_celsius", from_unit="°F") == NO
