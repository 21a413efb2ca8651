"""Sets of days as ranges."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from citylake.conform.days import ranges, widened

DAY = timedelta(days=1)


def march(day: int) -> date:
    return date(2026, 3, day)


def test_days_become_the_fewest_ranges_oldest_first():
    assert ranges([march(5), march(1), march(2), march(9), march(4)]) == [
        (march(1), march(2)),
        (march(4), march(5)),
        (march(9), march(9)),
    ]
    assert ranges([]) == []


def test_a_range_goes_over_the_end_of_a_month():
    assert ranges([date(2026, 3, 1), date(2026, 2, 28)]) == [(date(2026, 2, 28), date(2026, 3, 1))]


def test_a_window_widens_each_range_and_merges_what_touches():
    spans = ranges([march(5), march(8), march(20)])
    assert widened(spans, 1 * DAY, 0 * DAY) == [
        (march(4), march(5)),
        (march(7), march(8)),
        (march(19), march(20)),
    ]
    assert widened(spans, 1 * DAY, 1 * DAY) == [(march(4), march(9)), (march(19), march(21))]
    assert widened(spans, 30 * DAY, 0 * DAY) == [(march(5) - 30 * DAY, march(20))]


days = st.sets(st.integers(0, 60).map(lambda n: date(2026, 1, 1) + n * DAY), max_size=30)


@given(days, st.integers(0, 5), st.integers(0, 5))
def test_a_widened_set_holds_exactly_the_days_a_window_reads(chosen, before, after):
    read = {day + n * DAY for day in chosen for n in range(-before, after + 1)}
    spans = widened(ranges(chosen), before * DAY, after * DAY)
    assert {first + n * DAY for first, last in spans for n in range((last - first).days + 1)} == read
    assert all(b[0] - a[1] > DAY for a, b in zip(spans, spans[1:], strict=False)), "ranges do not touch"
