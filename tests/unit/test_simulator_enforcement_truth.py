"""The truth about law enforcement against numbers typed by hand, against the world, and against the scenario."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from simulator.deliveries import Delivery, Observation, Reading, local
from simulator.departments import enforcement_lists, market_lists, ship_lists
from simulator.departments.enforcement import Cases
from simulator.departments.enforcement_lists import Enterprises
from simulator.departments.market_lists import Vehicles
from simulator.truth import enforcement as truth
from simulator.world.districts import District
from simulator.world.streets import streets
from tests.unit.enforcement_city import LAW, enforcement_city

DAY = date(2026, 2, 28)
KNOWN = local(DAY + timedelta(12), 0)
EAST, WEST, NORTH, CITY = "330102", "330106", "330108", "330100"
STREET = {each.district_code: each.number for each in streets()}
FIRST, SECOND = "91338001MA00001111", "91338001MA00002222"
MONITORED, PATROL, REPORT, TRANSFER = range(4)
VINTAGES = tuple(District(code, "", "", "district", "", date(2013, 1, 1)) for code in (EAST, WEST, NORTH))


def _observation(feed: str, at: datetime, facts, sender: str = "x") -> Observation:
    name = f"{feed}{sender}{at:%Y%m%d}"
    return Observation(
        Delivery("transport", name, 1, sender, at, b""), (), (Reading(feed, "admitted"),), facts
    )


def _ds(day: date, hour: float) -> int:
    return day.toordinal() * 864_000 + round(hour * 36_000)


def _cases(agency: str, shift: int, *rows: tuple, at: datetime | None = None) -> Observation:
    """Of so many days after the day: (case, hour closed, days before it was found, hour found, violation, way, district, mark,
    code, name, fine, paid)"""
    day = DAY + timedelta(shift)
    made = [
        (
            case,
            _ds(day - timedelta(back), found),
            _ds(day, hour),
            code,
            way,
            where,
            mark,
            "",
            owner,
            name,
            fine,
            paid,
        )
        for case, hour, back, found, code, way, where, mark, owner, name, fine, paid in rows
    ]
    names = ["case", "found_ds", "closed_ds", "violation", "way", "district", "mark", "mmsi", "owner_code", "owner_name",
             "fine_cny", "paid_cny"]  # fmt: skip
    facts = Cases(agency, day, pd.DataFrame(made, columns=names))
    return _observation(
        f"transport.enforcement_{agency}", at or local(day + timedelta(1), 1), facts, f"{agency}-enforcement"
    )


def _case(case: str, mark: str, hour: float = 9) -> tuple:
    """A case that matters for its offender alone."""
    return case, hour, 0, hour - 1, "D-03", PATROL, EAST, mark, "", "", 100, 100


@pytest.fixture(scope="module")
def typed():
    """A city of a day and what is around it, typed by hand."""
    before = local(DAY - timedelta(1), 6)
    firms = pd.DataFrame({"credit_code": [FIRST, SECOND], "name": ["杭州安邦博商贸有限公司", "杭州天地和投资合伙企业"],
                          "street": [STREET[EAST], STREET[WEST]]})  # fmt: skip
    cars = pd.DataFrame({
        "street": [STREET[EAST], STREET[EAST], STREET[WEST], STREET[NORTH], STREET[NORTH]],
        "registered": [700_000, DAY.toordinal(), 700_000, 700_000, DAY.toordinal() + 1],
        "deregistered": [0, 0, 0, DAY.toordinal() + 1, 0],
    })  # fmt: skip
    ended = DAY - timedelta(3)
    plan = (
        ("LH1", "road", EAST, _ds(DAY, 8), _ds(DAY, 9)), ("LH1", "waterway", EAST, _ds(DAY, 8), _ds(DAY, 9)),
        ("LH2", "road", WEST, _ds(DAY - timedelta(2), 0), _ds(DAY, 23)),  # alone
        ("LH3", "highway", WEST, _ds(ended, 5), _ds(ended, 6)), ("LH3", "road", WEST, _ds(ended, 5), _ds(ended, 6)),
    )  # fmt: skip
    seen = (
        _observation("governance.district", before, VINTAGES),
        _observation(enforcement_lists.VIOLATION, before, (
            ("road", "D-03", "documents"), ("road", "D-05", "overloading"), ("highway", "1001", "overloading"),
            ("waterway", "1019", "pollution"),
        )),
        _observation(enforcement_lists.OPERATION, before, plan),
        _observation(enforcement_lists.ENTERPRISE, before, Enterprises(firms)),
        _observation(ship_lists.SHIP, before, (("413000001", "", "浙杭货00001"),)),
        _observation(market_lists.VEHICLE, before, Vehicles(cars)),
        _cases("road", -31, _case("D-old", "浙A11111")),  # too early for one of the day
        _cases("road", -30, _case("D-31", "浙A22222"), _case("D-32", "浙A99999")),
        _cases("road", -1, _case("D-1", "")),
        _cases(
            "road", 0,
            # Found at the first and at the last instant of an operation, and after it.
            ("D-1a", 10, 0, 8, "D-03", MONITORED, EAST, "浙A11111", "", "", 200, 200),
            ("D-1b", 11, 0, 9, "D-05", PATROL, EAST, "浙A22222", "", "", 1000, 0),
            ("D-1c", 12, 0, 9.001, "D-15", MONITORED, EAST, "浙A33333", "", "", 0, 0),
            # While its agency was out alone; the same enterprise, of another agency.
            ("D-1d", 13, 2, 9, "D-05", REPORT, WEST, "浙A44444", "", "杭州安邦博商贸", 300, 100),
            # Nobody could read the plate.
            ("D-1e", 14, 45, 9, "D-03", TRANSFER, EAST, "", "", "", 500, 250),
        ),
        # One of the road's closed at the same instant comes later, for its agency is the greater one.
        _cases("highway", 0, ("H-1", 13, 3, 5.5, "1001", MONITORED, WEST, "浙A55555", FIRST, "", 700, 700),
               ("H-2", 9, 0, 8, "1019", PATROL, EAST, "浙A22222", "", "", 100, 100)),
        _cases("waterway", 0, ("W-1", 9, 1, 8, "1019", MONITORED, EAST, "浙杭货00001", "", "", 400, 400)),
        _cases("road", 1, _case("D-2", "浙A33333"), _case("D-3", "浙A11111")),
    )  # fmt: skip
    return replace(enforcement_city(1, 1, 0.0, DAY), observations=seen)


def _values(outcome: truth.Outcome, day: date = DAY) -> dict:
    made = truth.table(outcome, day)
    assert set(made["completeness"]) <= {100.0}
    return {
        (row.code[3:], row.area, row.group): (round(row.value, 6), row.numerator, row.denominator)
        for row in made.itertuples()
    }


def test_what_is_known_of_a_day_typed_by_hand(typed):
    found = _values(truth.known_at(typed, DAY, KNOWN))
    whole = {key: value for key, value in found.items() if key[2] == "all" or key[0] == "case_count"}
    assert whole == {
        ("case_count", EAST, "all"): (6, 6, 1), ("case_count", WEST, "all"): (2, 2, 1), ("case_count", CITY, "all"): (8, 8, 1),
        ("case_count", EAST, "documents"): (2, 2, 1), ("case_count", EAST, "overloading"): (1, 1, 1),
        # A code of the waterways is none of the highways.
        ("case_count", EAST, "unknown"): (2, 2, 1), ("case_count", EAST, "pollution"): (1, 1, 1),
        ("case_count", WEST, "overloading"): (2, 2, 1),
        ("case_count", CITY, "documents"): (2, 2, 1), ("case_count", CITY, "overloading"): (3, 3, 1),
        ("case_count", CITY, "unknown"): (2, 2, 1), ("case_count", CITY, "pollution"): (1, 1, 1),
        # D-1a and D-1b; in the west H-1, by two agencies three days before, not D-1d.
        ("coordinated_pct", EAST, "all"): (33.333333, 2, 6), ("coordinated_pct", WEST, "all"): (50, 1, 2),
        ("coordinated_pct", CITY, "all"): (37.5, 3, 8),
        ("found_by_monitoring_pct", EAST, "all"): (50, 3, 6), ("found_by_monitoring_pct", WEST, "all"): (50, 1, 2),
        ("found_by_monitoring_pct", CITY, "all"): (50, 4, 8),
        # H-2 has one of 30 days before, D-1b follows both; D-1d follows H-1. D-1a has one of 31 days before, and of tomorrow.
        ("repeat_offender_pct", EAST, "all"): (40, 2, 5), ("repeat_offender_pct", WEST, "all"): (50, 1, 2),
        ("repeat_offender_pct", CITY, "all"): (42.857143, 3, 7),
        # 0, 0, 0, 0, 1, 45; 2, 3
        ("close_p50_day", EAST, "all"): (0, 0, 1), ("close_p50_day", WEST, "all"): (2, 2, 1),
        ("close_p50_day", CITY, "all"): (0, 0, 1),
        ("fines_collected_pct", EAST, "all"): (43.181818, 950, 2200), ("fines_collected_pct", WEST, "all"): (80, 800, 1000),
        ("fines_collected_pct", CITY, "all"): (54.6875, 1750, 3200),
        # Not the ship's; in the north nobody was caught.
        ("cases_per_10k_vehicle", EAST, "all"): (25_000, 5, 2), ("cases_per_10k_vehicle", WEST, "all"): (20_000, 2, 1),
        ("cases_per_10k_vehicle", NORTH, "all"): (0, 0, 1), ("cases_per_10k_vehicle", CITY, "all"): (17_500, 7, 4),
    }  # fmt: skip
    made = truth.table(truth.known_at(typed, DAY, KNOWN), DAY)
    assert set(made["vintage"]) == {"all", "2013-01-01"}
    grouped = made[made["group_type"] == "category"]
    assert set(grouped["code"]) == set(made["code"]) - {"t2_cases_per_10k_vehicle"}
    counted = grouped[grouped["code"] == "t2_case_count"]
    for code in ("t2_coordinated_pct", "t2_found_by_monitoring_pct"):
        of = grouped[grouped["code"] == code]
        assert dict(zip(zip(of["area"], of["group"], strict=True), of["denominator"], strict=True)) == dict(
            zip(zip(counted["area"], counted["group"], strict=True), counted["numerator"], strict=True)
        )


def test_of_cases_closed_at_one_instant_that_of_the_lesser_agency_comes_first(typed):
    def closed(agency: str, *cases: tuple[str, str]) -> Observation:
        rows = [(case, 9, 0, 8, "1", PATROL, where, "浙A1", "", "", 0, 0) for case, where in cases]
        return _cases(agency, 0, *rows)

    lists = tuple(each for each in typed.observations if not isinstance(each.facts, Cases))
    seen = (*lists, closed("road", ("A", EAST)), closed("highway", ("C", WEST), ("B", NORTH)))
    found = _values(truth.known_at(replace(typed, observations=seen), DAY, KNOWN))
    first = {area: found["repeat_offender_pct", area, "all"][0] for area in (EAST, WEST, NORTH)}
    assert first == {NORTH: 0, WEST: 100, EAST: 100}
    assert not any(code == "fines_collected_pct" for code, _, _ in found)


def test_a_day_without_a_file_has_no_row(typed):
    # Before anything of the day has come, though vehicles are known.
    assert not len(truth.table(truth.known_at(typed, DAY, local(DAY, 12)), DAY))
    later = DAY + timedelta(2)
    assert not len(truth.table(truth.known_at(typed, later, KNOWN), later))
    whole = truth.indicators(typed, (local(DAY, 12),), (DAY,))
    assert whole["knowable"].isna().all()
    assert whole["world"].notna().any()


def test_who_is_known_only_later_repeats_only_then(typed):
    early = ("W-9", 9, 0, 8, "W-1", PATROL, EAST, "浙杭货00001", "", "", 0, 0)
    late = (*typed.observations, _cases("waterway", -2, early, at=local(DAY + timedelta(5), 0)))
    city = replace(typed, observations=tuple(sorted(late, key=lambda each: each.sent.arrived_at)))
    before, after = (
        _values(truth.known_at(city, DAY, at))["repeat_offender_pct", EAST, "all"]
        for at in (local(DAY + timedelta(4), 0), KNOWN)
    )
    assert (before[1], after[1]) == (2, 3)


NONE = {
    part: dict.fromkeys(getattr(LAW, part).model_dump(), 0.0)
    for part in ("files", "waterway_rows", "highway_rows", "road_rows", "enterprise_rows", "names", "marks")
}  # fmt: skip
NOTHING_WRONG = NONE | {"unlisted_violation": 0.0, "unlisted_ships": 0.0}


def test_nothing_is_lost_where_nothing_goes_wrong():
    city = enforcement_city(3, 36, 0.02, date(2026, 4, 20), NOTHING_WRONG)
    whole = truth.indicators(city, (city.after_late_data,), city.days[30:])
    assert len(whole) > 400
    assert whole["knowable"].notna().all()
    # The list of vehicles has its faults all the same.
    exact = whole[whole["code"] != "t2_cases_per_10k_vehicle"]
    assert (exact["world"] - exact["knowable"]).abs().max() < 1e-9
    assert set(whole["code"]) == {
        "t2_case_count", "t2_coordinated_pct", "t2_found_by_monitoring_pct", "t2_repeat_offender_pct", "t2_close_p50_day",
        "t2_fines_collected_pct", "t2_cases_per_10k_vehicle",
    }  # fmt: skip


def test_the_truth_is_near_what_happened_where_the_usual_goes_wrong():
    city = enforcement_city(4, 34, 0.05, date(2026, 4, 20), {"files": NONE["files"]})
    whole = truth.indicators(city, (city.after_late_data,), city.days[31:])
    of_city = whole[(whole["area_type"] == "city") & (whole["group_type"] == "all")]
    repeats = of_city[of_city["code"] == "t2_repeat_offender_pct"]
    assert len(repeats) == 3
    assert ((repeats["world"] - repeats["knowable"]).abs() < 8).all()
    assert (repeats["world"] != repeats["knowable"]).any()
    assert (repeats["denominator"] < 95).all()


def _of_the_city(changed: dict) -> pd.Series:
    city = enforcement_city(1, 33, 0.05, changed={"files": NONE["files"]} | changed)
    whole = truth.indicators(city, (city.after_late_data,), (city.days[-1], city.days[-4]))
    whole = whole[(whole["area_type"] == "city") & (whole["group_type"] == "all")]
    return whole.groupby("code")[["world", "knowable"]].mean()


@pytest.fixture(scope="module")
def usual():
    return _of_the_city({})


@pytest.mark.parametrize(
    ("code", "changed", "way"),
    [
        ("t2_case_count", {"road": {"least": 90}}, 1), ("t2_coordinated_pct", {"operations": 12.0}, 1),
        ("t2_repeat_offender_pct", {"offenders": {"again": 0.6}}, 1),
        ("t2_cases_per_10k_vehicle", {"highway": {"least": 90}}, 1),
    ],
)  # fmt: skip
def test_the_scenario_moves_indicators(usual, code, changed, way):
    moved = _of_the_city(changed)
    for number in ("world", "knowable"):
        assert way * (moved.loc[code, number] - usual.loc[code, number]) > 0.2 * usual.loc[code, number]
