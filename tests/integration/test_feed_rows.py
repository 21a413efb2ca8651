"""`feed rows`: admitted rows by delivery and by day, with persons sealed, and words where there is none."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from citylake.admit import admit_waiting
from citylake.errors import WrongUse
from citylake.stewardship.admitted import admitted
from tests.integration.deliveries import AIR, NOON, STATION, STATIONS, air_file, air_name, deliver

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)


@pytest.fixture(scope="module")
def city(lake):
    """Two days of a station, and the list of stations with a column more."""
    lake.empty()
    stations = f"{STATIONS},备用\nA1,文晖,330103,120.1,30.2,2020-01-01,,张三,13800000000,13900000000\n"
    sent = {
        "first": deliver("environment", air_name("Wenhui", FIRST), air_file("Wenhui", FIRST))[0],
        "second": deliver("environment", air_name("Wenhui", SECOND), air_file("Wenhui", SECOND, pm25=50),
                          at=NOON + timedelta(hours=1))[0],
        "stations": deliver("environment", "环境监测站_20260301.csv", stations.encode("gb18030"))[0],
    }  # fmt: skip
    for feed_id in (AIR, STATION):
        admit_waiting(feed_id)
    return sent


def listed(run, *words: str) -> list[dict]:
    code, told = run("feed", "rows", *words, "--json")
    assert code == 0
    return json.loads(told)


def test_the_newest_delivery_comes_first_in_the_order_of_the_file(city, run):
    rows = listed(run, AIR, "--limit", "26")
    assert [(row["_delivery_id"], row["_source_row"]) for row in rows] == [
        *((city["second"], number) for number in range(1, 25)), (city["first"], 1), (city["first"], 2),
    ]  # fmt: skip
    assert (rows[0]["measured_at"], rows[0]["pm25_ugm3"]) == ("2026-03-01T16:00:00+00:00", 50.0)
    assert rows[24]["pm25_ugm3"] == 30.0


def test_twenty_rows_are_shown_unless_more_are_asked_for(city, run):
    assert len(listed(run, AIR)) == 20


def test_one_day_or_one_delivery(city, run):
    assert {row["_business_date"] for row in listed(run, AIR, "--day", "2026-03-01")} == {"2026-03-01"}
    assert {row["_delivery_id"] for row in listed(run, AIR, "--delivery", city["first"])} == {city["first"]}
    assert listed(run, AIR, "--delivery", city["first"], "--day", "2026-03-02") == []


def test_values_that_tell_of_persons_are_sealed_also_in_what_nobody_declared(city, run):
    (row,) = listed(run, STATION)
    assert (row["station_name"], row["maintainer"]) == ("文晖", "(sealed)")
    assert row["_extra"] == '{"备用": "(sealed)"}'
    code, told = run("feed", "rows", STATION)
    assert code == 0
    for person in ("张三", "13800000000", "13900000000"):
        assert person not in told + json.dumps(row, ensure_ascii=False)


def test_where_nothing_is_admitted_it_says_what_to_do(city, run):
    code, told = run("feed", "rows", "health.case_report")
    assert code == 0
    assert "Nothing of health.case_report is admitted yet." in told
    assert "citylake ledger deliveries --feed health.case_report" in told


def test_a_list_has_no_days_and_a_delivery_of_another_feed_is_told(city):
    with pytest.raises(WrongUse, match=f"'{STATION}' has no days"):
        admitted(STATION, day=FIRST)
    with pytest.raises(WrongUse, match=f"'{STATION}' has no delivery '{city['first']}'"):
        admitted(STATION, delivery_id=city["first"])
