"""`feed new` on files with known answers: every guess is compared, and what cannot be known must be asked."""

from __future__ import annotations

import fnmatch
import json
from datetime import UTC, date

import pyarrow as pa
import pytest
from pyarrow import parquet

from citylake.admit.trial import try_file
from citylake.department import load_department
from citylake.errors import WrongUse
from citylake.feed import read_feed
from citylake.scaffold import dataset_of, propose
from citylake.scaffold.filenames import files_pattern
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
    ("name", "files"),
    [
        ("noise_20260301.csv", "noise_*.csv"), ("case_report_2020-02-01.csv", "case_report_*.csv"), ("20260301.csv", "*.csv"),
        ("PRSA_Data_Wenhui_20260301-20260302.csv", "PRSA_Data_Wenhui_*.csv"), ("PM2.5_202603.csv.gz", "PM2.5_*.csv.gz"),
        ("lots_01.03.2026.xlsx", "lots_*.xlsx"), ("noise_2026-03-01_08-45-00.csv", "noise_*.csv"), ("2026年3月.xlsx", "*.xlsx"),
        ("a_20260301T0845Z.json", "a_*.json"), ("stops_2026-W10.csv", "stops_*.csv"), ("sales_march_2026.csv", "sales_*.csv"),
        ("noise_1.csv", "noise_*.csv"), ("export (2).csv", "export*.csv"), ("part-00017.csv", "part-*.csv"),
        # Numbers that tell what it is.
        ("iso_3166-2.json", "iso_3166-2.json"), ("iso_639.json", "iso_639.json"), ("pm10.csv", "pm10.csv"),
        ("district_330106.csv", "district_330106.csv"), ("a[b].csv", "a[[]b].csv"),
    ],
)  # fmt: skip
def test_only_what_looks_like_a_date_a_time_or_a_counter_is_open_in_the_pattern_of_names(name, files):
    assert files_pattern(name).value == files
    assert fnmatch.fnmatchcase(name, files)


def _proposed(tmp_path, name: str, text: str):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    found = propose(path, "transport", "lots")
    return found, feed_file(found)


def test_a_list_without_a_day_is_awaited_every_thirty_days_and_that_is_asked(tmp_path):
    found, text = _proposed(
        tmp_path, "iso_3166-2.json", '[{"code": "A1", "name": "x"}, {"code": "B2", "name": "y"}]'
    )
    assert (found.partition, found.arrival_files.value) == (None, "iso_3166-2.json")
    assert "{files: iso_3166-2.json, every: P30D, deadline: P1D}" in text
    assert "The sample does not say; every 30 days, as of a list that seldom changes, is assumed." in text
    assert (
        "delivers: everything  # no column is a date or time that every row has, so it is a reference list"
        in text
    )
    assert "Does every delivery come under the name 'iso_3166-2.json'?" in text


def test_rows_of_a_day_are_awaited_daily_and_that_is_asked(tmp_path):
    _, text = _proposed(tmp_path, "n_20260301.csv", "lot,day\nA,2026-03-01\nB,2026-03-02\n")
    assert "{files: n_*.csv, every: P1D, deadline: PT12H}  # '20260301' is taken to change" in text
    assert "The sample does not say; once a day, by noon of the next, is assumed." in text
    assert "reference list" not in text


def test_a_column_with_one_value_in_all_rows_is_noted(tmp_path):
    found, _ = _proposed(tmp_path, "a.csv", "lot,city,free\nA,Hangzhou,1\nB,Hangzhou,\n")
    told = {column.name: "one value in the whole sample" in column.evidence for column in found.columns}
    assert told == {"lot": False, "city": True, "free": False}


@pytest.mark.parametrize(
    ("text", "form", "instant"),
    [
        ("2026-03-01 02:45:00 UTC", "%Y-%m-%d %H:%M:%S %Z", "2026-03-01 02:45:00+00:00"),
        ("2026/03/01T02:45 GMT", "%Y/%m/%dT%H:%M %Z", "2026-03-01 02:45:00+00:00"),
        ("2026-03-01 02:45:00.25 UTC", "%Y-%m-%d %H:%M:%S.%f %Z", "2026-03-01 02:45:00.250000+00:00"),
        ("01.03.2026 02:45 CET", "%d.%m.%Y %H:%M %Z", "2026-03-01 01:45:00+00:00"),
        ("2026-03-01 02:45:00 Europe/Berlin", "%Y-%m-%d %H:%M:%S %Z", "2026-03-01 01:45:00+00:00"),
    ],
)  # fmt: skip
def test_a_time_with_the_name_of_its_zone_is_read_as_that_instant(tmp_path, text, form, instant):
    found, written = _proposed(tmp_path, "a_1.csv", f"lot,at,free\nA,{text},1\nB,{text},2\n")
    column = found.columns[1]
    assert (column.keys["type"], column.keys["format"]) == ("timestamp", form)
    assert "have no offset" not in written
    assert ("an hour ahead in summer" in written) == text.endswith("CET")
    (tmp_path / "transport").mkdir()
    (tmp_path / "transport" / "lots.yml").write_text(written, encoding="utf-8")
    trial = try_file(read_feed(tmp_path / "transport" / "lots.yml"), tmp_path / "a_1.csv")
    assert [str(row["at"].astimezone(UTC)) for row in trial.first_rows] == [instant, instant]


@pytest.mark.parametrize("zone", ["CEST", "BST", "CST"])
def test_the_name_of_a_zone_that_would_be_read_wrong_is_asked_about(tmp_path, zone):
    found, written = _proposed(
        tmp_path, "a_1.csv", f"lot,at\nA,2026-07-01 02:45:00 {zone}\nB,2026-07-02 02:45:00 {zone}\n"
    )
    assert found.columns[1].keys["type"] == "string"
    assert f"holds times in '{zone}', a name that %Z does not know or takes for another zone" in written


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("PM2.5", "pm25"), ("stationName", "station_name"), ("PULocationID", "pu_location_id"), ("监测时间", "measured_time"),
        ("人口（万人）", "population_wan_ren"), ("2019", "column_2019"), ("", "column"), ("from", "from_value"), ("a.b", "a_b"),
    ],
)  # fmt: skip
def test_names_are_words_in_lower_case(header, name):
    assert snake(header) == name


@pytest.mark.parametrize(
    ("texts", "is_asked"),
    [
        (["AD", "AE", "NA", "NZ", "ZA"] * 20, True),  # Namibia
        (["Andorra", "Emirates", "NA", "New Zealand", "Zambia", "Egypt", "Chad", "Mali"] * 20, False),
        (["AD", "AE", "N/A", "NZ", "ZA", "EG", "TD", "ML"] * 20, False),
    ],
)
def test_a_word_for_missing_that_looks_like_the_values_is_asked_about(tmp_path, texts, is_asked):
    path = tmp_path / "countries.csv"
    path.write_text("no,place\n" + "".join(f"{n},{text}\n" for n, text in enumerate(texts)))
    found = propose(path, "governance", "countries")
    place = next(column for column in found.columns if column.name == "place")
    assert ("nulls" not in place.keys) == is_asked
    assert (
        any("among its texts. Does it mean missing?" in question for question in found.questions) == is_asked
    )


@pytest.mark.parametrize(
    ("name", "content", "sparse"),
    [
        ("a.jsonl", "".join(json.dumps({"id": f"a{n}"} | ({} if n % 5 else {"note": "x"})) + "\n" for n in range(40)), "note"),
        ("a.xml", "<d>" + "".join(f"<r><id>a{n}</id>{'<note>x</note>' * (n % 5 == 0)}</r>" for n in range(40)) + "</d>", "note"),
        ("a.jsonl", "".join(f'{{"id": "a{n}", "note": ""}}\n' for n in range(40)), ""),
        ("a.csv", "id,note\n" + "".join(f"a{n},{'x' * (n % 5 == 0)}\n" for n in range(40)), ""),
    ],
)  # fmt: skip
def test_a_column_that_not_every_record_has_is_asked_about(tmp_path, name, content, sparse):
    (tmp_path / name).write_text(content, encoding="utf-8")
    asked = [
        each for each in propose(tmp_path / name, "transport", "a").questions if "optional: true" in each
    ]
    assert [each.partition(".")[0] for each in asked] == (
        [f"Not every record has {sparse}"] if sparse else []
    )


def test_a_column_of_a_table_with_a_schema_is_in_every_record(tmp_path):
    table = pa.table(
        {"id": [f"a{n}" for n in range(40)], "note": [None if n % 5 else "x" for n in range(40)]}
    )
    parquet.write_table(table, tmp_path / "a.parquet")
    assert not [
        each for each in propose(tmp_path / "a.parquet", "transport", "a").questions if "optional" in each
    ]
