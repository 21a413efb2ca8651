"""The truth about roads against numbers typed by hand, and against the scenario it comes from."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from simulator.deliveries import Delivery, Observation, Reading, local
from simulator.departments import command_message, incident, road_lists, road_speed
from simulator.departments.command_message import Messages
from simulator.departments.incident import Incidents
from simulator.departments.road_speed import Speeds
from simulator.truth import roads as truth
from simulator.world.districts import District
from tests.unit.part_city import DEFAULT
from tests.unit.road_network import road_city

DAY = date(2026, 3, 5)
BEGIN = DAY.toordinal() * 864_000
MINUTE = 600


def _at(minutes: float) -> int:
    return BEGIN + round(minutes * MINUTE)


LISTED = (
    ("S00001", "甲路", "111111", "1000", "是", "2026-03-05", "0.000000", "0.000000", ""),
    ("S00002", "甲路", "111111", "3000", "是", "2026-03-06", "0.005000", "0.000000", ""),
    ("S00004", "乙路", "222222", "2000", "否", "", "0.900000", "0.000000", ""),
)
VINTAGES = tuple(District(code, "", "", "district", "", date(2013, 1, 1)) for code in ("111111", "222222"))


def _observation(feed: str, sender: str, at: datetime, facts) -> Observation:
    name = f"{feed}{at:%Y%m%d}"
    return Observation(
        Delivery("transport", name, 1, sender, at, b""), (), (Reading(feed, "admitted"),), facts
    )


def _incidents(day: date, *rows: tuple) -> Observation:
    """(number, level, segment, minutes, minutes until arrived or None, grew out of)"""
    made = pd.DataFrame(
        [(number, level, segment, _at(minutes), 0 if until is None else _at(minutes + until), before)
         for number, level, segment, minutes, until, before in rows],
        columns=["incident", "level", "segment", "reported_ds", "arrived_ds", "escalated_from"],
    )  # fmt: skip
    return _observation(incident.FEED, "traffic-command", local(day + timedelta(1), 1), Incidents(day, made))


def _speeds(day: date, *rows: tuple) -> Observation:
    """(number of the segment, interval, tenths of km/h, of the empty road, vehicles)"""
    names = ["segment", "interval", "speed_dkmh", "free_dkmh", "vehicles"]
    facts = Speeds(day, pd.DataFrame(rows, columns=names))
    return _observation(road_speed.FEED, "road-detectors", local(day + timedelta(1), 2), facts)


def _sent(day: date, *rows: tuple) -> Observation:
    names = ["event", "message", "level", "receiver", "is_sent", "acted_ds"]
    facts = Messages(day, pd.DataFrame(rows, columns=names))
    return _observation(command_message.FEED, "traffic-command", local(day + timedelta(1), 3), facts)


@pytest.fixture(scope="module")
def typed():
    """A city of three days, typed by hand."""
    before, after = DAY - timedelta(1), DAY + timedelta(1)
    seen = (
        _observation("governance.district", "x", local(before, 6), VINTAGES),
        _observation(road_lists.SEGMENT, "x", local(before, 6), LISTED),
        _observation(road_lists.CENTRE, "x", local(before, 6), (("C001", "", "", "111111"), ("C002", "", "", "222222"))),
        _incidents(before, ("A", "III", "S00001", -10, 20, "")),
        _speeds(before, (1, 284, 360, 720, 1)),
        _incidents(
            DAY,
            ("B", "II", "S00001", 5, 10, "A"),  # 15 minutes after
            ("C", "II", "S00004", 600, 30, ""), ("D", "I", "S00004", 616, 20, "C"),  # 16 minutes after
            ("E", "III", "S00002", 700, None, "nobody"), ("F", "III", "S00003", 700, 5, ""),
        ),
        # 00:00 is nearest to A and B alike, and A came first; 09:30 is C's; what passes on S00003 is on no list.
        _speeds(DAY, (1, 0, 360, 720, 2), (1, 26, 360, 720, 4), (4, 114, 720, 360, 6), (4, 115, 360, 720, 5),
                (4, 116, 0, 720, 0), (3, 115, 360, 720, 9)),
        _sent(DAY, ("1", "M", 1, "C001", True, _at(600)), ("2", "M", 1, "C001", False, _at(601)),
              ("3", "N", 3, "C002", True, _at(1439)), ("4", "K", 2, "C002", True, _at(700)),
              ("5", "L", 2, "C009", True, _at(700))),
        _incidents(after, ("G", "III", "S00001", 1450, 10, "")),
        _sent(after, ("1", "N", 3, "C002", False, _at(1444)), ("2", "P", 3, "C002", True, _at(1444))),
    )  # fmt: skip
    return replace(road_city(1, 1, 0.0, DAY), observations=seen)


def _values(outcome: truth.Outcome) -> dict:
    made = truth.table(outcome, DAY)
    assert set(made["completeness"]) == {100.0}
    assert set(made["vintage"]) == {"all", "2013-01-01"}
    return {
        (row.code[3:], row.area, row.group): (round(row.value, 6), row.numerator, row.denominator)
        for row in made.itertuples()
    }


def test_what_is_known_of_a_day_typed_by_hand(typed):
    found = _values(truth.known_at(typed, DAY, local(DAY + timedelta(3), 0)))
    hour = 3_600_000
    expected = {
        # B 10, C 30 and D 20 minutes; E was not reached, and of F's segment nothing is known.
        ("response_p50_min", "111111", "all"): (10, 10, 1), ("response_p50_min", "111111", "II"): (10, 10, 1),
        ("response_p50_min", "222222", "all"): (20, 20, 1), ("response_p50_min", "222222", "II"): (30, 30, 1),
        ("response_p50_min", "222222", "I"): (20, 20, 1), ("response_p50_min", "330100", "all"): (20, 20, 1),
        ("response_p50_min", "330100", "II"): (10, 10, 1), ("response_p50_min", "330100", "I"): (20, 20, 1),
        # B after 15 minutes is in time, D after 16 is not, of E's nothing is known.
        ("escalation_in_time_pct", "111111", "all"): (100, 1, 1), ("escalation_in_time_pct", "222222", "all"): (0, 0, 1),
        ("escalation_in_time_pct", "330100", "all"): (50, 1, 2),
        # M after 60 s, N after 300 s and midnight; K never. L is for a centre that no list knows, P of another day.
        ("acknowledged_in_time_pct", "111111", "all"): (100, 1, 1), ("acknowledged_in_time_pct", "111111", "I"): (100, 1, 1),
        ("acknowledged_in_time_pct", "222222", "all"): (50, 1, 2), ("acknowledged_in_time_pct", "222222", "II"): (0, 0, 1),
        ("acknowledged_in_time_pct", "222222", "III"): (100, 1, 1),
        ("acknowledged_in_time_pct", "330100", "all"): (66.666667, 2, 3),
        ("acknowledged_in_time_pct", "330100", "I"): (100, 1, 1), ("acknowledged_in_time_pct", "330100", "II"): (0, 0, 1),
        ("acknowledged_in_time_pct", "330100", "III"): (100, 1, 1),
        # Until 01:50 on S00001 it is A's, of the day before; 02:10 is nobody's, and 09:35 (5 x 100 s) C's.
        ("incident_delay_vehicle_h", "111111", "all"): (0, 0, 1),
        ("incident_delay_vehicle_h", "222222", "all"): (round(500_000 / hour, 6), 500_000 / hour, 1),
        ("incident_delay_vehicle_h", "330100", "all"): (round(500_000 / hour, 6), 500_000 / hour, 1),
        # 6 x 100 s of 6 x 50 s; 6 x 100 s + 5 x 200 s of 6 x 200 s + 5 x 100 s.
        ("congestion_ratio", "111111", "all"): (2, 600_000, 300_000),
        ("congestion_ratio", "222222", "all"): (round(1_600 / 1_700, 6), 1_600_000, 1_700_000),
        ("congestion_ratio", "330100", "all"): (1.1, 2_200_000, 2_000_000),
        ("monitored_major_road_pct", "111111", "all"): (25, 1000, 4000),
        ("monitored_major_road_pct", "330100", "all"): (25, 1000, 4000),
    }  # fmt: skip
    p90 = {key: value for key, value in found.items() if key[0] == "response_p90_min"}
    assert {key: value for key, value in found.items() if key not in p90} == expected
    assert p90["response_p90_min", "330100", "all"] == (30, 30, 1)
    assert p90["response_p90_min", "222222", "all"] == (30, 30, 1)
    assert p90["response_p90_min", "330100", "II"] == (30, 30, 1)
    assert len(p90) == 8


def test_what_has_not_come_yet_is_not_known(typed):
    # At half past two the speeds of the day are there, its messages and the next day's files are not.
    known = truth.known_at(typed, DAY, local(DAY + timedelta(1), 2, 30))
    found = _values(known)
    assert {code for code, *_ in found} == {
        "response_p50_min", "response_p90_min", "escalation_in_time_pct", "incident_delay_vehicle_h", "congestion_ratio",
        "monitored_major_road_pct",
    }  # fmt: skip
    # Before them, incidents are known to have cost nothing yet, and of segments nothing is said.
    found = _values(truth.known_at(typed, DAY, local(DAY + timedelta(1), 1, 30)))
    assert found["incident_delay_vehicle_h", "222222", "all"] == (0, 0, 1)
    assert {code for code, *_ in found} & {"congestion_ratio", "monitored_major_road_pct"} == set()
    assert not len(truth.table(truth.known_at(typed, DAY, local(DAY, 12)), DAY))


def _of_the_city(city, as_of=None) -> pd.DataFrame:
    whole = truth.indicators(city, (as_of or city.after_late_data,))
    of_days = whole[(whole["area_type"] == "city") & (whole["group"] == "all")].groupby("code")
    return pd.DataFrame({"world": of_days["world"].mean(), "knowable": of_days["knowable"].mean()})


NEVER_LATE = dict.fromkeys(DEFAULT.roads.files.model_dump(), 0.0)
ARRIVAL_S = DEFAULT.roads.incidents.arrival_s
MOVES = [
    ("t1_response_p50_min", {"incidents": {"arrival_s": ARRIVAL_S.model_copy(update={"median": 1500.0})}}, 1),
    ("t1_response_p90_min", {"incidents": {"arrival_s": ARRIVAL_S.model_copy(update={"spread": 1.0})}}, 1),
    ("t1_acknowledged_in_time_pct", {"messages": {"never": 0.4}}, -1),
    ("t1_incident_delay_vehicle_h", {"incidents": {"per_day": 1200}}, 1),
    ("t1_congestion_ratio", {"incidents": {"per_day": 4000}}, 1),
    ("t1_monitored_major_road_pct", {"network": {"monitored": 0.5}}, -1),
]  # fmt: skip


@pytest.fixture(scope="module")
def usual():
    return _of_the_city(road_city(1, 3, 0.1, changed={"files": NEVER_LATE}))


@pytest.mark.parametrize(("code", "changed", "way"), MOVES)
def test_the_scenario_moves_each_indicator(usual, code, changed, way):
    moved = _of_the_city(road_city(1, 3, 0.1, changed=changed | {"files": NEVER_LATE}))
    for number in ("world", "knowable"):
        assert way * (moved.loc[code, number] - usual.loc[code, number]) > 0.1 * usual.loc[code, number]


def test_nothing_is_lost_where_nothing_goes_wrong():
    none = {
        part: dict.fromkeys(getattr(DEFAULT.roads, part).model_dump(), 0.0)
        for part in ("files", "detectors", "speed_rows", "incident_rows", "message_rows")
    }
    city = road_city(3, 4, 0.05, changed=none | {"network": {"unlisted": 0.0}})
    whole = truth.indicators(city, (city.after_late_data,))
    inner = whole[whole["period"].isin([day.isoformat() for day in city.days[1:-1]])]
    both = inner.dropna(subset=["world", "knowable"])
    # What happens after midnight is not in the file of the evening, and 1 % of the escalated name nobody.
    is_exact = ~both["code"].isin(["t1_response_p50_min", "t1_response_p90_min", "t1_escalation_in_time_pct"])
    exact = both[is_exact]
    assert len(exact) > 60
    assert (exact["world"] - exact["knowable"]).abs().max() < 1e-9
    assert len(inner) - len(both) <= 2


def test_what_is_known_at_an_instant_follows_late_and_corrected_files():
    changed = {"files": NEVER_LATE | {"late_file": 0.3, "corrected_file": 0.25}}
    city = road_city(2, 6, 0.05, changed=changed)
    labels = {(label.feed, label.kind) for label in city.labels if label.source_row is None}
    assert {(road_speed.FEED, "late_file"), (road_speed.FEED, "corrected_file")} <= labels
    last = max(
        each.sent.arrived_at
        for each in city.observations
        for label in each.labels
        if (label.feed, label.kind) == (road_speed.FEED, "corrected_file")
    )
    before, after = (_of_the_city(city, at) for at in (last - timedelta(seconds=1), last))
    assert before.loc["t1_congestion_ratio", "knowable"] > after.loc["t1_congestion_ratio", "knowable"]
    gap = (after["knowable"] - after["world"]).abs()
    assert gap["t1_congestion_ratio"] < 0.02
