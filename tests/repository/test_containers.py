"""What must hold for the containers, read from their files; no container engine is needed."""

from __future__ import annotations

import re

import pytest
import yaml

from citylake.settings import PROJECT
from citylake.stack import minio

IMAGES = {"debian:bookworm-slim", "python:3.11-slim-bookworm", "golang:1.26-bookworm", "postgres:15-bookworm"}


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (PROJECT / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))


def test_minio_in_containers_is_built_from_the_source_of_the_laptop(dockerfile):
    pinned = dict(re.findall(r"^ARG (MINIO_\w+)=(.+)$", dockerfile, re.MULTILINE))
    assert pinned == {"MINIO_VERSION": minio.VERSION, "MINIO_SUM": minio.MODULE_SUM}
    assert f'"{minio.MODULE}@$MINIO_VERSION"' in dockerfile


def test_only_known_images_are_built_on(dockerfile, compose):
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", dockerfile, re.MULTILINE))
    bases = set(re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)) - stages
    built = {"citylake", "citylake-minio"}
    run = {service["image"] for service in compose["services"].values()} - built
    assert bases | run == IMAGES


def test_every_port_is_published_on_loopback_only(compose):
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert len(ports) == 4
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_no_secret_is_in_the_environment_of_a_container(compose):
    names = {name for service in compose["services"].values() for name in service.get("environment", {})}
    assert [name for name in names if re.search("PASSWORD|TOKEN|SECRET$|KEY|REMOTE", name)] == []


def test_only_programs_that_need_every_secret_see_the_folder_of_secrets(compose):
    seeing = {
        name
        for name, service in compose["services"].items()
        if "home:/var/lib/citylake" in service.get("volumes", [])
    }
    assert seeing == {"prepare", "init", "airflow-scheduler", "airflow-triggerer", "citylake"}
