"""Landing: bytes are kept as they came, once, whatever is interrupted."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, timedelta

import pytest

from citylake import lake as places
from citylake import land as land_package
from citylake.errors import WrongUse
from citylake.feed import load_feeds
from citylake.land import land
from citylake.land.sending import send
from citylake.ledger import deliveries as ledger_deliveries
from tests.integration.deliveries import (
    AIR,
    CASE,
    CASES,
    NOON,
    STATION,
    WEATHER,
    air_file,
    air_name,
    deliver,
    put,
    query,
)

DAY = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def _empty(lake):
    lake.empty()


def kept(delivery: dict) -> dict:
    bucket, key = places.split_uri(delivery["landing_uri"])
    return places.s3("steward").get_object(Bucket=bucket, Key=key)


def inbox() -> list[str]:
    return [item["Key"] for item in places.list_objects("land", "inbox")]


def test_an_object_becomes_a_delivery_of_every_feed_that_reads_it():
    content = air_file("Wenhui", DAY)
    put("environment", air_name("Wenhui", DAY), content, at=NOON)
    assert land() == {"objects": 1, "deliveries": 2, "feeds": [AIR, WEATHER]}
    found = query("select * from ledger.deliveries order by feed_id")
    assert [row["feed_id"] for row in found] == [AIR, WEATHER]
    for row in found:
        assert (row["sender"], row["arrived_at"], row["name"]) == ("Wenhui", NOON, air_name("Wenhui", DAY))
        assert (row["compression"], row["encoding"], row["size_bytes"]) == ("none", "utf-8", len(content))
        body = kept(row)
        assert body["Body"].read() == content.encode()
        assert body["Metadata"] == {
            "sender": "Wenhui",
            "arrived-at": NOON.isoformat(),
            "sha256": row["sha256"],
        }
    assert inbox() == []


def test_landing_an_empty_inbox_does_nothing_and_leaves_no_run():
    assert land() == {"objects": 0, "deliveries": 0, "feeds": []}
    assert query("select * from ledger.runs") == []


def test_bytes_are_not_parsed_and_never_changed():
    content = gzip.compress(b"\xff\x00 no table at all")
    (delivery_id,) = deliver("health", "case_report_2020-01-22.csv", content)
    (row,) = query("select * from ledger.deliveries")
    assert (row["delivery_id"], row["compression"]) == (delivery_id, "gzip")
    assert kept(row)["Body"].read() == content


def test_an_object_that_no_feed_takes_is_kept_too():
    deliver("environment", "holiday photo.jpg", b"\xff\xd8\xff")
    (row,) = query("select * from ledger.deliveries")
    assert (row["feed_id"], row["sender"]) == ("environment.unknown", "environment")
    assert kept(row)["Body"].read() == b"\xff\xd8\xff"
    assert inbox() == []


@pytest.mark.parametrize("name", ["case_report_2020-01-22.csv", "old/case_report_2020-01-22.csv"])
def test_folders_below_the_department_are_its_own_business(name):
    deliver("health", name, CASES + "\n")
    (row,) = query("select * from ledger.deliveries")
    assert (row["feed_id"], row["name"]) == (CASE, "case_report_2020-01-22.csv")
    assert row["source_uri"] == f"s3://inbox/health/{name}"


@pytest.mark.parametrize("name", ["环境监测站_20260301.csv", "环境监测站_#1?.csv", "环境监测站_a b+c%20.csv"])
def test_a_name_of_any_characters_leads_back_to_its_bytes(name):
    deliver("environment", name, "站点编号\n".encode("gb18030"))
    (row,) = query("select * from ledger.deliveries")
    assert (row["feed_id"], row["name"], row["encoding"]) == (STATION, name, "gb18030")
    assert kept(row)["Body"].read() == "站点编号\n".encode("gb18030")


@pytest.mark.parametrize(
    ("department", "name", "sender"),
    [
        # One sender is declared: a correction carried by somebody else is still its correction.
        ("health", "case_report_2020-01-22.csv", "health"),
        # Twelve are declared and the name does not tell which.
        ("environment", "PRSA_Data_by_hand.csv", "district office"),
    ],
)
def test_the_sender_may_be_told(department, name, sender):
    deliver(department, name, CASES + "\n", sender="district office")
    assert {row["sender"] for row in query("select sender from ledger.deliveries")} == {sender}


def test_the_same_object_lands_once_however_often_it_is_dropped():
    for _ in range(2):
        put("health", "case_report_2020-01-22.csv", CASES + "\n", at=NOON)
        land()
    assert len(query("select * from ledger.deliveries")) == 1
    deliver("health", "case_report_2020-01-22.csv", CASES + "\n", at=NOON + timedelta(hours=1))
    assert len(query("select * from ledger.deliveries")) == 2


def test_waiting_objects_are_taken_in_order_of_arrival():
    for hours, day in ((3, 22), (1, 24), (2, 23)):
        put(
            "health", f"case_report_2020-01-{day}.csv", CASES + f"\n{day}\n", at=NOON + timedelta(hours=hours)
        )
    land()
    found = query("select name from ledger.deliveries order by landed_at")
    assert [row["name"][-6:-4] for row in found] == ["24", "23", "22"]


class Killed(BaseException):
    """What a test raises where a process could have been killed."""


def killed(*_, **__):
    raise Killed


@pytest.mark.parametrize(
    ("place", "name"),
    [(land_package, "keep"), (ledger_deliveries, "record_delivery"), (land_package, "remove")],
    ids=["before the copy", "before the ledger", "before the inbox is emptied"],
)
def test_a_landing_that_was_interrupted_leaves_no_trace_when_repeated(monkeypatch, place, name):
    put("environment", air_name("Wenhui", DAY), air_file("Wenhui", DAY))
    with monkeypatch.context() as patched:
        patched.setattr(place, name, killed)
        with pytest.raises(Killed):
            land()
    assert inbox() == [f"environment/{air_name('Wenhui', DAY)}"]
    assert land()["objects"] == 1
    found = query("select delivery_id, landing_uri from ledger.deliveries")
    assert len(found) == 2
    assert inbox() == []
    copies = [item["Key"] for item in places.list_objects("steward", "landing")]
    assert sorted(copies) == sorted(places.split_uri(row["landing_uri"])[1] for row in found)


def test_an_object_replaced_while_it_lands_is_not_lost(monkeypatch):
    name = "case_report_2020-01-22.csv"
    put("health", name, CASES + "\nfirst\n", at=NOON)
    real = land_package.remove

    def replaced_meanwhile(role, arrived):
        put("health", name, CASES + "\nsecond\n", at=NOON + timedelta(hours=1))
        real(role, arrived)

    with monkeypatch.context() as patched:
        patched.setattr(land_package, "remove", replaced_meanwhile)
        land()
    assert inbox() == [f"health/{name}"]
    land()
    contents = [
        kept(row)["Body"].read() for row in query("select * from ledger.deliveries order by arrived_at")
    ]
    assert contents == [f"{CASES}\nfirst\n".encode(), f"{CASES}\nsecond\n".encode()]


def test_a_wrong_time_of_arrival_is_told_and_the_object_stays(lake):
    lake.root_s3().put_object(Bucket="inbox", Key="health/case_report_2020-01-22.csv", Body=b"x",
                              Metadata={"arrived-at": "yesterday"})  # fmt: skip
    with pytest.raises(WrongUse, match="the metadata arrived-at is not a time with an offset"):
        land()
    assert inbox() == ["health/case_report_2020-01-22.csv"]


def test_the_feed_files_in_force_are_known_to_the_ledger():
    deliver("health", "case_report_2020-01-22.csv", CASES + "\n")
    known = {row["feed_id"]: row for row in query("select * from ledger.feeds")}
    assert (known[AIR]["delivers"], known[AIR]["senders"], known[AIR]["partition_by"]) == (
        "period",
        12,
        "measured_at",
    )
    assert (known[STATION]["delivers"], known[STATION]["partition_by"]) == ("everything", None)
    assert known[CASE]["deadline"] == timedelta(hours=18)
    before = query("select feed_id, declared_at from ledger.feeds order by feed_id")
    deliver("health", "case_report_2020-01-23.csv", CASES + "\n", at=datetime(2026, 3, 11, tzinfo=UTC))
    assert query("select feed_id, declared_at from ledger.feeds order by feed_id") == before


def clock() -> datetime | None:
    """The lake's time."""
    return query("select ledger.clock_now() as now")[0]["now"]


def test_the_first_delivery_to_a_replayed_city_arrives_now_and_time_begins_with_it(tmp_path):
    path = tmp_path / "case_report_2020-01-22.csv"
    path.write_text(CASES, encoding="utf-8")
    before = datetime.now(UTC)
    sent = send(path, "health")
    assert before <= sent.arrived_at <= datetime.now(UTC)
    assert inbox() == ["health/case_report_2020-01-22.csv"]
    assert clock() is None
    land()
    (row,) = query("select arrived_at, is_arrival_told from ledger.deliveries")
    assert abs(row["arrived_at"] - before) < timedelta(minutes=1)
    assert (row["is_arrival_told"], clock()) == (False, row["arrived_at"])
    put("environment", air_name("Wenhui", DAY), air_file("Wenhui", DAY), at=NOON)
    land()
    assert clock() == NOON  # a city that is replayed afterwards begins with its own deliveries


def test_a_time_of_arrival_that_is_given_by_hand_moves_the_clock_of_a_replayed_city(tmp_path):
    put("environment", air_name("Wenhui", DAY), air_file("Wenhui", DAY), at=NOON)
    land()
    path = tmp_path / "case_report_2020-01-22.csv"
    path.write_text(CASES, encoding="utf-8")
    assert send(path, "health", arrived_at=NOON + timedelta(hours=30)).arrived_at == NOON + timedelta(
        hours=30
    )
    land()
    assert clock() == datetime(2026, 3, 11, 10, tzinfo=UTC)


def test_what_no_feed_took_keeps_its_time_when_a_feed_takes_it(tmp_path, monkeypatch):
    path = tmp_path / "case_report_2020-01-22.csv"
    path.write_text(CASES, encoding="utf-8")
    put("environment", air_name("Wenhui", DAY), air_file("Wenhui", DAY), at=NOON)
    send(path, "health")
    with monkeypatch.context() as patched:
        patched.setattr("citylake.land.load_feeds", lambda: {AIR: load_feeds()[AIR]})
        land()
    land()
    known = query("select is_arrival_told from ledger.deliveries where name = 'case_report_2020-01-22.csv'")
    assert ([row["is_arrival_told"] for row in known], clock()) == ([False, False], NOON)


def test_a_file_sent_by_hand_lands_after_everything_before_and_corrects_its_name(tmp_path):
    put("environment", air_name("Wenhui", DAY), air_file("Wenhui", DAY), at=NOON)
    land()
    again = tmp_path / air_name("Wenhui", DAY)
    again.write_text(air_file("Wenhui", DAY) + "\n", encoding="utf-8")
    sent = send(again, "environment", "Wenhui")
    assert (sent.object, sent.feeds) == (f"s3://inbox/environment/{again.name}", (AIR, WEATHER))
    land()
    newest = query("select * from ledger.deliveries order by arrived_at desc")[0]
    assert abs(newest["arrived_at"] - sent.arrived_at) < timedelta(minutes=1)
    assert (newest["sender"], clock()) == ("Wenhui", NOON)
    assert kept(newest)["Body"].read() == again.read_bytes()


def test_a_file_sent_by_hand_for_a_department_that_is_not_there_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(WrongUse) as refused:
        send(path, "fishing")
    assert refused.value.expected == "one of environment, governance, health, transport"
    assert inbox() == []
