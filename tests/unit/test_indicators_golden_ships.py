"""The indicators of ships, computed by hand; `golden` in their declarations names the tests."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.marts_city import DISTRICTS, build
from tests.unit.ship_city import alone, capture, fairway, passage

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
XIHU, BINJIANG = "330106", "330108"
PASSAGES = [
    # Three of four in Xihu are not seaworthy, none of two in Binjiang.
    passage("A1", "F01", FIRST), passage("A2", "F01", FIRST, "no_certificate"), passage("A3", "F01", FIRST, "overdraught"),
    passage("A4", "F01", FIRST, "certificate_expired"), passage("B1", "F02", FIRST), passage("B2", "F02", FIRST),
    # None of these counts: only captured, in a fairway that no list knows, another day.
    alone("X1", "F01", FIRST), passage("X2", "F99", FIRST, "certificate_suspended"),
    passage("X3", "F01", SECOND, "certificate_suspended"),
]  # fmt: skip
CAPTURES = [
    # Of twenty that are judged in Xihu, in 1 to 20 seconds, two are judged by officers, four are misread.
    *[capture(f"C{n}", "F01", FIRST, "one_character" if n > 16 else "exact", "officer" if n > 18 else "auto", float(n))
      for n in range(1, 21)],
    # In Binjiang two of three belong to no passage, and one of them is judged, after a day.
    capture("D1", "F02", FIRST), capture("D2", "F02", FIRST, "capture_only"),
    capture("D3", "F02", FIRST, "capture_only", "officer", 86_400.0),
    # Another day: nothing is judged, nothing matched. And a fairway that no list knows.
    capture("E1", "F02", SECOND, "capture_only"), capture("X1", "F99", FIRST, "capture_only", "auto", 0.1),
]  # fmt: skip


@pytest.fixture(scope="module")
def ships(module_home):
    city = build(
        "transport", "golden ships", [FIRST, SECOND],
        {
            "conformed.governance.district": DISTRICTS,
            "conformed.transport.fairway": [fairway("F01", XIHU), fairway("F02", BINJIANG)],
            "conformed.transport.ship_passage": PASSAGES,
            "conformed.transport.ship_capture": CAPTURES,
        },
    )  # fmt: skip
    yield city
    city.scratch.__exit__(None, None, None)


def test_judged_automatically_are_those_whose_first_judgement_is(ships):
    # 18 of 20 in Xihu; D3 by an officer makes 18 of 21. What was never judged is in neither number.
    assert ships.value("t3_auto_judged_pct", "2026-03-01", XIHU) == (90.0, 18.0, 20.0, 100.0, "shown")
    assert ships.value("t3_auto_judged_pct", "2026-03-01", "330100") == (
        85.714286,
        18.0,
        21.0,
        100.0,
        "shown",
    )
    assert ships.value("t3_auto_judged_pct", "2026-03-02", "330100") == (
        None,
        0.0,
        0.0,
        100.0,
        "not_reported",
    )


def test_unseaworthy_passages_are_those_that_are_not_in_force(ships):
    assert ships.value("t3_unseaworthy_passage_pct", "2026-03-01", XIHU) == (75.0, 3.0, 4.0, 100.0, "shown")
    assert ships.value("t3_unseaworthy_passage_pct", "2026-03-01", BINJIANG) == (
        0.0,
        0.0,
        2.0,
        100.0,
        "shown",
    )
    assert ships.value("t3_unseaworthy_passage_pct", "2026-03-01", "330100") == (
        50.0,
        3.0,
        6.0,
        100.0,
        "shown",
    )


def test_capture_to_judgement_p95_is_of_captures_that_were_judged(ships):
    # Of twenty the nineteenth; of twenty-one the twentieth, for 95 % of them are 19.95.
    assert ships.value("t3_capture_to_judgement_p95_s", "2026-03-01", XIHU) == (
        19.0,
        19.0,
        1.0,
        100.0,
        "shown",
    )
    assert ships.value("t3_capture_to_judgement_p95_s", "2026-03-01", "330100") == (
        20.0,
        20.0,
        1.0,
        100.0,
        "shown",
    )
    assert ships.value("t3_capture_to_judgement_p95_s", "2026-03-02", "330100") == (
        None, None, None, 100.0, "not_reported",
    )  # fmt: skip


def test_recognition_errors_are_matches_one_character_apart(ships):
    # Four of twenty in Xihu; with D1, and without what belongs to no passage, of 21.
    assert ships.value("t3_recognition_error_pct", "2026-03-01", XIHU) == (20.0, 4.0, 20.0, 100.0, "shown")
    assert ships.value("t3_recognition_error_pct", "2026-03-01", "330100") == (
        19.047619,
        4.0,
        21.0,
        100.0,
        "shown",
    )
    assert ships.value("t3_recognition_error_pct", "2026-03-02", "330100") == (
        None,
        0.0,
        0.0,
        100.0,
        "not_reported",
    )


def test_unmatched_captures_belong_to_no_passage(ships):
    assert ships.value("t3_unmatched_capture_pct", "2026-03-01", BINJIANG) == (
        66.666667,
        2.0,
        3.0,
        100.0,
        "shown",
    )
    assert ships.value("t3_unmatched_capture_pct", "2026-03-01", "330100") == (
        8.695652,
        2.0,
        23.0,
        100.0,
        "shown",
    )
    assert ships.value("t3_unmatched_capture_pct", "2026-03-02", "330100") == (
        100.0,
        1.0,
        1.0,
        100.0,
        "shown",
    )
