"""Identifiers sort by time and repeat for the same delivery; durations have a fixed length."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citylake.clock import derived_id, new_id, parse_duration

MOMENT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def test_the_same_delivery_always_has_the_same_id():
    assert derived_id(MOMENT, "feed", "s3://inbox/a", "v1") == derived_id(
        MOMENT, "feed", "s3://inbox/a", "v1"
    )


def test_an_id_begins_with_its_time_as_ulids_do():
    # The example of the ULID specification: 1469918176385 milliseconds since 1970.
    at = datetime(2016, 7, 30, 22, 36, 16, 385_000, tzinfo=UTC)
    assert derived_id(at, "feed").startswith("01ARYZ6S41")


def test_parts_are_not_run_together():
    assert derived_id(MOMENT, "ab", "c") != derived_id(MOMENT, "a", "bc")
    assert derived_id(MOMENT, "a", "b") != derived_id(MOMENT, "b", "a")


def test_an_id_needs_an_aware_time():
    with pytest.raises(ValueError, match="an id needs an aware time"):
        derived_id(datetime(2026, 3, 1), "feed")  # noqa: DTZ001


@given(st.integers(0, 4_000_000_000), st.integers(1, 1_000_000))
def test_ids_sort_by_time(second, later):
    earlier_id = derived_id(datetime.fromtimestamp(second, UTC), "x")
    assert earlier_id < derived_id(datetime.fromtimestamp(second + later, UTC), "a")


def test_new_ids_have_26_characters_and_are_all_different():
    made = {new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(each) for each in made} == {26}
    assert not set("".join(made)) & set("ILOU")


@pytest.mark.parametrize(
    ("text", "duration"),
    [("P1D", timedelta(days=1)), ("PT5M", timedelta(minutes=5)), ("P1DT12H", timedelta(days=1, hours=12)),
     ("PT30S", timedelta(seconds=30)), ("P3650D", timedelta(days=3650)), ("PT0S", timedelta(0))],
)  # fmt: skip
def test_durations_of_days_and_smaller_are_read(text, duration):
    assert parse_duration(text) == duration


@pytest.mark.parametrize("text", ["", "1D", "P1Y", "P1M", "P1Y2M", "-P1D", "PT", "P", "P1D ", "one day"])
def test_anything_else_is_no_duration(text):
    with pytest.raises(ValueError):  # noqa: PT011
        parse_duration(text)
