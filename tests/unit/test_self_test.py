"""The self-test's faults fit the project, and a copy with a fault is mended again."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from citylake import settings, stack
from citylake.build import project
from citylake.cli import self_test
from citylake.cli.self_test import broken
from citylake.errors import WrongUse
from citylake.feed import load_feeds
from citylake.table import load_tables

FAULTS = broken.faults()


def test_there_are_twenty_and_no_two_are_the_same():
    assert len(FAULTS) >= 20
    assert (
        len({each.name for each in FAULTS}) == len({(each.file, each.old) for each in FAULTS}) == len(FAULTS)
    )


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.name)
def test_a_fault_fits_the_project(fault, tmp_path):
    (tmp_path / fault.file).parent.mkdir(parents=True)
    broken.mend(fault, tmp_path)
    whole = (tmp_path / fault.file).read_text(encoding="utf-8")
    broken.write(fault, tmp_path)
    assert (tmp_path / fault.file).read_text(encoding="utf-8") == whole.replace(fault.old, fault.new) != whole
    broken.mend(fault, tmp_path)
    assert (tmp_path / fault.file).read_text(encoding="utf-8") == whole
    assert set(fault.readmits) <= set(load_feeds())
    assert set(fault.remakes) <= {*load_tables(), *map(project.marts_id, project.domains())}


def test_a_fault_that_does_not_fit_any_more_is_said(tmp_path):
    fault = replace(FAULTS[0], old="stands nowhere")
    (tmp_path / fault.file).parent.mkdir(parents=True)
    broken.mend(fault, tmp_path)
    with pytest.raises(WrongUse, match=r"does not fit the project any more[\s\S]*0 times[\s\S]*once"):
        broken.write(fault, tmp_path)


def test_a_copy_holds_what_the_stages_read_and_leaves_the_project_alone(tmp_path):
    copy = broken.copied(tmp_path / "project")
    assert {path.name for path in copy.iterdir()} == {
        "citylake",
        "cities",
        "dbt_project",
        "expectations",
        "feeds",
        "spark_jobs",
    }
    broken.write(FAULTS[0], copy)
    assert FAULTS[0].new not in (settings.PROJECT / FAULTS[0].file).read_text(encoding="utf-8")


def test_a_lake_of_its_own_takes_nothing_of_the_city_s_lake_and_gives_everything_back(tmp_path, monkeypatch):
    monkeypatch.setenv("CITYLAKE_STACK", "external")
    monkeypatch.setenv("CITYLAKE_POSTGRES_HOST", "lake.city.example")
    monkeypatch.setenv("SPARK_REMOTE", "sc://lake.city.example:15002")
    seen = []
    monkeypatch.setattr(stack, "up", lambda **_: seen.append(settings.current()))
    monkeypatch.setattr(stack, "down", lambda: seen.append(settings.current()))
    before = dict(os.environ)
    with self_test._lake(tmp_path, lambda _: None):
        pass
    assert {(each.stack, each.postgres_host, each.home) for each in seen} == {
        ("local", "127.0.0.1", tmp_path / "lake")
    }
    assert "lake.city.example" not in seen[0].spark_remote
    assert dict(os.environ) == before
