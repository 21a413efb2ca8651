"""What landing decides without a server: whose an object is, when it came, and where its copy goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from citylake import lake
from citylake.errors import WrongUse
from citylake.land.inbox import _time, ascii_only


def test_the_time_of_arrival_is_told_with_an_offset():
    assert _time("2026-03-01T08:00:00+08:00", "a/b") == datetime(2026, 3, 1, tzinfo=UTC)
    assert _time("2026-03-01T08:00:00+08:00", "a/b").utcoffset() == timedelta(hours=8)
    assert _time("2026-03-01T00:00:00Z", "a/b") == datetime(
        2026, 3, 1, 8, tzinfo=timezone(timedelta(hours=8))
    )


@pytest.mark.parametrize("text", ["", "2026-03-01T08:00:00", "yesterday", "2026-03-01"])
def test_a_time_without_an_offset_is_told_with_the_object(text):
    with pytest.raises(WrongUse, match=r"the metadata arrived-at is not a time with an offset") as caught:
        _time(text, "health/case_report_2026-03-01.csv")
    assert "s3://inbox/health/case_report_2026-03-01.csv" in str(caught.value)
    assert "such as 2026-03-01T08:00:00+08:00" in str(caught.value)


def test_metadata_travels_as_ascii():
    assert ascii_only("Dongxin 1") == "Dongxin 1"
    assert ascii_only("监测站") == "%E7%9B%91%E6%B5%8B%E7%AB%99"


@pytest.mark.parametrize(
    "name", ["report #1.csv", "what?.csv", "a%20b.csv", "环境监测站_20260301.csv", "x;y&z=1.csv"]
)
def test_an_address_leads_back_to_the_object_whatever_its_name(name):
    uri = lake.landing_uri("health.case_report", "01ABC", name)
    assert lake.split_uri(uri) == ("landing", f"health.case_report/01ABC/{name}")


def test_places_of_tables_follow_from_their_ids():
    assert lake.identifier("admitted.environment.air_station") == ("admitted", "environment", "air_station")
    assert lake.table_location("conformed.health.case_day") == "s3://lake/conformed/health/case_day"
    assert lake.attempt_prefix("quarantine.health.case_report", "01D", "01R") == (
        "s3://lake/quarantine/health/case_report/data/01D-01R"
    )
    for wrong in ("marts.environment", "admitted.health", "marts.health.x", "admitted.a.b.c"):
        with pytest.raises(WrongUse, match=f"'{wrong}' is not the id of a table"):
            lake.identifier(wrong)
