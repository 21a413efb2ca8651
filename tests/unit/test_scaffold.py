"""`feed new` on files with known answers: every guess is compared, and what cannot be known must be asked."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from pyarrow import parquet

from citylake.admit.trial import try_file
from citylake.errors import WrongUse
from citylake.feed import load_department, read_feed
from citylake.scaffold import dataset_of, propose
from citylake.scaffold.naming import snake
from citylake.scaffold.writing import department_file, feed_file
from tests.unit.samples import CASES


@pytest.fixture(params=list(CASES))
def case(request, tmp_path):
    content, form, columns, key, asked = CASES[request.param]
    path = tmp_path / request.param
    path.write_bytes(content)
    return path, propose(path, "transport", dataset_of(path)), form, columns, key, asked


def test_every_guess_is_as_known_and_the_rest_is_asked(case):
    path, found, form, columns, key, asked = case
    guessed = {name: guess.value for name, guess in found.form.items()}
    assert guessed == form
    declared = {
        column.name: {k: v for k, v in column.keys.items() if k != "name"} for column in found.columns
    }
    assert declared == columns
    assert found.key == key
    for part in asked:
        assert any(part in question for question in found.questions), part
    assert all(guess.evidence for guess in found.form.values())
    assert all(column.evidence for column in found.columns)


def test_the_file_is_valid_as_it_stands_and_takes_the_sample(case, tmp_path):
    path, found, *_ = case
    folder = tmp_path / "transport"
    folder.mkdir()
    (folder / f"{found.dataset}.yml").write_text(feed_file(found), encoding="utf-8")
    feed = read_feed(folder / f"{found.dataset}.yml")
    assert feed.takes("transport", path.name)
    trial = try_file(feed, path)
    assert trial.reasons == []
    assert trial.typed.parsed == found.rows
    assert trial.typed.quarantined == 0


def test_a_new_department_has_a_file_that_is_valid(tmp_path):
    (tmp_path / "noise").mkdir()
    (tmp_path / "noise" / "_department.yml").write_text(department_file("noise"), encoding="utf-8")
    assert load_department("noise", tmp_path).grade == 4


def test_evidence_shows_no_value_of_a_person(tmp_path):
    path = tmp_path / "noise.csv"
    path.write_bytes(CASES["noise_20260301.csv"][0])
    text = feed_file(propose(path, "environment", "noise"))
    assert "联系电话" in text
    assert "1380000" not in text


def test_a_zone_that_is_told_is_not_asked(tmp_path):
    path = tmp_path / "noise.csv"
    path.write_bytes(CASES["noise_20260301.csv"][0])
    found = propose(path, "environment", "noise", timezone="Europe/Berlin")
    assert found.form["timezone"].value == "Europe/Berlin"
    assert not any("local to" in question for question in found.questions)


def test_parquet_and_a_day_that_all_rows_share(tmp_path):
    file = tmp_path / "day.parquet"
    parquet.write_table(pa.table({"stop": ["A", "B"], "day": [date(2026, 3, 1)] * 2, "riders": [1, 2]}), file)
    found = propose(file, "transport", "day")
    assert (found.form["kind"].value, found.key, found.partition) == ("parquet", ["day", "stop"], "day")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "there is nothing in this file"),
        (
            b"\x7fELF\x02\x01\x01\x00" + bytes(range(256)) * 9,
            "this is no table that a feed file can describe",
        ),
        (b"<a><b/></a>", "no element of this XML repeats"),
        (b'{"a": 1}', "there is no list of records in this JSON document"),
    ],
)
def test_what_no_feed_file_describes_is_told(tmp_path, content, told):
    (tmp_path / "odd").write_bytes(content)
    with pytest.raises(WrongUse, match=told):
        propose(tmp_path / "odd", "transport", "odd")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("PM2.5", "pm25"), ("stationName", "station_name"), ("PULocationID", "pu_location_id"), ("监测时间", "measured_time"),
        ("人口（万人）", "population_wan_ren"), ("2019", "column_2019"), ("", "column"), ("from", "from_value"), ("a.b", "a_b"),
    ],
)  # fmt: skip
def test_names_are_words_in_lower_case(header, name):
    assert snake(header) == name
