"""A feed is one YAML and a small sample: what must become of the sample is typed by hand beside it.

`tests/feeds/<department>/<dataset>/` holds `expected.yml` and one file as the department would send it.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
import yaml

from citylake.admit.rules import check_rules
from citylake.feed import Feed, load_feeds
from tests.offline import admit, reasons

HERE = Path(__file__).parent
FEEDS = load_feeds()
FIELDS = {
    "sender",
    "covers",
    "parsed",
    "admitted",
    "quarantined",
    "nulls",
    "partitions",
    "never_written",
    "equal",
}


def sample(feed: Feed) -> tuple[Path, dict]:
    folder = HERE / feed.department / feed.dataset
    files = [path for path in sorted(folder.glob("*")) if path.name != "expected.yml"]
    assert (folder / "expected.yml").exists(), (
        f"{feed.feed_id} has no sample: write {folder.relative_to(HERE.parent)}"
    )
    assert len(files) == 1, f"one sample file beside {folder / 'expected.yml'}"
    expected = yaml.safe_load((folder / "expected.yml").read_text(encoding="utf-8"))
    assert set(expected) <= FIELDS
    return files[0], expected


def test_every_sample_belongs_to_a_feed():
    folders = {f"{path.parent.parent.name}.{path.parent.name}" for path in HERE.glob("*/*/expected.yml")}
    assert folders == set(FEEDS)


@pytest.mark.parametrize("feed", FEEDS.values(), ids=list(FEEDS))
def test_the_sample_is_admitted_as_expected(feed, tmp_path):
    file, expected = sample(feed)
    assert feed.takes(feed.department, file.name), "the sample's name is none the department would use"
    assert feed.sender(file.name, None) == expected["sender"]
    assert reasons(feed, file.read_bytes()) == []
    rows = admit(feed, file.read_bytes(), tmp_path, name=file.name)
    admitted = {row["_source_row"]: row for row in rows.admitted}
    named = {
        number: {name: _plain(admitted.get(number, {}).get(name)) for name in values}
        for number, values in expected["admitted"].items()
    }
    assert named == {n: {k: _plain(v) for k, v in row.items()} for n, row in expected["admitted"].items()}
    assert sorted(admitted) == sorted(expected["admitted"])
    assert rows.broken == {number: sorted(rules) for number, rules in expected["quarantined"].items()}
    assert rows.counts.parsed == expected["parsed"] == len(rows.admitted) + len(rows.quarantined)
    assert rows.counts.null_counts == expected["nulls"]
    assert rows.counts.partitions == {str(day): count for day, count in expected["partitions"].items()}
    assert rows.counts.covers == (tuple(expected["covers"]) if "covers" in expected else None)
    for column, numbers in expected.get("equal", {}).items():
        assert len({admitted[number][column] for number in numbers}) == 1
    for text in expected.get("never_written", []):
        assert text not in rows.text


@pytest.mark.parametrize("feed", FEEDS.values(), ids=list(FEEDS))
def test_the_sample_shows_every_kept_column_and_breaks_something(feed):
    _, expected = sample(feed)
    shown = {name for row in expected["admitted"].values() for name in row} | set(expected.get("equal", {}))
    assert {column.name for column in feed.kept_columns} - shown == set()
    assert expected["quarantined"]


@pytest.mark.parametrize("feed", FEEDS.values(), ids=list(FEEDS))
def test_rules_and_patterns_can_be_evaluated(feed):
    assert check_rules(feed) == []


def _plain(value):
    """Times as text with their offset, so that a date never equals a time."""
    return value.isoformat() if isinstance(value, (date, datetime)) else value
