"""What stands in the files about motorways, next to what there is and what happened."""

import gzip
import io
from datetime import date

import pytest
from openpyxl import load_workbook

from simulator.truth import tolls as truth
from simulator.world.tolls import lane_passages, passages
from tests.unit.toll_city import TOLLS, toll_city
from tests.unit.toll_reader import exact

NOTHING_WRONG = {
    name: dict.fromkeys(getattr(TOLLS, name).model_dump(), 0.0)
    for name in ("files", "passage_rows", "lane_rows", "gantry_rows", "gantries")
}
ROADS = {0: "G2501", 1: "G60"}  # a small city has two


@pytest.fixture(scope="module")
def city():
    return toll_city(4, 2, until=date(2026, 5, 2), changed=NOTHING_WRONG)


def _sent(city, begin: str):
    return [each for each in city.deliveries if each.name.startswith(begin)]


def test_lines_end_as_each_feed_says(city):
    for sent in city.deliveries:
        if sent.name.endswith(".gz"):
            assert b"\r" not in gzip.decompress(sent.content)
        elif sent.name.startswith(("toll_lane_passage", "门架")):
            assert sent.content.count(b"\r\n") == sent.content.count(b"\n") == sent.content.count(b"\r") > 10


def test_everything_comes_from_the_operator_to_transport(city):
    sent = [each for begin in ("etc_", "toll_lane_", "门架", "收费站") for each in _sent(city, begin)]
    assert {(each.department, each.sender) for each in sent} == {("transport", "expressway-operator")}
    assert {each.name for each in sent} >= {"etc_passage_20260501.csv.gz", "toll_lane_passage_20260502.txt"}


def test_lists_come_at_the_start_and_on_the_first_of_a_month():
    city = toll_city(4, 6, until=date(2026, 5, 4), changed=NOTHING_WRONG)
    for begin, end in (("门架_", ".csv"), ("收费站_", ".xlsx")):
        names = [each.name for each in _sent(city, begin)]
        assert names == [f"{begin}20260429{end}", f"{begin}20260501{end}"]


def test_lane_passages_are_written_as_they_happened(city):
    for sent, day in zip(_sent(city, "toll_lane_"), city.days, strict=True):
        rows, good = lane_passages(4, city.scenario.tolls, city.tolls, day), exact(sent)[2]
        assert len(good) == len(rows) >= 200
        assert [each["方向"] for each in good] == [{0: "入", 1: "出"}[way] for way in rows["way"]]
        assert [int(each["车道"]) for each in good] == list(rows["lane"])
        assert [int(each["车型"]) for each in good] == list(rows["vehicle_class"])
        assert len({each["流水号"] for each in good}) == len(good)


def test_gantry_passages_are_written_as_they_happened(city):
    for sent, day in zip(_sent(city, "etc_"), city.days, strict=True):
        rows, good = passages(4, city.scenario.tolls, city.tolls, day), exact(sent)[2]
        assert [each["gantry_id"] for each in good] == list(city.tolls.gantry[rows["gantry"]])
        assert [int(each["tag_id"][4:]) for each in good] == list(rows["tag"])
        assert [int(each["speed_kmh"]) for each in good] == list(rows["speed_kmh"])


def test_the_list_of_gantries_says_where_each_stands(city):
    here, good = city.tolls, exact(_sent(city, "门架")[0])[2]
    listed = [place for place in range(len(here.gantry)) if here.is_listed_gantry[place]]
    assert [tuple(each.values()) for each in good] == [
        (here.gantry[place], ROADS[here.road[place]], {0: "上行", 1: "下行"}[here.direction[place]],
         str(here.sequence[place]), f"{here.km[place] // 10}.{here.km[place] % 10}", here.gantry_district[place])
        for place in listed
    ]  # fmt: skip
    assert max(float(each["桩号"]) for each in good) > 16  # eight gantries, two km apart, at least


def test_the_list_of_plazas_says_where_each_stands(city):
    here, sent = city.tolls, _sent(city, "收费站")[0]
    _, _, *rows = load_workbook(io.BytesIO(sent.content)).active.iter_rows(values_only=True)
    for plaza, name, road, code, lanes in rows:
        place = int(plaza[2:]) - 1
        assert (road, code, lanes) == (
            ROADS[here.plaza_road[place]], here.plaza_district[place], here.lanes[place]
        )  # fmt: skip
        assert name == f"{road}收费站{plaza[2:]}"
    assert {row[2] for row in rows} == {"G2501", "G60"}


def test_what_is_corrected_is_known_once_the_correction_has_come():
    changed = NOTHING_WRONG | {"files": NOTHING_WRONG["files"] | {"corrected_file": 1.0}}
    city = toll_city(4, 1, changed=changed)
    before, after = city.before_late_data, city.after_late_data
    made = truth.indicators(city, (before, after)).query("area == '330100'").set_index(["as_of", "code"])
    # All lanes were manual: none is for cars with a tag, and there is nothing to compare.
    assert made.loc[(before, "t5_etc_pct"), "knowable"] == 0
    assert made.loc[[(before, "t5_gate_time_ratio")], "knowable"].isna().all()
    assert 70 < made.loc[(after, "t5_etc_pct"), "knowable"] < 86
    assert 0.10 < made.loc[(after, "t5_gate_time_ratio"), "knowable"] < 0.22  # 2.8 s to 18 s
