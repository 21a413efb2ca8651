"""`feed list|show|check|diff`, without any server."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from citylake import settings
from citylake.cli import main
from citylake.feed import load_feeds, read_feed
from citylake.stewardship.declaration_changes import changes
from citylake.table import load_tables

FEED = """\
title: {en: Waste bins, zh: 垃圾桶}
grain: one row per bin and day
key: [bin_id, day]
partition: {by: day}
delivers: additions
arrival: {files: 'bins_*.csv', every: P1D, deadline: PT6H}
format: {kind: csv, encoding: utf-8}
columns:
  - {name: bin_id, from: 编号, type: string, required: true}
  - {name: day, type: date, required: true}
  - {name: emptied_on, type: date, required: true}
  - {name: weighed_at, type: timestamp, required: true}
  - {name: weight_kg, from: weight, type: double, from_unit: kg, range: [0, 500]}
rules:
  - {name: not_empty, that: "weight_kg > 0", because: an empty bin is not weighed}
"""


@pytest.fixture
def write(tmp_path):
    folder = tmp_path / "environment"
    folder.mkdir()
    department = settings.PROJECT / "feeds" / "environment" / "_department.yml"
    shutil.copy(department, folder / "_department.yml")

    def feed(text: str = FEED):
        path: Path = folder / "bin.yml"
        path.write_text(text, encoding="utf-8")
        return read_feed(path)

    return feed


def _run(*words: str) -> int:
    try:
        main(list(words))
    except SystemExit as ended:
        return ended.code or 0
    return 0


def test_list_has_every_feed(capsys):
    assert _run("feed", "list", "--json") == 0
    found = {row["feed"]: row for row in json.loads(capsys.readouterr().out)}
    assert set(found) == set(load_feeds())
    assert found["health.case_report"]["delivers"] == "period"
    assert found["health.case_report"]["every"] == "1 d"
    assert found["health.case_report"]["deadline_after"] == "18 h"
    assert found["environment.air_quality_hourly"]["senders"] == 12


def test_show_tells_what_becomes_of_a_personal_column(capsys):
    assert _run("feed", "show", "environment.air_station", "--json") == 0
    found = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert found["maintainer_phone"]["privacy"] == "direct: drop"
    assert found["district_code"]["allowed"] == r"like \d{6}; known in governance.district"
    assert found["longitude"]["allowed"] == "73 to 136"
    assert found["longitude"]["from"] == "经度"


def test_check_passes_on_the_projects_own_files(capsys):
    assert _run("feed", "check") == 0
    assert (
        capsys.readouterr().out == f"{len(load_feeds())} feeds and {len(load_tables())} tables: no error.\n"
    )


def test_check_prints_every_error_of_every_file(write, tmp_path, capsys):
    write()
    path = tmp_path / "environment" / "bin.yml"
    path.write_text(FEED.replace("kind: csv", "kind: cvs").replace("from_unit: kg", "from_unit: litre"))
    missing = tmp_path / "nothing.yml"
    assert _run("feed", "check", str(path), str(missing)) == 2
    told = capsys.readouterr().err
    assert "bin.yml: format: kind: " in told
    assert "bin.yml: column 'weight_kg': " in told
    assert f"{missing}: there is no such file" in told


def _declared(feed) -> dict:
    return json.loads(json.dumps(feed.model_dump(mode="json", by_alias=True)))


def _meanings(before, after) -> dict[str, str]:
    return _meanings_of(_declared(before), after)


def _meanings_of(declaration: dict, after) -> dict[str, str]:
    return {change.key: change.meaning for change in changes("environment.bin", declaration, after)}


def test_the_same_file_changes_nothing(write):
    assert _meanings(write(), write("# a comment\n" + FEED)) == {}


@pytest.mark.parametrize(
    ("old", "new", "meanings"),
    [
        ("en: Waste bins", "en: Bins", {"title: en": "evolve"}),
        ("deadline: PT6H", "deadline: PT7H", {"arrival: deadline": "evolve"}),
        ("because: an empty bin is not weighed", "because: nobody weighs air", {"rules: not_empty": "evolve"}),
        ('that: "weight_kg > 0"', 'that: "weight_kg > 1"', {"rules: not_empty": "re-admit from landing"}),
        ("name: not_empty", "name: has_weight",
         {"rules: not_empty": "re-admit from landing", "rules: has_weight": "re-admit from landing"}),
        ("encoding: utf-8", "encoding: gb18030", {"format: encoding": "re-admit from landing"}),
        ("range: [0, 500]", "range: [0, 900]", {"column weight_kg: range": "re-admit from landing"}),
        ("from: weight,", "from: mass,", {"column weight_kg: from": "re-admit from landing"}),
        ("from_unit: kg", "from_unit: t", {"column weight_kg: from_unit": "re-admit from landing"}),
        ("key: [bin_id, day]", "key: [bin_id]", {"key": "re-admit from landing"}),
        ("delivers: additions", "delivers: period", {"delivers": "re-admit from landing"}),
        ("partition: {by: day}", "partition: {by: emptied_on}", {"partition: by": "re-admit from landing"}),
        ("partition: {by: day}", "partition: {by: day, since: 2000-01-01}", {"partition: since": "re-admit from landing"}),
        ("partition: {by: day}", "partition: {by: weighed_at, zone: Asia/Tokyo}",
         {"partition: by": "re-admit from landing", "partition: zone": "re-admit from landing"}),
        ("partition: {by: day}\n", "", {"partition": "new version"}),
        ("from_unit: kg,", "from_unit: kg, privacy: {class: quasi, as: drop, because: not needed},",
         {"column weight_kg: privacy": "re-admit from landing"}),
        ("name: bin_id, from: 编号, type: string", "name: bin_id, from: 编号, type: integer",
         {"column bin_id: type": "re-admit from landing"}),
        ("rules:\n", "  - {name: colour_code, type: string}\nrules:\n", {"column colour_code": "re-admit from landing"}),
        ("rules:\n", "  - {name: colour_code, type: string, required: true}\nrules:\n",
         {"column colour_code": "re-admit from landing"}),
        ("from_unit: kg,", "from_unit: kg, optional: true,", {"column weight_kg: optional": "evolve"}),
    ],
)  # fmt: skip
def test_each_change_of_a_feed_file_has_a_meaning(write, old, new, meanings):
    assert old in FEED
    assert _meanings(write(), write(FEED.replace(old, new))) == meanings


def test_no_feed_of_the_project_differs_from_what_was_written_down_of_it():
    for feed_id, feed in load_feeds().items():
        assert changes(feed_id, _declared(feed), feed) == []


def test_a_renamed_column_is_a_column_less_for_its_readers(write):
    before, after = write(), write(FEED.replace("weight_kg", "mass_kg"))
    assert _meanings(before, after) == {
        "column weight_kg": "re-admit from landing", "column mass_kg": "re-admit from landing",
        "rules: not_empty": "re-admit from landing",
    }  # fmt: skip


def test_the_weightiest_change_comes_first(write):
    after = write(FEED.replace("key: [bin_id, day]", "key: [bin_id]").replace("Waste bins", "Bins"))
    found = [change.meaning for change in changes("f", _declared(write()), after)]
    assert found == ["re-admit from landing", "evolve"]


@pytest.mark.parametrize(
    ("old", "new", "mixes"),
    [
        ("key: [bin_id, day]", "key: [bin_id]", True),
        ("delivers: additions", "delivers: period", True),
        ("partition: {by: day}", "partition: {by: emptied_on}", True),
        ("name: bin_id, from: 编号, type: string", "name: bin_id, from: 编号, type: integer", True),
        ("from_unit: kg,", "from_unit: kg, privacy: {class: quasi, as: drop, because: not needed},", True),
        ("from_unit: kg", "from_unit: t", False),
        ("encoding: utf-8", "encoding: gb18030", False),
        ("range: [0, 500]", "range: [0, 900]", False),
        ("rules:\n", "  - {name: colour_code, type: string}\nrules:\n", False),
    ],
)
def test_rows_of_two_meanings_are_told_from_rows_that_may_stand_together(write, old, new, mixes):
    assert old in FEED
    found = changes("environment.bin", _declared(write()), write(FEED.replace(old, new)))
    assert any(change.mixes for change in found) == mixes


def test_another_reason_for_the_same_privacy_is_only_words(write):
    private = FEED.replace(
        "from_unit: kg,", "from_unit: kg, privacy: {class: quasi, as: keep, because: for a test},"
    )
    before = _declared(write(private))
    assert _meanings_of(before, write(private.replace("for a test", "for the bill"))) == {
        "column weight_kg: privacy": "evolve"
    }


def test_keys_that_an_earlier_release_did_not_know_are_no_change(write):
    feed = write()
    earlier = _declared(feed)
    del (
        earlier["unpivot"],
        earlier["format"]["decimal"],
        earlier["drift"]["shifted"],
        earlier["columns"][3]["unit_in_text"],
    )
    assert _meanings_of(earlier, feed) == {}


def test_a_column_that_becomes_optional_and_one_that_is_so_no_more_mean_different_things(write):
    plain, optional = (
        write(FEED.replace("from_unit: kg,", f"from_unit: kg,{more}")) for more in ("", " optional: true,")
    )
    (more,), (less,) = (
        changes("f", _declared(before), after) for before, after in ((plain, optional), (optional, plain))
    )
    assert (more.meaning, more.mixes, "without it is admitted, null" in more.consequence) == (
        "evolve",
        False,
        True,
    )
    assert (less.meaning, less.mixes, "without it is held" in less.consequence) == ("evolve", False, True)


def test_before_and_after_are_told(write):
    before = write()
    (change,) = changes("f", _declared(before), write(FEED.replace("[0, 500]", "[0, 900]")))
    assert (change.before, change.after) == ("[0.0, 500.0]", "[0.0, 900.0]")


def test_a_new_feed_and_one_that_is_gone(write):
    feed = write()
    (new,) = changes("environment.bin", None, feed)
    (gone,) = changes("environment.bin", _declared(feed), None)
    assert (new.meaning, gone.meaning) == ("evolve", "new version")
    assert "taken from now on" in new.consequence
    assert "no feed takes its deliveries any more" in gone.consequence
