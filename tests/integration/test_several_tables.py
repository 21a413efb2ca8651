"""Several tables in one delivery: each is a feed of its own, with its own counts, its own drift, its own fate."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest

from citylake import settings
from citylake.admit import admit_waiting
from citylake.cli import main
from citylake.feed import load_feeds
from citylake.stewardship.feed_report import report
from citylake.stewardship.reconcile import reconcile
from tests.integration.deliveries import NOON, deliver, outcome, query, rows
from tests.unit.samples import zipped

GTFS = {
    "agency.txt": "agency_id,agency_name,agency_timezone\n1,公交,Asia/Shanghai\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\n0001,断桥,30.26,120.15\n0002,白堤,30.25,120.14\n0003,苏堤,30.24,120.13\n",
    "trips.txt": "route_id,service_id,trip_id\nR1,WK,T1\nR1,WK,T2\n",
    "stop_times.txt": "trip_id,arrival_time,stop_id,stop_sequence\n"
    "T1,25:10:00,0001,1\nT1,25:20:00,0002,2\nT2,08:00:00,0001,1\nT2,08:10:00,0003,2\nT2,08:20:00,0002,3\n",
}
ORDERS = {
    "exported": "2026-03-01T00:00:00+08:00",
    "orders": [
        {"order_id": "O1", "placed_at": "2026-03-01T08:00:00+08:00", "district": "330106",
         "lines": [{"sku": "S1", "quantity": 2}, {"sku": "S2", "quantity": 1}]},
        {"order_id": "O2", "placed_at": "2026-03-01T09:00:00+08:00", "district": "330106",
         "lines": [{"sku": "S1", "quantity": 5}]},
        {"order_id": "O3", "placed_at": "2026-03-01T10:00:00+08:00", "district": "330108",
         "lines": [{"sku": "S2", "quantity": 1}, {"sku": "S3", "quantity": 4}]},
    ],
}  # fmt: skip


@pytest.fixture
def newcomer(lake, tmp_path, monkeypatch):
    """A project of its own; `sample(name, content)` gives a file, `new(sample, name)` makes its feeds as a newcomer does."""
    lake.empty()
    shutil.copytree(settings.PROJECT / "feeds", tmp_path / "feeds")
    monkeypatch.setattr(settings, "PROJECT", tmp_path)
    load_feeds.cache_clear()

    def new(name: str, content: bytes, feed: str) -> list[str]:
        sample = tmp_path / name
        sample.write_bytes(content)
        before = set(load_feeds())
        with pytest.raises(SystemExit) as ended:
            main(["feed", "new", str(sample), "--name", feed])
        assert ended.value.code == 0
        load_feeds.cache_clear()
        return sorted(set(load_feeds()) - before)

    yield new
    load_feeds.cache_clear()


def _admit(name: str, content: bytes, **told) -> dict[str, dict]:
    """Deliver and admit; the outcome of each feed that took it."""
    ids = deliver("environment", name, content, **told)
    feeds = {
        row["feed_id"]: row["delivery_id"]
        for row in query("select * from ledger.deliveries")
        if row["delivery_id"] in ids
    }
    for feed_id in feeds:
        admit_waiting(feed_id)
    return {feed_id: outcome(delivery_id) for feed_id, delivery_id in feeds.items()}


def _proved(feed_id: str) -> list[tuple[int | None, int | None]]:
    """Of each delivery the ledger's count of records and the independent one, where nothing differs."""
    found = reconcile(feed_id)
    assert [each.differences for each in found] == [()] * len(found)
    return [(each.parsed, each.counted) for each in found]


def test_a_timetable_is_taken_by_a_feed_for_each_member(newcomer):
    feeds = newcomer("gtfs_2026.zip", zipped(GTFS), "environment.gtfs")
    assert feeds == [f"environment.gtfs_{table}" for table in ("agency", "stop_times", "stops", "trips")]
    assert load_feeds()["environment.gtfs_stop_times"].key == ("trip_id", "stop_sequence")
    found = _admit("gtfs_2027.zip", zipped(GTFS))
    counts = {
        feed.removeprefix("environment.gtfs_"): each["records_admitted"] for feed, each in found.items()
    }
    assert counts == {"agency": 1, "stops": 3, "trips": 2, "stop_times": 5}
    assert {feed.removeprefix("environment.gtfs_"): _proved(feed) for feed in found} == {
        "agency": [(1, 1)], "stops": [(3, 3)], "trips": [(2, 2)], "stop_times": [(5, 5)],
    }  # fmt: skip
    names = {row["stop_name"]: row["stop_id"] for row in rows("admitted.environment.gtfs_stops")}
    assert names == {"断桥": "0001", "白堤": "0002", "苏堤": "0003"}
    assert {row["arrival_time"] for row in rows("admitted.environment.gtfs_stop_times")} >= {
        "25:10:00",
        "08:20:00",
    }


def test_a_missing_member_holds_only_the_feed_that_reads_it(newcomer):
    newcomer("gtfs_2026.zip", zipped(GTFS), "environment.gtfs")
    without = {name: text for name, text in GTFS.items() if name != "trips.txt"}
    found = _admit("gtfs_2027.zip", zipped(without))
    assert {feed: each["status"] for feed, each in found.items()} == {
        "environment.gtfs_agency": "admitted", "environment.gtfs_stops": "admitted",
        "environment.gtfs_stop_times": "admitted", "environment.gtfs_trips": "held",
    }  # fmt: skip
    (reason,) = found["environment.gtfs_trips"]["reasons"]
    assert reason["kind"] == "wrong_members"
    assert reason["text"].startswith("0 files in the archive are named 'trips.txt', where one is expected")
    assert "stop_times.txt" in reason["text"]
    whole = _admit("gtfs_2027.zip", zipped(GTFS), at=NOON + timedelta(hours=1))
    assert {each["status"] for each in whole.values()} == {"admitted"}
    assert len(rows("admitted.environment.gtfs_trips")) == 2


def test_a_file_of_the_archive_that_no_feed_reads_is_told_by_each_that_reads_another(newcomer):
    newcomer("gtfs_2026.zip", zipped(GTFS), "environment.gtfs")
    junk = {"empty_file.txt": "", "notes/liesmich.txt": "x", "__MACOSX/._stops.txt": "x"}
    found = _admit("gtfs_2027.zip", zipped(GTFS | junk))
    assert {feed: (each["status"], each["drift"]) for feed, each in found.items()} == {
        f"environment.gtfs_{table}": ("admitted", {"unread": ["empty_file.txt", "notes/liesmich.txt"]})
        for table in ("agency", "stop_times", "stops", "trips")
    }
    told = "files in the archive that no feed reads; they stay in landing: empty_file.txt, notes/liesmich.txt"
    assert report("environment.gtfs_stops").drift == [told]
    # A feed less: what it read is read by none.
    (settings.PROJECT / "feeds" / "environment" / "gtfs_trips.yml").unlink()
    load_feeds.cache_clear()
    found = _admit("gtfs_2028.zip", zipped(GTFS), at=NOON + timedelta(hours=1))
    assert [each["drift"] for each in found.values()] == [{"unread": ["trips.txt"]}] * 3


def test_orders_and_their_lines_are_two_feeds_of_one_document(newcomer):
    content = json.dumps(ORDERS).encode()
    assert newcomer("orders.json", content, "environment.shop") == [
        "environment.shop_lines",
        "environment.shop_orders",
    ]
    orders, lines = load_feeds()["environment.shop_orders"], load_feeds()["environment.shop_lines"]
    assert orders.ignores == ("lines",)
    assert (lines.format.records, lines.format.carry) == ("orders.lines", {"order_id": "orders.order_id"})
    found = _admit("orders.json", content)
    assert {feed: each["records_admitted"] for feed, each in found.items()} == {
        "environment.shop_orders": 3, "environment.shop_lines": 5,
    }  # fmt: skip
    assert (_proved("environment.shop_orders"), _proved("environment.shop_lines")) == ([(3, 3)], [(5, 5)])
    bought = [
        (row["order_id"], row["sku"], row["quantity"]) for row in rows("admitted.environment.shop_lines")
    ]
    assert bought == [("O1", "S1", 2), ("O1", "S2", 1), ("O2", "S1", 5), ("O3", "S2", 1), ("O3", "S3", 4)]
    assert all(row["_extra"] is None for row in rows("admitted.environment.shop_orders"))


def test_what_is_new_or_wrong_in_one_table_is_nothing_to_the_other(newcomer):
    newcomer("orders.json", json.dumps(ORDERS).encode(), "environment.shop")
    changed = json.loads(json.dumps(ORDERS))
    changed["orders"][0]["channel"] = "app"
    changed["orders"][1]["lines"][0]["quantity"] = "many"
    found = _admit("orders.json", json.dumps(changed).encode())
    orders, lines = found["environment.shop_orders"], found["environment.shop_lines"]
    assert (orders["drift"], lines["drift"]) == ({"added": ["channel"]}, {})
    assert (orders["rule_counts"], lines["rule_counts"]) == ({}, {"quantity.cast": 1})
    assert (orders["records_admitted"], lines["records_admitted"], lines["records_quarantined"]) == (3, 4, 1)
    assert (_proved("environment.shop_orders"), _proved("environment.shop_lines")) == ([(3, 3)], [(5, 5)])
