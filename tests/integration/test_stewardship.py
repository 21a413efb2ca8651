"""What a steward reads and proves, on real tables: the row equation, the quarantine, the lists of the command line."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from citylake import lake as places
from citylake.admit import admit_waiting
from citylake.cli import main
from citylake.feed import load_feeds
from citylake.stewardship.quarantine import SEALED, quarantined
from citylake.stewardship.reconcile import reconcile
from tests.integration.deliveries import (
    AIR,
    NOON,
    STATION,
    STATIONS,
    WEATHER,
    air_file,
    air_name,
    deliver,
    query,
)

DAY = date(2026, 3, 1)
PHONE, NAME = "13800000000", "张三"
# Of 24 records: 3 is said twice, 5 cannot be measured, 7 is cut short.
DAMAGED = {
    3: lambda lines: lines[2],
    5: lambda lines: lines[5].replace(",60,", ",-60,"),
    7: lambda _: "7,2026,3",
}


def _damaged(station: str) -> str:
    lines = air_file(station, DAY).splitlines()
    for number, damage in DAMAGED.items():
        lines[number] = damage(lines)
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def city(lake):
    """A delivery of every kind: with bad rows, repeated, held, unreadable, personal, and one that no feed takes."""
    later = {"at": NOON + timedelta(hours=1)}
    sent = {"damaged": deliver("environment", air_name("Wenhui", DAY), _damaged("Wenhui"))}
    admit_waiting(AIR)
    admit_waiting(WEATHER)
    sent["repeated"] = deliver("environment", air_name("Wenhui", DAY), _damaged("Wenhui"), **later)
    sent["held"] = deliver(
        "environment", air_name("Xihu", DAY), air_file("Xihu", DAY).replace('"O3"', '"Ozone"')
    )
    not_utf8 = air_file("Dongsi", DAY).replace("8.4", "é").encode("latin-1")
    sent["unreadable"] = deliver("environment", air_name("Dongsi", DAY), not_utf8)
    wrong_code = f"A1,文晖,33010,120.1,30.2,2020-01-01,,{NAME},{PHONE}\n"
    sent["personal"] = deliver(
        "environment", "环境监测站_20260301.csv", f"{STATIONS}\n{wrong_code}".encode("gb18030")
    )
    sent["unknown"] = deliver("environment", "note.txt", "hello")
    twice = "".join(
        f"A2,西湖,330106,120.{n},30.2,2020-01-01,,{name},{PHONE}\n" for n, name in ((1, NAME), (4, "李四"))
    )
    sent["twice"] = deliver(
        "environment", "环境监测站_20260302.csv", f"{STATIONS}\n{twice}".encode("gb18030")
    )
    for feed_id in (AIR, WEATHER, STATION):
        admit_waiting(feed_id)
    return sent


def _run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    return ended.value.code or 0


def test_a_delivery_that_is_landed_and_not_admitted_yet_is_waiting(empty, capsys):
    waits = deliver("environment", air_name("Wenhui", DAY), _damaged("Wenhui"))
    assert _run("reconcile") == 0
    told = capsys.readouterr().out
    assert f"{len(waits)} deliveries are waiting: landed, not admitted yet." in told
    assert "The row equation holds" not in told
    found = [(line.delivery_id, line.status, line.parsed, line.differences) for line in reconcile()]
    assert found == [(delivery, "waiting", None, ()) for delivery in waits]
    empty.empty()


def test_the_row_equation_holds_for_every_delivery(city):
    found = {line.delivery_id: line for line in reconcile()}
    assert set(found) == {delivery for kind, sent in city.items() if kind != "unknown" for delivery in sent}
    assert [line.differences for line in found.values() if line.differences] == []
    damaged = found[city["damaged"][0]]
    counts = (damaged.parsed, damaged.admitted, damaged.quarantined, damaged.counted)
    assert counts == (24, 21, 3, 24)
    assert (damaged.rows_admitted, damaged.rows_quarantined) == (21, 3)
    held = found[city["held"][0]]
    assert (held.status, held.parsed, held.held, held.counted, held.rows_admitted) == ("held", 24, 24, 24, 0)
    assert {found[each].status for each in city["repeated"]} == {"repeated"}
    assert {found[each].counted for each in city["unreadable"]} == {None}


def test_reconcile_tells_its_progress(city):
    totals, steps = [], []
    reconcile(AIR, begin=totals.append, advance=lambda: steps.append(1))
    assert totals == [4] == [len(steps)]


def test_reconcile_ends_well_where_nothing_differs(city, capsys):
    assert _run("reconcile", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert len(listed) == 10
    assert {row["differences"] for row in listed} == {""}


def _undo(table_id: str, snapshot: int) -> None:
    """Bring a table back to what it was before something happened to it behind the ledger's back."""
    table = places.catalog("admit").load_table(places.identifier(table_id))
    table.manage_snapshots().rollback_to_snapshot(snapshot).commit()


@pytest.mark.parametrize("layer", ["admitted", "quarantine"])
def test_a_row_that_is_gone_is_missed(city, layer, capsys):
    from pyiceberg.expressions import And, EqualTo

    table_id, delivery = f"{layer}.{AIR}", city["damaged"][0]
    row = 1 if layer == "admitted" else 7
    table = places.catalog("admit").load_table(places.identifier(table_id))
    before = table.current_snapshot().snapshot_id
    table.delete(And(EqualTo("_delivery_id", delivery), EqualTo("_source_row", row)))
    try:
        code = _run("reconcile", "--feed", AIR)
    finally:
        _undo(table_id, before)
    assert code == 1
    counts = "21 admitted by the ledger, 20" if layer == "admitted" else "3 quarantined by the ledger, 2"
    told = capsys.readouterr().out
    assert f"{delivery} {air_name('Wenhui', DAY)}: {counts} in the table" in told
    assert f"`citylake admit {delivery}` makes its rows again; the landing object is unchanged." in told
    assert not any(line.differences for line in reconcile(AIR))


def test_rows_that_are_there_twice_are_noticed(city):
    table_id, delivery = f"admitted.{AIR}", city["damaged"][0]
    table = places.catalog("admit").load_table(places.identifier(table_id))
    before = table.current_snapshot().snapshot_id
    table.append(table.scan().to_arrow())
    try:
        found = {line.delivery_id: line.differences for line in reconcile(AIR) if line.differences}
    finally:
        _undo(table_id, before)
    assert found == {delivery: ("21 admitted by the ledger, 42 in the table",)}


def test_rows_of_a_delivery_nobody_knows_are_noticed(city):
    import pyarrow as pa

    table_id = f"admitted.{AIR}"
    table = places.catalog("admit").load_table(places.identifier(table_id))
    before = table.current_snapshot().snapshot_id
    rows = table.scan().to_arrow()[:2]
    at = rows.schema.get_field_index("_delivery_id")
    table.append(
        rows.set_column(at, rows.schema.field(at), pa.array(["STRANGER"] * 2, rows.schema.field(at).type))
    )
    try:
        (found,) = [line for line in reconcile(AIR) if line.differences]
    finally:
        _undo(table_id, before)
    assert (found.delivery_id, found.status, found.rows_admitted) == ("STRANGER", "unknown", 2)
    assert found.differences == ("rows of a delivery that the ledger does not know",)


def test_bytes_that_were_touched_are_noticed(lake, city):
    (row,) = query(
        "select landing_uri from ledger.deliveries where delivery_id = %(id)s", id=city["damaged"][0]
    )
    bucket, key = places.split_uri(row["landing_uri"])
    client = lake.root_s3()
    bytes_before = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    client.put_object(Bucket=bucket, Key=key, Body=bytes_before + b"25\n")
    try:
        (touched,) = [line.differences for line in reconcile(AIR) if line.differences]
        client.delete_object(Bucket=bucket, Key=key)
        (gone,) = [line.differences for line in reconcile(AIR) if line.differences]
    finally:
        client.put_object(Bucket=bucket, Key=key, Body=bytes_before)
    assert touched == ("the kept bytes are not those that arrived (SHA-256 differs)", "24 parsed, 25 counted")
    assert gone == ("the kept bytes cannot be read (NoSuchKey)",)


def test_the_quarantine_shows_what_the_broken_rules_are_about(city):
    found = {row.source_row: row for row in quarantined(feed_id=AIR)}
    assert {number: row.rules for number, row in found.items()} == {
        3: ("duplicate",), 5: ("pm10_ugm3.range",), 7: ("unparseable",),
    }  # fmt: skip
    assert found[5].found == {"PM10": "-60"}
    assert found[5].record["SO2"] == "6"
    assert found[3].found == {"station": "Wenhui", "year": "2026", "month": "3", "day": "1", "hour": "1"}
    assert "7,2026,3" in found[7].found["text"]
    assert {row.name for row in found.values()} == {air_name("Wenhui", DAY)}


def test_the_quarantine_can_be_narrowed(city):
    assert [row.source_row for row in quarantined(rule="pm10_ugm3.range")] == [5]
    assert len(quarantined(delivery_id=city["damaged"][0])) == 3
    assert len(quarantined(limit=2)) == 2
    assert quarantined(delivery_id=city["held"][0]) == []


def test_no_personal_value_is_shown(city, capsys):
    (row,) = quarantined(feed_id=STATION, rule="district_code.pattern")
    assert row.found == {"区划代码": "33010"}
    assert (row.record["维护人"], row.record["联系电话"]) == (SEALED, SEALED)
    for words in (["--json"], []):
        _shown("quarantine", "list", *words)
    text = capsys.readouterr().out
    assert "33010" in text
    assert NAME not in text
    assert PHONE not in text


def test_a_key_conflict_says_in_which_values_its_rows_differ_and_keeps_persons_sealed(city, capsys):
    rows = quarantined(delivery_id=city["twice"][0])
    assert [(row.rules, row.differs) for row in rows] == [
        (("key_conflict",), {"经度": ["120.1", "120.4"], "维护人": [SEALED, SEALED]})
    ] * 2
    _shown("quarantine", "list", "--rule", "key_conflict")
    told = " ".join(capsys.readouterr().out.split())
    assert "differs in 经度: 120.1 | 120.4; 维护人: (sealed) | (sealed)" in told
    assert NAME not in told


def _shown(*words: str) -> None:
    assert _run(*words) == 0


def test_deliveries_are_listed_with_their_outcome(city, capsys):
    _shown("ledger", "deliveries", "--json")
    found = {row["delivery_id"]: row for row in json.loads(capsys.readouterr().out)}
    assert [found[sent[0]]["status"] for sent in city.values()] == [
        "admitted", "repeated", "held", "held", "admitted", "unknown", "admitted",
    ]  # fmt: skip
    assert found[city["damaged"][0]]["rules"] == "duplicate 1, pm10_ugm3.range 1, unparseable 1"
    assert "'O3'" in found[city["held"][0]]["reasons"]
    assert found[city["repeated"][0]]["repeats"] == city["damaged"][0]
    _shown("ledger", "deliveries", "--status", "held", "--feed", WEATHER, "--json")
    assert [row["delivery_id"] for row in json.loads(capsys.readouterr().out)] == [city["unreadable"][1]]


def test_a_delivery_that_is_held_again_is_told_as_in_the_style(city, capsys):
    held = city["held"][0]
    assert _run("admit", held) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"{AIR}, delivery {held}: held, 1 declared column(s) missing: 'O3'.")
    assert f"File: s3://landing/{AIR}/{held}/" in told
    assert f"after a change: citylake admit {held}" in told


def test_the_files_say_what_is_in_force(city, capsys):
    _shown("feed", "diff", "--json")
    changed = {row["feed_id"] for row in json.loads(capsys.readouterr().out)}
    assert changed <= set(load_feeds())
    assert not changed & {AIR, WEATHER, STATION}


def test_the_summary_has_every_feed_and_where_to_look(lake, city, capsys):
    _shown("summary")
    text = capsys.readouterr().out
    assert "air_quality_hourly" in text
    assert "environment.unknown: deliveries that no feed takes" in text
    assert "No indicator is published yet." in text
    secrets = [path.read_text().strip() for path in lake.site.settings.secrets.iterdir()]
    assert str(lake.site.settings.secrets / "postgres.bi") in text
    assert not any(secret in text for secret in secrets if len(secret) > 8)
