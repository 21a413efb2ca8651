"""The report about a feed's deliveries: the ledger's counts in plain words, rows with what to do, persons sealed."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from citylake.admit import admit_waiting
from citylake.cli import main
from citylake.stewardship.feed_report import report
from tests.integration.deliveries import AIR, NOON, STATION, STATIONS, air_file, air_name, deliver

GOOD = "A1,文晖,330103,120.1,30.2,2020-01-01,,张三,13800000000\n"
BAD_CODE = "A2,西湖,33010,120.1,30.2,2020-01-01,,李四,13900000000\n"
FAR_AWAY = "A3,滨江,330108,12.1,30.2,2020-01-01,,王五,13700000000\n"


@pytest.fixture(scope="module")
def city(lake, tmp_path_factory):
    """Three deliveries of stations: good rows and bad ones, then one without a column, then one with another."""
    lake.empty()
    first = f"{STATIONS}\n{GOOD}{BAD_CODE}{FAR_AWAY}"
    without = first.replace(",启用日期", "").replace(",2020-01-01", "")
    more = f"{STATIONS},备用\n" + GOOD.replace("\n", ",x\n")
    sent = {}
    for hour, (name, text) in enumerate({"bad": first, "held": without, "more": more}.items()):
        at = NOON + timedelta(hours=hour)
        (sent[name],) = deliver(
            "environment", f"环境监测站_2026030{hour + 1}.csv", text.encode("gb18030"), at=at
        )
        admit_waiting(STATION)
    page = tmp_path_factory.mktemp("page") / "stations.html"
    return sent, page


def _told(capsys, *options: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["quality", "feed", STATION, *options])
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_counts_rules_held_and_drift_are_told_in_words(city, capsys):
    sent, _ = city
    told = _told(capsys)
    assert "3 deliveries; counts are of the latest, which is all there is" in told
    assert "1 records = 1 admitted + 0 quarantined + 0 held + 0 erased" in told
    told += _told(capsys, "--delivery", sent["bad"])
    assert "3 records = 1 admitted + 2 quarantined + 0 held + 0 erased" in told
    assert "longitude.range: 1 row. '经度' lies outside 73 to 136." in told
    assert "环境监测站_20260301.csv, record 3: 经度 '12.1'" in told
    assert "→ If such values are real, widen `range`" in told
    assert "1 declared column(s) missing: '启用日期'" in told
    assert f"citylake admit {sent['held']}" in told
    assert (
        "columns that nobody declared; they are kept in `_extra`, sealed where they look personal or the feed says so: 备用"
        in told
    )


def test_no_person_is_in_the_report_or_its_page(city, capsys):
    sent, page = city
    told = _told(capsys, "--html", str(page), "--delivery", sent["bad"]) + page.read_text(encoding="utf-8")
    told += _told(capsys)
    assert "district_code.pattern" in told
    for person in ("张三", "李四", "王五", "13900000000"):
        assert person not in told


def test_the_page_says_what_the_command_says(city, capsys):
    sent, page = city
    _told(capsys, "--html", str(page))
    assert "Held: waits for a steward" in page.read_text(encoding="utf-8")
    _told(capsys, "--html", str(page), "--delivery", sent["bad"])
    text = page.read_text(encoding="utf-8")
    assert "<td>3</td><td>1</td><td>2</td><td>0</td><td>0</td>" in text
    assert "&#x27;经度&#x27; lies outside 73 to 136" in text
    assert "http" not in text


def test_one_delivery_alone_and_as_json(city, capsys):
    sent, _ = city
    found = json.loads(_told(capsys, "--delivery", sent["bad"], "--json"))
    counts = {row["what"]: row["count"] for row in found if row["about"] == "records"}
    assert counts == {"parsed": 3, "admitted": 1, "quarantined": 2, "held": 0, "erased": 0}
    assert {row["what"]: row["count"] for row in found if row["about"] == "rule"} == {
        "longitude.range": 1, "district_code.pattern": 1,
    }  # fmt: skip


def test_a_feed_without_a_delivery_says_how_to_send_one(city, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["quality", "feed", "health.case_report"])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert "feed 'health.case_report' has no delivery yet" in told
    assert "citylake deliver <file> --department health" in told


def _warnings(feed_id: str) -> dict[str, int]:
    return {each.name: each.rows for each in report(feed_id).warned}


def test_warnings_are_about_the_rows_that_count_now(city):
    day = date(2026, 3, 9)
    for hour, (station, pm25) in enumerate({"文晖": 70, "无名": 30}.items()):
        deliver(
            "environment",
            air_name(station, day),
            air_file(station, day, pm25=pm25),
            at=NOON + timedelta(hours=hour),
        )
    admit_waiting(AIR)
    assert _warnings(AIR) == {"pm25_within_pm10": 24, "station_name.unknown": 24}
    deliver(
        "environment",
        air_name("文晖", day),
        air_file("文晖", day, hours=20, pm25=45),
        at=NOON + timedelta(hours=5),
    )
    admit_waiting(AIR)
    # 45 to 64 beside 60: of the corrected day's 20 hours the last four are above.
    assert _warnings(AIR) == {"pm25_within_pm10": 4, "station_name.unknown": 24}


def test_a_list_that_comes_later_ends_the_warning_about_it(city):
    assert _warnings(STATION) == {}  # no district list yet: nothing can be said
    header = "code,name,name_en,level,parent_code,valid_from,valid_to\n"
    other = "330102,上城区,Shangcheng,district,330100,2020-01-01,\n"
    deliver("governance", "district_1.csv", header + other)
    admit_waiting("governance.district")
    assert _warnings(STATION) == {"district_code.unknown": 1}
    right = "330103,下城区,Xiacheng,district,330100,2020-01-01,\n"
    deliver("governance", "district_2.csv", header + other + right, at=NOON + timedelta(hours=1))
    admit_waiting("governance.district")
    assert _warnings(STATION) == {}
