"""Which Java Spark gets."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from citylake.stack import java


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("JAVA_HOME", raising=False)


def pretend(folder: Path, version: str) -> Path:
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("said", "major"), [("17.0.15", 17), ("21", 21), ("1.8.0_402", 8), ("25-ea", 25), ("nothing", 0)]
)
def test_the_version_is_read_from_what_java_says(tmp_path: Path, said: str, major: int):
    assert java.version(pretend(tmp_path, said)) == major


def test_a_program_that_does_not_run_has_no_version(tmp_path: Path):
    assert java.version(tmp_path / "java") == 0


def test_java_home_comes_before_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    pretend(tmp_path / "named", "21.0.1")
    pretend(tmp_path / "on_path", "17.0.1")
    monkeypatch.setenv("PATH", f"{tmp_path}/on_path/bin:/usr/bin:/bin")
    assert java.find() == tmp_path / "on_path"
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "named"))
    assert java.find() == tmp_path / "named"


def test_a_java_that_is_too_old_is_passed_over_for_the_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    pretend(tmp_path / "old", "11.0.2")
    monkeypatch.setenv("PATH", f"{tmp_path}/old/bin:/usr/bin:/bin")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "old"))
    found = java.find()
    assert found.is_relative_to(tmp_path / "cache")
    assert java.version(found / "bin" / "java") >= 17


def test_the_wrapped_java_leaves_out_the_module_its_runtime_lacks(tmp_path: Path):
    real = tmp_path / "wheel" / "java-runtime" / "bin" / "java"
    real.parent.mkdir(parents=True)
    real.write_text('#!/bin/sh\nfor word in "$@"; do echo "[$word]"; done\n')
    real.chmod(0o755)
    wrapper = java.wrapped(real) / "bin" / "java"
    words = ["-Xmx1g", "--add-modules=jdk.incubator.vector", "-cp", "a b", "Main"]
    said = subprocess.run([wrapper, *words], capture_output=True, text=True, check=True).stdout
    assert said.split("\n")[:-1] == ["[-Xmx1g]", "[-cp]", "[a b]", "[Main]"]
