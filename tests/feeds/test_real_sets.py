"""The real sets, where their folder is: what admission finds is what was counted in them without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.real_sets import PAGE, SETS, feed_file, page, totals
from citylake.feed import read_feed
from citylake.settings import PROJECT

FOLDER = Path(os.environ.get("CITYLAKE_REALDATA", PROJECT.parent / "shared" / "realdata"))
here = pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder of real sets is not there")


def test_every_feed_of_the_realdata_city_is_valid():
    assert all(read_feed(feed_file(real.feed)) for real in SETS)


@here
@pytest.mark.parametrize("real", SETS, ids=[real.feed + ":" + real.files for real in SETS])
def test_the_lake_counts_what_is_in_them(real):
    found = totals(real, FOLDER)
    expected = {claim.found_as: claim.expected for claim in real.claims}
    assert {name: found.counts[name] for name in expected} == expected
    assert found.counts["files"] > 0
    assert found.counts["parsed"] == found.counts["admitted"] + found.counts["quarantined"]


@here
def test_the_page_says_what_is_found():
    assert PAGE.read_text(encoding="utf-8") == page(FOLDER), "python -m bench.real_sets writes it anew"
