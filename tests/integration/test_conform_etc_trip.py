"""conformed.transport.etc_trip and toll_passage from rows typed by hand."""

from __future__ import annotations

from datetime import date, timedelta

from citylake.table import load_tables
from tests.integration.parking_rows import at
from tests.integration.toll_rows import UP, lane, made

POSITIONS = [0.1, 2.2, 4.3, 6.4, 8.5, 10.6]
MARCH_1, MARCH_2 = date(2026, 3, 1), date(2026, 3, 2)


def passed(
    trip_id: str | None,
    number: int,
    when: str,
    fee: float | None,
    tag: str | None = "T",
    *,
    missed: bool = False,
):
    """A gantry that a trip passed, or that missed it."""
    name = f"{trip_id or 'none'}{number}"
    return (
        name, MARCH_1, trip_id, None if missed else name, tag, f"AU{number}", "G2501", UP, number, POSITIONS[number], at(when),
        missed, fee, None, False,
    )  # fmt: skip


def utc(text: str):
    return at(text).replace(tzinfo=None) - timedelta(hours=8)


def test_every_column_of_a_trip_over_midnight():
    given = [
        passed("a", 3, "03-02 00:03", 0.2), passed("a", 1, "03-01 23:58", 0.1), passed("a", 2, "03-01 23:59", None, missed=True),
        passed("a", 5, "03-02 00:09", None), passed("a", 4, "03-02 00:05", None, missed=True),
    ]  # fmt: skip
    assert made("etc_trip", [MARCH_1, MARCH_2], gantries=given) == [{
        "trip_id": "a", "_business_date": MARCH_1, "tag_id": "T", "road_no": "G2501", "direction": UP,
        "entered_at": utc("03-01 23:58"), "left_at": utc("03-02 00:09"), "first_gantry_id": "AU1", "last_gantry_id": "AU5",
        "seen_count": 3, "imputed_count": 2, "distance_km": 8.4, "fee_cny": 0.3,
    }]  # fmt: skip


def test_a_single_gantry_is_a_trip_and_what_belongs_to_none_is_in_none():
    given = [
        passed("b", 2, "03-01 08:00", None),
        passed(None, 1, "03-01 08:00", 9.0, None),
        passed(None, 3, "03-01 08:00", 9.0),
    ]
    (row,) = made("etc_trip", [MARCH_1], gantries=given)
    assert (row["trip_id"], row["seen_count"], row["imputed_count"], row["distance_km"], row["fee_cny"]) == (
        "b",
        1,
        0,
        0.0,
        None,
    )
    assert row["entered_at"] == row["left_at"]
    assert (row["first_gantry_id"], row["last_gantry_id"]) == ("AU2", "AU2")


def test_every_column_of_a_car_that_passed_a_toll_plaza():
    found = made("toll_passage", [MARCH_1], passages=[lane("L1", "02-28 23:59:58.9", "03-01 00:00:01.7")])
    assert found == [{
        "passage_id": "L1", "_business_date": MARCH_1, "plaza_id": "Z1", "district_code": "330106", "lane_no": 3,
        "lane_kind": "etc", "way": "entry", "arrived_at": utc("02-28 23:59:58.9"), "left_at": utc("03-01 00:00:01.7"),
        "gate_s": 2.8, "vehicle_class": 1,
    }]  # fmt: skip


def test_manual_lanes_ways_out_and_plazas_that_no_list_knows():
    given = [
        lane("L1", "03-01 08:00", "03-01 08:00", "Z2", "人工", "出"),
        lane("L2", "03-01 08:00", "03-01 08:01", "Z99"),
    ]
    found = {row["passage_id"]: row for row in made("toll_passage", [MARCH_1], passages=given)}
    assert {name: (row["district_code"], row["lane_kind"], row["way"], row["gate_s"]) for name, row in found.items()} == {
        "L1": ("330108", "manual", "exit", 0.0), "L2": (None, "etc", "entry", 60.0),
    }  # fmt: skip


def test_trips_are_seen_from_a_day_on_either_side_and_lists_are_the_newest():
    shown = {
        (name, each): (item.before.days, item.after.days, item.as_of, item.drives)
        for name in ("etc_gantry_passage", "etc_trip", "toll_passage")
        for each, item in load_tables()[f"conformed.transport.{name}"].inputs.items()
    }
    newest, own = (0, 0, True, False), (0, 0, False, True)
    assert shown == {
        ("etc_gantry_passage", "passages"): (1, 1, False, True), ("etc_gantry_passage", "gantries"): newest,
        ("etc_trip", "gantries"): own, ("toll_passage", "passages"): own, ("toll_passage", "plazas"): newest,
    }  # fmt: skip
