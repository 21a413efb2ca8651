"""Streets, metro, calendar and weather of the simulated city, against what is known of the real one."""

import csv
import hashlib
import json
import os
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from simulator.world import gcj02
from simulator.world.air import air_day
from simulator.world.calendar import is_free, kind_of_day
from simulator.world.districts import HANGZHOU
from simulator.world.metro import metro_lines, metro_stations
from simulator.world.stations import STATIONS
from simulator.world.streets import residents, streets
from simulator.world.weather import HEAVY_RAIN_MM, city_day, rain_mm

PROJECT = Path(__file__).parents[2]
REALDATA = Path(os.environ.get("CITYLAKE_REALDATA", PROJECT.parent / "shared" / "realdata"))
REFORM = date(2021, 4, 9)


def test_the_streets_are_the_196_of_the_bureau_and_their_shares_the_census():
    assert len(streets()) == 196
    assert [each.number for each in streets()] == list(range(196))
    kinds = Counter(each.kind for each in streets())
    assert kinds == {"subdistrict": 93, "town": 75, "township": 23, "zone": 5}
    by_district = Counter()
    for street, count in zip(streets(), residents(11_936_010), strict=True):
        by_district[street.district_code] += int(count)
    assert sum(by_district.values()) == 11_936_010
    assert by_district["330109"] == pytest.approx(2_011_699, abs=30)
    assert by_district["330127"] == pytest.approx(328_957, abs=30)
    assert sum(each.share for each in streets()) == pytest.approx(1)
    assert all(street.share > 0 for street in streets())


def test_every_street_lay_in_a_district_that_was_in_force():
    for street in streets():
        for vintage in street.vintages:
            assert any(
                unit.code == vintage.district_code
                and unit.valid_from <= vintage.valid_from
                and (unit.valid_to is None or unit.valid_to > vintage.valid_from)
                for unit in HANGZHOU
            ), street
        assert street.vintages[-1].street_code == street.code
        assert street.code.startswith(street.district_code)


def test_the_reform_moved_31_streets_and_each_has_its_code_of_before():
    named = {each.name: each for each in streets()}
    moved = [each for each in streets() if len(each.vintages) == 2]
    assert len(moved) == 31
    day_before = REFORM - timedelta(1)
    # District and code before, after: typed from the bureau's lists of 2020 and 2023.
    for name, before, after in (
        ("凯旋街道", "330104005", "330102011"), ("武林街道", "330103002", "330105013"),
        ("临平街道", "330110001", "330113001"), ("塘栖镇", "330110102", "330113100"),
        ("下沙街道", "330104010", "330114001"), ("义蓬街道", "330109007", "330114004"),
    ):  # fmt: skip
        assert (named[name].on(day_before).street_code, named[name].on(day_before).district_code) == (
            before,
            before[:6],
        )
        assert (named[name].on(REFORM).street_code, named[name].on(REFORM).district_code) == (
            after,
            after[:6],
        )
    assert named["清波街道"].on(day_before) == named["清波街道"].on(REFORM)
    assert named["锦城街道"].on(date(2016, 1, 1)) is None  # its code within Lin'an City is not at hand
    before = Counter(each.vintages[0].district_code for each in moved)
    assert before == {"330103": 8, "330104": 10, "330110": 8, "330109": 5}


def test_lines_and_stations_are_the_real_ones():
    lines, stations = metro_lines(), metro_stations()
    assert (len(lines), len(stations), sum(len(each.stations) for each in lines)) == (16, 305, 357)
    assert sum(not each.is_in_city for each in stations) == 47
    one = next(each for each in lines if each.name == "1号线")
    assert (len(one.stations), stations[one.stations[0]].name, stations[one.stations[-1]].name) == (
        33,
        "湘湖",
        "萧山国际机场",
    )
    named = {each.name: each for each in stations}
    assert named["武林广场"].district_code == "330105"  # 下城 until the reform
    assert named["武林广场"].district_before_reform == "330103"
    assert named["下沙西"].district_code is None  # 江干 was divided, and its parts have no polygon here
    assert (named["鲁迅故里"].is_in_city, named["姑娘桥"].is_in_city) == (False, True)
    assert {at for each in lines for at in each.stations} == set(range(305))


# WGS 84 and GCJ-02 of the same points: latitude, longitude, latitude, longitude; the pairs of eviltransform's tests.
PAIRS = (
    (31.1774276, 121.5272106, 31.17530398364597, 121.531541859215),
    (22.543847, 113.912316, 22.540796131694766, 113.9171764808363),
    (39.911954, 116.377817, 39.91334545536069, 116.38404722455657),
)


@pytest.mark.parametrize("pair", PAIRS)
def test_coordinates_of_chinese_maps_become_wgs_84_and_back(pair):
    true, shown = np.array(pair[:2]), np.array(pair[2:])
    assert np.array(gcj02.to_gcj02(*true)) == pytest.approx(shown, abs=1e-9)
    assert np.array(gcj02.to_wgs84(*shown)) == pytest.approx(true, abs=1e-8)


def test_stations_lie_about_500_metres_from_where_maps_show_them():
    with open(PROJECT / "simulator/data/hangzhou_metro/stations.csv", encoding="utf-8", newline="") as lines:
        shown = [(float(row["lat"]), float(row["lng"])) for row in csv.DictReader(lines)]
    for station, (latitude, longitude) in zip(metro_stations(), shown, strict=True):
        north = (latitude - station.latitude) * 111_000
        east = (longitude - station.longitude) * 96_000
        assert 300 < float(np.hypot(north, east)) < 700


@pytest.mark.skipif(not REALDATA.is_dir(), reason="the folder of real sets is not there")
def test_the_polygons_say_which_stations_lie_outside_the_city():
    path = REALDATA / "hangzhou_admin" / "echarts_cities_hangzhou_districts.geojson"
    units = json.loads(path.read_text(encoding="utf-8"))["features"]
    for station in metro_stations():
        point = [float(each) for each in gcj02.to_gcj02(station.latitude, station.longitude)]
        inside = any(_holds(np.array(each["geometry"]["coordinates"][0]), *point) for each in units)
        assert inside == station.is_in_city, station.name


def _holds(ring: np.ndarray, latitude: float, longitude: float) -> bool:
    x, y = ring.T
    after_x, after_y = np.roll(x, 1), np.roll(y, 1)
    crosses = (y > latitude) != (after_y > latitude)
    at = (after_x - x)[crosses] * (latitude - y[crosses]) / (after_y - y)[crosses] + x[crosses]
    return bool((longitude < at).sum() % 2)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 2, 18), "holiday"),  # a Wednesday of the Spring Festival
        (date(2026, 10, 7), "holiday"),  # a Wednesday of the National Day holidays
        (date(2026, 2, 14), "makeup_working_day"),  # a Saturday
        (date(2026, 3, 7), "weekend"),
        (date(2026, 3, 5), "working_day"),
        (date(2051, 10, 1), "weekend"),  # a Sunday of a year nobody has announced
        (date(2051, 10, 2), "working_day"),
    ],
)
def test_the_kind_of_a_day_is_the_state_councils(day, kind):
    assert kind_of_day(day) == kind
    assert is_free(day) == (kind in ("holiday", "weekend"))


def test_the_city_has_one_weather_and_stations_measure_about_it():
    day = date(2026, 4, 11)
    seen, city = air_day(3, day, STATIONS[:6]), city_day(3, day)
    assert np.abs(seen.weather[:, :, 0].mean(axis=0) - city.temperature_celsius).max() < 1.5
    assert len(rain_mm(3, day)) == 24
    rain, alike = [], []
    for number in range(60):
        day = date(2026, 4, 1) + timedelta(number)
        rain.append(rain_mm(3, day).sum())
        alike.append(air_day(3, day, STATIONS[:6]).weather[:, :, 3].sum(axis=1).mean())
    assert np.corrcoef(rain, alike)[0, 1] > 0.95


def test_it_rains_as_in_hangzhou_and_most_in_the_plum_rain():
    days = [date(2024, 1, 1) + timedelta(number) for number in range(731)]
    by_day = {day: float(rain_mm(1, day).sum()) for day in days}
    year = sum(by_day.values()) / 2
    assert 1200 < year < 2600
    plum = [mm for day, mm in by_day.items() if (6, 15) <= (day.month, day.day) <= (7, 7)]
    rest = [mm for day, mm in by_day.items() if day.month not in (6, 7)]
    assert np.mean(plum) > 1.5 * np.mean(rest)
    assert 15 < sum(mm >= HEAVY_RAIN_MM for mm in by_day.values()) / 2 < 50
    assert city_day(1, max(by_day, key=lambda day: by_day[day])).is_heavy_rain
    assert not city_day(1, min(by_day, key=lambda day: by_day[day])).is_heavy_rain


def test_the_air_files_weather_is_what_it_was_outside_the_plum_rain():
    """The hash is that of the version before the city had a weather of its own."""
    made = hashlib.sha256()
    for number in range(31):
        seen = air_day(1, date(2026, 3, 1) + timedelta(number), STATIONS)
        made.update(seen.pollutants.tobytes() + seen.weather.tobytes() + "".join(seen.wind.ravel()).encode())
    assert made.hexdigest() == BEFORE


BEFORE = "f33b886f2d3bf5ecc860824f624bcd4ae22a694e33b8029130fe9ed74c50c69d"
