"""Personal values in the quarantine are sealed: readable with the seal key and the right delivery only."""

from __future__ import annotations

import json

import pytest
from cryptography.exceptions import InvalidTag

from citylake.privacy.looks import is_personal_name
from citylake.privacy.pseudonym import seal, unseal
from tests.offline import DELIVERY_ID, admit, make_feed, record

PHONE = "13800138000"
ID_NUMBER = "330102199001011234"
PERSONAL = [
    {"name": "id", "type": "string"},
    {"name": "level", "type": "integer"},
    {"name": "phone", "from": "联系电话", "type": "string",
     "privacy": {"class": "direct", "as": "drop", "because": "not needed"}},
    {"name": "diagnosis", "type": "string",
     "privacy": {"class": "sensitive", "as": "keep", "because": "the reason of the feed"}},
]  # fmt: skip
HEADER = "id,level,联系电话,diagnosis\n"


def test_what_is_sealed_can_be_opened_for_its_delivery_alone():
    sealed = seal(PHONE, "D1")
    assert sealed.startswith("sealed:")
    assert PHONE not in sealed
    assert unseal(sealed, "D1") == PHONE
    with pytest.raises(InvalidTag):
        unseal(sealed, "D2")


def test_sealing_repeats_within_a_delivery_and_tells_nothing_between_two():
    assert seal(PHONE, "D1") == seal(PHONE, "D1")
    assert seal(PHONE, "D1") != seal(PHONE, "D2")
    assert seal("", "D1") != seal(" ", "D1")


def test_a_dropped_column_is_in_no_admitted_row(tmp_path):
    rows = admit(make_feed(PERSONAL), HEADER + f"a,1,{PHONE},flu\n", tmp_path)
    (row,) = rows.admitted
    assert "phone" not in row
    assert row["_extra"] is None
    assert row["diagnosis"] == "flu"
    assert PHONE not in rows.text


def test_personal_values_of_a_quarantined_row_are_sealed_and_the_others_are_not(tmp_path):
    rows = admit(make_feed(PERSONAL), HEADER + f"a,high,{PHONE},flu\n", tmp_path)
    kept = record(rows.quarantined[0])
    assert (kept["id"], kept["level"]) == ("a", "high")
    assert unseal(kept["联系电话"], DELIVERY_ID) == PHONE
    assert unseal(kept["diagnosis"], DELIVERY_ID) == "flu"
    assert PHONE not in rows.text


def test_what_nobody_declared_is_sealed_where_it_looks_personal_and_all_of_it_where_the_feed_says_so(
    tmp_path,
):
    text = f"id,value,note,手机\na,1,fever,none\nb,2,{PHONE},none\n"
    kept = [json.loads(row["_extra"]) for row in admit(make_feed(), text, tmp_path / "kept").admitted]
    assert kept[0]["note"] == "fever"
    assert unseal(kept[1]["note"], DELIVERY_ID) == PHONE
    assert unseal(kept[0]["手机"], DELIVERY_ID) == "none"  # by its name
    typed = [{"name": "id", "type": "string"}, {"name": "value", "type": "integer"}]
    rows = admit(make_feed(typed, drift={"added": "seal"}), text + "c,high,cough,none\n", tmp_path / "sealed")
    sealed = [json.loads(row["_extra"]) for row in rows.admitted]
    assert [unseal(row["note"], DELIVERY_ID) for row in sealed] == ["fever", PHONE]
    # Of a refused row too; what is declared and tells of nobody stays readable.
    assert unseal(record(rows.quarantined[0])["note"], DELIVERY_ID) == "cough"
    assert record(rows.quarantined[0])["value"] == "high"
    assert "fever" not in rows.text
    assert "cough" not in rows.text


def test_repeated_and_contradicting_rows_are_sealed_too(tmp_path):
    rows = admit(make_feed(PERSONAL), HEADER + f"a,1,{PHONE},flu\na,2,{PHONE},flu\n", tmp_path)
    assert rows.broken == {1: ["key_conflict"], 2: ["key_conflict"]}
    assert [unseal(record(row)["联系电话"], DELIVERY_ID) for row in rows.quarantined] == [PHONE, PHONE]
    assert PHONE not in rows.text


def test_a_record_that_cannot_be_split_is_sealed_whole_where_any_column_is_personal(tmp_path):
    rows = admit(make_feed(PERSONAL), HEADER + f"a,1,{PHONE}\n" + "b,1,,\n", tmp_path)
    kept = record(rows.quarantined[0])
    assert PHONE not in rows.text
    assert unseal(kept["text"], DELIVERY_ID) == f"a,1,{PHONE}"
    assert kept["why"] == "3 fields where 4 are expected"


def test_a_record_that_cannot_be_split_is_sealed_where_it_looks_personal(tmp_path):
    rows = admit(make_feed(), f"id,value\na\nb,{PHONE},x\n", tmp_path)
    plain, personal = (record(row)["text"] for row in rows.quarantined)
    assert plain == "a"
    assert unseal(personal, DELIVERY_ID) == f"b,{PHONE},x"


def test_an_undeclared_column_is_sealed_where_its_name_is_personal(tmp_path):
    rows = admit(make_feed(), "id,value,姓名,备注\na,1,张伟,好\nbad\n", tmp_path)
    extra = json.loads(rows.admitted[0]["_extra"])
    assert extra["备注"] == "好"
    assert unseal(extra["姓名"], DELIVERY_ID) == "张伟"


@pytest.mark.parametrize(
    "value", [PHONE, ID_NUMBER, "33010219900101123X", f"电话{PHONE}", "zhang.wei@city.example"]
)
def test_an_undeclared_column_is_sealed_where_its_value_is_personal(tmp_path, value):
    rows = admit(make_feed(), f"id,value,note\na,1,{value}\nb,1,fine\na,2,{value}\n", tmp_path)
    assert [json.loads(extra)["note"] for extra in rows.values("_extra")] == ["fine"]
    assert [unseal(record(row)["note"], DELIVERY_ID) for row in rows.quarantined] == [value, value]


@pytest.mark.parametrize(
    "value", ["20260301080000", "12800138000", "138001380001", "330100", "3.14", "NA", "a@b"]
)
def test_ordinary_values_are_not(tmp_path, value):
    rows = admit(make_feed(), f"id,value,note\na,1,{value}\n", tmp_path)
    assert json.loads(rows.admitted[0]["_extra"])["note"] == value


@pytest.mark.parametrize(
    "name", ["contact.phone", "@phone", "owner/email",
             "姓名", "患者姓名", "身份证号", "联系电话", "手机", "家庭住址", "contact_phone", "Mobile", "idCard", "email",
             "birth_year", "passport"]
)  # fmt: skip
def test_names_that_tell_of_a_person(name):
    assert is_personal_name(name)


@pytest.mark.parametrize(
    "name", ["站点名称", "station_name", "name", "value", "telemetry", "颜色", "No", "hotel", "addressed"]
)
def test_names_that_do_not(name):
    assert not is_personal_name(name)


@pytest.mark.parametrize(
    ("year", "band"),
    [("2008", "18-59"), ("2009", "<18"), ("1967", "18-59"), ("1966", "60-69"), ("1957", "60-69"), ("1956", "70-79"),
     ("1947", "70-79"), ("1946", "80+"), ("1900", "80+"), ("", None)],
)  # fmt: skip
def test_a_birth_year_becomes_an_age_band(tmp_path, year, band):
    # The delivery came in 2026: who was born in 2008 turns 18.
    columns = [{"name": "id", "type": "string"},
               {"name": "birth_year", "type": "integer",
                "privacy": {"class": "quasi", "as": "generalise(age_band)", "because": "the band is enough"}}]  # fmt: skip
    assert admit(make_feed(columns), f"id,birth_year\na,{year}\n", tmp_path).values("birth_year") == [band]
