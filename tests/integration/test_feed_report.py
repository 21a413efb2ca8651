"""The report about a feed's deliveries: the ledger's counts in plain words, rows with what to do, persons sealed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from citylake.admit import admit_waiting
from citylake.cli import main
from tests.integration.deliveries import NOON, STATION, STATIONS, deliver

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
    assert "3 deliveries" in told
    assert "7 records = 2 admitted + 2 quarantined + 3 held + 0 erased" in told
    assert "longitude.range: 1 row. '经度' lies outside 73 to 136." in told
    assert "环境监测站_20260301.csv, record 3: 经度 '12.1'" in told
    assert "→ If such values are real, widen `range`" in told
    assert "1 declared column(s) missing: '启用日期'" in told
    assert f"citylake admit {sent['held']}" in told
    assert "columns that nobody declared; they are kept in `_extra`: 备用" in told


def test_no_person_is_in_the_report_or_its_page(city, capsys):
    _, page = city
    told = _told(capsys, "--html", str(page)) + page.read_text(encoding="utf-8")
    assert "district_code.pattern" in told
    for person in ("张三", "李四", "王五", "13900000000"):
        assert person not in told


def test_the_page_says_what_the_command_says(city, capsys):
    _, page = city
    _told(capsys, "--html", str(page))
    text = page.read_text(encoding="utf-8")
    assert "<td>7</td><td>2</td><td>2</td><td>3</td><td>0</td>" in text
    assert "Held: waits for a steward" in text
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
