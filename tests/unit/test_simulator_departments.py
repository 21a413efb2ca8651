"""The reference lists, the real reports with their real dirt, and the city of real sets."""

import zipfile
from datetime import date
from pathlib import Path

import pytest

from citylake.errors import WrongUse
from simulator import realdata
from simulator.deliveries import local
from simulator.departments import air_station, case_report, district
from simulator.references import references
from simulator.world.districts import HANGZHOU, REFORM, known_on
from simulator.world.stations import STATIONS, canaries

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "simulator.md"
NOW = local(date(2026, 3, 20), 12)


def _lines(content: bytes, encoding: str) -> list[list[str]]:
    return [line.split(",") for line in content.decode(encoding).splitlines()]


def test_the_register_is_gb18030_with_chinese_headers_and_two_rows_for_the_station_that_moved():
    header, *rows = _lines(air_station.delivery(STATIONS, NOW).content, "gb18030")
    assert header[:5] == ["站点编号", "站点名称", "区划代码", "经度", "纬度"]
    assert header[5:] == ["启用日期", "停用日期", "维护人", "联系电话"]
    assert len(rows) == 13
    moved = [row for row in rows if row[1] == "Linping"]
    assert [row[2] for row in moved] == ["330110", "330113"]
    assert moved[0][6] == moved[1][5] == REFORM.isoformat()
    with pytest.raises(UnicodeDecodeError):
        air_station.delivery(STATIONS, NOW).content.decode("utf-8")


def test_a_register_knows_nothing_of_the_future():
    before = air_station.register(STATIONS, local(date(2021, 4, 1), 9))
    assert [place.until for station, place in before if station.name == "Linping"] == [None]
    assert {station.name for station, _ in before}.isdisjoint({"Baiyang", "Zhijiang"})
    assert "330113" not in {each.code for each in known_on(date(2021, 4, 8))}
    assert next(each for each in known_on(date(2021, 4, 8)) if each.code == "330104").valid_to is None


def test_each_place_of_a_station_is_a_district_in_force_at_that_time():
    for station in STATIONS:
        for day in (station.opened, date(2020, 6, 1), date(2021, 4, 8), REFORM, NOW.date()):
            code = station.district_on(day)
            in_force = {
                each.code
                for each in HANGZHOU
                if each.valid_from <= day and (each.valid_to is None or day < each.valid_to)
            }
            assert code is None or code in in_force, (station.name, day)


def test_districts_carry_a_byte_order_mark_and_their_vintages():
    sent = district.delivery(known_on(NOW.date()), NOW)
    assert sent.content.startswith(b"\xef\xbb\xbf")
    assert sent.name == "district_20260320.csv"
    header, *rows = _lines(sent.content, "utf-8-sig")
    assert header == ["code", "name", "name_en", "level", "parent_code", "valid_from", "valid_to"]
    in_force = {row[0]: row for row in rows if row[6] == ""}
    assert len([code for code in in_force if code not in ("330000", "330100")]) == 13
    assert {"330103", "330104", "330183", "330185"}.isdisjoint(in_force)
    twice = {row[0] for row in rows if sum(other[0] == row[0] for other in rows) == 2}
    assert twice == {"330102", "330105", "330109", "330110"}


def test_one_vintage_of_a_code_is_in_force_at_a_time():
    for code in {each.code for each in HANGZHOU}:
        vintages = sorted((each for each in HANGZHOU if each.code == code), key=lambda each: each.valid_from)
        for earlier, later in zip(vintages, vintages[1:], strict=False):
            assert earlier.valid_to == later.valid_from


def test_lists_are_issued_when_they_change_and_unchanged_ones_are_only_recorded():
    made = references(date(2021, 4, 5), date(2021, 4, 30), STATIONS, ())
    made = [each for each in made if each.sent.department != "transport"]
    issued = [(each.delivery.name, each.readings[0].outcome) for each in made]
    assert issued == [
        ("环境监测站_20210405.csv", "admitted"), ("环境监测站_20210409.csv", "admitted"),
        ("环境监测站_20210501.csv", "recorded"), ("district_20210405.csv", "admitted"),
        ("district_20210409.csv", "admitted"),
    ]  # fmt: skip
    assert made[2].labels[0].kind == "same_bytes"


def test_maintainers_are_strings_that_can_be_searched_for():
    assert len(set(canaries())) == 24
    text = air_station.delivery(STATIONS, NOW).content.decode("gb18030")
    assert all(each in text for each in canaries())
    assert all("金雀" in each or each.startswith("0571-0000-") for each in canaries())


def test_the_dirt_of_the_shipped_reports_is_the_one_on_the_page():
    found = case_report.dirt(each.delivery.content for each in case_report.shipped())
    page = PAGE.read_text(encoding="utf-8")
    for name, count in found.items():
        assert f"| {name} | {count} |" in page, (name, count)


def test_shipped_reports_arrive_next_morning_under_their_date():
    sent = [each.delivery for each in case_report.shipped()]
    assert len(sent) == 32
    assert sent[0].name == "case_report_2020-01-20.csv"
    assert sent[0].arrived_at == local(date(2020, 1, 21), 9)
    assert sent[0].content.startswith(
        b"date,country,countryCode,province,provinceCode,city,cityCode,confirmed"
    )


def test_real_sets_become_deliveries_of_another_city(tmp_path):
    (tmp_path / "covid_cn_daily").mkdir()
    (tmp_path / "covid_cn_daily" / "2020-01-05.csv").write_bytes(b"date,country\n2020-01-05,x\n")
    (tmp_path / "air_beijing_prsa").mkdir()
    with zipfile.ZipFile(tmp_path / "air_beijing_prsa" / "set.zip", "w") as archive:
        archive.writestr("set/PRSA_Data_Dongsi_20130301-20170228.csv", b'"No"\r\n1\r\n')
    sent = {each.name: each for each in realdata.deliveries(tmp_path)}
    assert list(sent) == ["district_20170301.csv", "环境监测站_20170301.csv", "医院_20170301.csv",
                          "PRSA_Data_Dongsi_20130301-20170228.csv", "case_report_2020-01-05.csv"]  # fmt: skip
    station = sent["PRSA_Data_Dongsi_20130301-20170228.csv"]
    assert (station.sender, station.content) == ("Dongsi", b'"No"\r\n1\r\n')
    assert station.arrived_at == local(date(2017, 3, 1), 8)
    assert "Dongsi,110101,,,2013-03-01" in sent["环境监测站_20170301.csv"].content.decode("gb18030")
    assert len(_lines(sent["district_20170301.csv"].content, "utf-8-sig")) == 20
    assert len(_lines(sent["医院_20170301.csv"].content, "utf-8-sig")) == 4


def test_a_folder_without_real_sets_says_what_is_expected(tmp_path):
    with pytest.raises(WrongUse, match="no real set found") as error:
        list(realdata.deliveries(tmp_path))
    assert "covid_cn_daily/<date>.csv" in str(error.value)
