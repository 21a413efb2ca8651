"""Spark's jars: the lock file, and that other bytes are refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from citylake.errors import ServerUnavailable, WrongUse
from citylake.stack import jars
from citylake.stack.jars import Jar

BYTES = b"a jar"
HASH = "sha256:" + hashlib.sha256(BYTES).hexdigest()


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "cache" / "citylake").mkdir(parents=True)


def serve(monkeypatch: pytest.MonkeyPatch, content: bytes) -> list[list[Jar]]:
    asked: list[list[Jar]] = []

    def resolve(wanted: list[Jar], folder: Path, _java_home: Path) -> None:
        asked.append(wanted)
        (folder / "jars").mkdir()
        for jar in wanted:
            (folder / "jars" / jar.file_name).write_bytes(content)

    monkeypatch.setattr(jars, "_resolve", resolve)
    return asked


def locked_jar(tmp_path: Path) -> list[Jar]:
    lock = tmp_path / "jars.lock"
    lock.write_text(f"# comment\norg.example:thing_2.13:1.0 {HASH}  # why\n\n")
    return jars.locked_jars(lock)


def test_the_projects_own_lock_names_icebergs_runtime_for_its_spark_and_the_driver():
    names = [jar.coordinates.split(":")[1] for jar in jars.locked_jars()]
    assert {"iceberg-spark-runtime-4.1_2.13", "iceberg-aws-bundle", "postgresql"} <= set(names)


def test_a_jar_is_fetched_once_and_then_used_from_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    asked = serve(monkeypatch, BYTES)
    wanted = locked_jar(tmp_path)
    jars.fetch(wanted, tmp_path)
    jars.fetch(wanted, tmp_path)
    assert len(asked) == 1
    assert wanted[0].path.read_bytes() == BYTES
    assert jars.missing(wanted) == []


def test_other_bytes_under_a_locked_name_are_refused_and_not_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    serve(monkeypatch, b"something else")
    wanted = locked_jar(tmp_path)
    with pytest.raises(WrongUse, match="org.example:thing_2.13:1.0 is not the jar that was locked"):
        jars.fetch(wanted, tmp_path)
    assert jars.missing(wanted) == wanted


def test_a_line_that_is_no_jar_is_shown(tmp_path: Path):
    lock = tmp_path / "jars.lock"
    lock.write_text("org.example:thing 1.0\n")
    with pytest.raises(WrongUse) as error:
        jars.locked_jars(lock)
    assert str(error.value) == (
        "jars.lock: line 1 is not a jar\n"
        "  Found: org.example:thing 1.0.  Expected group:artifact:version sha256:<64 hex digits>."
    )


def test_a_repository_that_cannot_be_reached_is_named_with_the_jar(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    spark = tmp_path / "spark"
    (spark / "bin").mkdir(parents=True)
    (spark / "bin" / "spark-submit").write_text("#!/bin/sh\necho 'unresolved: not found' >&2\nexit 1\n")
    (spark / "bin" / "spark-submit").chmod(0o755)
    monkeypatch.setattr(jars, "spark_folder", lambda: spark)
    with pytest.raises(ServerUnavailable, match="could not be fetched: org.example:thing_2.13:1.0") as error:
        jars.fetch(locked_jar(tmp_path), tmp_path)
    assert "unresolved: not found" in str(error.value)
    assert error.value.exit_code == 3
