"""conformed.transport.incident_message from rows typed by hand; every case is a message of its own in one run."""

from __future__ import annotations

from datetime import date

import pytest

from tests.integration.road_rows import made, message, utc

SENT, ACKNOWLEDGED = "发出", "签收"
MARCH_1, MARCH_2 = date(2026, 3, 1), date(2026, 3, 2)
CENTRES = [("C001", "市级", "330102"), ("C015", "中队", "330106")]
MESSAGES = [
    # A: every column, to the city's centre. B: never acknowledged.
    message("A1", "A", SENT, "03-01 23:59:30", "一级", "C001"),
    message("A2", "A", ACKNOWLEDGED, "03-02 00:00:12", "一级", "C001"),
    message("B1", "B", SENT, "03-01 08:00"),
    # C: twice. D: acknowledged and never sent. E: a day later to the second; F: a second more.
    message("C1", "C", SENT, "03-01 08:00"), message("C3", "C", ACKNOWLEDGED, "03-01 08:01"),
    message("C2", "C", ACKNOWLEDGED, "03-01 08:02"), message("D1", "D", ACKNOWLEDGED, "03-01 08:00"),
    message("E1", "E", SENT, "03-01 08:00"), message("E2", "E", ACKNOWLEDGED, "03-02 08:00"),
    message("F1", "F", SENT, "03-01 08:00"), message("F2", "F", ACKNOWLEDGED, "03-02 08:00:01"),
    # G: within the second, the acknowledgement numbered first. H: to a centre that no list knows.
    message("G2", "G", SENT, "03-01 08:00"), message("G1", "G", ACKNOWLEDGED, "03-01 08:00"),
    message("H1", "H", SENT, "03-01 08:00", to="C999"),
    # T: in time by level, and a second late.
    *[row for n, (level, wait) in enumerate([("一级", "01:00"), ("一级", "01:01"), ("二级", "02:00"), ("二级", "02:01"),
                                             ("三级", "05:00"), ("三级", "05:01")])
      for row in (message(f"T{n}a", f"T{n}", SENT, "03-01 08:00", level),
                  message(f"T{n}b", f"T{n}", ACKNOWLEDGED, f"03-01 08:{wait}", level))],
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return made("incident_message", [MARCH_1, MARCH_2], messages=MESSAGES, centres=CENTRES)


def of(rows: list[dict], message_id: str, *names: str) -> list[tuple]:
    found = sorted((row for row in rows if row["message_id"] == message_id), key=lambda row: row["event_no"])
    return [tuple(row[name] for name in names) for row in found]


def test_every_column_of_a_message_acknowledged_after_midnight(rows):
    (found,) = [row for row in rows if row["message_id"] == "A"]
    assert found == {
        "event_no": "A1", "message_id": "A", "_business_date": MARCH_1, "incident_id": "of A", "level": "I",
        "from_centre": "C002", "to_centre": "C001", "district_code": "330102", "sent_at": utc("03-01 23:59:30"),
        "acknowledged_at": utc("03-02 00:00:12"), "acknowledge_s": 42.0, "is_in_time": True, "paired_as": "pair",
    }  # fmt: skip


def test_what_was_never_acknowledged_is_not_in_time(rows):
    names = ("event_no", "paired_as", "acknowledged_at", "acknowledge_s", "is_in_time")
    assert of(rows, "B", *names) == [("B1", "open_only", None, None, False)]


def test_a_second_acknowledgement_and_one_without_a_message_stand_alone(rows):
    names = (
        "event_no",
        "paired_as",
        "sent_at",
        "acknowledge_s",
        "is_in_time",
        "district_code",
        "_business_date",
    )
    assert of(rows, "C", *names) == [
        ("C1", "pair", utc("03-01 08:00"), 60.0, True, "330106", MARCH_1),
        ("C2", "close_only", None, None, None, "330106", MARCH_1),
    ]  # fmt: skip
    assert of(rows, "D", *names) == [("D1", "close_only", None, None, None, "330106", MARCH_1)]


def test_an_acknowledgement_comes_within_a_day(rows):
    assert of(rows, "E", "paired_as", "acknowledge_s") == [("pair", 86_400.0)]
    assert of(rows, "F", "event_no", "paired_as", "_business_date") == [
        ("F1", "open_only", MARCH_1), ("F2", "close_only", MARCH_2),
    ]  # fmt: skip


def test_within_a_second_a_message_is_sent_before_it_is_acknowledged(rows):
    assert of(rows, "G", "event_no", "paired_as", "acknowledge_s", "is_in_time") == [
        ("G2", "pair", 0.0, True)
    ]


def test_a_centre_that_is_not_listed_stands_in_no_district(rows):
    assert of(rows, "H", "district_code", "level", "paired_as") == [(None, "III", "open_only")]


def test_in_time_is_a_minute_for_the_city_two_for_a_district_and_five_for_a_squad(rows):
    found = [of(rows, f"T{n}", "level", "is_in_time") for n in range(6)]
    assert found == [
        [("I", True)], [("I", False)], [("II", True)], [("II", False)], [("III", True)], [("III", False)],
    ]  # fmt: skip
