"""The script that makes .venv: what it says when something is missing, and when it has nothing to do."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from citylake.settings import PROJECT

SCRIPT = PROJECT / "citylake" / "stack" / "make_venv.sh"
TOOLS = ("bash", "sh", "awk", "cat", "cut", "df", "mkdir", "rm", "sed", "sha256sum", "git")


@pytest.fixture
def machine(tmp_path: Path):
    """A project with a lock, on a machine that has few programs."""
    project, programs = tmp_path / "project", tmp_path / "bin"
    project.mkdir()
    programs.mkdir()
    (project / "requirements.lock").write_text("uv==1 --hash=sha256:0\n")
    (project / "pyproject.toml").write_text("[project]\n")
    for tool in TOOLS:
        (programs / tool).symlink_to(f"/usr/bin/{tool}")

    def program(name: str, script: str) -> None:
        path = programs / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def run(**variables: str) -> subprocess.CompletedProcess:
        environment = {"PATH": str(programs), "HOME": str(tmp_path)} | variables
        command = ["/bin/bash", str(SCRIPT), str(project)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return project, programs, program, run


def test_a_python_that_is_too_old_is_named(machine):
    _, _, program, run = machine
    program("python3", '[ "$1" = --version ] && echo "Python 3.9.18" && exit 0; exit 1')
    done = run()
    assert done.returncode == 2
    assert done.stderr == (
        "Makefile: there is no Python that citylake runs on.\n"
        "  Found: Python 3.9.18.  Expected Python 3.11, 3.12 or 3.13.\n"
        "  Install one of them, or name it: make run PYTHON=/path/to/python3.12\n"
    )


def test_missing_git_is_named(machine):
    _, programs, _, run = machine
    (programs / "git").unlink()
    assert "Makefile: git is missing." in run().stderr


def test_a_full_disk_is_named(machine):
    _, _, program, run = machine
    program("df", 'printf "Filesystem 1M-blocks Used Available\\n/dev/sda 10 10 12\\n"')
    done = run()
    assert done.returncode == 2
    assert "Found: 12 MB free.  Expected 4000 MB." in done.stderr


def test_a_machine_with_neither_uv_nor_pip_is_told_so(machine):
    _, _, program, run = machine
    program("python3", 'case "$*" in *executable*) echo python3;; *pip*) exit 1;; esac')
    assert "neither uv nor pip is there" in run().stderr


def test_an_environment_made_from_this_lock_is_left_alone_and_one_of_another_lock_is_not(machine):
    project, _, program, run = machine
    python = project / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\nexit 0\n")
    python.chmod(0o755)
    names = ("requirements.lock", "pyproject.toml")
    hashes = [hashlib.sha256((project / name).read_bytes()).hexdigest() for name in names]
    (project / ".venv" / "made-from").write_text(" ".join(hashes) + "\n")
    program("python3", 'case "$*" in *executable*) echo python3;; esac')
    program("uv", 'echo "uv $*" >&2')
    assert run().stderr == ""
    (project / "requirements.lock").write_text("uv==2 --hash=sha256:1\n")
    assert "uv pip sync --quiet --require-hashes --compile-bytecode" in run().stderr
    assert run().stderr == ""


def test_a_failed_installation_leaves_no_sign_of_success(machine):
    project, _, program, run = machine
    program("python3", 'case "$*" in *executable*) echo python3;; esac')
    program("uv", '[ "$1" = --version ] && exit 0; [ "$1" = pip ] && exit 1; exit 0')
    # Made from another lock: half changed, it is what neither lock says.
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to("/bin/true")
    (project / ".venv" / "made-from").write_text("another lock\n")
    done = run()
    assert done.returncode == 2
    assert "the Python environment could not be made" in done.stderr
    assert not (project / ".venv" / "made-from").exists()
