"""A new feed begins with a file that is valid as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from citylake.cli import scaffold
from citylake.errors import WrongUse
from citylake.feed import read_feed


@pytest.fixture(autouse=True)
def _own_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(scaffold, "PROJECT", tmp_path)
    monkeypatch.setattr(scaffold, "feeds_folder", lambda: tmp_path / "feeds")


def test_the_file_is_a_valid_feed_and_its_sample_has_a_folder(tmp_path: Path):
    path = scaffold.scaffold("environment.noise_hourly")
    assert path == tmp_path / "feeds" / "environment" / "noise_hourly.yml"
    assert [column.name for column in read_feed(path).columns] == ["thing_id", "measured_at", "value_count"]
    assert (tmp_path / "tests" / "feeds" / "environment" / "noise_hourly").is_dir()


def test_a_feed_that_is_there_is_not_written_over():
    scaffold.scaffold("environment.noise_hourly")
    with pytest.raises(WrongUse, match="the feed is there already"):
        scaffold.scaffold("environment.noise_hourly")


@pytest.mark.parametrize("name", ["", "noise", "Environment.Noise", "a.b.c", "../x.y"])
def test_a_name_that_is_none_is_shown_with_an_example(name: str):
    with pytest.raises(WrongUse) as error:
        scaffold.scaffold(name)
    assert "make feed name=environment.noise_hourly" in str(error.value)
