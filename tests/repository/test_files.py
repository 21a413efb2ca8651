"""What must be there, and what must not be in any file: places of this machine, registries, secrets."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from citylake.cli.app import COMMANDS
from tests.repository.tree import ROOT, files, shown, text

TOP = ("dags", "dbt_project", "spark_jobs", "expectations", "docker-compose.yml", "README.md", "tests")
THIS = Path(__file__)


def having(pattern: str, *, but: tuple[str, ...] = ()) -> list[str]:
    """Places of a pattern in any text file, other than this one."""
    expression = re.compile(pattern)
    return [
        f"{shown(path)}:{number}"
        for path in files()
        if path != THIS and not shown(path).startswith(but)
        for number, line in enumerate(text(path).splitlines(), start=1)
        if expression.search(line)
    ]


@pytest.mark.parametrize("name", TOP)
def test_the_names_that_may_not_change_are_there(name):
    assert (ROOT / name).exists()


def test_no_file_names_a_place_of_somebodys_machine():
    homes = r"(?<![\w.])(/home/(?!airflow|citylake|postgres)[a-z]\w*/|/Users/\w+/|[A-Z]:\\\\Users)"
    assert having(homes, but=("tests/",)) == []
    here = {str(ROOT), str(ROOT.parent), str(Path.home())} - {"/", "/root", "/home"}
    assert [place for path in here for place in having(re.escape(path) + r"(?![\w-])")] == []
    assert having(r"(?<![\w.])/root/(?!\.cache)", but=("Dockerfile",)) == []


def test_no_file_names_a_registry():
    public = ("pypi.org", "pythonhosted.org", "repo1.maven.org", "repo.maven.apache.org", "proxy.golang.org",
              "sum.golang.org", "registry.npmjs.org", "artifactory", "nexus")  # fmt: skip
    assert having("|".join(re.escape(host) for host in public)) == []
    variables = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "UV_INDEX_URL", "UV_DEFAULT_INDEX",
                 "UV_INDEX", "UV_FIND_LINKS", "GOPROXY", "GOSUMDB", "MAVEN_MIRROR_URL", "HTTPS_PROXY", "HTTP_PROXY")  # fmt: skip
    given = " ".join(os.environ.get(name, "") for name in variables)
    hosts = {urlsplit(url).hostname for url in re.split(r"[\s,|]+", given)} - {None, "localhost", "127.0.0.1"}
    assert [place for host in hosts for place in having(re.escape(host))] == []


def test_locks_name_no_address():
    for name in ("requirements.lock", "jars.lock", "requirements.in"):
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links|file://", text(ROOT / name)), name


def test_every_locked_package_has_its_hashes():
    lines = [line for line in text(ROOT / "requirements.lock").splitlines() if re.match(r"[a-z0-9]", line)]
    assert len(lines) > 50
    assert [line for line in lines if "==" not in line or not line.rstrip().endswith("\\")] == []


def test_no_file_holds_a_secret():
    assert having(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{30}") == []
    literal = r"(?i)\b\w*(password|passwd|secret|token|api_key)\w*\b\s*[=:]\s*['\"][A-Za-z0-9+/_=-]{16,}['\"]"
    assert having(literal, but=("tests/",)) == []


def test_no_file_holds_a_secret_of_a_lake_on_this_machine():
    values = {
        path.read_text(encoding="utf-8").strip()
        for path in ROOT.glob(".citylake/*/secrets/*")
        if path.is_file() and path.stat().st_size < 500
    }
    every = "\n".join(text(path) for path in files())
    assert [value[:3] + "…" for value in values if len(value) >= 12 and value in every] == []


def test_secrets_and_state_of_a_lake_are_not_tracked():
    ignored = text(ROOT / ".gitignore").splitlines()
    assert ".citylake/" in ignored
    assert [shown(path) for path in files() if "secrets" in path.parts or ".citylake" in path.parts] == []


def test_decisions_are_numbered_without_a_gap_and_say_what_was_decided():
    decisions = [path for path in files("docs/decisions/*.md") if path.name != "README.md"]
    for path in decisions:
        assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name), path.name
        assert re.match(r"# \d*\.? ?\S", text(path)), f"{path.name}: a title"
    numbers = [int(path.name[:4]) for path in decisions]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_changelog_begins_with_what_is_not_released_or_a_version():
    headings = re.findall(r"(?m)^## (.+)$", text(ROOT / "CHANGELOG.md"))
    assert headings
    assert re.match(r"Unreleased$|\[?\d+\.\d+\.\d+", headings[0])


PAGES = [path for path in files("*.md") if shown(path).startswith(("README", "CONTRIBUTING", "docs/"))]


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_commands_in_the_pages_exist(path):
    targets = set(re.findall(r"(?m)^([a-z]+):", text(ROOT / "Makefile")))
    named = set(re.findall(r"(?m)(?:^\s*(?:\$ )?|`)make ([a-z]+)\b", text(path)))
    assert named <= targets
    known = {entry.words for entry in COMMANDS}
    words = re.findall(r"(?:`|\$ )(?:\.venv/bin/)?citylake ([a-z]+)( [a-z]+\b)?", text(path))
    assert [noun + verb for noun, verb in words if not {noun, noun + verb} & known] == []


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_links_between_pages_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text(path)):
        if "://" not in target and not target.startswith("mailto:"):
            assert (path.parent / target).exists(), target


def test_every_target_of_the_makefile_is_explained():
    lines = text(ROOT / "Makefile").splitlines()
    targets = [line for line in lines if re.match(r"[a-z]+:(?!=)", line) and not line.startswith("venv:")]
    assert {"run", "stop", "status", "check", "test", "bench", "feed", "docs", "up"} <= {
        t.split(":")[0] for t in targets
    }
    assert [line for line in targets if "##" not in line] == []


def test_the_project_speaks_of_itself_alone():
    assert (
        having(
            r"(?i)\b(shared/|the issue|issue #?\d+|as an ai|chatgpt|claude|copilot)\b",
            but=("requirements.lock",),
        )
        == []
    )
