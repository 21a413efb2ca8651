"""Days touch their months and years; sealed days keep theirs; calendars are China's."""

from __future__ import annotations

from datetime import date

from citylake.build.periods import span, touched_periods
from citylake.build.plan import Pinned, Plan, view_sql
from citylake.build.project import SourceTable
from citylake.calendar import calendar_days

READINGS = SourceTable(
    "conformed.environment.air_quality_day", "conformed_environment", "air_quality_day", True, False
)
STATIONS = SourceTable(
    "conformed.environment.air_station", "conformed_environment", "air_station", False, True
)


def _names(periods):
    return [item.period for item in periods]


def test_a_day_touches_its_month_and_its_year():
    assert _names(touched_periods([date(2024, 2, 29)])) == ["2024-02-29", "2024-02", "2024"]


def test_days_share_months_and_years_once():
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2025, 12, 30)]
    assert _names(touched_periods(days)) == [
        "2025-12-30", "2025-12-31", "2026-01-01", "2025-12", "2026-01", "2025", "2026"
    ]  # fmt: skip
    assert span(touched_periods(days)) == (date(2025, 1, 1), date(2026, 12, 31))


def test_a_month_with_a_sealed_day_is_not_made_again():
    found = touched_periods([date(2026, 3, 2), date(2026, 4, 2)], sealed=[date(2026, 3, 1)])
    assert _names(found) == ["2026-03-02", "2026-04-02", "2026-04"]


def test_nothing_touches_nothing():
    assert touched_periods([]) == []
    assert span([]) is None


def test_an_input_is_restricted_to_the_touched_years_and_a_blocked_day_is_left_out():
    plan = Plan(
        "environment", periods=tuple(touched_periods([date(2026, 3, 2)])), left_out=(date(2026, 3, 1),)
    )
    assert view_sql(Pinned(READINGS, "s3://lake/m.json"), plan) == (
        "create view conformed_environment.air_quality_day as select * from iceberg_scan('s3://lake/m.json')"
        " where _business_date between date '2026-01-01' and date '2026-12-31'"
        " and _business_date not in (date '2026-03-01')"
    )


def test_a_reference_input_is_read_as_a_whole_and_a_branch_by_its_snapshot():
    plan = Plan("environment", periods=tuple(touched_periods([date(2026, 3, 2)])))
    assert view_sql(Pinned(STATIONS, "s3://lake/m.json", 7), plan) == (
        "create view conformed_environment.air_station as"
        " select * from iceberg_scan('s3://lake/m.json', snapshot_from_id = 7)"
    )


def test_the_calendar_knows_holidays_and_makeup_working_days():
    days = {row[0]: row[1:] for row in calendar_days([2020])}
    assert len(days) == 366
    assert days[date(2020, 1, 25)] == (True, "Spring Festival", "春节", False, False)
    assert days[date(2020, 1, 19)] == (False, None, None, True, True)  # a Sunday that was worked
    assert days[date(2020, 1, 18)] == (False, None, None, False, False)  # a Saturday
    assert days[date(2020, 1, 20)] == (False, None, None, True, False)  # a Monday


def test_a_year_not_announced_yet_is_unknown_not_worked():
    assert calendar_days([2060])[0] == (date(2060, 1, 1), None, None, None, None, None)
