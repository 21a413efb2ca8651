"""Whose delay is whose, and which messages are in time, against numbers typed by hand."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from simulator.truth import roads as truth
from simulator.truth.road_delay import Network, costs_ms, delays_ms, times_ms

DAY = date(2026, 3, 5)
BEGIN = DAY.toordinal() * 864_000
MINUTE = 600
# Middles on the equator, a thousandth of a degree being 111.195 m: the fourth is 1990 m from the first, the fifth 2002 m.
LINE = Network(
    np.full(5, 1000), np.array([0.0, 0.005, 0.010, 0.0179, 0.0180]), np.zeros(5)
)  # fmt: skip


def _at(minutes: float) -> int:
    return BEGIN + round(minutes * MINUTE)


def _one_each() -> np.ndarray:
    """A cost of one in each interval of three days, the middle one `DAY`."""
    return np.ones((5, 864), dtype=np.int64)


def _delays(*incidents: tuple, costs: np.ndarray | None = None) -> tuple[list[int], list[int]]:
    """`incidents`: (number, place, minutes). What belongs to each, and how many segments it reaches."""
    rows = pd.DataFrame(
        [(number, place, _at(minutes)) for number, place, minutes in incidents],
        columns=["incident", "place", "reported_ds"],
    )
    made = delays_ms(LINE, rows, _one_each() if costs is None else costs, DAY - timedelta(1))
    return tuple(list(each) for each in made)


def test_times_are_whole_milliseconds_rounded_down():
    # 1000 m at 36.0, 70.0, 42.7 and 1.0 km/h
    found = times_ms(np.full(4, 1000), np.array([360, 700, 427, 10]))
    assert list(found) == [100_000, 51_428, 84_309, 3_600_000]
    assert list(times_ms(np.array([20_000]), np.array([10]))) == [72_000_000]


def test_what_is_lost_is_longer_than_on_an_empty_road_times_the_vehicles():
    passed = pd.DataFrame(
        # half as fast; faster than free; nobody; a segment that no list knows
        [(0, 7, 360, 720, 3), (1, 8, 720, 600, 5), (2, 9, 0, 600, 0), (5, 7, 360, 720, 3)],
        columns=["place", "interval", "speed_dkmh", "free_dkmh", "vehicles"],
    )
    sheet = costs_ms(LINE, passed)
    assert sheet.shape == (5, 288)
    assert sheet[0, 7] == 150_000  # 100 s less 50 s, three times
    assert sheet.sum() == 150_000


def test_an_incident_reaches_two_kilometres_and_from_30_minutes_before_to_120_after_the_report():
    assert _delays(("A", 0, 600)) == ([4 * 30], [4])
    assert _delays(("A", 4, 600)) == ([4 * 30], [4])
    assert _delays(("A", 2, 600)) == ([5 * 30], [5])
    costs = np.zeros((5, 864), dtype=np.int64)
    for minutes, cost in ((569, 0), (570, 1), (715, 1), (720, 0)):  # 09:25, 09:30, 11:55 and 12:00, for 10:00
        costs[:] = 0
        costs[0, 288 + minutes // 5] = 1
        assert _delays(("A", 0, 600), costs=costs) == ([cost], [4]), minutes
    # A second later: the interval of 09:30 begins too early, that of 12:00 in time.
    for minutes, cost in ((570, 0), (575, 1), (720, 1), (725, 0)):
        costs[:] = 0
        costs[0, 288 + minutes // 5] = 1
        assert _delays(("A", 0, 600 + 1 / 60), costs=costs) == ([cost], [4]), minutes
    assert _delays(("A", 7, 600)) == ([0], [0])  # on a segment that no list knows


def test_an_incident_reaches_over_midnight_on_either_side():
    costs = _one_each()
    costs[:, :288] *= 100
    costs[:, 576:] *= 10_000
    assert _delays(("A", 4, 0), costs=costs)[0] == [4 * (6 * 100 + 24)]
    assert _delays(("A", 4, 1439), costs=costs)[0] == [4 * (6 + 24 * 10_000)]  # 23:59: from 23:30 to 01:55


def test_an_interval_belongs_to_the_nearest_incident_then_the_earlier_then_the_lesser_number():
    # Segments 0 and 1 are nearer to 0, 2 lies as far from 0.0 as from 0.020, 3 and 4 are nearer to 4.
    assert _delays(("A", 0, 600), ("B", 4, 600))[0] == [2 * 30, 3 * 30]
    # An hour later: what the one does not reach any more is the other's.
    assert _delays(("A", 0, 600), ("B", 4, 660))[0] == [2 * 30 + 2 * 12, 3 * 30 + 1 * 12]
    assert _delays(("A", 0, 600), ("B", 0, 660))[0] == [4 * 30, 4 * 12]
    assert _delays(("A", 0, 660), ("B", 0, 600))[0] == [4 * 12, 4 * 30]
    assert _delays(("B", 0, 600), ("A", 0, 600))[0] == [0, 4 * 30]
    # Of the day before, and the day after.
    assert _delays(("A", 0, -30), ("B", 0, 30))[0] == [4 * 30, 4 * 12]
    assert _delays(("A", 0, 1410), ("B", 0, 1470))[0] == [4 * 30, 4 * 12]


def _in_time(*events: tuple) -> list[tuple]:
    """`events`: (message, s or a, seconds after noon[, level[, number]]); of each send the level and whether it is in time."""
    rows = pd.DataFrame(
        [
            (f"{(*more, 1, number)[1] if len(more) > 1 else number:03d}", message, (*more, 1)[0], "C001", kind == "s",
             BEGIN + 432_000 + round(10 * seconds))
            for number, (message, kind, seconds, *more) in enumerate(events)
        ],
        columns=["event", "message", "level", "receiver", "is_sent", "acted_ds"],
    )  # fmt: skip
    return [(each.level, each.in_time) for each in truth._sends(rows, DAY).itertuples()]


def test_a_message_is_in_time_by_the_level_that_receives_it():
    for level, name, limit in ((1, "I", 60), (2, "II", 120), (3, "III", 300)):
        assert _in_time(("M", "s", 0, level), ("M", "a", limit, level)) == [(name, True)]
        assert _in_time(("M", "s", 0, level), ("M", "a", limit + 1, level)) == [(name, False)]
    assert _in_time(("M", "s", 0)) == [("I", False)]
    assert _in_time(("M", "a", 0)) == []
    assert _in_time(("M", "s", 0), ("N", "a", 10)) == [("I", False)]


def test_a_message_is_acknowledged_by_what_follows_it_if_it_is_not_sent_again_before():
    assert _in_time(("M", "s", 0), ("M", "a", 90), ("M", "a", 30)) == [("I", True)]
    assert _in_time(("M", "a", -5), ("M", "s", 0)) == [("I", False)]
    assert _in_time(("M", "a", 0), ("M", "s", 0)) == [("I", False)]  # not in the very instant
    assert _in_time(("M", "s", 0), ("M", "s", 20), ("M", "a", 30)) == [("I", False), ("I", True)]
    assert _in_time(("M", "s", 0), ("M", "a", 20), ("M", "s", 20)) == [("I", True), ("I", False)]
    # Twice in an instant: the one of the greater number is the last.
    assert _in_time(("M", "s", 0, 1, 2), ("M", "s", 0, 3, 1), ("M", "a", 30, 1, 3)) == [
        ("III", False),
        ("I", True),
    ]
    # The next day's acknowledgement counts, the next day's send does not.
    assert _in_time(("M", "s", 43_190, 3), ("M", "a", 43_250, 3), ("N", "s", 43_200)) == [("III", True)]
