"""The truth about the parking market against numbers typed by hand, and against the scenario it comes from."""

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from openpyxl import load_workbook

from simulator.deliveries import Delivery, Observation, Reading, local
from simulator.departments import district, market_lists
from simulator.departments.market_lists import Vehicles
from simulator.truth import market as truth
from simulator.truth.holdings import Holdings
from simulator.world.districts import District
from simulator.world.lots import Lot
from simulator.world.streets import streets
from tests.unit.operator_market import CLEAN, heard, listed, market_city

FIRST = date(2026, 2, 26)
D = date(2026, 3, 1)
LATER = local(date(2026, 3, 9), 0)


def _day(text: str) -> int:
    return date.fromisoformat(f"20{text}").toordinal() if text else 0


HOLDINGS = (
    # K holds J, J holds A (from March 1st), B by two parts together, C by half only, and D until March 1st.
    ("K", "J", 501, _day("20-01-01"), 0), ("J", "A", 900, _day("26-03-01"), 0),
    ("J", "B", 300, _day("20-01-01"), 0), ("J", "B", 201, _day("21-01-01"), 0),
    ("J", "C", 500, _day("20-01-01"), 0), ("J", "D", 1000, _day("20-01-01"), _day("26-03-01")),
)  # fmt: skip


def test_a_group_is_whoever_stands_above_all_by_more_than_half():
    found = Holdings(HOLDINGS)
    on = {each: found.group_of(each, _day("26-03-01")) for each in "ABCDJKZ"}
    assert on == {"A": "K", "B": "K", "C": "C", "D": "D", "J": "K", "K": "K", "Z": "Z"}
    before = {each: found.group_of(each, _day("26-02-28")) for each in "ABCD"}
    assert before == {"A": "A", "B": "K", "C": "C", "D": "K"}
    assert found.group_of("B", _day("20-12-31")) == "B"
    assert found.group_of("J", _day("19-12-31")) == "J"


def test_chains_are_followed_however_long_and_rings_have_their_least_code():
    chain = [(f"E{n + 1:02d}", f"E{n:02d}", 510, 1, 0) for n in range(30)]
    assert Holdings(chain).group_of("E00", 5) == "E30"
    ring = [("B", "A", 600, 1, 0), ("C", "B", 600, 1, 0), ("A", "C", 600, 1, 0), ("C", "X", 600, 1, 0)]
    assert {Holdings(ring).group_of(each, 5) for each in "ABCX"} == {"A"}
    assert Holdings([("B", "A", 600, 1, 0), ("B", "B", 600, 1, 0)]).group_of("A", 5) == "B"
    two = [("Q", "A", 600, 1, 0), ("P", "A", 600, 1, 0), ("O", "A", 550, 1, 0)]
    assert Holdings(two).group_of("A", 5) == "P"


def _lot(number: int, code: str) -> Lot:
    return Lot(number, code, "公共停车场", False, 10, 5.0, "huting", date(2021, 6, 1), None, ())


LOTS = (_lot(1, "330102"), _lot(2, "330102"), _lot(3, "330105"), _lot(4, "999999"), _lot(5, "330105"))
SPANS = (
    # operator, lot, spaces, price, started, stopped
    ("A", "P0001", 40, 5.0, _day("21-06-01"), 0),
    ("C", "P0002", 60, 3.0, _day("21-06-01"), _day("26-03-01")), ("B", "P0002", 60, 8.0, _day("26-03-01"), 0),
    ("B", "P0003", 30, None, _day("21-06-01"), _day("26-03-02")),
    ("C", "P0005", 20, 6.0, _day("26-03-01"), 0), ("E", "P0004", 50, 4.0, _day("22-01-01"), 0),
    ("Z", "P0099", 999, 99.0, _day("26-03-01"), 0),  # of a lot that is on no list
)  # fmt: skip
STREETS = {each.district_code: each.number for each in streets()}
VEHICLES = pd.DataFrame(
    [(STREETS["330102"], _day("20-01-01"), 0), (STREETS["330102"], _day("26-03-01"), 0),
     (STREETS["330105"], _day("20-01-01"), _day("26-03-01")), (STREETS["330105"], _day("20-01-01"), _day("26-03-02")),
     (STREETS["330182"], _day("20-01-01"), 0), (STREETS["330105"], _day("26-03-03"), 0)],
    columns=["street", "registered", "deregistered"],
)  # fmt: skip
VINTAGES = tuple(
    District(code, "", "", "district", "", date(2013, 1, 1)) for code in ("330102", "330105", "330182")
)


def _observation(feed: str, facts, day: date = FIRST) -> Observation:
    sent = Delivery(feed.split(".")[0], f"{feed}{day}", 1, "x", local(day, 6), b"")
    return Observation(sent, (), (Reading(feed, "admitted"),), facts)


@pytest.fixture(scope="module")
def typed():
    """A city of four days, from the last of February to the third of March, of which the second sent no events."""
    whole = market_city(1, 1, 0.001)
    seen = (
        _observation(district.FEED, VINTAGES), listed(LOTS, FIRST), _observation(market_lists.OPERATOR, SPANS),
        _observation(market_lists.HOLDING, HOLDINGS), _observation(market_lists.VEHICLE, Vehicles(VEHICLES)),
        heard(date(2026, 2, 28)), heard(D), heard(date(2026, 3, 3)),
    )  # fmt: skip
    days = {"first": date(2026, 2, 28), "last": date(2026, 3, 3)}
    return replace(whole, **days, lots=LOTS, observations=seen)


def _values(made: pd.DataFrame, period: str) -> dict:
    of = made[made["period"] == period]
    return {
        (row.code[3:], row.area, row.group): (round(row.value, 4), round(row.numerator, 6), row.denominator)
        for row in of.itertuples()
    }


def test_what_is_known_of_a_day_typed_by_hand(typed):
    found = _values(truth.table(truth.known_at(typed, LATER)), "2026-03-01")
    # The first of March: A 40 and B 60 of K's in Shangcheng; B 30 of K's and C 20 in Gongshu; E 50 where no district is.
    expected = {
        ("hhi", "330102", "all"): (10_000, 1, 1),
        ("hhi", "330105", "all"): (5_200, 0.52, 1),
        ("hhi", "330100", "all"): (4_950, 0.495, 1),  # (130² + 20² + 50²) of 200²
        ("top4_pct", "330102", "all"): (100, 1, 1), ("top4_pct", "330105", "all"): (100, 1, 1),
        ("top4_pct", "330100", "all"): (100, 1, 1),
        ("small_operator_pct", "330102", "all"): (100, 1, 1), ("small_operator_pct", "330105", "all"): (100, 1, 1),
        ("small_operator_pct", "330100", "all"): (100, 1, 1),
        # B enters and C leaves Shangcheng, C enters Gongshu; to the city neither is new.
        ("entry_exit_count", "330102", "all"): (2, 2, 1), ("entry_exit_count", "330102", "entry"): (1, 1, 1),
        ("entry_exit_count", "330102", "exit"): (1, 1, 1), ("entry_exit_count", "330105", "all"): (1, 1, 1),
        ("entry_exit_count", "330105", "entry"): (1, 1, 1), ("entry_exit_count", "330105", "exit"): (0, 0, 1),
        ("entry_exit_count", "330100", "all"): (0, 0, 1), ("entry_exit_count", "330100", "entry"): (0, 0, 1),
        ("entry_exit_count", "330100", "exit"): (0, 0, 1),
        # 5 and 8; 6 alone, for B's has no price; 4, 5, 6 and 8.
        ("price_spread_cny", "330102", "all"): (3, 3, 1), ("price_spread_cny", "330105", "all"): (0, 0, 1),
        ("price_spread_cny", "330100", "all"): (4, 4, 1),
        ("spaces_per_vehicle", "330102", "all"): (50, 100, 2), ("spaces_per_vehicle", "330105", "all"): (50, 50, 1),
        ("spaces_per_vehicle", "330100", "all"): (50, 200, 4),
    }  # fmt: skip
    assert found == expected


def test_a_month_is_made_of_the_days_that_exist(typed):
    made = truth.table(truth.known_at(typed, LATER))
    found = _values(made, "2026-03")
    # Of March 1st and 3rd; on the third C's 20 spaces are all of Gongshu, and of the city's 170, C has 20, E 50, and K the rest.
    assert found["hhi", "330105", "all"] == (7_600, 1.52, 2)
    assert found["hhi", "330100", "all"] == (4_706.8339, round(0.495 + 12_900 / 28_900, 6), 2)
    assert found["top4_pct", "330102", "all"] == (100, 2, 2)
    assert found["entry_exit_count", "330102", "all"] == (2, 2, 1)
    # B left Gongshu on the second, of which no events are known.
    assert found["entry_exit_count", "330105", "exit"] == (0, 0, 1)
    assert found["price_spread_cny", "330100", "all"] == (4, 8, 2)
    assert found["spaces_per_vehicle", "330105", "all"] == (
        35,
        70,
        2,
    )  # 50 to 1, and 20 to 1 that came on the third
    assert found["spaces_per_vehicle", "330100", "all"] == (46.25, 370, 8)
    assert set(made[made["period"] == "2026-03"]["completeness"].round(6)) == {round(200 / 31, 6)}
    assert set(made[made["period"] == "2026-02"]["completeness"].round(6)) == {round(100 / 28, 6)}
    assert set(made["period"]) == {"2026-02-28", "2026-03-01", "2026-03-03", "2026-02", "2026-03"}
    assert set(made["vintage"]) == {"all", "2013-01-01"}


def test_the_four_largest_and_the_tenths_of_many():
    rows = [(f"O{n}", f"P{n:04d}", n, float(n), 1, 0) for n in range(1, 12)]  # 1 to 11 spaces and yuan
    rows += [("O1", f"P{n:04d}", 1, None, 1, 0) for n in range(12, 15)]  # O1 has four lots: it is not small
    lots = [_lot(number, "330102") for number in range(1, 15)]
    known = truth._known((D,), rows, lots, [], VEHICLES, VINTAGES)
    found = _values(truth.table(known), "2026-03-01")
    assert found["top4_pct", "330102", "all"] == (round(100 * 38 / 69, 4), round(38 / 69, 6), 1)
    assert found["small_operator_pct", "330102", "all"] == (round(1000 / 11, 4), round(10 / 11, 6), 1)
    # Of eleven prices the second least exceeds one tenth, and the tenth nine.
    assert found["price_spread_cny", "330102", "all"] == (8, 8, 1)


def test_nothing_is_known_before_the_lists_and_events_are_there(typed):
    assert not len(truth.table(truth.known_at(typed, local(FIRST, 5))))
    at = local(D + timedelta(1), 0, 30)  # the events of the first of March are not
    assert set(truth.table(truth.known_at(typed, at))["period"]) == {"2026-02-28", "2026-02"}


@pytest.fixture(scope="module")
def usual():
    return _of_the_city()


def _of_the_city(changed: dict | None = None, **more) -> pd.DataFrame:
    city = market_city(1, 30, 0.05, changed=CLEAN | (changed or {}), **more)
    made = truth.indicators(city, (city.after_late_data,))
    of_city = made[(made["area_type"] == "city") & (made["group"] == "all") & (made["period"] == "2026-04")]
    return of_city.set_index("code")


MOVES = [
    ("t7_hhi", {"operators": 40}, {}, 1),
    ("t7_hhi", {"large_share": 0.05}, {}, -1),
    ("t7_top4_pct", {"large_share": 0.9}, {}, 1),
    ("t7_small_operator_pct", {"operators": 30, "newcomers": 0.2}, {}, -1),
    ("t7_entry_exit_count", {"change_every_days": 1.0}, {}, 1),
    ("t7_spaces_per_vehicle", {}, {"lot_count": 200}, -1),
]


@pytest.mark.parametrize(("code", "changed", "more", "way"), MOVES)
def test_the_scenario_moves_the_indicators(usual, code, changed, more, way):
    moved = _of_the_city(changed, **more)
    for number in ("world", "knowable"):
        assert way * (moved.loc[code, number] - usual.loc[code, number]) > 0.1 * usual.loc[code, number]


def test_without_prices_there_is_no_spread(usual):
    assert usual.loc["t7_price_spread_cny", "knowable"] > 2
    assert "t7_price_spread_cny" not in _of_the_city({"unpriced": 1.0}).index


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_where_nothing_goes_wrong(seed):
    city = market_city(seed, 45, 0.05, changed=CLEAN)
    made = truth.indicators(city, (city.after_late_data,))
    assert len(made) > 4500
    assert set(made["period_type"]) == {"day", "month"}
    assert not made[["world", "knowable"]].isna().any().any()
    assert (made["world"] - made["knowable"]).abs().max() < 1e-9


def test_faults_and_late_contracts_cost_something_until_the_next_list():
    city = market_city(1, 30, 0.05, until=date(2026, 4, 3), changed={"filed_late": 0.9})
    before, after = (local(date(2026, 4, 1), 8), local(date(2026, 4, 9), 0))
    made = truth.indicators(city, (before, after)).dropna(subset=["knowable", "world"])
    march = made[(made["period"] < "2026-03-25") & (made["period_type"] == "day")]
    moves = march[(march["code"] == "t7_entry_exit_count") & (march["area_type"] == "city")]
    known = moves.groupby("as_of")["knowable"].sum()
    assert known[pd.Timestamp(before)] < 0.5 * known[pd.Timestamp(after)]
    gap = (march["world"] - march["knowable"]).abs().groupby([march["code"], march["as_of"]]).sum().unstack()
    assert (gap.loc["t7_spaces_per_vehicle"] > 0).all()  # quarantined vehicles are never counted
    assert gap.loc["t7_hhi"].iloc[0] > gap.loc["t7_hhi"].iloc[1]


def test_the_truth_is_what_one_counts_from_the_bytes():
    city = market_city(3, 2, 0.05, changed={k: CLEAN[k] for k in ("holding_rows", "vehicle_rows")})
    day = city.days[-1].isoformat()
    sent = {each.sent.name.split("_")[0]: each.sent.content for each in city.observations if each.delivery}
    districts = {row[0]: row[2] for row in csv.reader(sent["停车场名录"].decode("gb18030").splitlines()[2:])}
    holders = {
        row["被持股方代码"]: row["持股方代码"]
        for row in csv.DictReader(io.StringIO(sent["企业持股"].decode("utf-8-sig")))
        if float(row["持股比例"][:-1]) > 50 and row["起始日"] <= day and not "" < row["终止日"] <= day
    }
    cars = Counter(
        row["区划代码"]
        for row in csv.DictReader(io.StringIO(sent["机动车登记"].decode("gb18030")))
        if row["注册日期"] <= day and not "" < row["注销日期"] <= day
    )
    spaces: dict = {}
    for row in list(load_workbook(io.BytesIO(sent["停车经营者"])).active.values)[2:]:
        _, group, _, lot, count, _, since, until = row
        if f"{since:%Y-%m-%d}" <= day and not (until and f"{until:%Y-%m-%d}" <= day):
            while group in holders:
                group = holders[group]
            spaces.setdefault(districts[lot], Counter())[group] += count
    made = truth.table(truth.known_at(city, city.after_late_data))
    of_day = made[(made["period"] == day) & (made["area_type"] == "district")].set_index(["code", "area"])
    assert len(spaces) == 13
    for area, of in spaces.items():
        whole = of.total()
        hhi = sum((100 * each / whole) ** 2 for each in of.values())
        assert of_day.loc[("t7_hhi", area), "value"] == pytest.approx(hhi)
        four = sum(count for _, count in of.most_common(4))
        assert of_day.loc[("t7_top4_pct", area), "value"] == pytest.approx(100 * four / whole)
        ratio = of_day.loc[("t7_spaces_per_vehicle", area)]
        assert (ratio["numerator"], ratio["denominator"]) == (whole, cars[area])
