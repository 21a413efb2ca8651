"""Whom a code and a name mean: every combination of likenesses has a decision typed by hand, which the score must make."""

from __future__ import annotations

import itertools

import pyarrow as pa
import pytest

from spark_jobs.transport import enforcement_link as job

# Enterprise: code, core of the name, district.
REGISTER = [
    ("91338001MA0000001X", "安邦博商贸", "330106"), ("91338001MA7654321K", "大江流水置业", "330106"),
    ("91338001MA1111111A", "同名停车管理", "330105"), ("91338001MA2222222B", "同名停车管理", "330106"),
    ("91338001MA5555555A", "高山机械制造", "330108"), ("91338001MA5555555B", "高岭机械制造", "330108"),
]  # fmt: skip
CODE, CORE, DISTRICT = REGISTER[0]
CODES = {"same": CODE, "one": CODE[:11] + "9" + CODE[12:], "other": "91338001MAZZZZZZZZ", "none": None}
CORES = {"same": CORE, "one": "安宝博商贸", "other": "西湖茶叶饭店", "none": None}
DISTRICTS = {"same": DISTRICT, "other": "330109"}


def decided(code: str | None, core: str | None, district: str = DISTRICT) -> list[tuple]:
    """linked_as and candidate of the one that is linked, or `doubtful` and the candidates."""
    rows = _table([("case", code, core, district)])
    known = _table([(each[0], *each) for each in REGISTER])
    pairs = job.patterns.scored(
        rows, known, comparisons=job.COMPARISONS, blocks=job.BLOCKS, prior=job.PRIOR, least=job.DOUBTFUL
    )
    return [
        (row[3] or row[4], row[1].removeprefix("enterprise:")) for row in job._decided(rows, known, pairs)
    ]


def _table(rows: list[tuple]) -> pa.Table:
    names = ("id", "code", "core", "district")
    columns = [pa.array(list(each), pa.string()) for each in zip(*rows, strict=True)]
    table = pa.table(dict(zip(names, columns, strict=True)))
    return job.patterns.halved(job.patterns.halved(table, "code"), "core")


def expected(code: str, core: str, district: str) -> list[tuple]:
    """The rules in words: a listed code; a listed name; one character wrong in each; less is doubtful."""
    if code == "same":
        return [("code", CODE)]
    if core == "same":
        return [("name", CODE)]
    if code == core == "one":
        return [("scored", CODE)]
    if code == "one" or (core == "one" and district == "same"):
        return [("doubtful", CODE)]
    return [("elsewhere", CODES["other"])] if code == "other" else []


@pytest.mark.parametrize(("code", "core", "district"), list(itertools.product(CODES, CORES, DISTRICTS)))
def test_every_combination_of_likenesses_has_its_decision(code, core, district):
    found = decided(CODES[code], CORES[core], DISTRICTS[district])
    assert found == expected(code, core, district)


def test_a_listed_code_decides_against_the_name_of_another():
    assert decided(CODE, "大江流水置业") == [("code", CODE)]
    assert decided(CODES["one"], "大江流水置业") == [("name", "91338001MA7654321K")]


def test_a_name_of_two_enterprises_decides_nothing_wherever_they_are():
    for district in ("330105", "330106", "330109"):
        found = decided(None, "同名停车管理", district)
        assert sorted(found) == [("doubtful", "91338001MA1111111A"), ("doubtful", "91338001MA2222222B")]
    assert decided("91338001MA2222222B", "同名停车管理") == [("code", "91338001MA2222222B")]


def test_one_character_wrong_in_each_of_two_enterprises_decides_nothing():
    found = decided("91338001MA5555555C", "高峰机械制造", "330108")
    assert sorted(found) == [("doubtful", "91338001MA5555555A"), ("doubtful", "91338001MA5555555B")]


def test_codes_of_another_length_are_not_one_apart():
    assert decided(CODE[:-1], None) == [("elsewhere", CODE[:-1])]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("杭州安邦博商贸有限公司", "安邦博商贸"), ("杭州市安邦博商贸有限公司", "安邦博商贸"), ("安邦博商贸", "安邦博商贸"),
        ("杭州安邦博商贸（有限合伙）合伙企业", "安邦博商贸"), ("杭州 安邦博　商贸股份有限公司", "安邦博商贸"),
        ("杭州安邦博商贸有限责任公司", "安邦博商贸"), ("杭州安邦博商贸公司", "安邦博商贸"), 
        ("宁波安邦博商贸有限公司", "宁波安邦博商贸"),
        ("杭州ＡＢ商贸有限公司", "AB商贸"), ("杭州有限公司", None), ("  ", None), (None, None), 
        ("杭州【老】安邦博商贸[分]有限公司", "安邦博商贸"),
    ],
)  # fmt: skip
def test_the_core_of_a_name(name, found):
    assert job.core(name) == found


def test_scores_are_the_same_again_and_certainty_has_its_order():
    rows = _table([("a", CODES["none"], CORES["one"], DISTRICT), ("b", CODES["one"], CORES["one"], DISTRICT),
                   ("c", CODES["none"], CORES["same"], DISTRICT), ("d", CODES["same"], CORES["same"], DISTRICT)])  # fmt: skip
    known = _table([(each[0], *each) for each in REGISTER])

    def scores() -> dict:
        made = job.patterns.scored(
            rows, known, comparisons=job.COMPARISONS, blocks=job.BLOCKS, prior=job.PRIOR, least=0.0
        )
        return {(row["row_id"], row["known_id"]): row["match_weight"] for row in made.to_pylist()}

    first = scores()
    assert first == scores()
    assert len(first) == 4
    weights = [first[name, CODE] for name in "abcd"]
    assert weights == sorted(weights)
    # log2 of (0.10 / 0.0015) and of (0.65 / 0.08), less 10 of the prior.
    assert first["a", CODE] == pytest.approx(6.0589 + 3.0224 - 9.9986, abs=0.001)
