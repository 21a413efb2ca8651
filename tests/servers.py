"""The servers that tests need, in a lake of their own: PostgreSQL and MinIO first, the others when asked for."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from citylake import lake, settings, stack
from citylake.stack import airflow, minio, minio_users, postgres_roles, start, supervise
from citylake.stack.sequence import Silent, run_all
from citylake.stack.site import Site, locked
from tests.local_spark import JAVA_OPTIONS

_STORAGE = {"build", "postgres", "minio", "roles", "users", "ledger"}


@dataclass
class TestLake:
    """A lake made for tests. It follows the replay clock; nobody but the tests writes to it."""

    __test__ = False  # a name that pytest would collect

    home: Path
    is_kept: bool

    @property
    def site(self) -> Site:
        """Its settings and folders, as the stack knows them."""
        return Site(settings.current())

    def superuser(self, database: str = "citylake"):
        """A connection that may do anything, for arranging and looking; never for what is tested."""
        import psycopg
        from psycopg.rows import dict_row

        return psycopg.connect(
            self.site.settings.postgres_dsn("postgres", database), row_factory=dict_row, autocommit=True
        )

    def root_s3(self):
        """A client of the object store that may do anything; for arranging and looking."""
        return minio.root_s3()

    def rest(self) -> None:
        """Stop Airflow where it runs, start what a test before stopped: from here on nothing happens but what a test does."""
        if supervise.answers(self.site):
            supervise.stop(self.site, list(airflow.NAMES), seconds=30)
        else:
            _start_storage(self.site)
            forget_settings()

    def empty(self) -> None:
        """Forget every delivery, row and object, as after a first start."""
        with self.superuser() as connection, connection.transaction():
            tables = connection.execute(
                "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'ledger'"
                " and tablename not in ('lake', 'schema_version')"
            ).fetchall()
            # Without foreign keys any order will do; far quicker than truncate for a few rows.
            connection.execute("set local session_replication_role = replica")
            connection.execute("; ".join(f"delete from {row['name']}" for row in tables))
            connection.execute("update ledger.lake set replay_at = null")
            marts = connection.execute(
                "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'marts'"
            ).fetchall()
            for row in marts:
                connection.execute(f"drop table {row['name']} cascade")
        with self.superuser("catalog") as connection:
            connection.execute("delete from iceberg_tables; delete from iceberg_namespace_properties")
        shutil.rmtree(self.home / "simulator", ignore_errors=True)  # notes of what was sent
        client = self.root_s3()
        for bucket in lake.BUCKETS:
            for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                if found := [{"Key": item["Key"]} for item in page.get("Contents", [])]:
                    client.delete_objects(Bucket=bucket, Delete={"Objects": found})


def forget_settings() -> None:
    """Drop what this process remembers of another lake."""
    for remembered in (settings.current, lake.s3, lake.catalog):
        remembered.cache_clear()


def start_storage() -> TestLake:
    """PostgreSQL and MinIO of the lake in CITYLAKE_TEST_HOME, or of a new one in a temporary folder.

    The folder that CITYLAKE_TEST_HOME names is kept, and its servers go on running afterwards; each of several
    processes of pytest has a folder of its own in it.
    """
    named = os.environ.get("CITYLAKE_TEST_HOME")
    of_its_own = os.environ.get("PYTEST_XDIST_WORKER", "")
    home = Path(named, of_its_own).resolve() if named else Path(tempfile.mkdtemp(prefix="citylake-tests-"))
    os.environ.update(
        CITYLAKE_HOME=str(home), CITYLAKE_CLOCK="replay", CITYLAKE_SPARK_JAVA_OPTIONS=JAVA_OPTIONS
    )
    forget_settings()
    started = TestLake(home, is_kept=bool(named))
    try:
        _start_storage(Site(settings.current()))
    except BaseException:
        stop(started)
        raise
    forget_settings()
    return started


def _start_storage(site: Site) -> None:
    site.make_folders()
    with locked(site.run / "up.lock"):
        postgres_roles.make_secrets(site)
        minio_users.make_secrets(site)
        if not supervise.answers(site):
            site = start._anew(site)
        # The watcher on the inbox would take what a test puts there.
        supervise.stop(site, list(airflow.NAMES), seconds=30)
        run_all([step for step in start._steps(site) if step.name in _STORAGE], Silent())


def start_spark() -> None:
    """Spark Connect beside the storage that runs already, without Airflow."""
    stack.up(Silent(), without_airflow=True)
    forget_settings()


def start_everything() -> None:
    """Spark Connect and Airflow beside the storage that runs already."""
    stack.up(Silent())
    forget_settings()


def stop(started: TestLake) -> None:
    """Leave no process and no folder, unless the lake is kept."""
    if not started.is_kept:
        stack.down()
        shutil.rmtree(started.home, ignore_errors=True)
