"""Records of erased persons are left out of a reading and counted; nothing of the person is kept to know them by."""

from __future__ import annotations

import io

from citylake import settings
from citylake.admit.erased import without
from citylake.admit.reading import read
from citylake.ledger import erasures
from citylake.privacy.erasure import Persons, hashes
from citylake.privacy.match_key import match_key
from citylake.privacy.pseudonym import pseudonym
from tests.offline import make_feed

PERSON = {"class": "direct", "as": "pseudonym(holder)", "because": "a person"}


def read_without(text: str, person: str = "K7", columns: list | None = None):
    feed = make_feed(
        columns or [{"name": "id", "type": "string"}, {"name": "who", "type": "string", "nulls": ["NN"], "privacy": PERSON}],
        format={"kind": "csv"},
    )  # fmt: skip
    reading = without(
        read(io.BytesIO(text.encode()), feed, "none"), feed, Persons(feed, hashes(person, "holder"))
    )
    numbers = [number for batch in reading.batches for number in batch["_source_row"].to_pylist()]
    return numbers, reading.records, reading.erased, [each.source_row for each in reading.unparsed]


def test_they_are_left_out_and_counted_and_the_others_keep_their_numbers():
    assert read_without("id,who\n1,K7\n2,Li\n3, k7 \n4,K77\n5,K7,x\n6,Li,x\n") == ([2, 4], 6, 3, [6])


def test_a_sentinel_is_nobody():
    assert read_without("id,who\n1,NN\n2,\n", person="NN") == ([1, 2], 2, 0, [])


def test_a_value_of_several_source_columns_is_known():
    columns = [
        {"name": "id", "type": "string"},
        {"name": "who", "from": ["name", "born"], "type": "string", "privacy": PERSON},
    ]
    assert read_without("id,name,born\n1,Li,1950\n2,Li,1951\n", "Li 1950", columns) == ([2], 2, 1, [])


def test_another_domain_is_another_person():
    feed = make_feed([{"name": "who", "type": "string", "privacy": PERSON}], key=["who"])
    assert Persons(feed, hashes("K7", "holder")).are_among(["K7", None], "holder", False) == [True, False]
    assert Persons(feed, hashes("K7", "other")).are_among(["K7"], "holder", False) == [False]


def test_the_hashes_are_neither_pseudonym_nor_match_key():
    known = {pseudonym("K7", "holder"), *(match_key("K7-123", "holder")[0] or "", "K7")}
    found = [*hashes("K7", "holder"), *hashes("K7-123", "holder")]
    assert [len(each) for each in found] == [64] * 4
    assert not any(each.startswith(one) for each in found for one in known if len(one) == 32)
    assert hashes(" \t", "holder") == []
    (settings.current().secrets / "key.erasure").write_text("ab" * 32)
    assert (
        hashes("K7", "holder")[0] == "7a16d74e88226ff0aab56b921f5aa852237905da3ba46429dd063ecd61bbfdf0"
    )  # openssl dgst -sha256 -mac HMAC over pseudonym.holder, NUL, K7


def test_where_a_feed_has_no_domain_the_ledger_is_not_asked():
    assert erasures.hashes(None, make_feed().domains) == []
