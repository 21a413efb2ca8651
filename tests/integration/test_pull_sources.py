"""Every kind of source pulled from a real one, to typed rows; nothing twice, nothing lost, nothing half."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime

import pytest

from citylake import lake as places
from citylake.admit import admit_waiting
from citylake.errors import ServerUnavailable, WrongUse
from citylake.land.pull import land_feed, recapture
from citylake.land.sources import http_client
from tests.integration.deliveries import both, query, rows
from tests.integration.sources import (
    CANARY,
    CSV,
    FEED,
    FOLDER,
    TWO,
    admitted,
    connections,
    copies,
    kept,
    landed,
    project,
    refusal,
    sftp_server,
)
from tests.web import web_server

__all__ = ["project"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(http_client, "_BACKOFF_S", 0.01)


@pytest.fixture
def web():
    with web_server() as server:
        yield server


def age(path, seconds: float) -> None:
    os.utime(path, (seconds, seconds))


def test_a_folder_is_read_and_left_as_it_is(project, tmp_path):
    folder = tmp_path / "gates"
    folder.mkdir()
    (folder / "gate_1.csv").write_text(CSV, encoding="utf-8")
    (folder / "readme.txt").write_text("not ours", encoding="utf-8")
    feed = project.feed(FOLDER.format(path=folder))
    assert land_feed(feed) == {"feed": FEED, "deliveries": 1, "bytes": len(CSV)}
    assert land_feed(feed)["deliveries"] == 0
    (delivery,) = landed()
    assert (delivery["source_uri"], delivery["name"], delivery["sender"]) == (
        f"file://{folder}/gate_1.csv",
        "gate_1.csv",
        "transport",
    )
    assert kept(delivery) == CSV.encode()
    head = places.s3("steward").head_object(Bucket="landing", Key=copies()[0])
    assert head["Metadata"] == {
        "sender": "transport",
        "arrived-at": delivery["arrived_at"].isoformat(),
        "sha256": delivery["sha256"],
    }
    assert admitted() == TWO
    assert sorted(os.listdir(folder)) == ["gate_1.csv", "readme.txt"]


def test_files_arrive_in_the_order_of_their_last_change_and_a_correction_is_a_new_delivery(project, tmp_path):
    folder = tmp_path / "gates"
    folder.mkdir()
    for name, gate, at in (("gate_a.csv", "new", 2_000), ("gate_b.csv", "old", 1_000)):
        (folder / name).write_text(f"id,at,gate\n1,2026-03-01 08:00:00,{gate}\n", encoding="utf-8")
        age(folder / name, at)
    feed = project.feed(FOLDER.format(path=folder))
    land_feed(feed)
    assert [row["name"] for row in landed()] == ["gate_b.csv", "gate_a.csv"]
    first = (folder / "gate_a.csv").read_text(encoding="utf-8")
    for text, at in (("id,at,gate\n", 3_000), (first, 2_000)):  # A, B, and A again to the second
        (folder / "gate_a.csv").write_text(text, encoding="utf-8")
        age(folder / "gate_a.csv", at)
        assert land_feed(feed)["deliveries"] == 1
        assert land_feed(feed)["deliveries"] == 0
    versions = [row["source_version"] for row in landed() if row["name"] == "gate_a.csv"]
    assert versions[:2] == ["2000.000000-37", "3000.000000-11"]
    assert versions[2].startswith("2000.000000-37 after ")


def test_a_file_that_is_being_written_is_left_for_the_next_pull(project, tmp_path, monkeypatch):
    folder = tmp_path / "gates"
    folder.mkdir()
    path = folder / "gate_1.csv"
    path.write_text(CSV[:30], encoding="utf-8")
    feed = project.feed(FOLDER.format(path=folder))
    with monkeypatch.context() as patched:
        patched.setattr("time.sleep", lambda _: path.write_text(CSV, encoding="utf-8"))
        assert land_feed(feed)["deliveries"] == 0
    assert copies() == []
    assert land_feed(feed)["deliveries"] == 1
    assert kept(landed()[0]) == CSV.encode()


def test_a_file_that_grows_while_it_is_read_is_left_too(project, tmp_path, monkeypatch):
    folder = tmp_path / "gates"
    folder.mkdir()
    path = folder / "gate_1.csv"
    path.write_text(CSV[:30], encoding="utf-8")
    feed = project.feed(FOLDER.format(path=folder))
    real = os.fdopen

    def grows(*arguments):
        path.write_text(CSV, encoding="utf-8")
        return real(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr("citylake.land.sources.folder.os.fdopen", grows)
        assert land_feed(feed)["deliveries"] == 0
    assert copies() == []
    assert land_feed(feed)["deliveries"] == 1


def test_a_link_in_a_folder_is_not_followed(project, tmp_path):
    folder = tmp_path / "gates"
    folder.mkdir()
    (tmp_path / "secret").write_text(CSV, encoding="utf-8")
    (folder / "gate_1.csv").symlink_to(tmp_path / "secret")
    assert land_feed(project.feed(FOLDER.format(path=folder)))["deliveries"] == 0


def test_a_folder_that_is_not_there_is_told(project, tmp_path):
    feed = project.feed(FOLDER.format(path=tmp_path / "gone"))
    with pytest.raises(WrongUse) as refused:
        land_feed(feed)
    assert str(refused.value) == (
        f"{tmp_path}/gone: the folder cannot be read\n  Found: No such file or directory."
        "  Expected a folder and files that the user of the lake may read.\n"
        "  Mount it or change its rights; `arrival.path` of transport.gate names it."
    )
    (run,) = query("select status, message from ledger.runs where verb = 'land'")
    assert run["status"] == "failed"
    assert "the folder cannot be read" in run["message"]


def test_an_sftp_server_gives_its_files_to_the_login_of_the_connection(project, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "gate_1.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "secret.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "out" / "gate_2.csv").symlink_to("../secret.csv")
    feed = project.feed("from: sftp, connection: gates, path: out, files: 'gate_*.csv', settle: PT0.05S")
    with sftp_server(tmp_path, "keeper", CANARY) as (port, key):
        told = {"conn_type": "sftp", "host": "127.0.0.1", "port": port, "login": "keeper", "password": CANARY}
        connections(json.dumps({"gates": {**told, "extra": json.dumps({"host_key": key})}}))
        assert land_feed(feed)["deliveries"] == 1
        assert land_feed(feed)["deliveries"] == 0
        assert landed()[0]["source_uri"] == f"sftp://127.0.0.1:{port}/out/gate_1.csv"
        assert kept(landed()[0]) == CSV.encode()
        assert admitted() == TWO
        other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGP5Lw3M7kzGcM5v3wXw2h5eCk1cH0sYz3U1b3mH9l8e"
        connections(json.dumps({"gates": {**told, "extra": json.dumps({"host_key": other})}}))
        assert "the server has another key than the connection expects" in refusal(feed, WrongUse)
        connections(json.dumps({"gates": told}))
        asked = refusal(feed, WrongUse)
        assert "the connection names no key of the server" in asked
        assert key.split()[1] in asked  # what to compare and to write down
        wrong = {**told, "password": "wrong", "extra": json.dumps({"host_key": key})}
        connections(json.dumps({"gates": wrong}))
        assert "the server does not let us in\n  Found: Authentication failed" in refusal(feed, WrongUse)
        connections(json.dumps({"gates": {**told, "extra": json.dumps({"host_key": key})}}))
        gone = project.feed("from: sftp, connection: gates, path: gone, files: 'x', settle: PT0S")
        assert "the folder cannot be read" in refusal(gone, WrongUse)
    assert "the SFTP server does not answer" in refusal(feed, ServerUnavailable)


def test_pages_become_one_delivery_and_typed_rows(project, web):
    def answer(request):
        pages = {
            None: [{"id": 1, "at": "2026-03-01 08:00:00", "gate": "A"}],
            "2": [{"id": 2, "gate": "B", "at": "2026-03-01 09:30:00"}, {"id": "x", "at": "never"}],
            "3": [],
        }
        page = request.query.get("page")
        follows = {None: "2", "2": "3", "3": None}[page]
        return 200, {}, json.dumps({"rows": pages[page], "next": follows and f"/gates?page={follows}"})

    web.answers["/gates"] = answer
    feed = project.feed(
        f"from: http, url: '{web.url}/gates', pages: {{by: body, next: next}}",
        "kind: json, records: rows",
    )
    assert land_feed(feed)["deliveries"] == 1
    assert land_feed(feed)["deliveries"] == 0
    assert admitted() == TWO
    broken = rows(both(FEED)[1], "_source_row", "rules", "record")
    assert [row["_source_row"] for row in broken] == [3]  # numbered on from page to page
    (outcome,) = query("select * from ledger.outcomes")
    assert (outcome["records_parsed"], outcome["records_admitted"], outcome["records_quarantined"]) == (
        3,
        2,
        1,
    )


def test_the_second_counter_counts_pages_too(project, web):
    from citylake.stewardship.reconcile import reconcile

    web.says("/1", CSV, Link='</2>; rel="next"')
    web.says(
        "/2", 'id,at,gate\n3,2026-03-02 08:00:00,"C\nC"\n4,2026-03-02 08:00:00\n', Link='</3>; rel="next"'
    )
    web.says("/3", "id,at,gate\n")
    feed = project.feed(f"from: http, url: '{web.url}/1', pages: {{by: link}}")
    land_feed(feed)
    admit_waiting(feed)
    (outcome,) = query("select * from ledger.outcomes")
    assert (outcome["records_parsed"], outcome["records_admitted"], outcome["records_quarantined"]) == (
        4,
        3,
        1,
    )
    assert [row["_source_row"] for row in rows(both(FEED)[1], "_source_row")] == [4]
    checked = list(reconcile(feed))
    assert len(checked) == 1
    assert [(each.counted, each.differences) for each in checked] == [(4, ())]


def test_a_busy_server_and_a_day_asked_for_again(project, web):
    busy = iter((503, 200, 200, 200))

    def answer(request):
        status = next(busy)
        day = request.query["day"]
        return status, {"ETag": f'"{day}"'}, CSV.replace("2026-03-01", day)

    web.answers["/gates"] = answer
    feed = project.feed(f"from: http, url: '{web.url}/gates?day={{from}}'")
    assert (
        recapture(feed, date(2026, 3, 1), date(2026, 3, 2), "the bureau repaired its gates")["deliveries"]
        == 2
    )
    assert admitted()[0]["passed_at"] == datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
    assert recapture(feed, date(2026, 3, 1), date(2026, 3, 1), "to be sure")["deliveries"] == 1
    admit_waiting(feed)
    statuses = query("select status, repeats from ledger.outcomes order by arrived_at")
    assert [row["status"] for row in statuses] == ["admitted", "admitted", "repeated"]
    assert statuses[2]["repeats"] == landed()[0]["delivery_id"]
    asked = query(
        "select kind, table_id, partition_from, partition_to, reason from ledger.requests order by partition_to desc"
    )
    assert [tuple(row.values()) for row in asked] == [
        ("recapture", "admitted.transport.gate", "2026-03-01", "2026-03-02", "the bureau repaired its gates"),
        ("recapture", "admitted.transport.gate", "2026-03-01", "2026-03-01", "to be sure"),
    ]


def test_a_source_without_days_and_a_feed_that_is_delivered_are_not_recaptured(project, web):
    feed = project.feed(f"from: http, url: '{web.url}/gates'")
    with pytest.raises(WrongUse, match="the source cannot be asked for days"):
        recapture(feed, date(2026, 3, 1), date(2026, 3, 1), "why not")
    feed = project.feed("files: 'gate_*.csv'")
    with pytest.raises(WrongUse, match="is delivered to the inbox, not pulled"):
        land_feed(feed)
    assert query("select * from ledger.requests") == []


def test_files_are_asked_for_again_by_the_days_in_their_names(project, tmp_path):
    folder = tmp_path / "gates"
    folder.mkdir()
    for day in ("20260301", "20260302", "20260303"):
        (folder / f"gate_{day}.csv").write_text(CSV, encoding="utf-8")
    feed = project.feed(
        FOLDER.format(path=folder), delivers=r"period" + "\ncovers: {from_name: '_(?P<date>\\d{8})'}"
    )
    assert land_feed(feed)["deliveries"] == 3
    assert recapture(feed, date(2026, 3, 2), date(2026, 3, 3), "lost")["deliveries"] == 2
    assert [row["name"] for row in landed()[3:]] == ["gate_20260302.csv", "gate_20260303.csv"]
