"""conformed.transport.incident_response from rows typed by hand; every case is a town of its own in one run."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from citylake.table import job_module, load_tables
from tests.integration.road_rows import SCHEMAS, incident, made, segment, speed, utc
from tests.local_spark import session

FEB_28, MARCH_1, MARCH_2, MARCH_3 = (date(2026, 2, 28) + timedelta(n) for n in range(4))
DAYS = [FEB_28, MARCH_1, MARCH_2, MARCH_3]
# What each vehicle of `speed` is delayed by; vehicles are powers of ten, so that a sum says of which intervals.
EACH_MS = 180_000
NOBODY = "S99999"

SEGMENTS = [
    segment("A1", 1, length_m=842, district="330102"), segment("A2", 1, 1500), segment("A3", 1, 2100),
    segment("B", 2), segment("C", 3), segment("D1", 4), segment("D2", 4, 1000), segment("D3", 4, 1500),
    segment("E", 5), segment("F", 6), segment("G1", 7, -500), segment("G2", 7), segment("G3", 7, 500),
    segment("H", 8), segment("I", 9), segment("K", 10), segment("L", 11), segment("N", 12, monitored=None),
]  # fmt: skip
INCIDENTS = [
    incident("A", "A1", "03-01 08:00", "II", dispatched="03-01 08:02", arrived="03-01 08:12:30", cleared="03-01 09:00"),
    # B on the hour, C four seconds later.
    incident("B", "B", "03-01 12:00"), incident("C", "C", "03-01 12:00:04"),
    incident("D1", "D1", "03-01 10:00"), incident("D3", "D3", "03-01 10:30"),
    # Two on one segment: the later one has the lesser number; two at once.
    incident("E2", "E", "03-01 10:00"), incident("E1", "E", "03-01 10:10"),
    incident("F2", "F", "03-01 10:00"), incident("F1", "F", "03-01 10:00"),
    # Equally far from G2.
    incident("G1", "G1", "03-01 10:05"), incident("G3", "G3", "03-01 10:00"),
    # About midnight.
    incident("H1", "H", "03-01 23:50"), incident("H2", "H", "03-02 00:20"), incident("I", "I", "03-02 00:10"),
    # What grew out of what.
    incident("K1", "K", "03-01 10:00", "III"), incident("K2", "K", "03-01 10:15", "II", grew_from="K1"),
    incident("K3", "K", "02-28 23:50", "II"), incident("K4", "K", "03-01 00:05:01", "I", grew_from="K3"),
    incident("K5", "K", "03-02 23:59", "I", grew_from="K3"),
    incident("K6", "K", "03-01 10:00", "I", grew_from="K99"),
    incident("K7", "K", "03-01 09:59", "I", grew_from="K1"), incident("K8", "K", "03-01 23:00", "I", grew_from="H2"),
    # Who came when.
    incident("L1", "L", "03-01 10:00", arrived="03-01 10:00"), incident("L2", "L", "03-01 10:00", dispatched="03-01 10:01"),
    incident("N", "N", "03-01 10:00"), incident("X", NOBODY, "03-01 10:00", arrived="03-01 10:01"),
]  # fmt: skip
SPEEDS = [
    speed("A1", "03-01 08:00", 10, 30.0, 50.0), speed("A1", "03-01 08:05", 5, 60.0, 50.0),
    speed("A1", "03-01 08:15", 0, None, 50.0), speed("A2", "03-01 08:10", 3, 7.7, 49.9),
    speed("A3", "03-01 08:10", 1000, 7.7, 49.9),
    *[speed(name, start, 10**n) for name in ("B", "C") for n, start in enumerate(
        ["03-01 11:25", "03-01 11:30", "03-01 11:35", "03-01 13:55", "03-01 14:00", "03-01 14:05"])],
    speed("D1", "03-01 10:30", 1), speed("D2", "03-01 09:55", 10), speed("D3", "03-01 09:35", 100),
    speed("D2", "03-01 10:00", 1), speed("D2", "03-01 12:00", 10), speed("D1", "03-01 12:00", 100),
    speed("E", "03-01 09:30", 1), speed("E", "03-01 11:55", 10), speed("E", "03-01 12:00", 1), speed("E", "03-01 12:05", 10),
    speed("F", "03-01 10:00", 1), speed("G2", "03-01 10:20", 1), speed("G1", "03-01 10:20", 10),
    speed("H", "03-01 23:20", 1), speed("H", "03-01 23:50", 10), speed("H", "03-02 00:00", 100), speed("H", "03-02 01:45", 1000),
    speed("H", "03-02 01:50", 1), speed("H", "03-02 02:15", 10), speed("H", "03-02 02:20", 100),
    speed("I", "03-01 23:35", 1), speed("I", "03-01 23:40", 10),
    speed("L", "03-01 10:05", 0), speed(NOBODY, "03-01 10:05", 10),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> dict[str, dict]:
    found = made("incident_response", DAYS, incidents=INCIDENTS, speeds=SPEEDS, segments=SEGMENTS)
    by_number = {row["incident_id"]: row for row in found}
    assert len(by_number) == len(found), "one row per incident"
    return by_number


def belongs(rows: dict[str, dict], *numbers: str) -> list[tuple[int, int]]:
    """Vehicles delayed by `EACH_MS` each, and intervals, of incidents."""
    assert [rows[each]["delay_vehicle_ms"] % EACH_MS for each in numbers] == [0] * len(numbers)
    return [(rows[n]["delay_vehicle_ms"] // EACH_MS, rows[n]["touched_interval_count"]) for n in numbers]


def test_every_incident_is_one_row(rows):
    assert sorted(rows) == sorted(row[0] for row in INCIDENTS)


def test_every_column_of_an_incident(rows):
    # A1: 842 m x 36 000 / 300 = 101 040 ms instead of / 500 = 60 624 ms, of ten; five are faster than free flow.
    # A2: 36 000 000 / 77 = 467 532 ms instead of / 499 = 72 144 ms, of three. A3 is 2100 m away.
    assert rows["A"] == {
        "incident_id": "A", "_business_date": MARCH_1, "kind": "collision", "level": "II", "segment_id": "A1",
        "district_code": "330102", "centre_id": "C001", "reported_at": utc("03-01 08:00"),
        "dispatched_at": utc("03-01 08:02"), "arrived_at": utc("03-01 08:12:30"), "cleared_at": utc("03-01 09:00"),
        "response_s": 750.0, "escalated_from": None, "escalated_from_level": None, "escalation_s": None,
        "delay_vehicle_ms": 404_160 + 1_186_164, "touched_interval_count": 3, "segment_count": 2,
        "warning_unknown_segment": False,
    }  # fmt: skip


def test_half_an_hour_before_is_within_reach_and_two_hours_after_is_not(rows):
    assert belongs(rows, "B", "C") == [(1110, 3), (11_100, 3)]


def test_an_interval_belongs_to_the_nearest(rows):
    # D3 has D2 from 10:00 to 12:25; D1 has its own, D2 before that, and D3 before that; nothing of it at 12:00.
    assert belongs(rows, "D1", "D3") == [(111, 3), (111, 3)]
    assert [rows[each]["segment_count"] for each in ("D1", "D3")] == [3, 3]


def test_of_equally_far_incidents_the_first_reported_has_it_then_the_least_number(rows):
    assert belongs(rows, "E2", "E1") == [(11, 2), (11, 2)]
    assert belongs(rows, "F2", "F1") == [(0, 0), (1, 1)]
    assert belongs(rows, "G1", "G3") == [(10, 1), (1, 1)]


def test_intervals_and_incidents_of_the_day_before_and_after_are_looked_at(rows):
    assert belongs(rows, "H1", "H2", "I") == [(1111, 4), (11, 2), (10, 1)]
    assert [rows[each]["_business_date"] for each in ("H1", "H2")] == [MARCH_1, MARCH_2]


def test_an_escalation_is_since_the_record_it_grew_out_of(rows):
    known = {
        name: (rows[name]["escalation_s"], rows[name]["escalated_from_level"])
        for name in rows
        if name[0] == "K"
    }
    assert known == {
        "K1": (None, None), "K2": (900.0, "III"), "K3": (None, None), "K4": (901.0, "II"),
        # Two days before; of a number that is none; a minute later; of the next day.
        "K5": (None, None), "K6": (None, None), "K7": (-60.0, "III"), "K8": (None, None),
    }  # fmt: skip
    assert (rows["K5"]["escalated_from"], rows["K6"]["escalated_from"]) == ("K3", "K99")


def test_a_response_is_known_where_somebody_arrived(rows):
    assert [rows[each]["response_s"] for each in ("L1", "L2", "X")] == [0.0, None, 60.0]


def test_an_interval_without_vehicles_is_touched_and_delays_nobody(rows):
    assert sorted(belongs(rows, "L1", "L2")) == [(0, 0), (0, 1)]
    assert belongs(rows, "N") == [(0, 0)]


def test_nothing_is_within_reach_of_a_segment_that_is_not_listed(rows):
    assert belongs(rows, "X") == [(0, 0)]
    assert [rows["X"][name] for name in ("district_code", "segment_count", "warning_unknown_segment")] == [
        None,
        0,
        True,
    ]


def test_the_windows_declared_are_those_the_jobs_need():
    days = {
        (name, each): (item.before.days, item.after.days, item.drives, item.as_of)
        for name in SCHEMAS
        for each, item in load_tables()[f"conformed.transport.{name}"].inputs.items()
    }
    whole = (0, 0, False, True)
    assert days == {
        ("incident_response", "incidents"): (1, 1, True, False), ("incident_response", "speeds"): (1, 1, False, False),
        ("incident_response", "segments"): whole, ("incident_message", "messages"): (1, 1, True, False),
        ("incident_message", "centres"): whole, ("road_segment_day", "speeds"): (0, 0, True, False),
        ("road_segment_day", "segments"): whole,
    }  # fmt: skip


def test_no_plan_compares_every_segment_with_every_other(capsys):
    given = {"incidents": INCIDENTS, "speeds": SPEEDS, "segments": SEGMENTS}
    inputs = {
        name: session().createDataFrame(given[name], schema)
        for name, schema in SCHEMAS["incident_response"].items()
    }
    job_module(load_tables()["conformed.transport.incident_response"]).conform(inputs, DAYS).explain()
    plan = capsys.readouterr().out
    assert "Physical Plan" in plan
    for quadratic in ("CartesianProduct", "BroadcastNestedLoopJoin"):
        assert quadratic not in plan
