"""Where rows of one key differ, from what the quarantine keeps of a delivery."""

from __future__ import annotations

import pytest

from citylake.stewardship.quarantine import differences
from tests.offline import admit, make_feed

COLUMNS = [{"name": name, "type": "string"} for name in ("id", "hour", "value")]


@pytest.fixture
def differing(tmp_path):
    """The differences within a file, admitted offline."""

    def differing(text: str, **changes) -> dict:
        feed = make_feed(COLUMNS, key=["id", "hour"], **changes)
        return differences(admit(feed, text, tmp_path).quarantined, feed)

    return differing


def test_the_rows_of_a_key_are_compared_with_each_other_only(differing):
    found = differing("id,hour,value\nA,1,40\nB,1,7\nA,1,41\nA,2,9\nB,1,8\nA,1,40\n")
    assert found == {
        1: {"value": ["40", "41"]}, 3: {"value": ["40", "41"]}, 6: {"value": ["40", "41"]},
        2: {"value": ["7", "8"]}, 5: {"value": ["7", "8"]},
    }  # fmt: skip


def test_a_value_that_is_empty_in_one_row_differs_and_columns_of_another_feed_do_not(differing):
    found = differing("id,hour,value,other\nA,1,,1\nA,1,41,2\n", ignores=["other"])
    assert found == {1: {"value": ["", "41"]}, 2: {"value": ["", "41"]}}


def test_duplicates_and_other_broken_rows_have_no_differences(differing):
    assert differing("id,hour,value\nA,1,40\nA,1,40\nB,2\n") == {}
