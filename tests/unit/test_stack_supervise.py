"""What the process manager is told."""

from __future__ import annotations

import configparser
from pathlib import Path

import pytest

from citylake.settings import Settings
from citylake.stack import supervise
from citylake.stack.site import Site
from citylake.stack.supervise import MARK, Program


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(Settings(home=tmp_path / "la ke%"))


def parsed(site: Site, *programs: Program) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(inline_comment_prefixes=(" ;",))
    parser.read_string(supervise.config_text(site, list(programs)))
    return parser


def test_a_server_is_restarted_when_it_dies_and_started_only_when_asked(site: Site):
    section = parsed(site, Program("minio", ("minio",), site.home))["program:minio"]
    assert section["autorestart"] == "true"
    assert section["autostart"] == "false"


def test_paths_with_spaces_and_percent_signs_survive(site: Site):
    program = Program("minio", ("/bin/mi nio", 'say "100%"'), site.home, {"A": "50%"})
    section = parsed(site, program)["program:minio"]
    assert section["command"] == '"/bin/mi nio" "say \\"100%%\\""'
    assert section["directory"] == str(site.home).replace("%", "%%")
    assert section["environment"] == 'A="50%%"'


def test_a_changed_configuration_file_changes_what_would_run(site: Site):
    def text(configuration: str) -> str:
        program = Program("spark", ("spark",), site.home, configuration=configuration)
        return supervise.config_text(site, [program])

    assert text("memory 1g") == text("memory 1g")
    assert text("memory 1g") != text("memory 4g")
    assert "memory" not in text("memory 4g")


def test_every_process_carries_the_mark_of_its_lake_and_none_of_the_shells_addresses(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CITYLAKE_POSTGRES_PORT", "1")
    monkeypatch.setenv("CITYLAKE_CITY", "elsewhere")
    monkeypatch.setenv("CITYLAKE_STOP_AT", "publish")
    monkeypatch.setenv("SPARK_REMOTE", "sc://elsewhere")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not for servers")
    environment = supervise.environment(site)
    assert environment[MARK] == environment["CITYLAKE_HOME"] == str(site.home)
    assert environment["CITYLAKE_STOP_AT"] == "publish"
    assert environment["TZ"] == "UTC"
    assert not {"CITYLAKE_POSTGRES_PORT", "CITYLAKE_CITY", "SPARK_REMOTE", "AWS_SECRET_ACCESS_KEY"} & set(
        environment
    )


def test_a_lake_without_a_process_manager_has_no_processes_and_no_answer(site: Site):
    assert supervise.processes(site) == {}
    assert not supervise.answers(site)
