"""The truth about ships against numbers typed by hand, and against the scenario it comes from."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from simulator.truth import ships as truth
from simulator.world.districts import District
from simulator.world.fairways import Fairway
from simulator.world.seaworthiness import rules
from tests.unit.part_city import DEFAULT
from tests.unit.port import port

DAY = date(2026, 3, 5)
BEGIN = DAY.toordinal() * 864_000
MINUTE = 600
# About 200 m wide and 1 km long, to the east and then to the north.
BENT = Fairway("F9", "", "111111", "x", ((120.0, 30.0, 100), (120.01, 30.0, 100), (120.01, 30.009, 100)))
OTHER = Fairway("F8", "", "222222", "x", ((121.0, 30.0, 100), (121.01, 30.0, 100)))


def _at(minutes: float) -> int:
    return BEGIN + round(minutes * MINUTE)


def _positions(*rows) -> pd.DataFrame:
    """(mmsi, minutes, longitude, latitude)"""
    made = [(mmsi, _at(minutes), lon, lat) for mmsi, minutes, lon, lat in rows]
    return pd.DataFrame(made, columns=["mmsi", "at_ds", "longitude", "latitude"])


def _passages(*rows) -> list[tuple]:
    found = truth.passages(_positions(*rows), (BENT, OTHER))
    return [
        (each.mmsi, each.fairway, (each.entered_ds - BEGIN) / MINUTE, (each.left_ds - BEGIN) / MINUTE)
        for each in found.itertuples()
    ]


def test_a_point_is_inside_an_outline_that_is_not_convex():
    outline = np.array([[0, 0], [4, 0], [4, 4], [3, 4], [3, 1], [0, 1], [0, 0]], dtype=float)
    inside = {(1, 0.5): True, (3.5, 3): True, (1, 2): False, (3.5, 0.5): True, (5, 0.5): False, (2.9, 1.1): False,
              (-1, 0.5): False, (3.5, 4.5): False}  # fmt: skip
    lon, lat = np.array(list(inside), dtype=float).T
    assert list(truth.inside(lon, lat, outline)) == list(inside.values())
    assert list(truth.inside(lon, lat, outline[::-1])) == list(inside.values())
    assert list(truth.inside(np.array([]), np.array([]), outline)) == []


def test_a_passage_is_of_positions_at_most_thirty_minutes_apart():
    here, there, away = (120.005, 30.0), (120.01, 30.005), (120.02, 30.02)
    assert _passages((1, 0, *away), (1, 1, *here), (1, 2, *there), (1, 3, *away)) == [(1, "F9", 1, 2)]
    assert _passages((1, 0, *here), (1, 30, *here)) == [(1, "F9", 0, 30)]
    assert _passages((1, 0, *here), (1, 30.1, *here)) == [(1, "F9", 0, 0), (1, "F9", 30.1, 30.1)]
    # Out and in again within 30 minutes is one; another ship or fairway is another.
    assert _passages((1, 0, *here), (1, 10, *away), (1, 20, *here)) == [(1, "F9", 0, 20)]
    assert _passages((1, 0, *here), (2, 10, *here)) == [(1, "F9", 0, 0), (2, "F9", 10, 10)]
    assert _passages((1, 0, *here), (1, 10, 121.005, 30.0)) == [(1, "F9", 0, 0), (1, "F8", 10, 10)]
    assert _passages((1, 1435, *here), (1, 1445, *here)) == [(1, "F9", 1435, 1445)]  # over midnight


NUMBERS = pd.DataFrame(
    [(1, "浙杭货00001"), (2, "浙杭货00002"), (9, "浙富货77777")], columns=["mmsi", "number"]
)


def _matched(seen: list[tuple], taken: list[tuple]) -> list[str]:
    """`seen`: (mmsi, minutes); `taken`: (number, minutes); all in one fairway unless a third says which."""
    passages = pd.DataFrame(
        [(mmsi, (*more, "F9")[0], _at(minutes)) for mmsi, minutes, *more in seen],
        columns=["mmsi", "fairway", "entered_ds"],
    )
    captures = pd.DataFrame(
        [
            (f"C{n}", (*more, "F9")[0], _at(minutes), number)
            for n, (number, minutes, *more) in enumerate(taken)
        ],
        columns=["capture", "fairway", "captured_ds", "number"],
    )
    return list(truth.matched(passages, captures, NUMBERS))


def test_captures_belong_to_passages_within_five_minutes():
    assert _matched([(1, 10)], [("浙杭货00001", 10)]) == ["exact"]
    assert _matched([(1, 10)], [("浙杭货00001", 5)]) == ["exact"]
    assert _matched([(1, 10)], [("浙杭货00001", 15)]) == ["exact"]
    assert _matched([(1, 10)], [("浙杭货00001", 15.002)]) == ["capture_only"]
    assert _matched([(1, 10)], [("浙杭货00001", 4.998)]) == ["capture_only"]
    for minutes, later in ((62, 58), (58, 62)):  # over the full hour
        assert _matched([(1, minutes)], [("浙杭货00001", later)]) == ["exact"]
    assert _matched([(1, 1441)], [("浙杭货00001", 1438)]) == ["exact"]  # and over midnight
    assert _matched([(1, 10, "F8")], [("浙杭货00001", 10)]) == ["capture_only"]


def test_numbers_are_equal_or_one_character_apart():
    assert _matched([(9, 10)], [("浙富货77771", 10)]) == ["one_character"]
    assert _matched([(9, 10)], [("浙富贷77777", 10)]) == ["one_character"]
    assert _matched([(9, 10)], [("浙富贷77771", 10)]) == ["capture_only"]
    assert _matched([(9, 10)], [("浙富货7777", 10)]) == ["capture_only"]  # a character is missing
    assert _matched([(9, 10)], [("", 10)]) == ["capture_only"]
    assert _matched([(5, 10)], [("浙富货77777", 10)]) == ["capture_only"]  # not in the list of ships


def test_only_first_choices_of_each_other_belong_together():
    # Equal before nearer, of either side.
    assert _matched([(1, 10)], [("浙杭货00003", 10), ("浙杭货00001", 14)]) == ["capture_only", "exact"]
    assert _matched([(1, 14), (2, 10)], [("浙杭货00001", 10)]) == ["exact"]
    # The nearer of two equal ones.
    assert _matched([(1, 10)], [("浙杭货00001", 12), ("浙杭货00001", 9)]) == ["capture_only", "exact"]
    assert _matched([(1, 10)], [("浙杭货00001", 7), ("浙杭货00001", 11)]) == ["capture_only", "exact"]
    # 00001 is one character from 00002, whose own capture is missing: its first choice is its own passage.
    assert _matched([(1, 10), (2, 10)], [("浙杭货00001", 12)]) == ["exact"]
    # No second round: the second capture's first choice is taken by the first, and it goes without.
    assert _matched([(1, 10), (2, 13)], [("浙杭货00003", 10), ("浙杭货00003", 11)]) == [
        "one_character",
        "capture_only",
    ]
    # Of two equally near, the earlier.
    assert _matched([(1, 10)], [("浙杭货00001", 12), ("浙杭货00001", 8)]) == ["capture_only", "exact"]


def _rule(minutes: float = 600, certificates=(), surveys=(), mmsi: int = 1) -> str:
    """`certificates`: (number, issued, expires, suspended from, until) in days from `DAY`, draught 2 m; `surveys`:
    (minutes, draught)."""
    day = DAY.toordinal()
    columns = ["certificate", "mmsi", "issued", "expires", "suspended_from", "suspended_until", "deepest_m"]
    listed = pd.DataFrame(
        [(number, 1, *(0 if each is None else day + each for each in days), 2.0) for number, *days in certificates],
        columns=columns,
    )  # fmt: skip
    draughts = pd.DataFrame(
        [("D", 1, _at(at), draught) for at, draught in surveys],
        columns=["survey", "mmsi", "surveyed_ds", "draught_m"],
    )
    (found,) = rules(pd.DataFrame({"mmsi": [mmsi], "at_ds": [_at(minutes)]}), listed, draughts)
    return found


def test_the_certificate_issued_last_decides_with_its_first_and_last_day():
    assert _rule() == "no_certificate"
    assert _rule(certificates=[("A", 0, 9, None, None)]) == "in_force"
    assert _rule(certificates=[("A", 1, 9, None, None)]) == "no_certificate"
    assert _rule(certificates=[("A", -9, 0, None, None)]) == "in_force"
    assert _rule(1439.9, certificates=[("A", -9, 0, None, None)]) == "in_force"
    assert _rule(1440, certificates=[("A", -9, 0, None, None)]) == "certificate_expired"
    assert _rule(certificates=[("A", -9, -1, None, None)]) == "certificate_expired"
    assert _rule(certificates=[("A", -9, 9, None, None)], mmsi=2) == "no_certificate"
    # The last one decides, though an earlier one is still good; of one day the greatest number.
    assert _rule(certificates=[("A", -9, 9, None, None), ("B", -5, -1, None, None)]) == "certificate_expired"
    assert _rule(certificates=[("B", -5, 9, None, None), ("A", -5, -1, None, None)]) == "in_force"


def test_a_suspension_lasts_from_its_first_to_its_last_day():
    suspended = "certificate_suspended"
    for since, until, found in ((-3, -1, "in_force"), (-3, 0, suspended), (0, 0, suspended), (0, 5, suspended),
                                (1, 5, "in_force"), (-3, None, suspended), (1, None, "in_force")):  # fmt: skip
        assert _rule(certificates=[("A", -9, 9, since, until)]) == found, (since, until)
    assert _rule(certificates=[("A", -9, -1, -3, None)]) == "certificate_expired"  # before the suspension


def test_the_last_survey_decides_if_it_is_at_most_thirty_days_old():
    good = [("A", -99, 9, None, None)]
    assert _rule(certificates=good, surveys=[(600, 2.01)]) == "overdraught"
    assert _rule(certificates=good, surveys=[(600, 2.0)]) == "in_force"
    assert _rule(certificates=good, surveys=[(600.1, 2.5)]) == "in_force"  # not yet surveyed
    assert _rule(certificates=good, surveys=[(300, 2.5), (400, 1.5)]) == "in_force"
    assert _rule(certificates=good, surveys=[(600 - 30 * 1440, 2.5)]) == "overdraught"
    assert _rule(certificates=good, surveys=[(600 - 30 * 1440 - 0.1, 2.5)]) == "in_force"
    assert _rule(certificates=[("A", -9, 9, -1, None)], surveys=[(600, 2.5)]) == "certificate_suspended"


def _judged(*judgements) -> list[tuple]:
    """(number, hours after the capture, by)"""
    captures = pd.DataFrame({"capture": ["C1"], "captured_ds": [_at(0)]})
    rows = [(number, "C1", _at(0) + round(hours * 36_000), by) for number, hours, by in judgements]
    frame = pd.DataFrame(rows, columns=["judgement", "capture", "judged_ds", "by"])
    return [(each.by, each.wait_s) for each in truth.judged(captures, frame).itertuples()]


def test_a_capture_is_judged_by_the_first_judgement_within_48_hours():
    assert _judged(("J2", 1, "officer"), ("J1", 0.5, "auto")) == [("auto", 1800.0)]
    assert _judged(("J1", 1, "officer"), ("J2", 0.5, "auto")) == [("auto", 1800.0)]
    assert _judged(("J2", 1, "officer"), ("J1", 1, "auto")) == [("auto", 3600.0)]  # the lesser number
    assert _judged(("J1", 48, "officer")) == [("officer", 172_800.0)]
    assert _judged(("J1", 48 + 1 / 36_000, "officer")) == []
    assert _judged(("J1", 0, "auto")) == [("auto", 0.0)]
    assert _judged(("J1", -1 / 36_000, "auto"), ("J2", 1, "officer")) == [("officer", 3600.0)]


def test_the_indicators_of_a_day_typed_by_hand():
    seen = pd.DataFrame(
        [("F9", _at(10), "in_force"), ("F9", _at(20), "overdraught"), ("F8", _at(30), "in_force"),
         ("F8", _at(1440), "no_certificate")],
        columns=["fairway", "entered_ds", "rule"],
    )  # fmt: skip
    captures = pd.DataFrame(
        [("F9", _at(10), "auto", 8.0, "exact"), ("F9", _at(20), "officer", 900.0, "one_character"),
         ("F8", _at(30), "", np.nan, "capture_only"), ("F9", _at(-1), "auto", 1.0, "capture_only")],
        columns=["fairway", "captured_ds", "by", "wait_s", "matched_as"],
    )  # fmt: skip
    vintages = tuple(
        District(code, "", "", "district", "", date(2013, 1, 1)) for code in ("111111", "222222")
    )
    table = truth.table(truth.Outcome(seen, captures, (BENT, OTHER), vintages), (DAY,))
    assert set(table["completeness"]) == {100.0}
    found = {
        (row.code[3:], row.area): (round(row.value, 4), row.numerator, row.denominator)
        for row in table.itertuples()
    }
    assert found == {
        ("auto_judged_pct", "111111"): (50, 1, 2), ("auto_judged_pct", "330100"): (50, 1, 2),
        ("capture_to_judgement_p95_s", "111111"): (900, 900, 1), ("capture_to_judgement_p95_s", "330100"): (900, 900, 1),
        ("unseaworthy_passage_pct", "111111"): (50, 1, 2), ("unseaworthy_passage_pct", "222222"): (0, 0, 1),
        ("unseaworthy_passage_pct", "330100"): (33.3333, 1, 3),
        ("recognition_error_pct", "111111"): (50, 1, 2), ("recognition_error_pct", "330100"): (50, 1, 2),
        ("unmatched_capture_pct", "111111"): (0, 0, 2), ("unmatched_capture_pct", "222222"): (100, 1, 1),
        ("unmatched_capture_pct", "330100"): (33.3333, 1, 3),
    }  # fmt: skip


def _of_the_city(city, as_of=None) -> pd.DataFrame:
    whole = truth.indicators(city, (as_of or city.after_late_data,))
    of_days = whole[whole["area_type"] == "city"].groupby("code")
    return pd.DataFrame({"world": of_days["world"].mean(), "knowable": of_days["knowable"].mean()})


MOVES = [
    ("t3_auto_judged_pct", {"judging": {"auto": 0.5, "officer": 0.45}}, -1),
    ("t3_capture_to_judgement_p95_s", {"judging": {"auto": 0.5, "officer": 0.45}}, 1),
    ("t3_unseaworthy_passage_pct", {"certificates": {"expired": 0.2}}, 1),
    ("t3_unseaworthy_passage_pct", {"surveys": {"overdraught": 0.9, "every_days": 1}}, 1),
    ("t3_recognition_error_pct", {"cameras": {"misread_one": 0.3}}, 1),
    ("t3_unmatched_capture_pct", {"cameras": {"unread": 0.3}}, 1),
    ("t3_unmatched_capture_pct", {"transponders": {"silent": 0.4}}, 1),
]


@pytest.fixture(scope="module")
def usual():
    return _of_the_city(port(1, 3, 0.05))


@pytest.mark.parametrize(("code", "changed", "way"), MOVES)
def test_the_scenario_moves_each_indicator(usual, code, changed, way):
    moved = _of_the_city(port(1, 3, 0.05, changed=changed))
    for number in ("world", "knowable"):
        assert way * (moved.loc[code, number] - usual.loc[code, number]) > 0.1 * usual.loc[code, number]


def test_nothing_is_lost_where_nothing_goes_wrong():
    nothing = dict.fromkeys(
        ("late_file", "missing_file", "empty_file", "corrected_file", "removed_column"), 0.0
    )
    city = port(
        3, 4, 0.05, changed={
            "files": nothing, "fleet": {"unlisted": 0.0},
            "transponders": {"silent": 0.0, "short_gap": 0.0, "long_gap": 0.0, "missing_report": 0.0},
            "cameras": {"misread_two": 0.0, "unread": 0.0}, "rows": dict.fromkeys(DEFAULT.ships.rows.model_dump(), 0.0),
        },
    )  # fmt: skip
    found = _of_the_city(city)
    assert found.loc["t3_unmatched_capture_pct", "world"] == 0
    # But for ships that were in a fairway when the first day began, or enter it when the last ends.
    assert found.loc["t3_unmatched_capture_pct", "knowable"] < 1.5
    assert found.loc["t3_recognition_error_pct", "knowable"] == pytest.approx(
        found.loc["t3_recognition_error_pct", "world"], abs=0.3
    )


def test_what_is_known_at_an_instant_follows_late_and_corrected_files():
    city = port(5, 6, 0.01)
    kinds = {label.kind for label in city.labels if label.feed == "transport.ais_position"}
    assert {"late_file", "corrected_file"} <= kinds
    last = max(
        each.sent.arrived_at
        for each in city.observations
        for label in each.labels
        if label.kind == "corrected_file"
    )
    before, after = (_of_the_city(city, at) for at in (last - timedelta(seconds=1), last))
    assert (
        before.loc["t3_unmatched_capture_pct", "knowable"] > after.loc["t3_unmatched_capture_pct", "knowable"]
    )
