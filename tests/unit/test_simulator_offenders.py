"""Whom cases mean, by plain comparison with the lists: every decision typed by hand."""

import pandas as pd
import pytest

from simulator.truth.offenders import Enterprises, Ships, core, is_one_apart, mark, offenders, vehicle
from simulator.world.enterprises import register
from simulator.world.streets import streets

EAST, WEST = "330102", "330106"
STREET = {each.district_code: each.number for each in streets()}
FIRST, SECOND, THIRD, FOURTH = (f"91338001MA0000{each}" for each in ("1111", "2222", "3333", "4444"))
LISTED = Enterprises(pd.DataFrame({
    "credit_code": [FIRST, SECOND, THIRD, FOURTH],
    "name": ["杭州安邦博商贸有限公司", "杭州安邦昌商贸股份有限公司", "杭州天地和物流运输合伙企业", "杭州国海云投资合伙企业"],
    "street": [STREET[EAST], STREET[WEST], STREET[EAST], STREET[EAST]],
}))  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("杭州安邦博商贸有限公司", "安邦博商贸"), ("杭州安邦博商贸", "安邦博商贸"), ("安邦博商贸有限公司", "安邦博商贸"),
        ("杭州市安邦博商贸有限公司", "安邦博商贸"), ("安邦博商贸（杭州）有限公司", "安邦博商贸"),
        ("杭州 安邦博商贸\u3000有限公司", "安邦博商贸"), ("杭州安邦博商贸(有限公司)", "安邦博商贸"),
        ("杭州安邦博商贸股份有限公司", "安邦博商贸"), ("杭州安邦博商贸有限责任公司", "安邦博商贸"),
        ("杭州安邦博投资合伙企业", "安邦博投资"), ("安邦博商贸公司", "安邦博商贸"),
        ("宁波安邦博物流运输有限公司", "宁波安邦博物流运输"), ("（杭州）安邦博商贸", "安邦博商贸"), ("", ""),
        # The city once, and at the start alone.
        ("杭州杭州湾商贸有限公司", "杭州湾商贸"), ("安邦杭州商贸有限公司", "安邦杭州商贸"),
    ],
)  # fmt: skip
def test_the_core_of_a_name(name, expected):
    assert core(name) == expected


NEAR_FIRST = "91338001MA00001119"  # one character from the first one's code
NEAR_THIRD_BY_NAME = "天地信物流运输"  # one from the third one's core


@pytest.mark.parametrize(
    ("code", "name", "district", "offender", "by"),
    [
        # (1) a listed code decides, whatever the name.
        (FIRST, "杭州安邦博商贸有限公司", EAST, f"enterprise:{FIRST}", "code"),
        (FIRST, "", EAST, f"enterprise:{FIRST}", "code"),
        (FIRST, "杭州国海云投资合伙企业", WEST, f"enterprise:{FIRST}", "code"),
        # (2) a core that one has, without a code, with a wrong one, or with one from elsewhere.
        ("", "安邦博商贸（杭州）", WEST, f"enterprise:{FIRST}", "name"),
        (NEAR_FIRST, "杭州市安邦博商贸", WEST, f"enterprise:{FIRST}", "name"),
        (NEAR_FIRST, "杭州国海云投资", WEST, f"enterprise:{FOURTH}", "name"),
        ("91330200MA9999999A", "安邦博商贸", WEST, f"enterprise:{FIRST}", "name"),
        # (3) one wrong in either, of the same one; the district does not matter.
        (NEAR_FIRST, "杭州安邦云商贸有限公司", WEST, f"enterprise:{FIRST}", "scored"),
        # (4) near by one of the two only.
        (NEAR_FIRST, "", EAST, None, "doubtful"),
        (NEAR_FIRST, "杭州云云云商贸有限公司", EAST, None, "doubtful"),
        (NEAR_FIRST, "杭州安邦博商贸易有限公司", EAST, None, "doubtful"),  # the core is longer
        (NEAR_FIRST, NEAR_THIRD_BY_NAME, WEST, None, "doubtful"),  # of two different ones
        ("", NEAR_THIRD_BY_NAME, EAST, None, "doubtful"),
        ("", "杭州安邦云商贸有限公司", EAST, None, "doubtful"),
        ("91330200MA9999999A", NEAR_THIRD_BY_NAME, EAST, None, "doubtful"),
        # (5) nobody is near: by a code of a valid form, else nobody.
        ("91330200MA9999999A", "宁波安邦博物流运输有限公司", EAST, "enterprise:91330200MA9999999A", "elsewhere"),
        ("91330200MA9999999A", "", EAST, "enterprise:91330200MA9999999A", "elsewhere"),
        ("91330200MA9999999A", NEAR_THIRD_BY_NAME, WEST, "enterprise:91330200MA9999999A", "elsewhere"),
        ("91330200MA999999a", "宁波安邦博物流运输有限公司", EAST, None, ""),
        ("", NEAR_THIRD_BY_NAME, WEST, None, ""),  # one apart, but of another district
        ("", "杭州三个字别的有限公司", EAST, None, ""),
        # Two characters of the code are wrong.
        ("91338001MA00001199", "", EAST, "enterprise:91338001MA00001199", "elsewhere"),
    ],
)  # fmt: skip
def test_every_decision_about_an_enterprise(code, name, district, offender, by):
    found = LISTED.who(code, name, district)
    assert (found.offender, found.by) == (offender, by)


def test_what_two_enterprises_share_links_neither():
    twins = Enterprises(pd.DataFrame({
        "credit_code": [FIRST, SECOND, "91338001MA00001119", "91338001MA00001118"],
        "name": ["杭州安邦博商贸有限公司", "安邦博商贸合伙企业", "杭州天地和商贸有限公司", "杭州天地云商贸有限公司"],
        "street": [STREET[EAST]] * 4,
    }))  # fmt: skip
    assert twins.who("", "杭州安邦博商贸", EAST).offender is None
    # Of two that differ by one in both nobody can tell which.
    assert twins.who("91338001MA00001117", "杭州天地信商贸有限公司", WEST).by == "doubtful"


SHIPS = Ships([
    ("413000001", "", "浙杭货00001", "", ""), ("413000002", "", "浙杭货00002", "", ""), ("413000003", "", "浙富货12345", "", ""),
])  # fmt: skip


@pytest.mark.parametrize(
    ("mmsi", "hull", "offender", "by"),
    [
        ("413000001", "浙杭货00002", "ship:413000001", "mmsi"), ("413000001", "", "ship:413000001", "mmsi"),
        ("", "浙杭货00001", "ship:413000001", "hull"), ("413999999", "浙杭货00001", "ship:413000001", "hull"),
        ("", " 浙富货-12345 ", "ship:413000003", "hull"), ("", "浙富货１２３４５", "ship:413000003", "hull"),
        ("", "浙富贷12345", "ship:413000003", "one_character"), ("", "浙富货12346", "ship:413000003", "one_character"),
        ("", "浙杭货00003", None, "doubtful"),  # one from either of two
        ("", "浙杭货99999", "hull:浙杭货99999", "unlisted"), ("413999999", "浙杭货99999", "hull:浙杭货99999", "unlisted"),
        ("", "浙富货123456", "hull:浙富货123456", "unlisted"), ("413999999", "", None, ""), ("", "", None, ""),
    ],
)  # fmt: skip
def test_every_decision_about_a_ship(mmsi, hull, offender, by):
    found = SHIPS.who(mmsi, hull)
    assert (found.offender, found.by) == (offender, by)


def test_a_vehicle_is_its_plate_listed_or_not():
    assert vehicle("浙A12345").offender == "vehicle:浙A12345"
    assert vehicle(" 浙a·12345").offender == "vehicle:浙A12345"
    assert vehicle("苏E99999").offender == "vehicle:苏E99999"
    assert vehicle("").offender is None


def test_a_case_is_of_an_enterprise_where_a_code_or_a_name_of_one_is_written():
    rows = pd.DataFrame({
        "owner_code": [FIRST, "", "", ""], "owner_name": ["", "天地和物流运输", "", ""], "district": EAST,
        "mmsi": ["413000001", "", "413000002", ""], "mark": ["浙A1", "浙A2", "浙A33333", ""],
    })  # fmt: skip
    assert offenders("road", rows, LISTED, SHIPS).tolist() == [
        f"enterprise:{FIRST}", f"enterprise:{THIRD}", "vehicle:浙A33333", None,
    ]  # fmt: skip
    assert offenders("waterway", rows, LISTED, SHIPS).tolist() == [
        f"enterprise:{FIRST}", f"enterprise:{THIRD}", "ship:413000002", None,
    ]  # fmt: skip


def test_texts_one_character_apart_have_one_length():
    assert is_one_apart("abc", "abd")
    assert not is_one_apart("abc", "abc")
    assert not is_one_apart("abc", "abcd")
    assert not is_one_apart("abc", "acb")
    assert mark("浙Ａ ·12345") == "浙A12345"


@pytest.mark.parametrize("seed", [1, 2])
def test_cores_and_codes_of_the_city_s_enterprises_differ(seed):
    whole = register(seed, 0.3)
    assert len(set(whole["credit_code"])) == len(whole) == 27_000
    assert len({core(name) for name in whole["name"]}) == 27_000
