"""The truth, against numbers typed by hand, and against the bytes that were really sent."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from simulator import scenario
from simulator.city import City, simulate
from simulator.deliveries import Delivery, Observation, Reading, local
from simulator.departments import case_report
from simulator.departments.air_quality import StationDay
from simulator.setting import Asked
from simulator.truth import air, cases, tables
from simulator.world.districts import District
from simulator.world.stations import Place, Station

DAY = date(2024, 2, 28)  # a leap year: February has 29 days, the year 366
NEXT = DAY + timedelta(1)
EAST = Station(1, "East", (Place("111111", date(2020, 1, 1)),), 0, 0, "", 1, 0)
WEST = Station(2, "West", (Place("222222", date(2020, 1, 1)),), 0, 0, "", 1, 0)
MOVED = Station(3, "Moved", (Place("111111", date(2020, 1, 1), NEXT), Place("222222", NEXT)), 0, 0, "", 1, 0)
PM25 = 0


def _day(station: Station, day: date, pm25: float, valid: int = 24) -> StationDay:
    """A station-day whose PM2.5 is valid in its first hours only; nothing else was measured."""
    values = np.full((24, 6), np.nan)
    values[:valid, PM25] = pm25
    return StationDay(station, day, values)


HALVES = (
    District("111111", "", "", "district", "", date(2013, 1, 1)),
    District("222222", "", "", "district", "", date(2013, 1, 1)),
)


def _listed(*stations: Station, districts: tuple[District, ...] = HALVES) -> list[air.Stay]:
    return air.stays([(station, place) for station in stations for place in station.places], districts)


def _row(table, code="e1_pm25_ugm3", **key):
    found = table[table["code"] == code]
    for name, value in key.items():
        found = found[found[name] == value]
    assert len(found) == 1
    return found.iloc[0]


def test_a_station_day_needs_eighteen_hours_and_areas_are_means_of_station_days():
    seen = [
        _day(EAST, DAY, 10, valid=18),
        _day(WEST, DAY, 40, valid=17),
        _day(EAST, NEXT, 20),
        _day(WEST, NEXT, 60),
    ]
    made = air.table(seen, _listed(EAST, WEST), (DAY, NEXT))

    east = _row(made, period="2024-02-28", area="111111")
    assert (east["value"], east["numerator"], east["denominator"], east["completeness"]) == (10, 10, 1, 100)
    west = _row(made, period="2024-02-28", area="222222")
    assert np.isnan(west["value"])
    assert (west["numerator"], west["denominator"], west["completeness"]) == (0, 0, 0)

    city = _row(made, period="2024-02-28", area_type="city")
    assert (city["value"], city["denominator"], city["completeness"]) == (10, 1, 50)
    month = _row(made, period="2024-02", area_type="city")
    assert (month["value"], month["numerator"], month["denominator"]) == (30, 90, 3)
    assert month["completeness"] == pytest.approx(100 * 3 / 58)
    year = _row(made, period="2024", area="222222")
    assert (year["value"], year["denominator"]) == (60, 1)
    assert year["completeness"] == pytest.approx(100 / 366)


def test_valid_data_counts_hours_of_six_pollutants_over_stations_in_operation():
    made = air.table([_day(EAST, DAY, 10, valid=18)], _listed(EAST, WEST), (DAY,))
    day = _row(made, "e1_valid_data_pct", period="2024-02-28", area_type="city")
    assert (day["numerator"], day["denominator"]) == (18, 288)
    assert day["value"] == pytest.approx(6.25)
    assert _row(made, "e1_valid_data_pct", period="2024-02-28", area="222222")["value"] == 0
    assert _row(made, "e1_valid_data_pct", period="2024-02", area_type="city")[
        "completeness"
    ] == pytest.approx(100 / 29)


def test_a_station_that_moved_counts_where_it_stood_on_the_day():
    seen = [_day(MOVED, DAY, 12), _day(MOVED, NEXT, 24)]
    made = air.table(seen, _listed(MOVED), (DAY, NEXT))
    assert _row(made, period="2024-02-28", area="111111")["value"] == 12
    assert _row(made, period="2024-02-29", area="222222")["value"] == 24
    assert len(made[(made["code"] == "e1_pm25_ugm3") & (made["period"] == "2024-02-29")]) == 2
    assert _row(made, period="2024", area="111111")["completeness"] == pytest.approx(100 / 59 * 1.0)


def test_a_district_whose_extent_changed_has_a_value_for_each_vintage():
    before = District("111111", "", "", "district", "", date(2013, 1, 1), NEXT)
    districts = (before, District("111111", "", "", "district", "", NEXT))
    made = air.table(
        [_day(EAST, DAY, 10), _day(EAST, NEXT, 30)], _listed(EAST, districts=districts), (DAY, NEXT)
    )
    old = _row(made, period="2024-02", area="111111", vintage="2013-01-01")
    new = _row(made, period="2024-02", area="111111", vintage="2024-02-29")
    assert (old["value"], old["completeness"]) == (10, pytest.approx(100 / 28))
    assert (new["value"], new["completeness"]) == (30, 100)
    whole = _row(made, period="2024-02", area_type="city", vintage="all")
    assert (whole["value"], whole["completeness"]) == (20, pytest.approx(200 / 29))


def test_what_is_known_at_an_instant_is_the_newest_readable_file_by_then():
    def sent(hour: int, pm25: float | None, outcome: str) -> Observation:
        delivery = Delivery("environment", "PRSA", 1, "East", local(DAY, hour), b"")
        readings = (Reading(air.air_station.FEED.replace("air_station", "air_quality_hourly"), outcome),)
        return Observation(delivery, (), readings, None if pm25 is None else _day(EAST, DAY, pm25))

    seen = (sent(1, 10, "admitted"), sent(3, None, "held"), sent(5, 30, "admitted"))
    setting = replace(Asked(1, scenario.read(), 1, DAY, 0).setting, stations=(EAST,), lots=())
    city = City(**vars(setting), observations=seen)
    at = {hour: list(air.current_days(city, local(DAY, hour))) for hour in (0, 2, 4, 6)}
    assert at[0] == []
    assert [each.admitted[0, PM25] for each in (at[2][0], at[4][0], at[6][0])] == [10, 10, 30]


def test_new_cases_are_differences_of_days_that_follow_each_other_corrections_kept():
    def report(day: date, hangzhou: int | None, china: int) -> Observation:
        lines = [
            "date,country,countryCode,province,provinceCode,city,cityCode,confirmed,suspected,cured,dead"
        ]
        lines += [f"{day},中国,CN,,,,,{china},0,0,0", f"{day},中国,CN,浙江省,330000,未公布来源,,7,0,0,0"]
        lines += (
            [f"{day},中国,CN,浙江省,330000,杭州市,330100,{hangzhou},0,0,0"] if hangzhou is not None else []
        )
        return case_report.observation(day, ("\n".join(lines) + "\n").encode())

    start = date(2020, 2, 1)
    after = [start + timedelta(number) for number in range(6)]
    seen = (
        report(after[0], None, 5),
        report(after[1], 3, 9),
        report(after[2], 2, 9),
        report(after[4], 8, 20),
    )
    made = cases.indicators(seen, datetime(2026, 1, 1, tzinfo=local(start, 0).tzinfo))
    values = {(row.area, row.period): row.knowable for row in made.itertuples()}
    assert values == {
        ("330100", "2020-02-03"): -1,
        ("CN", "2020-02-02"): 4,
        ("CN", "2020-02-03"): 0,
    }
    early = cases.indicators(seen, local(after[3], 8))
    assert set(early["period"]) == {"2020-02-02"}


def test_the_shipped_reports_say_what_was_published():
    made = cases.indicators(tuple(case_report.shipped()), local(date(2021, 1, 1), 0))
    values = {(row.area, row.period): row.knowable for row in made.itertuples()}
    assert values["330100", "2020-02-10"] == -10  # 165 became 155
    assert values["330100", "2020-01-22"] == 0
    assert ("330100", "2020-01-21") not in values  # not listed the day before
    assert values["330000", "2020-02-20"] == 40
    assert values["CN", "2020-02-12"] == 14109
    assert not any(period == "2020-01-20" for _, period in values)


@pytest.fixture(scope="module")
def city() -> City:
    return simulate(2, scenario.read(), 4, scale=0.01)


def test_knowable_is_what_the_bytes_that_had_come_really_say(city):
    """PM2.5 of the city, read again from the files, before and after the late data."""
    made = tables.indicators(city).to_pandas()
    changed = 0
    for as_of in (city.before_late_data, city.after_late_data):
        for day in city.days:
            means = [
                mean for station in city.stations if (mean := _mean(city, station, day, as_of)) is not None
            ]
            row = _row(made, period=day.isoformat(), area_type="city", as_of=as_of)
            assert row["denominator"] == len(means)
            assert row["knowable"] == pytest.approx(np.mean(means), rel=1e-9)
            assert row["world"] > 0
            changed += len(means) * (1 if as_of == city.after_late_data else -1)
    assert changed > 0


def _mean(city: City, station: Station, day: date, as_of: datetime) -> float | None:
    """The mean of a station's newest file that had come; None where the register or the hours are missing."""
    listed = [
        each for each in city.deliveries if each.name.startswith("环境监测站") and each.arrived_at <= as_of
    ]
    if f",{station.name}," not in listed[-1].content.decode("gb18030"):
        return None
    name = f"PRSA_Data_{station.name}_{day:%Y%m%d}-{day:%Y%m%d}.csv"
    files = [each.content for each in city.deliveries if each.name == name and each.arrived_at <= as_of]
    readable = [content for content in files if content.count(b"\n") > 1 and b'"O3"' in content]
    if not readable:
        return None
    lines = list(csv.DictReader(io.StringIO(readable[-1].decode(), newline="")))
    lost = {label.source_row for label in city.labels
            if label.delivery_name == name and label.sequence == _sequence(city, name, readable[-1])
            and "air_quality" in label.feed and label.result == "quarantined"}  # fmt: skip
    texts = [each["PM2.5"] for number, each in enumerate(lines, 1) if number not in lost]
    values = [float(text) for text in texts if text not in ("NA", "999")]
    return float(np.mean(values)) if len(values) >= 18 else None


def _sequence(city: City, name: str, content: bytes) -> int:
    return next(each.sequence for each in city.deliveries if each.name == name and each.content == content)


def test_the_station_that_is_listed_late_counts_only_afterwards(city):
    made = tables.indicators(city).to_pandas()
    rows = made[
        (made["code"] == "e1_valid_data_pct") & (made["area"] == "330106") & (made["period"] == "2026-03-07")
    ]
    before, after = rows.sort_values("as_of")["denominator"]
    assert (before, after) == (144, 288)


def test_records_of_every_delivery_are_admitted_quarantined_or_held(city):
    made = tables.deliveries(city).to_pandas()
    assert (made["records"] == made["admitted"] + made["quarantined"] + made["held"]).all()
    assert set(made["outcome"]) == {"admitted", "held", "recorded"}
    assert made[made["feed"] == "health.case_report"]["records"].sum() == 13669
