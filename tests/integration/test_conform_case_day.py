"""conformed.health.case_day from rows typed by hand."""

from __future__ import annotations

from datetime import date, timedelta

from citylake.table import job_module, load_tables
from tests.local_spark import session

TABLE = load_tables()["conformed.health.case_day"]
REPORTS = (
    "country_name string, country_code string, province_name string, province_code string,"
    " city_name string, city_code string, confirmed_count bigint, suspected_count bigint,"
    " cured_count bigint, dead_count bigint, _business_date date"
)
CHINA = ("中国", "CN", None, None, None, None)
ZHEJIANG = ("中国", "CN", "浙江省", "330000", None, None)
HANGZHOU = ("中国", "CN", "浙江省", "330000", "杭州市", "330100")


def january(day: int) -> date:
    return date(2020, 1, day)


def report(
    place: tuple, day: int, confirmed: int, cured: int | None = 0, dead: int = 0, suspected: int = 0
) -> tuple:
    return (*place, confirmed, suspected, cured, dead, january(day))


def made(reports: list[tuple], days: list[int]) -> list[dict]:
    """The job's rows of `days`, in order of day, type and key, from reports of 7 days before to the last."""
    wanted = [january(day) for day in days]
    rows = session().createDataFrame(reports, REPORTS)
    found = [row.asDict() for row in job_module(TABLE).conform({"reports": rows}, wanted).collect()]
    kept = [row for row in found if row["_business_date"] in wanted]
    return sorted(kept, key=lambda row: (row["_business_date"], row["area_type"], row["area_key"]))


def test_every_column_of_the_three_levels():
    rows = made(
        [
            report(CHINA, 21, 440, 25, 9, 37),
            report(HANGZHOU, 21, 5),
            report(CHINA, 22, 571, 28, 17, 393),
            report(ZHEJIANG, 22, 27, 1, 0, 10),
            report(HANGZHOU, 22, 6, 1),
        ],
        [22],
    )
    columns = [column.name for column in TABLE.columns]
    assert [list(row) for row in rows] == [columns] * 3
    assert [tuple(row.values()) for row in rows] == [
        ("city", "330100", "330100", "杭州市", "330000", january(22),
         6, 0, 1, 0, 1, 1, 0, january(21), False, False),
        ("country", "CN", "CN", "中国", None, january(22),
         571, 393, 28, 17, 131, 3, 8, january(21), False, False),
        ("province", "330000", "330000", "浙江省", "CN", january(22),
         27, 10, 1, 0, None, None, None, None, None, False),
    ]  # fmt: skip


def one(reports: list[tuple], day: int) -> dict:
    (row,) = made(reports, [day])
    return row


def test_a_missing_report_is_skipped_back_to_the_latest_within_seven_days():
    row = one([report(HANGZHOU, 20, 3), report(HANGZHOU, 22, 4), report(HANGZHOU, 27, 9)], 27)
    assert (row["previous_date"], row["confirmed_new"]) == (january(22), 5)
    row = one([report(HANGZHOU, 20, 3), report(HANGZHOU, 27, 9)], 27)
    assert (row["previous_date"], row["confirmed_new"]) == (january(20), 6)


def test_a_report_eight_days_old_is_no_comparison():
    row = one([report(HANGZHOU, 19, 3), report(HANGZHOU, 27, 9)], 27)
    assert (row["previous_date"], row["confirmed_new"], row["is_corrected"]) == (None, None, None)


def test_a_cumulative_total_that_falls_is_kept_and_marked():
    row = one([report(HANGZHOU, 21, 5, 2), report(HANGZHOU, 22, 3, 2)], 22)
    assert (row["confirmed_total"], row["confirmed_new"], row["cured_new"]) == (3, -2, 0)
    assert row["is_corrected"] is True
    row = one([report(HANGZHOU, 21, 5, 2), report(HANGZHOU, 22, 6, 1)], 22)
    assert (row["confirmed_new"], row["cured_new"], row["is_corrected"]) == (1, -1, True)


def test_an_unknown_total_gives_an_unknown_difference():
    row = one([report(HANGZHOU, 21, 5, None), report(HANGZHOU, 22, 6, 1)], 22)
    assert (row["confirmed_new"], row["cured_new"], row["is_corrected"]) == (1, None, False)


def test_places_without_a_code_are_told_apart_by_name_within_their_parent():
    outside = ("中国", "CN", "北京市", "110000", "外地来京", None)
    unknown = ("中国", "CN", "北京市", "110000", "未公布来源", None)
    elsewhere = ("中国", "CN", "浙江省", "330000", "未公布来源", None)
    ship = ("钻石公主号邮轮", None, None, None, None, None)
    rows = made([report(place, 22, 1) for place in (outside, unknown, elsewhere, ship)], [22])
    assert [(row["area_key"], row["area_code"], row["warning_missing_code"]) for row in rows] == [
        ("110000/外地来京", None, True),
        ("110000/未公布来源", None, True),
        ("330000/未公布来源", None, True),
        ("钻石公主号邮轮", None, True),
    ]


def test_the_same_name_in_another_province_is_another_place():
    beijing = ("中国", "CN", "北京市", "110000", "未公布来源", None)
    zhejiang = ("中国", "CN", "浙江省", "330000", "未公布来源", None)
    rows = made([report(beijing, 20, 100), report(zhejiang, 21, 7), report(beijing, 22, 103)], [22])
    assert [(row["area_key"], row["confirmed_new"]) for row in rows] == [("110000/未公布来源", 3)]
    no_code = [(None if part == "330000" else part) for part in zhejiang]
    rows = made([report(tuple(no_code), 22, 7)], [22])
    assert rows[0]["area_key"] == "浙江省/未公布来源"


def test_a_place_that_got_its_code_later_is_still_the_same_place():
    without = ("中国", "CN", "北京市", "110000", "未公布来源", None)
    with_code = ("中国", "CN", "北京市", "110000", "未公布来源", "1100xx")
    row = one([report(with_code, 19, 1), report(without, 21, 4), report(with_code, 22, 6)], 22)
    assert (row["area_key"], row["previous_date"], row["confirmed_new"]) == ("1100xx", january(21), 2)


def test_a_place_that_changed_its_name_is_the_same_by_its_code():
    renamed = ("中国", "CN", "浙江省", "330000", "杭州", "330100")
    row = one([report(HANGZHOU, 21, 4), report(renamed, 22, 6)], 22)
    assert (row["area_name"], row["confirmed_new"]) == ("杭州", 2)


def test_the_window_declared_is_the_one_the_job_looks_back():
    module = job_module(TABLE)
    assert TABLE.inputs["reports"].before == timedelta(days=module.LOOK_BACK_DAYS) == timedelta(days=7)
