"""A feed file with every kind of mistake: all are told at once, each with its place, and none with a stack trace."""

from __future__ import annotations

import pytest

from citylake.errors import Problems
from citylake.feed import load_feeds
from tests.unit.test_feed import DEPARTMENT, GOOD

MISTAKES = r"""
title: {en: Noise}
grain: 2026
gain: one row per point and hour
key: [point_id, station]
partition: {by: level_kg, every: week}
delivers: perod
covers: {from_name: '_(\d{8})'}
arrival: {from: ftp, files: 'noise_*.csv', every: hourly, deadlin: P1D, senders: none}
format: {kind: cvs, encoding: gb1803, delimeter: ';', timezone: Asia/Hangzhou, delimiter: ';;'}
drift: {aded: hold, unit_changed: maybe}
ignores: [点位]
owner: me
columns:
  - {name: point_id, form: 点位, type: string, required: maybe}
  - {name: Measured, type: timestamp}
  - {name: level_kg, type: double}
  - {name: level_kg, type: double, from_unit: km}
  - {name: kind_type, type: text, one_of: low}
  - {name: count, type: integer, range: [5, 1]}
  - {name: note, type: string, format: '%Y', pattern: 7}
  - {name: phone, type: string, privacy: {class: direct, as: keep, because: needed here}}
  - {name: name, type: string, privacy: {class: direct, as: hash, because: x}}
  - just a text
  - {name: again, type: string}
  - {name: again, type: string}
rules:
  - {name: Positive, that: 'count > 0'}
  - {name: twice, that: 'true', because: first}
  - {name: twice, that: 'true', because: second}
"""
TOLD = [
    "title: the key 'zh' is missing",
    "grain: this should be a text; put it in quotes\n  Found: 2026.",
    "environment/noise.yml: the key 'gain' is not known\n  Did you mean 'grain'?",
    "environment/noise.yml: the key 'owner' is not known",
    "key column 'station' is not declared, or is dropped by its privacy",
    "partition: every: this value is not known\n  Found: 'week'.  Expected 'day'.",
    "delivers: this value is not known\n"
    "  Found: 'perod'.  Expected one of 'additions', 'period' or 'everything'.\n  Did you mean 'period'?",
    "covers: covers.from_name needs a group `date`, or `from` and `to`",
    "arrival: from: this value is not known\n  Found: 'ftp'.  Expected one of 'inbox', ",
    "arrival: every: 'hourly' is not a duration",
    "arrival: the key 'deadlin' is not known\n  Did you mean 'deadline'?",
    "arrival: the key 'deadline' is missing",
    "arrival: senders: this should be a whole number\n  Found: 'none'.",
    "format: kind: this value is not known\n  Found: 'cvs'.  Expected one of 'csv', 'jsonl', 'json', 'xml', 'excel',"
    " 'parquet', 'fixed_width' or 'geojson'.\n  Did you mean 'csv'?",
    "format: encoding 'gb1803' is not known to Python",
    "format: the key 'delimeter' is not known\n  Did you mean 'delimiter'?",
    "format: delimiter: String should have at most 1 character\n  Found: ';;'.",
    "drift: the key 'aded' is not known\n  Did you mean 'added'?",
    "drift: unit_changed: this value is not known\n  Found: 'maybe'.  Expected one of 'keep' or 'hold'.",
    "column 'point_id': the key 'form' is not known\n  Did you mean 'format' or 'from'?",
    "column 'point_id': required: this should be true or false\n  Found: 'maybe'.",
    "column 'Measured': name: String should match pattern",
    "column 'level_kg': unit 'kg' needs from_unit",
    "column 'level_kg': from_unit 'km' cannot become 'kg'",
    "column 'again' is declared twice",
    "column 'kind_type': type: this value is not known\n  Found: 'text'.  Expected one of 'string', 'integer', ",
    "column 'kind_type': one_of: this should be a list\n  Found: 'low'.",
    "column 'count': range [5, 1] ends before it begins",
    "column 'note': pattern: this should be a text; put it in quotes\n  Found: 7.",
    "column 'phone': privacy: a direct identifier is never kept; use drop, pseudonym(<domain>) or match_key(<domain>)",
    "column 'name': privacy: because: String should have at least 5 characters\n  Found: 'x'.",
    "column '10': this should be a mapping of keys\n  Found: 'just a text'.",
    "rules: 0: name: String should match pattern",
    "rules: 0: the key 'because' is missing",
    "rule 'twice' is declared twice",
]  # fmt: skip


@pytest.fixture
def told(tmp_path):
    """What `load_feeds` says of one feed file of this text."""

    def tell(content: str | bytes) -> str:
        folder = tmp_path / "environment"
        folder.mkdir(exist_ok=True)
        (folder / "_department.yml").write_text(DEPARTMENT, encoding="utf-8")
        (folder / "noise.yml").write_bytes(content.encode() if isinstance(content, str) else content)
        load_feeds.cache_clear()
        with pytest.raises(Problems) as caught:
            load_feeds(tmp_path)
        return str(caught.value).replace(f"{tmp_path}/", "")

    yield tell
    load_feeds.cache_clear()


def test_every_mistake_is_told_at_once(told):
    found = told(MISTAKES)
    assert [text for text in TOLD if text not in found] == []
    assert len(TOLD) == 35
    for invented in ("mended", "declared twice; column 'mended", "partition.by"):
        assert invented not in found
    # Three of the whole feed are told as one; nothing is told twice, and nothing else.
    assert found.count("environment/noise.yml: ") == 33


def test_one_mistake_is_one_error(told):
    for wrong, right in (("PT1H", "hourly"), ("type: timestamp", "type: time"), ("kind: csv", "kind: cvs"),
                         ("delivers: period", "delivers: {changes: level_type}")):  # fmt: skip
        assert told(GOOD.replace(wrong, right)).count("environment/noise.yml: ") == 1


def test_a_value_out_of_a_few_is_told_with_those_it_may_be(told):
    personal = ", privacy: {class: secret, because: who it is}}"
    assert told(GOOD.replace("one_of: [low, high]}", "one_of: [low, high]" + personal)) == (
        "environment/noise.yml: column 'level_type': privacy: class: this value is not known\n"
        "  Found: 'secret'.  Expected one of 'direct', 'quasi', 'sensitive' or 'none'."
    )


BOMB = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("title:\n\t en: x\n", "line 2: this is not YAML\n  Found: found character '\\t' that cannot start any token.\n"
                                "  Indent with spaces, not tabs."),
        ("title: a\0b\n", "this is not YAML\n  Found: unacceptable character #x0000"),
        ("", "a feed file is a mapping of keys\n  Found: nothing.\n  `citylake feed new <file>` writes one"),
        ("- a\n", "a feed file is a mapping of keys\n  Found: list."),
        ("hello", "a feed file is a mapping of keys\n  Found: a text."),
        (BOMB + GOOD, "line 2: this is not YAML\n  Found: '*a' refers to another place; write the text itself."),
        ("a: &a\n  b: *a\n", "line 2: this is not YAML\n  Found: '*a' refers to another place"),
        ("a: !!python/object/apply:os.system ['id']\n", "line 1: this is not YAML\n  Found: could not determine a constructor"),
        ("? [a]\n: b\n", "line 1: this is not YAML\n  Found: found unhashable key"),
        ("a: " + "[" * 3000, "this is not YAML"),
        (GOOD.replace("grain: one row", "grain: 2026-02-31 #"), "this is not YAML\n  Found: day is out of range for month"),
        (GOOD.replace("one_of: [low, high]", "range: [" + "9" * 5000 + ", 1]"), "this is not YAML\n  Found: Exceeds the limit"),
        (GOOD + "---\na: 1\n", "line 13: this is not YAML\n  Found: but found another document."),
        (GOOD.encode("utf-16"), "this is not YAML\n  Found: 'utf-8' codec can't decode byte 0xff in position 0: invalid start"
                                " byte.  Expected text in utf-8.\n  Save the file as UTF-8."),
        (GOOD.encode("gb18030"), "Expected text in utf-8."),
        (GOOD.replace("columns:", "columns: none\nx:"), "columns: this should be a list\n  Found: 'none'."),
        (GOOD.replace("name: level_type", "name: 7"), "column '7': name: this should be a text; put it in quotes\n  Found: 7."),
        (GOOD.replace("name: level_type", "name: {a: b}"), "name: this should be a text; put it in quotes\n  Found: {'a': 'b'}."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_place(told, content, text):
    assert text in told(content)


def test_keys_given_twice_and_keys_that_are_no_text_are_told_together(told):
    text = GOOD.replace("{kind: csv}", "{kind: csv, kind: xml}") + "2026-03-01: x\nyes: 1\ngrain: again\n"
    found = told(text)
    assert "environment/noise.yml: line 8: the key 'kind' is given twice\n  Keep one of them." in found
    assert "line 13: the key '2026-03-01' is not a text\n  Put it in quotes: \"2026-03-01\"." in found
    assert "line 14: the key 'yes' is not a text" in found
    assert "line 15: the key 'grain' is given twice" in found


def test_a_byte_order_mark_in_a_feed_file_is_no_mistake(tmp_path, told):
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        told(GOOD.encode("utf-8-sig"))
