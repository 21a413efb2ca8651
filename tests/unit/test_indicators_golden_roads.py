"""The indicators of roads, computed by hand; `golden` in their declarations names the tests."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.marts_city import DISTRICTS, build, published, shown
from tests.unit.road_city import escalated, incident, message, road_segment, segment_day

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
XIHU, BINJIANG, CITY = "330106", "330108", "330100"
HOUR_MS = 3_600_000
INCIDENTS = [
    # In Xihu somebody came to ten, after 1 to 10 minutes, I to two of them; to one in Binjiang after 90 seconds; to K nobody.
    *[incident(f"A{n}", XIHU, FIRST, 60.0 * n, "I" if n in (3, 9) else "III") for n in range(1, 11)],
    incident("B", BINJIANG, FIRST, 90.0, "II"), incident("K", XIHU, FIRST, delay_vehicle_ms=HOUR_MS // 2),
    # Of four that grew out of another in Xihu one took a second too long, and of one the other is not known.
    *[escalated(f"E{after}", XIHU, FIRST, after) for after in (120.0, 900.0, 901.0, None)],
    incident("D", BINJIANG, FIRST, delay_vehicle_ms=HOUR_MS, level="I"),
    # None of these: on a segment that no list knows, another day.
    incident("X", None, FIRST, 1.0, delay_vehicle_ms=7 * HOUR_MS), incident("N", BINJIANG, SECOND),
]  # fmt: skip
MESSAGES = [
    *[message(f"A{n}", XIHU, FIRST) for n in range(3)], message("A3", XIHU, FIRST, is_in_time=False),
    message("A4", XIHU, FIRST, is_in_time=False, paired_as="open_only"),
    message("B1", BINJIANG, FIRST, "II"), message("B2", BINJIANG, FIRST, "II", is_in_time=False),
    # None of these: a second acknowledgement, a centre that no list knows, another day.
    message("B3", BINJIANG, FIRST, "II", is_in_time=None, paired_as="close_only"), message("X", None, FIRST),
    message("N", XIHU, SECOND, is_in_time=False),
]  # fmt: skip
SEGMENT_DAYS = [
    segment_day("S1", XIHU, FIRST, travel_vehicle_ms=300_000, free_vehicle_ms=200_000),
    segment_day("S2", XIHU, FIRST, travel_vehicle_ms=60_000, free_vehicle_ms=100_000, length_m=200, is_monitored=False),
    segment_day("S3", XIHU, FIRST, length_m=9_000, is_major=False),
    segment_day("S4", BINJIANG, FIRST, length_m=600, is_monitored=False),
    segment_day("S1", XIHU, SECOND, is_major=False),
]  # fmt: skip


@pytest.fixture(scope="module")
def roads(module_home):
    city = build(
        "transport", "golden roads", [FIRST, SECOND],
        {
            "conformed.governance.district": DISTRICTS,
            "conformed.transport.road_segment": [
                road_segment(f"S{n}", BINJIANG if n == 4 else XIHU) for n in range(1, 5)
            ],
            "conformed.transport.incident_response": INCIDENTS,
            "conformed.transport.incident_message": MESSAGES,
            "conformed.transport.road_segment_day": SEGMENT_DAYS,
        },
    )  # fmt: skip
    yield city
    city.scratch.__exit__(None, None, None)


def test_response_p50_is_of_incidents_that_were_reached(roads):
    code, day = "t1_response_p50_min", "2026-03-01"
    # Of ten the fifth; of eleven, with 1.5, the sixth; of 3 and 9 the first.
    assert roads.value(code, day, XIHU) == shown(5.0, 5.0, 1.0)
    assert roads.value(code, day, CITY) == shown(5.0, 5.0, 1.0)
    assert roads.value(code, day, BINJIANG) == shown(1.5, 1.5, 1.0)
    assert roads.value(code, day, CITY, "I") == shown(3.0, 3.0, 1.0)
    assert roads.value(code, day, CITY, "II") == shown(1.5, 1.5, 1.0)
    assert published(roads, code, day) == {
        *((area, "all") for area in (XIHU, BINJIANG, CITY)), *((area, "II") for area in (BINJIANG, CITY)),
        *((area, level) for area in (XIHU, CITY) for level in ("I", "III")),
    }  # fmt: skip
    # Nobody came to the only incident of the day.
    assert published(roads, code, "2026-03-02") == set()


def test_response_p90_is_of_incidents_that_were_reached(roads):
    code, day = "t1_response_p90_min", "2026-03-01"
    # Of ten the ninth; of eleven the tenth, for 90 % of them are 9.9; of III, which are eight, the eighth.
    assert roads.value(code, day, XIHU) == shown(9.0, 9.0, 1.0)
    assert roads.value(code, day, CITY) == shown(9.0, 9.0, 1.0)
    assert roads.value(code, day, XIHU, "III") == shown(10.0, 10.0, 1.0)
    assert roads.value(code, day, CITY, "I") == shown(9.0, 9.0, 1.0)
    assert published(roads, code, "2026-03-02") == set()


def test_escalations_in_time_take_a_quarter_of_an_hour_at_most(roads):
    code, day = "t1_escalation_in_time_pct", "2026-03-01"
    assert roads.value(code, day, XIHU) == shown(66.666667, 2.0, 3.0)
    assert roads.value(code, day, CITY) == shown(66.666667, 2.0, 3.0)
    assert roads.value(code, day, BINJIANG) == shown(None, 0.0, 0.0)
    assert published(roads, code, day) == {(area, "all") for area in (XIHU, BINJIANG, CITY)}


def test_acknowledged_in_time_are_messages_sent(roads):
    code, day = "t1_acknowledged_in_time_pct", "2026-03-01"
    assert roads.value(code, day, XIHU) == shown(60.0, 3.0, 5.0)
    assert roads.value(code, day, BINJIANG) == shown(50.0, 1.0, 2.0)
    assert roads.value(code, day, CITY) == shown(57.142857, 4.0, 7.0)
    assert roads.value(code, day, CITY, "II") == shown(50.0, 1.0, 2.0)
    assert roads.value(code, day, CITY, "III") == shown(60.0, 3.0, 5.0)
    assert roads.value(code, "2026-03-02", CITY) == shown(0.0, 0.0, 1.0)


def test_delay_is_summed_over_the_incidents_of_the_day(roads):
    code, day = "t1_incident_delay_vehicle_h", "2026-03-01"
    assert roads.value(code, day, XIHU) == shown(0.5, 0.5, 1.0)
    assert roads.value(code, day, BINJIANG) == shown(1.0, 1.0, 1.0)
    assert roads.value(code, day, CITY) == shown(1.5, 1.5, 1.0)
    assert published(roads, code, day) == {(area, "all") for area in (XIHU, BINJIANG, CITY)}
    assert roads.value(code, "2026-03-02", BINJIANG) == shown(0.0, 0.0, 1.0)


def test_congestion_is_the_time_taken_over_that_in_free_flow(roads):
    code, day = "t1_congestion_ratio", "2026-03-01"
    assert roads.value(code, day, XIHU) == shown(1.2, 360_000.0, 300_000.0)
    assert roads.value(code, day, CITY) == shown(1.2, 360_000.0, 300_000.0)
    assert roads.value(code, day, BINJIANG) == shown(None, 0.0, 0.0)


def test_monitored_major_roads_count_by_length(roads):
    code, day = "t1_monitored_major_road_pct", "2026-03-01"
    assert roads.value(code, day, XIHU) == shown(80.0, 800.0, 1000.0)
    assert roads.value(code, day, BINJIANG) == shown(0.0, 0.0, 600.0)
    assert roads.value(code, day, CITY) == shown(50.0, 800.0, 1600.0)
    assert roads.value(code, "2026-03-02", CITY) == shown(None, 0.0, None)
