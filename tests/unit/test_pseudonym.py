"""Pseudonyms: the same person gets the same one within a domain, and none leads back."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from citylake import settings
from citylake.privacy.pseudonym import normalise, pseudonym
from tests.offline import admit, make_feed

KEY = "00112233445566778899aabbccddeeff" * 2


@pytest.fixture(autouse=True)
def _keys():
    for domain, key in (("staff", KEY), ("patients", "ff" * 32)):
        (settings.current().secrets / f"key.pseudonym.{domain}").write_text(key + "\n")


@pytest.mark.parametrize("typed", ["张 伟", "张伟", " 张\u3000伟 ", "张\t伟\n"])
def test_white_space_does_not_make_another_person(typed):
    assert normalise(typed) == "张伟"


@pytest.mark.parametrize(
    ("typed", "normal"), [("ｚｈａｎｇ　Ｗei", "ZHANGWEI"), ("①②", "12"), ("浙a·12345", "浙A·12345")]
)
def test_width_and_case_do_not_either(typed, normal):
    assert normalise(typed) == normal


def test_a_pseudonym_is_the_hmac_with_the_key_of_its_domain():
    expected = hmac.new(bytes.fromhex(KEY), "张伟".encode(), hashlib.sha256).hexdigest()[:32]
    assert pseudonym("张 伟", "staff") == expected
    assert pseudonym("张伟", "patients") != expected
    assert pseudonym("张维", "staff") != expected


def test_admission_writes_the_pseudonym_and_never_the_name(tmp_path):
    columns = [
        {"name": "id", "type": "string"},
        {"name": "person", "from": "姓名", "type": "string",
         "privacy": {"class": "direct", "as": "pseudonym(staff)", "because": "workload without the name"}},
    ]  # fmt: skip
    rows = admit(make_feed(columns), "id,姓名\na,张 伟\nb,张伟\nc,李娜\nd,\n", tmp_path)
    first, second, third, none = rows.values("person")
    assert first == second == pseudonym("张伟", "staff")
    assert third == pseudonym("李娜", "staff")
    assert none is None
    assert "张" not in rows.text


def test_a_pseudonym_may_be_the_key_of_a_feed(tmp_path):
    columns = [
        {"name": "person", "type": "string",
         "privacy": {"class": "direct", "as": "pseudonym(staff)", "because": "counted, not known"}},
        {"name": "value", "type": "string"},
    ]  # fmt: skip
    rows = admit(make_feed(columns, key=["person"]), "person,value\n张伟,1\n李娜,2\n张伟,3\n", tmp_path)
    assert rows.broken == {1: ["key_conflict"], 3: ["key_conflict"]}
    assert rows.values("person") == [pseudonym("李娜", "staff")]
