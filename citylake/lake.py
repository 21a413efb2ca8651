"""Places of the lake: every bucket, path and table name is built here and nowhere else."""

from __future__ import annotations

import functools
from urllib.parse import urlparse

from citylake import settings
from citylake.errors import ServerUnavailable, WrongUse

INBOX, LANDING, LAKE, REPORTS, EXPORTS = "inbox", "landing", "lake", "reports", "exports"
BUCKETS = (INBOX, LANDING, LAKE, REPORTS, EXPORTS)
CATALOG = "lake"
# Two connections of one process to one DuckDB file must agree on these.
DUCKDB_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "threads": "2",
}


def inbox_uri(key: str) -> str:
    """Where a department dropped an object."""
    return f"s3://{INBOX}/{key}"


def landing_key(feed_id: str, delivery_id: str, name: str) -> str:
    """Where a delivery's bytes are kept as they came."""
    return f"{feed_id}/{delivery_id}/{name}"


def landing_uri(feed_id: str, delivery_id: str, name: str) -> str:
    """The same as an address."""
    return f"s3://{LANDING}/{landing_key(feed_id, delivery_id, name)}"


def landing_folder(feed_id: str) -> str:
    """The address of all that a feed was sent."""
    return object_uri(LANDING, f"{feed_id}/")


def object_uri(bucket: str, key: str) -> str:
    """The address of an object of a bucket."""
    return f"s3://{bucket}/{key}"


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of an address. The key is taken as it is: a file's name may hold `#` and `?`."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def identifier(table_id: str) -> tuple[str, ...]:
    """`admitted.environment.air_station` as a catalogue identifier: layer, owner, name."""
    parts = tuple(table_id.split("."))
    if len(parts) != 3 or parts[0] not in ("admitted", "quarantine", "conformed"):
        raise WrongUse(
            f"'{table_id}' is not the id of a table", expected="<layer>.<department or domain>.<name>"
        )
    return parts


def table_location(table_id: str) -> str:
    """The folder of a table's data and metadata."""
    return f"s3://{LAKE}/" + "/".join(identifier(table_id))


def attempt_prefix(table_id: str, delivery_id: str, run_id: str) -> str:
    """The folder of the files of one attempt to admit a delivery."""
    return f"{table_location(table_id)}/data/{delivery_id}-{run_id}"


def report_key(kind: str, *parts: str) -> str:
    """Where a report is kept in the reports bucket."""
    return "/".join([kind, *parts])


def report_uri(key: str) -> str:
    """The same as an address."""
    return f"s3://{REPORTS}/{key}"


@functools.cache
def s3(role: str):
    """A boto3 client for the object store with a role's keys."""
    import boto3
    from botocore.config import Config

    place = settings.current()
    access, secret = place.s3_keys(role)
    return boto3.client(
        "s3",
        endpoint_url=place.s3_endpoint,
        region_name=place.s3_region,
        aws_access_key_id=access,
        aws_secret_access_key=secret,
        config=Config(
            s3={"addressing_style": "path"},
            retries={"max_attempts": 5, "mode": "standard"},
            connect_timeout=5,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def list_objects(role: str, bucket: str, prefix: str = "") -> list[dict]:
    """Every object under a prefix: Key, Size, ETag, LastModified.

    Raises: ServerUnavailable where the object store does not answer.
    """
    from botocore.exceptions import EndpointConnectionError

    pages = s3(role).get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    try:
        return [item for page in pages for item in page.get("Contents", [])]
    except EndpointConnectionError as error:
        raise ServerUnavailable(
            "the object store does not answer", where=settings.current().s3_endpoint,
            next_step="See `citylake status`; `citylake up` starts the servers.",
        ) from error  # fmt: skip


@functools.cache
def catalog(role: str):
    """The Iceberg catalogue (PyIceberg SqlCatalog in PostgreSQL), shared with Spark's JDBC catalogue."""
    from pyiceberg.catalog.sql import SqlCatalog

    place = settings.current()
    access, secret = place.s3_keys(role)
    return SqlCatalog(
        CATALOG,
        **{
            "uri": place.postgres_url(role, "catalog", "postgresql+psycopg"),
            "warehouse": f"s3://{LAKE}",
            "init_catalog_tables": "false",
            "s3.endpoint": place.s3_endpoint,
            "s3.region": place.s3_region,
            "s3.access-key-id": access,
            "s3.secret-access-key": secret,
            "s3.force-virtual-addressing": "false",
            "pool_pre_ping": "true",
        },
    )


def iceberg_table(role: str, table_id: str):
    """The table as PyIceberg knows it, or None where there is no such table."""
    from pyiceberg.exceptions import NoSuchTableError

    try:
        return catalog(role).load_table(identifier(table_id))
    except NoSuchTableError:
        return None


def metadata_location(role: str, table_id: str) -> str | None:
    """The address of a table's current metadata file, or None where there is no such table."""
    table = iceberg_table(role, table_id)
    return None if table is None else table.metadata_location


def extension_file(name: str) -> str:
    """The file of a DuckDB extension in its wheel; loading it by path needs no installation."""
    import importlib.util
    from pathlib import Path

    import duckdb

    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    if spec is None or not spec.submodule_search_locations:
        raise WrongUse(
            f"the DuckDB extension '{name}' is not installed", expected=f"the wheel duckdb-extension-{name}"
        )
    return str(
        Path(spec.submodule_search_locations[0])
        / "extensions"
        / f"v{duckdb.__version__}"
        / f"{name}.duckdb_extension"
    )


def connect_duckdb(role: str, path: str = ":memory:", *, extensions: tuple[str, ...] = ("httpfs",)):
    """A DuckDB connection that reaches the object store with a role's keys, and downloads nothing.

    The keys live in DuckDB's secret manager, in memory: they appear in no plan and no query log.
    """
    import duckdb

    place = settings.current()
    connection = duckdb.connect(path, config=DUCKDB_CONFIG)
    connection.execute("set timezone = 'UTC'")
    for name in extensions:
        connection.load_extension(extension_file(name))
    access, secret = place.s3_keys(role)
    endpoint = urlparse(place.s3_endpoint)
    connection.execute(
        "create secret (type s3, provider config, key_id $key_id, secret $secret, endpoint $endpoint,"
        " region $region, url_style 'path', use_ssl $ssl)",
        {
            "key_id": access,
            "secret": secret,
            "endpoint": endpoint.netloc,
            "region": place.s3_region,
            "ssl": endpoint.scheme == "https",
        },
    )
    return connection
