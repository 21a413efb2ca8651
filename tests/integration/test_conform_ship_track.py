"""conformed.transport.ship_track from rows typed by hand; every case is a ship of its own in one run."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.integration.parking_rows import at
from tests.integration.ship_rows import made, number, position

MARCH = [date(2026, 3, day) for day in range(1, 6)]
HALF_HOURS = [
    f"03-0{1 + n // 48} {n % 48 // 2:02}:{n % 2 * 30:02}" for n in range(98)
]  # until 3 March, 00:30
POSITIONS = [
    # 1: a tenth of a degree to the north and back, without a speed once.
    position(1, "03-01 23:50", speed_kn=7.5), position(1, "03-02 00:10", speed_kn=None, north=0.1),
    position(1, "03-02 00:20", speed_kn=9.5),
    # 2: half an hour apart, and a second more. 3: alone, and never with a speed.
    position(2, "03-01 08:00"), position(2, "03-01 08:30"), position(2, "03-01 09:00:01"),
    position(3, "03-01 08:00", speed_kn=None),
    # 4: two days and half an hour. 5: two days, over the midnight at which the other is cut.
    *[position(4, when) for when in HALF_HOURS], *[position(5, when) for when in HALF_HOURS[1:]],
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return made("ship_track", MARCH, positions=POSITIONS)


def of(rows: list[dict], ship: int, *names: str) -> list[tuple]:
    found = sorted((row for row in rows if row["mmsi"] == number(ship)), key=lambda row: row["started_at"])
    return [tuple(row[name] for name in names) for row in found]


def utc(text: str):
    return at(text).replace(tzinfo=None) - timedelta(hours=8)


def test_every_column_of_a_track_over_midnight(rows):
    names = ("_business_date", "started_at", "ended_at", "position_count", "max_speed_kn")
    assert of(rows, 1, *names) == [(MARCH[0], utc("03-01 23:50"), utc("03-02 00:20"), 3, 9.5)]
    # A degree of a great circle is 6371.0088 km x pi / 180 = 111.19508 km.
    assert of(rows, 1, "distance_km")[0][0] == pytest.approx(22.239016, abs=2e-6)
    assert len({row["track_key"] for row in rows}) == len(rows)


def test_half_an_hour_apart_is_one_track_and_a_second_more_is_two(rows):
    assert of(rows, 2, "position_count") == [(2,), (1,)]


def test_a_single_position_went_nowhere_and_its_speed_may_be_unknown(rows):
    assert of(rows, 3, "distance_km", "max_speed_kn", "position_count") == [(0.0, None, 1)]


def test_what_lasts_longer_than_two_days_is_cut_at_a_midnight(rows):
    assert of(rows, 4, "_business_date", "position_count") == [(MARCH[0], 48), (MARCH[1], 50)]
    assert of(rows, 5, "_business_date", "position_count") == [(MARCH[0], 97)]
