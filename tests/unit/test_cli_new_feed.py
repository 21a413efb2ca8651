"""`feed new` and `feed check --sample` as a newcomer meets them, in a project of its own, without a lake."""

from __future__ import annotations

import json

import pytest

from citylake import settings
from citylake.cli import main
from citylake.department import load_department
from citylake.feed import load_feeds, read_feed
from tests.unit.samples import lines, zipped

LEVELS = lines(
    "station,measured_at,level_db,Telefon,card",
    lambda n: f"S{n % 2},2026-03-01 {n // 2:02d}:00,{'loud' if n == 7 else 50 + n},x,33010000000000{n:04d}",
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "feeds").mkdir()
    monkeypatch.setattr(settings, "PROJECT", tmp_path)
    load_feeds.cache_clear()
    yield tmp_path
    load_feeds.cache_clear()


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    return ended.value.code or 0


def sample(project, name: str, content: str | bytes):
    path = project / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_new_department_gets_its_file_with_questions(project, capsys):
    path = sample(project, "noise_20260301.csv", LEVELS)
    assert run("feed", "new", str(path), "--name", "noise.level") == 0
    told = capsys.readouterr()
    assert "a new department; answer the questions in it" in told.err
    text = (project / "feeds" / "noise" / "_department.yml").read_text(encoding="utf-8")
    assert text.count("?") == 4
    assert load_department("noise", project / "feeds").grade == 4
    assert read_feed(project / "feeds" / "noise" / "level.yml").arrival.files == "noise_*.csv"


PLAIN = lines("station,day,level", lambda n: f"S{n % 2},2026-03-{1 + n // 2:02d},{50 + n}")


@pytest.mark.parametrize("content", [LEVELS, PLAIN])
def test_check_counts_the_questions_that_nobody_answered_yet(project, capsys, content):
    path = sample(project, "noise_1.csv", content)
    assert run("feed", "new", str(path), "--name", "noise.level") == 0
    file, department = (project / "feeds" / "noise" / name for name in ("level.yml", "_department.yml"))
    text = file.read_text(encoding="utf-8")
    questions = [line for line in text.splitlines() if line.startswith("# - ")]
    assert len(questions) >= 2
    capsys.readouterr()
    assert run("feed", "check", str(file)) == 0
    ours = "feeds/noise/_department.yml: 4 questions are still open at its top; answer, then delete.\n"
    file_note = (
        f"feeds/noise/level.yml: {len(questions)} questions are still open at its top; answer, then delete.\n"
    )
    assert capsys.readouterr().err == file_note + ours
    assert run("feed", "check", str(file), "--sample", str(path), "--json") == 0
    assert capsys.readouterr().err == file_note + ours
    for question in questions[1:]:
        text = text.replace(question + "\n", "")
    file.write_text(text, encoding="utf-8")
    assert run("feed", "check", str(file)) == 0
    told = capsys.readouterr()
    one = "feeds/noise/level.yml: 1 question is still open at its top; answer, then delete.\n"
    assert (told.out, told.err) == ("1 file(s): no error.\n", one + ours)
    # Comments of the writer's own are no questions.
    file.write_text(
        text.replace(questions[0] + "\n", "") + "# - thirty days, says the bureau\n", encoding="utf-8"
    )
    answered = department.read_text(encoding="utf-8").partition("title:")
    department.write_text("".join(answered[1:]), encoding="utf-8")
    assert run("feed", "check", str(file)) == 0
    assert capsys.readouterr().err == ""


def test_check_of_all_files_tells_the_questions_of_each(project, capsys, monkeypatch):
    monkeypatch.setattr("citylake.table.load_tables", dict)
    path = sample(project, "noise_1.csv", PLAIN)
    assert run("feed", "new", str(path), "--name", "noise.level") == 0
    capsys.readouterr()
    assert run("feed", "check") == 0
    told = [line.partition(" still ")[0] for line in capsys.readouterr().err.splitlines()]
    assert told == ["feeds/noise/_department.yml: 4 questions are", "feeds/noise/level.yml: 2 questions are"]


def test_what_is_there_is_not_written_over(project, capsys):
    path = sample(project, "noise.csv", LEVELS)
    assert run("feed", "new", str(path), "--name", "noise.level") == 0
    written = project / "feeds" / "noise" / "level.yml"
    department = project / "feeds" / "noise" / "_department.yml"
    written.write_text("mine", encoding="utf-8")
    department.write_text("ours", encoding="utf-8")
    assert run("feed", "new", str(path), "--name", "noise.level") == 2
    assert "the feed is there already" in capsys.readouterr().err
    assert run("feed", "new", str(path), "--name", "noise.level", "--replace") == 0
    assert written.read_text(encoding="utf-8").startswith("# Made by `citylake feed new`")
    assert department.read_text(encoding="utf-8") == "ours"


def test_every_table_of_an_archive_gets_a_feed_and_remarks_none(project, capsys):
    path = sample(
        project,
        "x.zip",
        zipped({"a.csv": "id,n\n1,2\n2,3\n", "b.csv": "id,m\n1,2\n2,3\n", "README.txt": "hello"}),
    )
    assert run("feed", "new", str(path), "--name", "noise.set") == 0
    written = sorted(each.name for each in (project / "feeds" / "noise").glob("*.yml"))
    assert written == ["_department.yml", "set_a.yml", "set_b.yml"]
    assert "2 tables, a feed each" in capsys.readouterr().out


def test_one_feed_of_several_that_is_there_stops_all(project, capsys):
    path = sample(project, "x.zip", zipped({"a.csv": "id,n\n1,2\n2,3\n", "b.csv": "id,m\n1,2\n2,3\n"}))
    (project / "feeds" / "noise").mkdir()
    (project / "feeds" / "noise" / "set_b.yml").write_text("mine", encoding="utf-8")
    assert run("feed", "new", str(path), "--name", "noise.set") == 2
    assert [each.name for each in (project / "feeds" / "noise").iterdir()] == ["set_b.yml"]
    assert "set_b.yml" in capsys.readouterr().err


def test_the_trial_tells_counts_examples_and_what_to_do(project, capsys):
    path = sample(project, "noise_1.csv", LEVELS)
    feed = project / "feeds" / "noise" / "level.yml"
    assert run("feed", "new", str(path), "--name", "noise.level") == 0
    capsys.readouterr()
    text = feed.read_text(encoding="utf-8")
    assert "name: card, type: string, privacy: {class: direct" in text
    # A person decides that the level is a number, and where it may lie.
    line = next(each for each in text.splitlines() if each.startswith("  - {name: level_db"))
    feed.write_text(
        text.replace(line, "  - {name: level, from: level_db, type: double, range: [0, 88]}"),
        encoding="utf-8",
    )
    assert run("feed", "check", str(feed), "--sample", str(path)) == 0
    told = capsys.readouterr().out
    assert "40 records: 38 admitted, 2 quarantined" in told
    assert "level.cast: 1 row. 'level_db' does not read as double." in told
    assert "record 8: level_db 'loud'" in told
    assert "→ If such values mean missing, add them to `nulls`" in told
    assert "level.range: 1 row. 'level_db' lies outside 0 to 88." in told
    assert "record 40: level_db '89'" in told
    assert "33010000000000" not in told
    assert run("feed", "check", str(feed), "--sample", str(path), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert {row["what"]: row["count"] for row in found} == {
        "parsed": 40, "admitted": 38, "quarantined": 2, "level.cast": 1, "level.range": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"a,b,c\n", "this sample has a header and no rows"),
        ("a.xls", b"<html><body><table><tr><td>1</td></tr></table></body></html>", "a web page (HTML)"),
        ("a.pdf", b"%PDF-1.7 ...", "a PDF: pages for people"),
        ("a.ods", zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"}), "OpenDocument"),
        ("a.docx", zipped({"[Content_Types].xml": "<a/>", "word/document.xml": "<a/>"}),
         "an Office document that is no workbook"),
        ("a.csv.gz", b"\x1f\x8b\x08\x00 cut", "the sample cannot be read"),
        ("a.zip", zipped({"../a.csv": "a,b\n1,2\n"}), "the sample cannot be read"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_told_and_leaves_nothing(project, capsys, name, content, told):
    path = sample(project, name, content)
    assert run("feed", "new", str(path), "--name", "noise.level") == 2
    assert told in capsys.readouterr().err
    assert not (project / "feeds" / "noise").exists()
