"""Delays beside the declared deadline, by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from citylake.stewardship.gaps.delays import advice, iso, percentile

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.9, 90), (0.95, 95), (0.99, 99), (1.0, 100)])
def test_a_percentile_is_a_delay_that_happened(share, value):
    assert percentile([float(n) for n in range(1, 101)], share) == value


def test_half_of_three_is_the_second():
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2


def test_the_percentiles_of_one_delay_are_that_delay():
    assert [percentile([7.0], share) for share in (0.5, 0.99)] == [7, 7]


@pytest.mark.parametrize(
    ("deadline", "p99", "in_time", "expected"),
    [
        (12 * HOUR, 11 * HOUR, 99.5, None),
        (12 * HOUR, 30.2 * HOUR, 90.0, "a deadline of P1DT7H would have covered 99 %"),
        (12 * HOUR, 6 * HOUR, 100.0, None),
        (13 * HOUR, 6 * HOUR, 100.0, "a deadline of PT6H would have covered 99 %"),
        (timedelta(minutes=5), timedelta(seconds=70), 100.0, "a deadline of PT2M would have covered 99 %"),
        (12 * HOUR, -HOUR, 100.0, "a deadline of PT1M would have covered 99 %"),
    ],
)
def test_a_deadline_far_from_what_99_percent_needed_is_told(deadline, p99, in_time, expected):
    assert advice(deadline, p99, in_time) == expected


@pytest.mark.parametrize(
    ("duration", "text"),
    [(12 * HOUR, "PT12H"), (72 * HOUR, "P3D"), (26 * HOUR, "P1DT2H"), (HOUR / 12, "PT5M")],
)
def test_a_duration_is_written_as_in_a_feed_file(duration, text):
    assert iso(duration) == text
