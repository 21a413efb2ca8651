"""conformed.transport.parking_market and vehicle_day from rows typed by hand."""

from __future__ import annotations

from datetime import date

from citylake.table import load_tables
from tests.integration.market_rows import holding, made, operator
from tests.integration.parking_rows import lot

MARCH_1, MARCH_2, MARCH_3 = (date(2026, 3, day) for day in range(1, 4))
DAYS = [MARCH_1, MARCH_2, MARCH_3]
LOTS = [lot("P1"), lot("P2"), lot("P3")]


def market(*, days=DAYS, lots=LOTS, **rows) -> dict[tuple[str, date], dict]:
    found = made("parking_market", list(days), lots=lots, **rows)
    by_key = {(row["lot_id"], row["_business_date"]): row for row in found}
    assert len(by_key) == len(found), "one row per lot and day"
    return by_key


def groups(found: dict[tuple[str, date], dict], lot_id: str) -> list[str]:
    return [row["group_code"] for key, row in sorted(found.items()) if key[0] == lot_id]


def test_every_column_of_a_lots_day():
    found = market(
        days=[MARCH_2], operators=[operator("R1", "A", "P2", MARCH_1, MARCH_3, spaces=12, price=6.5)],
        holdings=[holding("H", "A", 50.1)],
    )  # fmt: skip
    assert found == {
        ("P2", MARCH_2): {
            "lot_id": "P2", "_business_date": MARCH_2, "record_no": "R1", "operator_code": "A", "operator_name": "name A",
            "group_code": "H", "district_code": "330106", "space_count": 12, "listed_space_count": 10, "price_cny": 6.5,
            "started_on": MARCH_1,
        }
    }  # fmt: skip


def test_a_lot_is_run_from_the_first_day_to_the_day_before_the_last_of_a_span():
    found = market(operators=[
        operator("R1", "A", "P1", MARCH_2, MARCH_3), operator("R2", "B", "P1", MARCH_3),
        operator("R3", "A", "P2", MARCH_1, MARCH_2), operator("R4", "C", "P3", date(2026, 3, 4)),
    ])  # fmt: skip
    assert {(*key, row["operator_code"]) for key, row in found.items()} == {
        ("P1", MARCH_2, "A"), ("P1", MARCH_3, "B"), ("P2", MARCH_1, "A"),
    }  # fmt: skip


def test_only_lots_of_the_list_on_days_on_which_any_lot_was_open():
    found = market(
        lots=[lot("P1", opened=MARCH_3)], lot_days=[("P7", MARCH_1), ("P7", MARCH_3), ("P8", MARCH_3)],
        operators=[operator("R1", "A", "P1"), operator("R2", "A", "P9")],
    )  # fmt: skip
    assert sorted(found) == [("P1", MARCH_1), ("P1", MARCH_3)]


def test_where_two_spans_of_a_lot_overlap_the_later_counts():
    found = market(
        operators=[
            operator("R1", "A", "P1"),
            operator("R2", "B", "P1", MARCH_2),
            operator("R3", "C", "P1", MARCH_2),
        ]
    )
    assert [found["P1", day]["operator_code"] for day in DAYS] == ["A", "C", "C"]


def test_a_group_is_that_of_the_day_over_holders_that_run_no_lot():
    found = market(
        operators=[operator("R1", "A", "P1"), operator("R2", "B", "P2"), operator("R3", "T", "P3")],
        holdings=[
            holding("H", "A", 80.0), holding("T", "H", 51.0, MARCH_2), holding("T", "B", 50.0),
            holding("T", "B", 0.1, MARCH_1, MARCH_2),
        ],
    )  # fmt: skip
    assert groups(found, "P1") == ["H", "T", "T"]
    assert groups(found, "P2") == ["T", "B", "B"]
    assert groups(found, "P3") == ["T", "T", "T"]


def test_vehicles_count_from_registration_to_the_day_before_the_end():
    vehicles = [
        ("D1", "330106", MARCH_2, None), ("D2", "330106", MARCH_1, MARCH_3), ("D3", "330106", date(2018, 1, 1), MARCH_2),
        ("D4", "330106", date(2018, 1, 1), date(2026, 2, 28)), ("D5", "330106", date(2026, 3, 4), None),
        ("D6", "330108", date(2020, 1, 1), MARCH_2), ("D7", "330108", date(2020, 1, 1), MARCH_1),
    ]  # fmt: skip
    found = {
        (row["district_code"], row["_business_date"]): row["vehicle_count"]
        for row in made("vehicle_day", DAYS, vehicles=vehicles)
    }
    assert found == {
        ("330106", MARCH_1): 2, ("330106", MARCH_2): 2, ("330106", MARCH_3): 1, ("330108", MARCH_1): 1,
    }  # fmt: skip


def test_vehicles_are_counted_on_days_on_which_any_lot_was_open():
    vehicles = [("D1", "330106", MARCH_1, None)]
    found = made("vehicle_day", DAYS, vehicles=vehicles, lot_days=[("P1", MARCH_2), ("P2", MARCH_2)])
    assert found == [{"district_code": "330106", "_business_date": MARCH_2, "vehicle_count": 1}]


def test_days_are_those_of_lots_and_lists_are_the_newest():
    tables = load_tables()
    shown = {
        (name, each): (item.before.days, item.after.days, item.as_of, item.drives)
        for name in ("parking_market", "vehicle_day")
        for each, item in tables[f"conformed.transport.{name}"].inputs.items()
    }
    whole = (0, 0, True, False)
    assert shown == {
        ("parking_market", "lot_days"): (0, 0, False, True), ("parking_market", "lots"): whole,
        ("parking_market", "operators"): whole, ("parking_market", "holdings"): whole,
        ("vehicle_day", "lot_days"): (0, 0, False, True), ("vehicle_day", "vehicles"): whole,
    }  # fmt: skip
