"""conformed.transport.parking_lot_day from rows typed by hand."""

from __future__ import annotations

from datetime import date

from tests.integration.parking_rows import at, lot, made, stay

MARCH_1, MARCH_2, MARCH_3 = (date(2026, 3, day) for day in range(1, 4))
DAYS = [MARCH_1, MARCH_2, MARCH_3]
HOUR_S = 3600.0
P1 = lot("P1")


def lot_days(*, days=DAYS, lots=(P1,), **rows) -> dict[tuple[str, date], dict]:
    found = made("parking_lot_day", list(days), lots=list(lots), **rows)
    by_key = {(row["lot_id"], row["_business_date"]): row for row in found}
    assert len(by_key) == len(found), "one row per lot and day"
    return by_key


def shown(rows: dict[tuple[str, date], dict], *names: str, lot_id: str = "P1") -> list[tuple]:
    """The columns of a lot, day by day."""
    return [tuple(row[name] for name in names) for key, row in sorted(rows.items()) if key[0] == lot_id]


def count(at_hour: str, cars: int, lot_id: str = "P1") -> tuple:
    return (lot_id, at(at_hour), cars, at(at_hour).date())


def test_every_column_of_a_lots_day():
    rows = lot_days(
        days=[MARCH_2],
        lots=[lot("P1", adopted=MARCH_1)],
        sessions=[stay("I1", "03-02 08:00", "03-02 10:30"), stay("I2", "03-02 09:00", None)],
        counts=[count("03-02 09:00", 4), count("03-02 10:00", 7)],
        barriers=[("B1", "P1", date(2021, 6, 1), MARCH_1), ("B2", "P1", date(2021, 6, 1), None)],
    )
    assert rows == {
        ("P1", MARCH_2): {
            "lot_id": "P1",
            "_business_date": MARCH_2,
            "district_code": "330106",
            "is_scenic": True,
            "space_count": 10,
            "is_adopted": True,
            "entry_count": 2,
            "exit_count": 1,
            "stay_count": 1,
            "parked_s": 2.5 * HOUR_S,
            "counted_hours": 2,
            "counted_mean_cars": 5.5,
            "barrier_registered_count": 2,
            "barrier_standing_count": 1,
        }
    }


def test_a_stay_over_midnight_is_parked_on_both_days():
    """17 hours from three in the afternoon: nine before midnight, eight after."""
    rows = lot_days(sessions=[stay("I1", "03-01 15:00", "03-02 08:00")])
    assert shown(rows, "parked_s", "stay_count", "entry_count", "exit_count") == [
        (9 * HOUR_S, 1, 1, 0), (8 * HOUR_S, 1, 0, 1), (0.0, 0, 0, 0),
    ]  # fmt: skip


def test_the_day_between_is_parked_whole_and_stays_add_up():
    rows = lot_days(sessions=[
        stay("I1", "03-01 12:00", "03-03 12:00"), stay("I2", "03-02 23:59:59", "03-03 00:00:01"),
        stay("I3", "03-02 10:00", "03-02 11:00", lot="P2"),
    ])  # fmt: skip
    assert shown(rows, "parked_s", "stay_count") == [
        (12 * HOUR_S, 1), (24 * HOUR_S + 1, 2), (12 * HOUR_S + 1, 2),
    ]  # fmt: skip


def test_who_leaves_at_midnight_was_not_parked_on_the_day_it_begins():
    rows = lot_days(sessions=[stay("I1", "03-01 23:00", "03-02 00:00")])
    assert shown(rows, "parked_s", "exit_count") == [(HOUR_S, 0), (0.0, 1), (0.0, 0)]


def test_an_end_alone_is_heard_and_is_not_parked():
    rows = lot_days(sessions=[stay("I1", "03-01 08:00", None), stay("O2", None, "03-02 08:00")])
    assert shown(rows, "entry_count", "exit_count", "stay_count", "parked_s") == [
        (1, 0, 0, 0.0), (0, 1, 0, 0.0), (0, 0, 0, 0.0),
    ]  # fmt: skip


def test_a_barrier_is_gone_on_the_day_it_is_removed_and_there_on_the_day_it_came():
    rows = lot_days(barriers=[("B1", "P1", date(2021, 6, 1), MARCH_2), ("B2", "P1", MARCH_3, None),
                              ("B3", "P2", date(2021, 6, 1), None)])  # fmt: skip
    assert shown(rows, "barrier_registered_count", "barrier_standing_count") == [(1, 1), (1, 0), (2, 1)]


def test_a_lot_is_adopted_from_the_day_itself_on():
    rows = lot_days(lots=[lot("P1", adopted=MARCH_2), lot("P2")])
    assert shown(rows, "is_adopted") == [(False,), (True,), (True,)]
    assert shown(rows, "is_adopted", lot_id="P2") == [(False,)] * 3


def test_a_lot_has_days_from_its_opening_on_and_no_list_no_day():
    rows = lot_days(lots=[lot("P1", opened=MARCH_2)], sessions=[stay("I1", "03-01 08:00", "03-03 08:00"),
                                                                stay("I9", "03-02 08:00", "03-02 09:00", lot="P9")])  # fmt: skip
    assert sorted(rows) == [("P1", MARCH_2), ("P1", MARCH_3)]
    assert shown(rows, "parked_s") == [(24 * HOUR_S,), (8 * HOUR_S,)]


def test_the_counters_mean_is_of_the_hours_it_reported():
    rows = lot_days(
        lots=[lot("P1"), lot("P2")],
        counts=[count("03-01 00:00", 3), count("03-01 23:00", 6), count("03-02 00:00", 0),
                count("03-01 05:00", 90, "P2")],
    )  # fmt: skip
    assert shown(rows, "counted_hours", "counted_mean_cars") == [(2, 4.5), (1, 0.0), (0, None)]
    assert shown(rows, "counted_hours", "counted_mean_cars", lot_id="P2") == [(1, 90.0), (0, None), (0, None)]
