"""Match keys: misread values can be joined, one character apart and no more, and none leads back."""

from __future__ import annotations

import hashlib
from itertools import combinations

import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from pydantic import ValidationError

from citylake import settings
from citylake.column import Column
from citylake.privacy.match_key import match_key, normalised
from citylake.privacy.pseudonym import pseudonym
from citylake.stewardship.declaration_changes import changes
from citylake.table import _reference
from tests.offline import admit, make_feed

KEY = "00112233445566778899aabbccddeeff" * 2
PLATE = {
    "name": "plate", "from": "车牌", "type": "string",
    "privacy": {"class": "direct", "as": "match_key(plate)", "because": "entries and exits are paired"},
}  # fmt: skip
COLUMNS = [{"name": "id", "type": "string"}, PLATE]


@pytest.fixture(autouse=True)
def _keys():
    for name, key in (("match_key.plate", KEY), ("match_key.ship", "ff" * 32), ("pseudonym.plate", KEY)):
        (settings.current().secrets / f"key.{name}").write_text(key + "\n")


def wildcards(value: str, domain: str = "plate") -> set[str]:
    return set((match_key(value, domain)[1] or "").split())


@pytest.mark.parametrize(
    "typed", ["浙A12345", "浙a·12345", " 浙Ａ１２３４５ ", "浙A 12.345", "浙A•123-45", "浙A－12345\u200b"]
)
def test_width_case_spaces_dots_and_hyphens_make_no_other_plate(typed):
    assert normalised(pa.array([typed])).to_pylist() == ["浙A12345"]
    assert match_key(typed, "plate") == match_key("浙A12345", "plate")


@pytest.mark.parametrize("unread", ["浙A*2345", "浙A?2345", "浙A●2345"])
def test_a_mark_for_an_unread_character_is_a_character(unread):
    assert len(wildcards(unread) & wildcards("浙A12345")) == 1


def encrypted(*characters: tuple[int, int]) -> str:
    """AES of the sum of the secrets of characters at places, as the decision says, for one value."""
    secret = bytes.fromhex(KEY)
    total = 0
    for place, character in characters:
        pair = ((place << 21) | character).to_bytes(8, "big")
        total ^= int.from_bytes(
            hashlib.blake2b(pair, key=secret, digest_size=16, person=b"place").digest(), "big"
        )
    cipher_key = hashlib.blake2b(key=secret, digest_size=32, person=b"cipher").digest()
    return Cipher(algorithms.AES(cipher_key), modes.ECB()).encryptor().update(total.to_bytes(16, "big")).hex()


def test_the_hashes_are_what_the_decision_says():
    placed = list(enumerate(map(ord, "浙B123")))
    exact, wild = match_key("浙b·123", "plate")
    assert exact == encrypted(*placed)
    each = [
        encrypted(*[(n, 0x1FFFFF if n == place else code) for n, code in placed])[:16] for place in range(5)
    ]
    assert wild == " ".join(sorted(each))


def test_a_value_has_the_same_hashes_beside_longer_and_shorter_ones(tmp_path):
    plates = ["浙A12345", "", "x" * 5, "y" * 64, "z" * 65, "浙A1234567", "w" * 3000]
    text = "id,车牌\n" + "".join(f"{n},{plate}\n" for n, plate in enumerate(plates))
    rows = admit(make_feed(COLUMNS), text, tmp_path)
    alone = [match_key(plate, "plate") for plate in plates]
    assert list(zip(rows.values("plate"), rows.values("plate_match"), strict=True)) == alone
    assert [len(wild.split()) if wild else 0 for _, wild in alone] == [7, 0, 5, 64, 0, 9, 0]


@pytest.mark.parametrize("misread", ["苏A12345", "浙B12345", "浙A62345", "浙A12349"])
def test_two_plates_that_differ_in_one_character_share_exactly_one_wildcard(misread):
    assert len(wildcards("浙A12345") & wildcards(misread)) == 1
    assert match_key(misread, "plate")[0] != match_key("浙A12345", "plate")[0]


@pytest.mark.parametrize("other", ["浙B12346", "浙A21345", "浙A1234", "浙A123456", "浙12345A"])
def test_two_that_differ_in_more_or_in_length_share_none(other):
    assert wildcards("浙A12345") & wildcards(other) == set()


def test_the_number_of_shared_wildcards_is_right_for_any_two_of_many():
    plates = [f"浙{letter}{number:05d}" for letter in "AB" for number in range(0, 120)]
    for one, other in combinations(plates, 2):
        apart = sum(x != y for x, y in zip(one, other, strict=True))
        assert len(wildcards(one) & wildcards(other)) == (1 if apart == 1 else 0), (one, other)


def test_domains_and_pseudonyms_never_give_equal_ones():
    exact, wild = match_key("浙A12345", "plate")
    assert match_key("浙A12345", "ship")[0] != exact
    assert wildcards("浙A12345", "ship") & set((wild or "").split()) == set()
    assert pseudonym("浙A12345", "plate") != exact


def test_a_short_value_has_no_wildcards_and_one_of_dots_alone_is_nobodys():
    assert match_key("无牌车", "plate")[1] is None
    assert match_key("无牌车", "plate")[0] != match_key("无车牌", "plate")[0]
    assert match_key("-", "plate") == match_key(" · ", "plate") == (None, None)


def test_admission_writes_both_columns_and_the_plate_nowhere(tmp_path):
    plates = ["浙A12345", "浙Ａ·12345", "浙A12346", "", "无牌"]
    rows = admit(
        make_feed(COLUMNS), "id,车牌\n" + "".join(f"{n},{p}\n" for n, p in enumerate(plates)), tmp_path
    )
    assert list(rows.admitted[0])[:3] == ["id", "plate", "plate_match"]
    exact, wild = match_key("浙A12345", "plate")
    assert rows.values("plate") == [
        exact, exact, match_key("浙A12346", "plate")[0], None, match_key("无牌", "plate")[0]
    ]  # fmt: skip
    assert rows.values("plate_match") == [wild, wild, match_key("浙A12346", "plate")[1], None, None]
    for text in ("12345", "12346", "浙", "无牌"):
        assert text not in rows.text


def test_a_refused_row_keeps_the_plate_sealed(tmp_path):
    columns = [{"name": "id", "type": "string"}, PLATE | {"pattern": "浙.{6}"}]
    rows = admit(make_feed(columns), "id,车牌\na,苏A12345\n", tmp_path)
    assert rows.broken == {1: ["plate.pattern"]}
    assert "12345" not in rows.text


def test_more_values_than_are_remembered_give_the_same_hashes(tmp_path, monkeypatch):
    monkeypatch.setattr("citylake.privacy.match_key._MOST_KNOWN", 3)
    text = "id,车牌\n" + "".join(f"{n},浙A{n % 7:05d}\n" for n in range(50))
    rows = admit(make_feed(COLUMNS), text, tmp_path)
    assert rows.values("plate_match") == [match_key(f"浙A{n % 7:05d}", "plate")[1] for n in range(50)]


def test_a_list_of_plates_has_both_columns_in_its_conformed_table():
    columns = {column.name: column.type for column in _reference(make_feed(COLUMNS)).columns}
    assert columns == {"id": "string", "plate": "string", "plate_match": "string"}


def test_only_a_text_has_a_match_key_and_no_other_column_its_name():
    with pytest.raises(ValidationError, match="match_key is for a text that may be misread: `type: string`"):
        Column.model_validate(PLATE | {"type": "integer"})
    with pytest.raises(ValidationError, match="column 'plate_match' has the name of what match_key makes"):
        make_feed([*COLUMNS, {"name": "plate_match", "type": "string"}])


def test_a_change_to_or_from_a_match_key_is_a_change_of_privacy():
    kept = [{"name": "id", "type": "string"}, PLATE | {"privacy": None}]
    hashed = PLATE["privacy"] | {"as": "pseudonym(plate)"}
    for before in (kept, [kept[0], PLATE | {"privacy": hashed}]):
        in_force = make_feed(before).model_dump(mode="json", by_alias=True)
        (change,) = changes("environment.test_reading", in_force, make_feed(COLUMNS))
        assert (change.key, change.meaning, change.mixes) == (
            "column plate: privacy",
            "re-admit from landing",
            True,
        )
        assert "match_key(plate)" in (change.after or "")
        assert "what was kept before is forgotten" in change.consequence
