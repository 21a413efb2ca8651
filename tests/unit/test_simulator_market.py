"""What is sent about the parking market against an exact reader: three lists, whole each time."""

import csv
import io
import re
from collections import Counter
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from simulator.city import City, simulate
from simulator.deliveries import Delivery
from simulator.departments import market_lists
from simulator.departments.market_lists import HOLDING, OPERATOR, VEHICLE
from simulator.references import market_references
from simulator.world.lots import lots
from simulator.world.streets import streets
from tests.unit.exact_reader import csv_records, exact_reading
from tests.unit.operator_market import CLEAN, market_city, market_with
from tests.unit.part_city import DEFAULT

SEEDS = (1, 2, 3)
FIRST, LAST = date(2026, 3, 5), date(2026, 4, 3)
SCALE = 0.02


@pytest.fixture(scope="module")
def cities() -> dict[int, City]:
    return {seed: market_city(seed, 30, SCALE, LAST) for seed in SEEDS}


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _holding_is_right(fields: dict) -> bool:
    codes = [fields["持股方代码"], fields["被持股方代码"]]
    since, until = fields["起始日"], fields["终止日"]
    return (
        all(re.fullmatch("[0-9A-Z]{18}", code) for code in codes)
        and re.fullmatch(r"\d+\.\d%", fields["持股比例"]) is not None
        and 0 <= float(fields["持股比例"][:-1]) <= 100
        and _is_day(since) and (not until or until > since)
    )  # fmt: skip


def _vehicle_is_right(fields: dict) -> bool:
    since, until = fields["注册日期"], fields["注销日期"]
    return (
        fields["登记编号"] != "" and re.fullmatch(r"\d{9}", fields["街道代码"]) is not None
        and re.fullmatch(r"\d{6}", fields["区划代码"]) is not None and fields["所有人类型"] in ("个人", "单位")
        and fields["车辆类型"] in ("小客车", "面包车", "货车", "客车", "出租车")
        and fields["燃料"] in ("汽油", "柴油", "纯电", "插混")
        and _is_day(since) and (not until or (_is_day(until) and until > since))
    )  # fmt: skip


READ = {
    HOLDING: ("utf-8-sig", _holding_is_right, ("持股方代码", "被持股方代码", "起始日")),
    VEHICLE: ("gb18030", _vehicle_is_right, ("登记编号",)),
}


def _of(city: City, feed: str) -> list:
    return [each for each in city.observations if each.delivery and each.readings[0].feed == feed]


def _exact(feed: str, sent: Delivery) -> tuple[set[int], list[dict]]:
    encoding, is_right, key = READ[feed]
    broken, _, good = exact_reading(csv_records(sent.content.decode(encoding)), is_right, key, {})
    return broken, good


def _ordinal(text: str) -> int:
    return date.fromisoformat(text).toordinal() if text else 0


@pytest.mark.parametrize(("feed", "rates"), [(HOLDING, "holding_rows"), (VEHICLE, "vehicle_rows")])
def test_quarantined_are_exactly_what_an_exact_reader_finds_and_every_kind_comes(cities, feed, rates):
    kinds = Counter()
    for city in cities.values():
        first = _of(city, feed)[0]
        broken, good = _exact(feed, first.sent)
        assert broken == {label.source_row for label in first.labels}
        assert {label.result for label in first.labels} == {"quarantined"}
        (reading,) = first.readings
        assert (reading.quarantined, reading.admitted) == (len(broken), len(good))
        kinds.update(label.kind for label in first.labels)
    assert set(kinds) == set(getattr(DEFAULT.market, rates).model_dump())


def test_what_is_known_of_holdings_and_vehicles_is_what_stands_in_the_files(cities):
    for city in cities.values():
        first = _of(city, HOLDING)[0]
        assert list(first.facts) == [
            (row["持股方代码"], row["被持股方代码"], round(float(row["持股比例"][:-1]) * 10), _ordinal(row["起始日"]),
             _ordinal(row["终止日"]))
            for row in _exact(HOLDING, first.sent)[1]
        ]  # fmt: skip
        first = _of(city, VEHICLE)[0]
        rows, good = first.facts.rows, _exact(VEHICLE, first.sent)[1]
        codes = [(streets()[place].code, streets()[place].district_code) for place in rows["street"]]
        assert codes == [(row["街道代码"], row["区划代码"]) for row in good]
        assert rows["registered"].tolist() == [_ordinal(row["注册日期"]) for row in good]
        assert rows["deregistered"].tolist() == [_ordinal(row["注销日期"]) for row in good]


def test_what_is_known_of_operators_is_what_stands_in_the_workbook(cities):
    for city in cities.values():
        first, second = _of(city, OPERATOR)
        for each in (first, second):
            assert each.labels == ()
            rows = _sheet(each.sent)[2:]
            assert each.readings[0].admitted == len(rows) == len(each.facts)
            assert list(each.facts) == [
                (row[1], row[3], row[4], row[5], row[6].toordinal(), row[7].toordinal() if row[7] else 0)
                for row in rows
            ]
        assert len(second.facts) > len(first.facts)


def _sheet(sent: Delivery) -> list[tuple]:
    book = load_workbook(io.BytesIO(sent.content))
    return list(book.active.iter_rows(values_only=True))


def test_operators_are_a_workbook_with_a_title_real_dates_and_numbers(cities):
    sent = _of(cities[1], OPERATOR)[0].sent
    assert (sent.name, sent.key) == ("停车经营者_20260305.xlsx", "transport/停车经营者_20260305.xlsx")
    title, header, *rows = _sheet(sent)
    assert title[0] == "杭州市停车场经营者一览"
    assert header == (
        "记录号", "统一社会信用代码", "经营者名称", "停车场编号", "泊位数", "收费标准(元/小时)", "开始日期", "结束日期",
    )  # fmt: skip
    assert len({row[0] for row in rows}) == len(rows)
    assert all(re.fullmatch(r"JY\d{6}", row[0]) and re.fullmatch(r"[0-9A-Z]{18}", row[1]) for row in rows)
    assert all(row[2].startswith("杭州") for row in rows)
    assert {row[3] for row in rows} == {f"P{number:04d}" for number in range(1, 401)}
    assert all(isinstance(row[4], int) and 1 <= row[4] <= 20_000 for row in rows)
    prices = [row[5] for row in rows]
    assert 0 < prices.count(None) < 0.06 * len(prices)
    assert all(2 <= price <= 10 for price in prices if price is not None)
    assert {type(row[6]) for row in rows} == {datetime}
    assert {type(row[7]) for row in rows} == {datetime, type(None)}
    assert all(row[7] > row[6] for row in rows if row[7])


def test_holdings_and_vehicles_are_texts_as_their_departments_write_them(cities):
    holdings, vehicles = (_of(cities[1], feed)[0].sent for feed in (HOLDING, VEHICLE))
    assert holdings.content.startswith(b"\xef\xbb\xbf")
    assert holdings.key == "governance/企业持股_20260305.csv"
    assert vehicles.key == "transport/机动车登记_20260305.csv"
    texts = holdings.content.decode("utf-8-sig"), vehicles.content.decode("gb18030")
    assert [text.split("\r\n")[0] for text in texts] == [
        "持股方代码,被持股方代码,持股比例,起始日,终止日",
        "登记编号,号牌号码,所有人类型,街道代码,区划代码,车辆类型,燃料,注册日期,注销日期",
    ]
    assert all(text.count("\n") == text.count("\r\n") and text.endswith("\r\n") for text in texts)
    rows = list(csv.DictReader(io.StringIO(texts[1], newline="")))
    assert all(re.fullmatch(r"浙A[0-9A-Z]{5}D?", row["号牌号码"]) for row in rows)
    assert all(re.fullmatch(r"33A\d{9}", row["登记编号"]) for row in rows)
    # A plate may bear several cars, one after the other.
    assert len({row["号牌号码"] for row in rows}) < len(rows)
    assert len(rows) > 0.33 * 1_240_000 * SCALE
    assert {row["终止日"] for row in csv.DictReader(io.StringIO(texts[0]))} > {""}


def test_holdings_and_vehicles_of_a_day_know_nothing_of_the_future():
    day = date(2023, 5, 1)
    for feed, made, since, until in (
        (HOLDING, market_lists.holding_list(1, DEFAULT.market.holding_rows, SCALE, day), "起始日", "终止日"),
        (
            VEHICLE,
            market_lists.vehicle_list(1, DEFAULT.market.vehicle_rows, SCALE, day),
            "注册日期",
            "注销日期",
        ),
    ):
        rows = list(csv.DictReader(io.StringIO(made.content.decode(READ[feed][0]))))
        begun = [row[since] for row in rows if _is_day(row[since])]
        assert "2023-01-01" < max(begun) <= "2023-05-01"
        assert "2021-01-01" < max(row[until] for row in rows) <= "2023-05-01"


def test_contracts_are_filed_ahead_but_for_those_that_come_late():
    here, day = lots(1, DEFAULT.parking, SCALE), date(2026, 3, 1)
    soon = date(2026, 4, 1).toordinal()

    def known(late: float) -> set[tuple]:
        file = market_lists.operator_list(1, market_with({"filed_late": late}), SCALE, here, day)
        return {row for row in file.facts if row[4] <= soon}

    in_time, all_late = known(0.0), known(1.0)
    begins = [row[4] for row in in_time if row[4] > day.toordinal()]
    assert len(begins) >= 9  # in a month, every two and a half days
    assert {row[4] for row in all_late if row[4] > day.toordinal()} == set()
    assert max(row[5] for row in in_time) > day.toordinal()
    assert max(row[5] for row in all_late) < day.toordinal()
    # What began weeks ago is known in either case.
    settled = date(2026, 2, 1).toordinal()
    assert {row[:5] for row in in_time if row[4] < settled} == {
        row[:5] for row in all_late if row[4] < settled
    }


def test_lists_come_at_the_start_and_every_month_and_without_news_are_recorded(cities):
    for feed in (OPERATOR, HOLDING, VEHICLE):
        issued = _of(cities[2], feed)
        assert [f"{each.sent.arrived_at:%m-%d %H:%M}" for each in issued] == ["03-05 06:00", "04-01 08:30"]
        again = issued[1]
        assert again.readings[0].outcome == ("admitted" if feed == OPERATOR else "recorded")
        assert [label.kind for label in again.labels] == ([] if feed == OPERATOR else ["same_bytes"])


def test_the_same_market_made_again_or_within_a_longer_city_is_the_same(cities):
    here = lots(1, DEFAULT.parking, SCALE)
    again = list(market_references(1, DEFAULT.market, date(2026, 4, 1), LAST, here, SCALE))
    whole = {each.sent.name: each.sent.content for each in cities[1].observations}
    assert [each.sent.name for each in again] == [
        "停车经营者_20260401.xlsx", "企业持股_20260401.csv", "机动车登记_20260401.csv"
    ]  # fmt: skip
    assert all(whole[each.sent.name] == each.sent.content for each in again)
    other = {each.sent.name: each.sent.content for each in cities[2].observations}
    assert all(other[each.sent.name] != each.sent.content for each in again)
    assert market_city(1, 30, SCALE, LAST).deliveries == cities[1].deliveries


def test_another_market_leaves_all_other_feeds_as_they_were():
    other = DEFAULT.model_copy(update={"market": market_with(CLEAN | {"operators": 20, "large_share": 0.9})})
    one, two = ({each.key: each.content for each in simulate(1, rates, 1, scale=0.01).deliveries}
                for rates in (DEFAULT, other))  # fmt: skip
    assert one.keys() == two.keys()
    lists = ("停车经营者", "企业持股", "机动车登记")
    assert {key.split("/")[1].split("_")[0] for key in one if one[key] != two[key]} == set(lists)
    assert len(one) > 50
