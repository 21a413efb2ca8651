"""Feed files: one strict YAML a feed, and every mistake of every file told at once, with its place."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from citylake.errors import Problems, WrongUse
from citylake.feed import find_feed, load_feeds, read_feed
from tests.offline import make_feed

DEPARTMENT = """
title: {en: Bureau, zh: 局}
owner: data@city.example
contact: data@city.example
licence: CC-BY-4.0
purposes: [city indicators]
grade: 2
retention: P3650D
"""
GOOD = """
title: {en: Noise, zh: 噪声}
grain: one row per point and hour
key: [point_id, measured_at]
partition: {by: measured_at}
delivers: period
arrival: {files: 'noise_*.csv', every: PT1H, deadline: P1D}
format: {kind: csv}
columns:
  - {name: point_id, from: 点位, type: string, required: true}
  - {name: measured_at, from: 时间, type: timestamp, required: true}
  - {name: level_type, type: string, one_of: [low, high]}
"""


@pytest.fixture
def folder(tmp_path):
    """A folder of feed files with one department; `write` adds a file."""
    (tmp_path / "environment").mkdir()
    (tmp_path / "environment" / "_department.yml").write_text(DEPARTMENT, encoding="utf-8")
    return tmp_path


def write(folder: Path, text: str, name: str = "environment/noise.yml") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path) -> str:
    with pytest.raises(Problems) as caught:
        load_feeds(folder)
    return str(caught.value).replace(f"{folder}/", "")


def test_a_good_file_is_a_feed_named_by_its_folder_and_its_file(folder):
    write(folder, GOOD)
    feed = load_feeds(folder)["environment.noise"]
    assert (feed.department, feed.dataset) == ("environment", "noise")
    assert feed.admitted == "admitted.environment.noise"
    assert feed.quarantine == "quarantine.environment.noise"
    assert feed.arrival.every == timedelta(hours=1)
    assert feed.source_columns == ("点位", "时间", "level_type")


def test_the_errors_of_all_files_are_told_at_once(folder):
    write(
        folder,
        GOOD.replace("delivers: period", "delivers: perod").replace(
            "type: string, one_of", "type: text, one_of"
        ),
    )
    write(folder, GOOD.replace("key: [point_id, measured_at]", "key: [station]"), "environment/other.yml")
    (folder / "water").mkdir()
    write(folder, GOOD, "water/level.yml")
    told = problems(folder)
    assert "environment/noise.yml: delivers: this value is not known\n  Found: 'perod'." in told
    assert (
        "environment/noise.yml: column 'level_type': type: this value is not known\n  Found: 'text'.  Expected one"
        " of 'string', 'integer', 'double', 'boolean', 'date' or 'timestamp'." in told
    )
    assert "environment/other.yml: key column 'station' is not declared, or is dropped by its privacy" in told
    assert "water/_department.yml: the department's file is missing" in told
    assert "Write owner, contact, licence, purposes, grade and retention there." in told


def test_a_problem_is_a_wrong_use_with_exit_code_2(folder):
    write(folder, GOOD.replace("grain: one row per point and hour\n", ""))
    with pytest.raises(Problems) as caught:
        load_feeds(folder)
    assert caught.value.exit_code == 2
    assert str(caught.value).replace(f"{folder}/", "") == (
        "environment/noise.yml: the key 'grain' is missing\n  Add it; docs/how_to/add_a_feed.md shows a whole file."
    )


@pytest.mark.parametrize(
    ("good", "wrong", "told"),
    [
        ("format: {kind: csv}", "format: {kind: csv, encoding: gb1803}",
         "environment/noise.yml: format: encoding 'gb1803' is not known to Python; try utf-8 or gb18030"),
        ("format: {kind: csv}", "format: {kind: csv, timezone: Asia/Hangzhou}",
         "environment/noise.yml: format: timezone 'Asia/Hangzhou' is not in the time zone database"),
        ("format: {kind: csv}", "format: {kind: csv, delimeter: ';'}",
         "environment/noise.yml: format: the key 'delimeter' is not known"),
        ("grain: one", "owner: me\ngrain: one", "environment/noise.yml: the key 'owner' is not known"),
        ("grain: one", "department: health\ngrain: one", "environment/noise.yml: the key 'department' is not known"),
        ("grain: one", "dataset: noise\ngrain: one", "environment/noise.yml: the key 'dataset' is not known"),
        ("grain: one", "grain: two\ngrain: one", "the key 'grain' is given twice"),
        ("every: PT1H", "every: hourly",
         "environment/noise.yml: arrival: every: 'hourly' is not a duration in days, hours, minutes and seconds, such as"
         " P1D or PT5M"),
        ("every: PT1H", "every: 60", "environment/noise.yml: arrival: every: '60' is not a duration"),
        ("every: PT1H", "every: P1M", "environment/noise.yml: arrival: every: 'P1M' is not a duration"),
        ("deadline: P1D}", "deadline: P1D, senders: 0}",
         "environment/noise.yml: arrival: senders: Input should be greater than or equal to 1\n  Found: 0."),
        ("deadline: P1D}", "deadline: P1D, sender_from_name: 'noise_(.+)'}",
         "environment/noise.yml: arrival: sender_from_name needs a group `sender`"),
        ("deadline: P1D}", "deadline: P1D, sender_from_name: 'noise_(?P<sender>.+'}",
         "environment/noise.yml: arrival: 'noise_(?P<sender>.+' is not a regular expression: missing ), unterminated"),
        ("delivers: period", "delivers: period\ncovers: {from_name: '_(\\d{8})'}",
         "environment/noise.yml: covers: covers.from_name needs a group `date`, or `from` and `to`"),
        ("delivers: period", "delivers: period\ncovers: {from_name: '(?P<date>['}",
         "environment/noise.yml: covers: '(?P<date>[' is not a regular expression: unterminated character set"),
        ("partition: {by: measured_at}", "partition: {by: measured_at, zone: Asia/Hangzhou}",
         "environment/noise.yml: partition: zone 'Asia/Hangzhou' is not in the time zone database"),
        ("partition: {by: measured_at}\n", "", "environment/noise.yml: a feed that delivers a period needs a partition"),
        ("delivers: period", "delivers: everything",
         "environment/noise.yml: a feed that delivers everything is a reference feed and has no partition"),
        ("{by: measured_at}", "{by: level_type}",
         "environment/noise.yml: partition.by 'level_type' must be a date or a timestamp; partition.by 'level_type' must be"
         " `required: true`"),
        ("type: string, required: true}", "type: string, privacy: {class: direct, as: drop, because: who it is}}",
         "environment/noise.yml: key column 'point_id' is not declared, or is dropped by its privacy"),
        ("{by: measured_at}", "{by: nothing}",
         "environment/noise.yml: partition.by 'nothing' is not declared, or is dropped by its privacy"),
        ("delivers: period", "delivers: {changes: operation, delete: D}",
         "environment/noise.yml: the operation column 'operation' is not declared, or is dropped by its privacy"),
        ("columns:\n", "columns:\n  - {name: point_id, type: string}\n",
         "environment/noise.yml: column 'point_id' is declared twice"),
        ("columns:\n", "ignores: [点位]\ncolumns:\n",
         "environment/noise.yml: source column '点位' is both read and ignored"),
        ("columns:\n", "rules:\n  - {name: a, that: 'true', because: x}\n  - {name: a, that: 'true', because: x}\ncolumns:\n",
         "environment/noise.yml: rule 'a' is declared twice"),
        ("one_of: [low, high]}", "one_of: [low, high], references: environment.points}",
         "column 'level_type': references a feed that does not exist\n  Found: environment.points.  Expected one of"
         " environment.noise."),
        ("name: level_type,", "name: Level,",
         "environment/noise.yml: column 'Level': name: String should match pattern '^[a-z][a-z0-9_]*$'\n  Found: 'Level'."),
        ("title: {en: Noise, zh: 噪声}", "title: {en: Noise}", "environment/noise.yml: title: the key 'zh' is missing"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_place(folder, good, wrong, told):
    assert good in GOOD
    write(folder, GOOD.replace(good, wrong, 1))
    assert told in problems(folder)


def test_several_mistakes_of_one_file_are_told_together(folder):
    text = (
        GOOD.replace("kind: csv", "kind: xls")
        .replace("every: PT1H", "every: 1h")
        .replace("from: 点位", "form: 点位")
    )
    write(folder, text)
    told = problems(folder)
    assert told.count("environment/noise.yml: ") == 3
    assert "environment/noise.yml: column 'point_id': the key 'form' is not known" in told


def test_what_is_no_yaml_or_no_mapping_is_told(folder):
    write(folder, "title: [")
    write(folder, "- one\n- two\n", "environment/list.yml")
    told = problems(folder)
    assert "environment/noise.yml: line 1: this is not YAML" in told
    assert "environment/list.yml: a feed file is a mapping of keys\n  Found: list." in told


def test_a_file_that_is_not_utf8_is_told(folder):
    (folder / "environment" / "noise.yml").write_bytes("title: 噪声".encode("gb18030"))
    assert "environment/noise.yml: this is not YAML" in problems(folder)


def test_a_file_whose_name_cannot_be_a_table_is_told(folder):
    write(folder, GOOD, "environment/Noise-2.yml")
    assert "dataset: String should match pattern" in problems(folder)


def test_an_unknown_feed_is_told_with_those_that_exist():
    with pytest.raises(
        WrongUse, match=r"(?s)there is no feed 'health.nothing'.*one of .*environment\.air_station"
    ):
        find_feed("health.nothing")


def test_the_version_is_of_the_meaning_not_of_the_text(folder):
    plain = read_feed(write(folder, GOOD))
    rewritten = read_feed(write(folder, "# a comment\n" + GOOD.replace("{kind: csv}", "\n  kind: csv")))
    other = read_feed(write(folder, GOOD.replace("[low, high]", "[low, high, none]")))
    assert plain.version == rewritten.version
    assert plain.version != other.version


def test_a_feed_takes_files_of_its_department_by_name():
    feed = make_feed(arrival={"files": "环境监测站_*.csv", "every": "P1D", "deadline": "P1D"})
    assert feed.takes("environment", "环境监测站_20260301.csv")
    assert not feed.takes("health", "环境监测站_20260301.csv")
    assert not feed.takes("environment", "环境监测站_20260301.CSV")
    assert not feed.takes("environment", "old/环境监测站.csv")


@pytest.mark.parametrize(
    ("name", "told", "sender"),
    [("noise_Dongxin_20260301.csv", None, "Dongxin"), ("noise_Dongxin_20260301.csv", "someone", "Dongxin"),
     ("other.csv", "someone", "someone"), ("other.csv", None, "environment")],
)  # fmt: skip
def test_the_sender_is_in_the_name_or_told_or_the_department(name, told, sender):
    arrival = {
        "files": "*.csv",
        "every": "P1D",
        "deadline": "P1D",
        "senders": 2,
        "sender_from_name": r"noise_(?P<sender>[^_]+)_",
    }
    assert make_feed(arrival=arrival).sender(name, told) == sender


def test_where_one_sender_is_declared_it_is_the_department_whoever_carried_the_file():
    arrival = {"files": "*.csv", "every": "P1D", "deadline": "P1D"}
    assert make_feed(arrival=arrival).sender("noise.csv", "someone") == "environment"


@pytest.mark.parametrize(
    ("pattern", "name", "period"),
    [
        (r"_(?P<from>\d{8})-(?P<to>\d{8})\.csv$", "PRSA_Data_A_20260301-20260303.csv", (date(2026, 3, 1), date(2026, 3, 3))),
        (r"(?P<date>\d{4}-\d{2}-\d{2})\.csv$", "case_report_2020-01-20.csv", (date(2020, 1, 20), date(2020, 1, 20))),
        (r"(?P<date>\d{4}-\d{2}-\d{2})\.csv$", "case_report.csv", None),
    ],
)  # fmt: skip
def test_the_covered_period_is_read_from_the_name(pattern, name, period):
    assert covering(pattern).period(name) == period


@pytest.mark.parametrize(
    "name", ["x_20260230-20260301.csv", "x_20260301-20260228.csv", "x_00000000-20260301.csv"]
)
def test_a_period_that_cannot_be_is_an_error(name):
    with pytest.raises(ValueError, match="ends before it begins|out of range|must be in"):
        covering(r"_(?P<from>\d{8})-(?P<to>\d{8})\.csv$").period(name)


def covering(pattern: str):
    columns = [{"name": "id", "type": "string"}, {"name": "day", "type": "date", "required": True}]
    feed = make_feed(columns, delivers="period", partition={"by": "day"}, covers={"from_name": pattern})
    return feed.covers
