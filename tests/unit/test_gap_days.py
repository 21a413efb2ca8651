"""The slots of a feed by the calendar: working days, local midnights, clock changes, deadlines."""

from __future__ import annotations

from datetime import date

import pytest

from citylake.calendar import china, working_day_numbers, working_days
from citylake.errors import Problems
from citylake.stewardship.gaps.days import (
    deadline_of_day,
    end_of_day,
    expected_days,
    next_expected,
    parts_of_day,
)
from tests.offline import make_feed
from tests.unit.gap_feeds import COLUMNS, feed_of, utc

WORKING = china()


def test_a_week_of_the_spring_festival_is_free_and_two_weekend_days_make_up_for_it():
    feed = feed_of(calendar="working_days")
    days = list(expected_days(feed, date(2026, 2, 13), date(2026, 3, 1), WORKING))
    # Free from Sunday 15 to Monday 23; Saturday 14 and Saturday 28 are worked. Sunday 1 March is not.
    assert [day.day for day in days] == [13, 14, 24, 25, 26, 27, 28]


def test_every_day_is_expected_where_nothing_else_is_declared():
    days = list(expected_days(feed_of(), date(2026, 2, 13), date(2026, 3, 1), WORKING))
    assert len(days) == 17


def test_a_day_ends_at_the_midnight_of_the_zone_whose_day_it_is():
    assert end_of_day(feed_of(zone="UTC"), date(2026, 3, 1)) == utc(2)
    local = make_feed(COLUMNS, format={"kind": "csv", "timezone": "UTC"}, delivers="additions",
                      partition={"by": "at", "zone": "Asia/Shanghai"})  # fmt: skip
    assert end_of_day(local, date(2026, 3, 1)) == utc(1, 16)
    assert deadline_of_day(local, date(2026, 3, 1)) == utc(2, 16)


def test_a_year_that_is_not_announced_has_its_weekends_only():
    assert 2026 in WORKING.years
    assert 2040 not in WORKING.years
    assert date(2040, 1, 2) in WORKING  # a Monday
    assert date(2040, 1, 1) not in WORKING  # a Sunday


def test_working_days_are_numbered_from_long_before():
    days, numbers = working_day_numbers(date(2026, 3, 2), first=date(2026, 2, 13))
    assert (days[0], days[-1], len(days)) == (date(2026, 2, 13), date(2026, 3, 2), 18)
    # Friday, a Saturday that is worked, nine free days, four days, a Saturday that is worked, Sunday, Monday.
    assert numbers == [1, 2, *[2] * 9, 3, 4, 5, 6, 7, 7, 8]
    days, numbers = working_day_numbers(date(1970, 1, 5))
    assert (days[0], numbers) == (date(1970, 1, 1), [1, 2, 2, 2, 3])  # a Thursday


@pytest.fixture
def berlin(tmp_path, monkeypatch, place):
    """A city with a calendar of its own."""
    monkeypatch.setattr("citylake.settings.PROJECT", tmp_path)
    place("berlin")
    path = tmp_path / "cities" / "berlin" / "working_days.yml"
    path.parent.mkdir(parents=True)
    working_days.cache_clear()
    yield path
    working_days.cache_clear()


def test_a_city_elsewhere_has_its_own_free_days(berlin):
    berlin.write_text(
        "weekend: [saturday, sunday]\nfree: [2026-01-01, 2026-03-08, 2026-04-03]\nworking: [2026-04-04]\nyears: [2026]\n"
    )
    declared = working_days()
    assert date(2026, 2, 17) in declared  # the Spring Festival is a Tuesday like any other
    assert date(2026, 4, 3) not in declared
    assert date(2026, 4, 4) in declared  # a Saturday
    assert declared.years == {2026}
    assert working_day_numbers(date(2026, 4, 4), first=date(2026, 4, 3))[1] == [0, 1]


def test_every_mistake_of_a_citys_calendar_is_told(berlin):
    berlin.write_text("weekend: [sunday, sabbath]\nfree: [soon]\nyears: [2026]\n")
    with pytest.raises(Problems) as told:
        working_days()
    assert "cities/berlin/working_days.yml: weekend: 1" in str(told.value)
    assert "cities/berlin/working_days.yml: free: 0" in str(told.value)


def test_a_city_without_a_file_follows_the_calendar_of_china(place):
    place("anywhere")
    working_days.cache_clear()
    assert date(2026, 2, 14) in working_days()
    working_days.cache_clear()


def test_a_day_ends_at_local_midnight_and_its_deadline_counts_from_there():
    feed = feed_of(deadline="PT12H")
    assert end_of_day(feed, date(2026, 3, 1)) == utc(1, 16)
    assert deadline_of_day(feed, date(2026, 3, 1)) == utc(2, 4)


@pytest.mark.parametrize(
    ("day", "minutes", "end"),
    [
        (date(2026, 3, 28), 1440, utc(28, 23)),
        (date(2026, 3, 29), 1380, utc(29, 22)),  # clocks go on at two
        (date(2026, 10, 25), 1500, utc(25, 23, month=10)),  # and back at three
    ],
)
def test_a_day_on_which_clocks_change_has_an_hour_less_or_more(day, minutes, end):
    feed = feed_of("PT1M", "PT5M", zone="Europe/Berlin")
    assert len(parts_of_day(feed, day)) == minutes
    assert end_of_day(feed, day) == end
    assert parts_of_day(feed, day)[-1][1] == end


def test_a_deadline_is_time_that_passes_even_where_clocks_change():
    feed = feed_of(deadline="P1D", zone="Europe/Berlin")
    assert deadline_of_day(feed, date(2026, 3, 28)) == utc(29, 23)


def test_what_is_expected_on_a_free_day_is_expected_on_the_next_working_day():
    feed = feed_of("P7D", "P1D", reference=True, calendar="working_days")
    assert next_expected(feed, date(2026, 2, 10), WORKING) == date(2026, 2, 24)
