"""`feed new` on files with comments and with records whose last fields were left out."""

from __future__ import annotations

import pytest

from citylake.admit.trial import try_file
from citylake.feed import read_feed
from citylake.scaffold import propose
from citylake.scaffold.writing import feed_file
from tests.unit.zones import FORM, ZONES


@pytest.fixture
def proposed(tmp_path):
    def made(content: bytes):
        path = tmp_path / "sample.txt"
        path.write_bytes(content)
        found = propose(path, "transport", "sample")
        (tmp_path / "transport").mkdir(exist_ok=True)
        file = tmp_path / "transport" / "sample.yml"
        file.write_text(feed_file(found), encoding="utf-8")
        form = {key: guess.value for key, guess in found.form.items()}
        return form, found, try_file(read_feed(file), path)

    return made


def test_zones_are_read_with_their_names_and_nothing_is_asked_of_them(proposed):
    form, found, trial = proposed(ZONES)
    assert form == FORM | {"encoding": "utf-8"}
    evidence = {key: guess.evidence for key, guess in found.form.items()}
    assert evidence["comment"].startswith(
        "7 line(s) above the records and 1 between or below them begin with it"
    )
    assert evidence["header"] == "the last comment above the records: '#codes\tcoordinates\tTZ\tcomments'"
    assert evidence["short_rows"] == (
        "3 of 8 records leave the last of 4 fields out, as 'AD\t+4230+00131\tEurope/Andorra';"
        " 100 % of them look like the others up to there"
    )
    assert not any("comment" in question or "fields" in question for question in found.questions)
    assert (trial.reasons, trial.typed.admitted, trial.typed.quarantined) == ([], 8, 0)


def test_a_header_below_the_comments_is_the_header(proposed):
    rows = "".join(f"S{n},{n}.5\n" for n in range(9))
    form, _, trial = proposed(f"# written by A, B\nstation,level\n{rows}# end\n".encode())
    assert form == {"kind": "csv", "encoding": "utf-8", "comment": "#"}
    assert trial.typed.admitted == 9


def test_a_header_that_begins_with_the_mark_is_read_as_one(proposed):
    rows = "".join(f"S{n},{n}.5\n" for n in range(9))
    form, found, _ = proposed(f"#station,level\n{rows}".encode())
    assert "comment" not in form
    assert [column.source for column in found.columns] == ["#station", "level"]


def test_records_that_begin_with_the_mark_are_not_taken_for_comments(proposed):
    rows = "".join(f"{'#' if n % 3 else ''}{n},{n}.5\n" for n in range(9))
    form, found, trial = proposed(f"number,level\n{rows}".encode())
    assert "comment" not in form
    assert trial.typed.admitted == 9
    assert any("6 lines begin with '#' and have 2 fields as records have" in q for q in found.questions)


def test_comments_of_fixed_width_name_the_columns(proposed):
    rows = "".join(f"58457  202603{n + 1:02d}  {n + 0.5:5.1f}\n" for n in range(20))
    form, _, trial = proposed(f"# Buoys\n#STN   DAY       TIDE\n{rows}# checked\n".encode())
    assert form["comment"] == "#"
    assert form["widths"] == {"STN": [1, 5], "DAY": [8, 15], "TIDE": [19, 22]}
    assert trial.typed.admitted == 20


@pytest.mark.parametrize(
    "short", [lambda n: f"2026-03-{n:02d},{n}", lambda n: f"remark {n}, and more"], ids=["the first", "any"]
)
def test_records_that_lack_other_fields_are_asked_about(proposed, short):
    rows = "".join(
        f"S{n},2026-03-{n:02d},{n}\n{short(n)}\n" if n % 3 else f"S{n},2026-03-{n + 1:02d},{n}\n"
        for n in range(20)
    )
    form, found, _ = proposed(f"station,day,level\n{rows}".encode())
    assert "short_rows" not in form
    assert any("leave the last fields out (`short_rows: fill`)" in question for question in found.questions)


def test_records_of_which_any_field_may_be_missing_are_asked_about(proposed):
    rows = "".join(f"{n},{n + 1},{n + 2}\n" + (f"{n},{n}\n" if n % 3 == 0 else "") for n in range(20))
    form, found, _ = proposed(f"first,second,third\n{rows}".encode())
    assert "short_rows" not in form
    assert any("leave the last fields out (`short_rows: fill`)" in question for question in found.questions)
