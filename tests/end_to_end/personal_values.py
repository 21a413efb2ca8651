"""Values that tell of persons, as departments sent them, and everything in a lake where one might stand."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from citylake import lake
from citylake.admit.reading import Unreadable, raw, read
from citylake.admit.trial import compression_of
from citylake.feed import Feed, load_feeds
from simulator.deliveries import Delivery
from tests.integration.searching import told

_SHORTEST = 6  # bytes: a shorter one, as a year of birth or a surname, stands everywhere
# Kept by the servers themselves, and read through them instead; what departments keep of what they sent.
_NOT_FILES = ("minio", "postgres", "departments", "secrets")
_ENCODINGS = ("utf-8", "gb18030", "utf-16-le")
_WORD = re.compile(rb"[\\\\0-9A-Za-z_\x80-\xff-]{%d,}" % _SHORTEST)
_WITHIN_WORDS = 40


def sent(deliveries: Iterable[Delivery], folder: Path, most: int = 40) -> dict[tuple[str, str], set[str]]:
    """Some values of every personal column that is not kept as it came, by feed and column; none where all are too short."""
    deliveries = list(deliveries)
    found: dict[tuple[str, str], set[str]] = {}
    for feed in load_feeds().values():
        columns = {
            source: column
            for column in feed.columns
            if column.is_personal and column.privacy and column.privacy.becomes != "keep"
            for source in column.sources
        }
        found |= {(feed.feed_id, column.name): set() for column in columns.values()}
        for each in (one for one in deliveries if columns and feed.takes(one.department, one.name)):
            for source, values in _values(feed, each, set(columns), folder):
                kept = found[feed.feed_id, columns[source].name]
                # What stands for "none" is declared, and tells of nobody.
                long = {value for value in values if len(value.encode()) >= _SHORTEST} - {
                    *columns[source].nulls
                }
                kept |= set(sorted(long)[: most - len(kept)])
    return found


def pseudonyms() -> dict[tuple[str, str, str], set[str]]:
    """What admitted rows hold instead of personal values, by linkage domain, feed and column."""
    found = {}
    for feed in load_feeds().values():
        for column in feed.columns:
            if column.privacy and column.privacy.domain:
                table = lake.iceberg_table("steward", feed.admitted)
                if table is None:
                    continue  # nothing of it was admitted yet
                rows = table.scan(selected_fields=(column.name,)).to_arrow()
                there = {*rows.column(0).to_pylist()} - {None}
                found[column.privacy.domain, feed.feed_id, column.name] = there
    return found


def _values(feed: Feed, sent: Delivery, wanted: set[str], folder: Path) -> Iterator[tuple[str, set[str]]]:
    path = folder / "sent"
    path.write_bytes(sent.content)
    try:
        reading = read(path.open("rb"), feed, compression_of(path))
        at = {name: reading.header.index(name) for name in wanted if name in reading.header}
        for batch in reading.batches:
            for name, position in at.items():
                texts = batch.column(raw(position)).to_pylist()
                yield name, {text.strip() for text in texts if text}
    except Unreadable:
        return  # a file that is broken on purpose


class Search:
    """Looks for many values at once: in bytes, and in what Parquet, Avro and archives hold packed.

    All are looked for as words, and some, which are as many as there is time for, within words too.
    """

    def __init__(self, values: Iterable[str]):
        ordered = sorted(values)
        self.spelled = {
            spelled: value
            for value in ordered
            for spelled in (
                *(value.encode(encoding) for encoding in _ENCODINGS),
                json.dumps(value)[1:-1].encode(),
            )
        }
        some = set(ordered[:: max(1, len(ordered) // _WITHIN_WORDS)])
        self.within_words = [each.encode() for each in some]

    def within(self, name: str, body: bytes) -> set[str]:
        """The values that stand in a file of that name."""
        found: set[bytes] = set()
        for part in _parts(name, body):
            found |= self.spelled.keys() & set(_WORD.findall(part))
            found |= {each for each in self.within_words if each in part}  # as UTF-8
        return {self.spelled[each] for each in found}


def _parts(name: str, body: bytes) -> Iterator[bytes]:
    yield told(name, body)
    if body[:2] == b"\x1f\x8b":
        yield gzip.decompress(body)
    elif body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for member in archive.namelist():
                yield archive.read(member)


def in_buckets(of, search: Search, *buckets: str) -> dict[str, set[str]]:
    """Values by object."""
    client, found = of.root_s3(), {}
    for bucket in buckets:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for item in page.get("Contents", []):
                body = client.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
                found[f"{bucket}/{item['Key']}"] = search.within(item["Key"], body)
    return {name: values for name, values in found.items() if values}


def in_databases(of, search: Search, *databases: str) -> dict[str, set[str]]:
    """Values by table, of all schemas: marts, ledger, catalogue, and Airflow's own with what tasks told each other."""
    found = {}
    for database in databases:
        with of.superuser(database) as connection:
            tables = connection.execute(
                "select format('%I.%I', schemaname, tablename) as name from pg_tables"
                " where schemaname not in ('pg_catalog', 'information_schema')"
            ).fetchall()
            for row in tables:
                rows = connection.execute(f"select t::text as line from {row['name']} as t")
                body = "\n".join(each["line"] for each in rows).encode()
                found[f"{database}: {row['name']}"] = search.within("", body)
    return {name: values for name, values in found.items() if values}


def in_files(home: Path, search: Search) -> dict[str, set[str]]:
    """Values by file of the lake's home: logs, event logs, scratch and temporary folders, notes."""
    found = {}
    for path in home.rglob("*"):
        inside = path.relative_to(home)
        if inside.parts[0] not in _NOT_FILES and path.is_file():
            found[str(inside)] = search.within(path.name, path.read_bytes())
    return {name: values for name, values in found.items() if values}
