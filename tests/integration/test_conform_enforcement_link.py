"""conformed.transport.enforcement_link from rows typed by hand."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest

from tests.integration.law_rows import FIRM, made, on_water, on_wheels, ship, vehicle
from tests.integration.match_keys import match_key

DAY = date(2026, 3, 2)
AT = "03-02 10:00"
CODE, NAME, DISTRICT = FIRM
SHIPS = [ship("413000001", "浙杭货00001"), ship("413000002", "浙富货00777"), ship("413000003", "浙富货00778")]
VEHICLES = [
    vehicle("1", "浙A12345"), vehicle("2", "浙A77777", until=date(2026, 3, 1)), vehicle("3", "浙A55555", date(2026, 3, 2)),
    # A car after another, of one plate.
    vehicle("4", "浙A11111", until=date(2026, 2, 1)), vehicle("5", "浙A11111", date(2026, 2, 1)),
]  # fmt: skip
WATERWAY = [
    on_water("mmsi", AT, "浙杭货99999", "413000001"), on_water("hull", AT, "浙杭货00001", "413999999"),
    on_water("near", AT, "浙杭货00002"), on_water("both", AT, "浙富货00779"), on_water("far", AT, "苏无货00002"),
    on_water("painted", AT, "浙富货00778"), on_water("unread", AT),
    on_water("firm", AT, "浙杭货00001", "413000001", owner=(CODE, None)),
]  # fmt: skip
HIGHWAY = [
    on_wheels("listed", AT, "浙A12345"), on_wheels("misread", AT, "浙A12346"), on_wheels("ended", AT, "浙A77777"),
    on_wheels("before", AT, "浙A77777", found="02-28 23:59"), on_wheels("first", AT, "浙A55555"),
    on_wheels("twice", AT, "浙A11111"), on_wheels("elsewhere", AT, "苏E00000"), on_wheels("blank", AT),
]  # fmt: skip
ROAD = [
    on_wheels("name", AT, "浙A12345", owner=(None, "安邦博商贸")),
    on_wheels("scored", AT, owner=(CODE[:11] + "9" + CODE[12:], "杭州安宝博商贸有限公司")),
    on_wheels("doubtful", AT, owner=(None, "杭州安宝博商贸有限公司")),
    on_wheels("away", AT, owner=(None, "杭州安宝博商贸有限公司"), district="330109"),
    on_wheels("ningbo", AT, owner=("91440001MA9876543Z", "宁波大海商贸有限公司")),
    on_wheels("nameless", AT, owner=(None, "大海")),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> dict[str, list[dict]]:
    found = made("enforcement_link", [DAY], waterway=WATERWAY, highway=HIGHWAY, road=ROAD, enterprises=[FIRM], ships=SHIPS,
                 vehicles=VEHICLES)  # fmt: skip
    by_case = defaultdict(list)
    for row in sorted(found, key=lambda row: row["candidate_id"]):
        by_case[row["case_no"]].append(row)
    keys = {(row["case_no"], row["candidate_id"]) for row in found}
    assert len(keys) == len(found), "a case and candidate once"
    assert max(sum(row["decision"] == "linked" for row in of) for of in by_case.values()) == 1
    return by_case


def of(rows: dict, case_no: str) -> list[tuple]:
    return [(row["candidate_id"], row["linked_as"], row["decision"]) for row in rows.get(case_no, [])]


def key(plate: str) -> str:
    return match_key(plate)[0]


def test_every_column_of_a_link(rows):
    (row,) = rows["scored"]
    assert 0.98 < row.pop("score") < 1
    assert row == {
        "case_no": "scored", "candidate_id": f"enterprise:{CODE}", "linked_as": "scored", "decision": "linked",
        "agency": "road", "offender_kind": "enterprise", "_business_date": DAY,
    }  # fmt: skip
    (row,) = rows["listed"]
    assert (row["score"], row["agency"], row["offender_kind"]) == (None, "highway", "vehicle")


def test_a_ship_is_its_listed_number_or_what_is_painted_on_it(rows):
    assert of(rows, "mmsi") == [("ship:413000001", "mmsi", "linked")]
    assert of(rows, "hull") == [("ship:413000001", "hull", "linked")]
    assert of(rows, "near") == [("ship:413000001", "one_character", "linked")]
    assert of(rows, "far") == [(f"hull:{key('苏无货00002')}", "unlisted", "linked")]
    assert of(rows, "unread") == []


def test_a_hull_one_character_from_two_ships_is_doubtful(rows):
    assert of(rows, "both") == [("ship:413000002", None, "doubtful"), ("ship:413000003", None, "doubtful")]
    # Another listed hull is one character from the one that is painted on it.
    assert of(rows, "painted") == [("ship:413000003", "hull", "linked")]


def test_a_vehicle_is_its_plate_listed_or_not(rows):
    assert of(rows, "listed") == [(f"vehicle:{key('浙A12345')}", "plate", "linked")]
    assert of(rows, "elsewhere") == [(f"vehicle:{key('苏E00000')}", "unlisted", "linked")]
    assert of(rows, "twice") == [(f"vehicle:{key('浙A11111')}", "plate", "linked")]
    assert of(rows, "blank") == []


def test_a_registration_is_in_force_from_its_first_day_until_before_its_last(rows):
    linked = f"vehicle:{key('浙A77777')}"
    assert of(rows, "ended") == [(linked, "unlisted", "linked")]
    assert of(rows, "before") == [(linked, "plate", "linked")]
    assert of(rows, "first") == [(f"vehicle:{key('浙A55555')}", "plate", "linked")]


def test_a_plate_one_character_from_a_listed_one_is_itself_and_may_be_that_one(rows):
    assert set(of(rows, "misread")) == {
        (f"vehicle:{key('浙A12346')}", "unlisted", "linked"), (f"vehicle:{key('浙A12345')}", None, "doubtful"),
    }  # fmt: skip


def test_an_enterprise_is_looked_for_where_a_code_or_a_name_is_written(rows):
    assert of(rows, "firm") == [(f"enterprise:{CODE}", "code", "linked")]
    assert of(rows, "name") == [(f"enterprise:{CODE}", "name", "linked")]
    assert of(rows, "doubtful") == [(f"enterprise:{CODE}", None, "doubtful")]
    assert of(rows, "away") == []
    assert of(rows, "ningbo") == [("enterprise:91440001MA9876543Z", "elsewhere", "linked")]
    assert of(rows, "nameless") == []


def test_without_lists_everybody_is_who_he_says():
    found = made("enforcement_link", [DAY], waterway=WATERWAY, highway=HIGHWAY, road=ROAD)
    by_case = {row["case_no"]: row["candidate_id"] for row in found}
    assert len(by_case) == len(found)
    assert by_case["firm"] == f"enterprise:{CODE}"
    assert by_case["misread"] == f"vehicle:{key('浙A12346')}"
    assert by_case["mmsi"] == f"hull:{key('浙杭货99999')}"
    assert not {"name", "doubtful", "nameless", "blank", "unread"} & set(by_case)
