"""Who may do what in the object store. What a policy allows is worked out here by S3's own rules."""

from __future__ import annotations

import fnmatch
from pathlib import Path

import pytest

from citylake import department
from citylake.stack import minio_users


@pytest.fixture(autouse=True)
def _two_departments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("health", "environment"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "_department.yml").touch()
    (tmp_path / "drafts").mkdir()
    monkeypatch.setattr(department, "feeds_folders", lambda: (tmp_path,))


def may(user: str, action: str, target: str) -> bool:
    return any(
        f"s3:{action}" in statement["Action"]
        and any(fnmatch.fnmatchcase(f"arn:aws:s3:::{target}", pattern) for pattern in statement["Resource"])
        for statement in minio_users.policies()[user]["Statement"]
    )


def test_there_is_one_user_per_stage_and_department():
    assert set(minio_users.policies()) == {
        "land",
        "admit",
        "conform",
        "publish",
        "retain",
        "erase",
        "steward",
        "department-environment",
        "department-health",
    }


def test_a_department_puts_into_its_own_part_of_the_inbox_and_sees_nothing():
    assert may("department-health", "PutObject", "inbox/health/a.csv")
    assert not may("department-health", "PutObject", "inbox/environment/a.csv")
    assert not may("department-health", "PutObject", "inbox/health-other/a.csv")
    assert not may("department-health", "GetObject", "inbox/health/a.csv")
    assert not may("department-health", "DeleteObject", "inbox/health/a.csv")
    assert not may("department-health", "ListBucket", "inbox")


def test_retention_alone_deletes_from_landing_and_does_not_read_there():
    assert [user for user in minio_users.policies() if may(user, "DeleteObject", "landing/x")] == ["retain"]
    assert [user for user in minio_users.policies() if may(user, "PutObject", "landing/x")] == [
        "land",
        "erase",
    ]
    assert not may("retain", "GetObject", "landing/x")
    assert not may("retain", "PutObject", "landing/x")


@pytest.mark.parametrize(
    ("user", "action", "target"),
    [
        ("land", "GetObject", "inbox/health/a.csv"),
        ("land", "DeleteObject", "inbox/health/a.csv"),
        ("land", "PutObject", "landing/health.case_report/1/a.csv"),
        ("admit", "GetObject", "landing/health.case_report/1/a.csv"),
        ("admit", "PutObject", "lake/admitted.health/case_report/data/a.parquet"),
        ("admit", "DeleteObject", "lake/quarantine/health/case_report/data/a.parquet"),
        ("conform", "GetObject", "lake/admitted.health/case_report/data/a.parquet"),
        ("conform", "DeleteObject", "lake/conformed/health/case_day/data/a.parquet"),
        ("publish", "GetObject", "lake/conformed/health/case_day/data/a.parquet"),
        ("publish", "PutObject", "reports/health/a.html"),
        ("steward", "GetObject", "lake/quarantine/health/case_report/data/a.parquet"),
    ],
)
def test_a_stage_can_do_its_own_work(user: str, action: str, target: str):
    assert may(user, action, target)


@pytest.mark.parametrize(
    ("user", "action", "target"),
    [
        ("land", "GetObject", "lake/admitted.health/case_report/data/a.parquet"),
        ("admit", "PutObject", "lake/conformed/health/case_day/data/a.parquet"),
        ("admit", "GetObject", "inbox/health/a.csv"),
        ("conform", "PutObject", "lake/admitted.health/case_report/data/a.parquet"),
        ("conform", "GetObject", "lake/quarantine/health/case_report/data/a.parquet"),
        ("conform", "GetObject", "landing/health.case_report/1/a.csv"),
        ("publish", "GetObject", "lake/admitted.health/case_report/data/a.parquet"),
        ("publish", "PutObject", "lake/conformed/health/case_day/data/a.parquet"),
        ("steward", "PutObject", "lake/admitted.health/case_report/data/a.parquet"),
    ],
)
def test_a_stage_cannot_do_anothers_work(user: str, action: str, target: str):
    assert not may(user, action, target)
