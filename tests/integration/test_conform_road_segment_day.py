"""conformed.transport.road_segment_day from rows typed by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.integration.parking_rows import at
from tests.integration.road_rows import made, segment, speed

MARCH_1, MARCH_2 = date(2026, 3, 1), date(2026, 3, 2)


def run_of(segment_id: str, first: str, count: int, kmh: float = 30.0) -> list[tuple]:
    """So many successive intervals of one speed."""
    starts = [at(first) + timedelta(minutes=5) * n for n in range(count)]
    return [speed(segment_id, f"{start:%m-%d %H:%M}", 1, kmh) for start in starts]


SEGMENTS = [
    segment("A", length_m=842, district="330102"), segment("B", is_major=False, monitored=None),
    segment("C", monitored=MARCH_2), *[segment(name) for name in ("D", "E", "F", "G", "H")],
]  # fmt: skip
SPEEDS = [
    # 842 m x 36 000: / 333 = 91 027, / 501 = 60 502; / 600 = 50 520, / 501 again. Nobody drove, and nobody was counted.
    speed("A", "03-01 00:00", 7, 33.3, 50.1), speed("A", "03-01 23:55", 2, 60.0, 50.1),
    speed("A", "03-01 12:00", 0, None, 50.1), speed("A", "03-01 12:05", 0, 50.1, 50.1), speed("A", "03-02 00:00", 1),
    speed("X", "03-01 12:00", 9),
    # D: two hours. E: with another speed, F: with nobody, G: with nothing between. H: before six, from six on, and after ten.
    *run_of("D", "03-01 08:00", 24), *run_of("E", "03-01 08:00", 12), speed("E", "03-01 09:00", 1, 30.1),
    *run_of("E", "03-01 09:05", 11), *run_of("F", "03-01 08:00", 5), speed("F", "03-01 08:25", 0, None),
    *run_of("F", "03-01 08:30", 6), *run_of("G", "03-01 08:00", 3), *run_of("G", "03-01 08:20", 2),
    *run_of("H", "03-01 04:00", 25), *run_of("H", "03-01 21:50", 24),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, date], dict]:
    found = made("road_segment_day", [MARCH_1, MARCH_2], speeds=SPEEDS, segments=SEGMENTS)
    by_key = {(row["segment_id"], row["_business_date"]): row for row in found}
    assert len(by_key) == len(found), "one row per segment and day"
    return by_key


def test_every_listed_segment_has_a_row_a_day_and_no_other(rows):
    assert set(rows) == {(row[0], day) for row in SEGMENTS for day in (MARCH_1, MARCH_2)}


def test_every_column_of_a_segments_day(rows):
    assert rows["A", MARCH_1] == {
        "segment_id": "A", "_business_date": MARCH_1, "district_code": "330102", "length_m": 842, "is_major": True,
        "is_monitored": True, "interval_count": 3, "vehicle_count": 9, "travel_vehicle_ms": 7 * 91_027 + 2 * 50_520,
        "free_vehicle_ms": 9 * 60_502, "equal_speed_count": 1,
    }  # fmt: skip
    assert (rows["A", MARCH_2]["interval_count"], rows["A", MARCH_2]["travel_vehicle_ms"]) == (1, 303_120)


def test_a_segment_without_speeds_has_a_row_of_nothing(rows):
    assert rows["B", MARCH_1] == {
        "segment_id": "B", "_business_date": MARCH_1, "district_code": "330106", "length_m": 1000, "is_major": False,
        "is_monitored": False, "interval_count": 0, "vehicle_count": 0, "travel_vehicle_ms": 0, "free_vehicle_ms": 0,
        "equal_speed_count": 0,
    }  # fmt: skip


def test_a_segment_is_monitored_from_the_first_day_on(rows):
    assert [rows["C", day]["is_monitored"] for day in (MARCH_1, MARCH_2)] == [False, True]


def test_one_speed_in_the_daytime_is_counted_as_long_as_nothing_comes_between(rows):
    found = {name: rows[name, MARCH_1]["equal_speed_count"] for name in "DEFGH"}
    assert found == {"D": 24, "E": 12, "F": 6, "G": 3, "H": 2}
    # Of H the intervals of 06:00, and of 21:50 and 21:55, are in the daytime.
