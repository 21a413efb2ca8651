"""One role per stage: each can do its own work, and what it must not do is tried here and refused."""

from __future__ import annotations

import boto3
import psycopg
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from citylake import settings

READ = "select count(*) from ledger.deliveries"
LAND = (
    "insert into ledger.deliveries (delivery_id, feed_id, sender, name, source_uri, source_version, landing_uri,"
    " size_bytes, sha256, compression, encoding, arrived_at, run_id)"
    " values ('X', 'a.b', 's', 'n', 'u', 'v', 'l', 1, 'h', 'none', 'utf-8', now(), 'r')"
)
ADMIT = (
    "insert into ledger.admissions (delivery_id, attempt, status, records_parsed, records_admitted, records_quarantined,"
    " records_held, records_erased, rule_counts, null_counts, drift, reasons, feed_version, run_id, known_at, started_at)"
    " select delivery_id, 9, 'held', 0, 0, 0, 0, 0, '{}', '{}', '{}', '[]', '1', 'r', now(), now() from ledger.deliveries"
)
RUN = "insert into ledger.runs (run_id, verb, subject, caller, code_version) values ('X', 'land', 's', 'c', 'v')"
VERSION = "insert into ledger.versions (table_id, partition, version, run_id) values ('t', 'p', 1, 'r')"
USED = "insert into ledger.inputs_used values ('t', 'p', 1, 'i', 'p', 1)"
BLOCK = "insert into ledger.blocks values ('t', 'p', 'f', 'why', 'r')"
SEAL = "insert into ledger.seals values ('t', 'p', 'why')"
REQUEST = (
    "insert into ledger.requests (request_id, kind, table_id, status, reason, requested_by)"
    " values ('X', 'backfill', 't', 'staged', 'why', 'me')"
)
PUBLISH = (
    "insert into ledger.publications (publication_id, domain, status, run_id, known_at, partitions, row_counts)"
    " values ('X', 'd', 'published', 'r', now(), '[]', '{}')"
)
MART = "create table marts.made_by_a_test (x int)"
CLOCK = "update ledger.lake set replay_at = now()"
CITY = "update ledger.lake set city = 'another'"
HISTORY = ("update ledger.admissions set records_parsed = 0", "delete from ledger.admissions",
           "update ledger.deliveries set sha256 = ''", "delete from ledger.deliveries", "delete from ledger.runs",
           "update ledger.version_log set version = 0", "delete from ledger.version_log",
           "update ledger.inputs_used set version = 0", "delete from ledger.publications",
           "truncate ledger.deliveries cascade", "drop table ledger.deliveries cascade",
           "create table ledger.x (x int)", "create table public.x (x int)", "create schema x",
           "alter role bi superuser", CITY)  # fmt: skip
CREATE = {"LAND": LAND, "ADMIT": ADMIT, "RUN": RUN, "VERSION": VERSION, "USED": USED, "BLOCK": BLOCK, "SEAL": SEAL,
          "REQUEST": REQUEST, "PUBLISH": PUBLISH, "MART": MART, "CLOCK": CLOCK, "READ": READ}  # fmt: skip
MAY = {
    "land": {"READ", "RUN", "LAND", "CLOCK"},
    "admit": {"READ", "RUN", "ADMIT", "VERSION"},
    "conform": {"READ", "RUN", "VERSION", "USED", "BLOCK"},
    "publish": {"READ", "RUN", "VERSION", "USED", "BLOCK", "PUBLISH", "MART"},
    "retain": {"READ", "RUN", "SEAL"},
    "erase": {"READ", "RUN", "REQUEST"},
    "steward": {"READ", "RUN", "REQUEST"},
    "bi": set(),
}


def attempt(role: str, statement: str, database: str = "citylake") -> str:
    """`done` or what PostgreSQL says; nothing stays."""
    with psycopg.connect(settings.current().postgres_dsn(role, database)) as connection:
        try:
            connection.execute(statement)
            return "done"
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction):
            return "refused"
        finally:
            connection.rollback()


@pytest.mark.parametrize("role", MAY)
def test_a_role_can_do_its_own_work_and_no_others(lake, role):
    found = {name for name, statement in CREATE.items() if attempt(role, statement) == "done"}
    assert found == MAY[role]


@pytest.mark.parametrize("role", MAY)
def test_nobody_changes_what_happened(lake, role):
    assert [statement for statement in HISTORY if attempt(role, statement) != "refused"] == []


def test_bi_reads_the_marts_and_changes_nothing(lake):
    with lake.superuser() as connection:
        connection.execute("set role publish")
        connection.execute("create table marts.seen (x int)")
        connection.execute("grant select on marts.seen to bi")
    try:
        assert attempt("bi", "select * from marts.seen") == "done"
        for statement in ("insert into marts.seen values (1)", "drop table marts.seen", MART, RUN, READ):
            assert attempt("bi", statement) == "refused", statement
    finally:
        with lake.superuser() as connection:
            connection.execute("drop table marts.seen")


@pytest.mark.parametrize(
    ("role", "database", "may_connect"),
    [("land", "catalog", False), ("bi", "catalog", False), ("bi", "airflow", False), ("land", "airflow", False),
     ("admit", "airflow", False), ("publish", "airflow", False), ("airflow", "citylake", False),
     ("airflow", "catalog", False), ("admit", "catalog", True), ("conform", "catalog", True),
     ("publish", "catalog", True), ("airflow", "airflow", True)],
)  # fmt: skip
def test_a_role_reaches_the_databases_of_its_work(lake, role, database, may_connect):
    if may_connect:
        assert attempt(role, "select 1", database) == "done"
    else:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            attempt(role, "select 1", database)


@pytest.mark.parametrize("role", ["publish", "steward"])
def test_who_only_reads_the_catalogue_cannot_point_a_table_elsewhere(lake, role):
    assert attempt(role, "select count(*) from iceberg_tables", "catalog") == "done"
    assert attempt(role, "update iceberg_tables set metadata_location = 's3://other'", "catalog") == "refused"
    assert attempt(role, "delete from iceberg_tables", "catalog") == "refused"


def test_a_password_is_needed(lake):
    dsn = settings.current().postgres_dsn("bi")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(dsn.replace("password=", "password=x"))


PLACES = ("inbox/environment/x.csv", "inbox/health/x.csv", "landing/environment.noise/D/x.csv",
          "lake/admitted/environment/noise/data/x.parquet", "lake/quarantine/environment/noise/data/x.parquet",
          "lake/conformed/environment/noise_day/data/x.parquet", "reports/quality/x.html", "exports/x.parquet")  # fmt: skip
INBOX, LANDING, ADMITTED, QUARANTINE, CONFORMED, REPORTS, EXPORTS = (
    PLACES[:2], PLACES[2:3], PLACES[3:4], PLACES[4:5], PLACES[5:6], PLACES[6:7], PLACES[7:]
)  # fmt: skip
S3_MAY = {  # who may read, write and delete where
    "land": ((*INBOX, *LANDING), LANDING, INBOX),
    "admit": ((*LANDING, *ADMITTED, *QUARANTINE), (*ADMITTED, *QUARANTINE), (*ADMITTED, *QUARANTINE)),
    "conform": ((*ADMITTED, *CONFORMED), CONFORMED, CONFORMED),
    "publish": ((*CONFORMED, *REPORTS, *EXPORTS), (*REPORTS, *EXPORTS), EXPORTS),
    "retain": (
        (*ADMITTED, *QUARANTINE, *CONFORMED),
        (*ADMITTED, *QUARANTINE, *CONFORMED),
        (*LANDING, *ADMITTED, *QUARANTINE, *CONFORMED),
    ),  # fmt: skip
    "erase": (LANDING, LANDING, ()),
    "steward": ((*LANDING, *ADMITTED, *QUARANTINE, *CONFORMED, *REPORTS), REPORTS, REPORTS),
    "department-environment": ((), INBOX[:1], ()),
    "department-health": ((), INBOX[1:], ()),
}


@pytest.fixture(scope="module")
def objects(lake):
    """One object at every place; the client of a user."""
    root = lake.root_s3()
    for place in PLACES:
        bucket, _, key = place.partition("/")
        root.put_object(Bucket=bucket, Key=key, Body=b"x")

    def client(user: str):
        place = settings.current()
        access, secret = place.s3_keys(user)
        return boto3.client("s3", endpoint_url=place.s3_endpoint, region_name=place.s3_region,
                            aws_access_key_id=access, aws_secret_access_key=secret)  # fmt: skip

    yield client
    lake.empty()


def permitted(call, **arguments) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("AccessDenied", "403"):
            return False
        raise
    return True


@pytest.mark.parametrize("user", S3_MAY)
def test_a_user_of_the_object_store_reaches_its_own_places_only(objects, user):
    client = objects(user)
    split = {place: dict(zip(("Bucket", "Key"), place.split("/", 1), strict=True)) for place in PLACES}
    read = tuple(place for place in PLACES if permitted(client.get_object, **split[place]))
    written = tuple(place for place in PLACES if permitted(client.put_object, Body=b"x", **split[place]))
    deleted = tuple(place for place in PLACES if permitted(client.delete_object, **split[place]))
    assert (read, written, deleted) == S3_MAY[user]


@pytest.fixture(autouse=True)
def _put_back(request):
    yield
    if "objects" in request.fixturenames:
        root = request.getfixturevalue("lake").root_s3()
        for place in PLACES:
            bucket, _, key = place.partition("/")
            root.put_object(Bucket=bucket, Key=key, Body=b"x")


def test_a_department_sees_nothing_not_even_its_own_list(objects):
    client = objects("department-environment")
    for bucket in ("inbox", "landing", "lake", "reports", "exports"):
        assert not permitted(client.list_objects_v2, Bucket=bucket)
    assert not permitted(client.create_bucket, Bucket="mine")


def test_nobody_unknown_reads_or_writes(objects, lake):
    place = settings.current()
    client = boto3.client("s3", endpoint_url=place.s3_endpoint, region_name=place.s3_region,
                          config=Config(signature_version=UNSIGNED))  # fmt: skip
    assert not permitted(client.get_object, Bucket="landing", Key="environment.noise/D/x.csv")
    assert not permitted(client.put_object, Bucket="inbox", Key="environment/y.csv", Body=b"")
    assert not permitted(client.list_objects_v2, Bucket="lake")
