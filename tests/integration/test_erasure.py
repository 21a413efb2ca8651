"""One person is erased: rows, refused rows, landing, conformed rows and history hold nothing of them, and nothing comes back."""

from __future__ import annotations

import hashlib
import io
import json

import pytest

from citylake import erase as erasing
from citylake import lake as places
from citylake import ledger
from citylake.conform import conform
from citylake.errors import Problems, WrongUse
from citylake.ledger import erasures
from citylake.privacy.pseudonym import pseudonym
from citylake.stewardship.reconcile import reconcile
from tests.end_to_end.flow import in_child
from tests.integration import probe as probes
from tests.integration.deliveries import query, rows
from tests.integration.searching import left_in_ledger, where_it_is

READING, REFUSED, NOTE, DAILY = (
    "admitted.probe.reading", "quarantine.probe.reading", "admitted.probe.note", probes.DAILY,
)  # fmt: skip
CANARY, OTHER, NEAR = "Canary-A1", "Wren-B2", "Canary-A12"
HEADER = "place,day,copy,value"
WHY = "asked for by letter"
FIRST = [
    f"{CANARY},2026-03-01,1,7",
    f"{OTHER},2026-03-01,1,5",
    f"{CANARY},2026-03-01,none,9",
    f"{OTHER},2026-03-01,none,9",
]
SECOND = [f"{NEAR},2026-03-02,1,8", f"{CANARY.lower()},2026-03-02,1,4"]


@pytest.fixture
def city(probe):
    """Readings of two days and notes of one; who a reading or a note is about is kept as a pseudonym."""
    for name in ("reading", "note"):
        path = f"feeds/probe/{name}.yml"
        text = (probe.folder / path).read_text(encoding="utf-8")
        private = "privacy: {class: direct, as: pseudonym(keeper), because: a person}"
        probe.declare(
            path, text.replace("{name: place, type: string,", f"{{name: place, type: string, {private},")
        )
    return probe


def deliver(city, day: int, lines: list[str]) -> None:
    text = "\n".join([HEADER, *lines, ""])
    city.deliver(f"reading_2026030{day}-2026030{day}.csv", text, f"2026-03-0{day}T20:00")


def deliver_all(city, *, with_canary: bool = True) -> None:
    def of(lines: list[str]) -> list[str]:
        return [each for each in lines if with_canary or not each.lower().startswith(f"{CANARY},".lower())]

    deliver(city, 1, of(FIRST))
    deliver(city, 2, of(SECOND))
    city.deliver(
        "note_1.csv",
        "\n".join(["place,day,text", *of([f"{CANARY},2026-03-01,hello"]), ""]),
        "2026-03-01T21:00",
    )
    conform(DAILY)


def erase(value: str = CANARY) -> erasing.Erased:
    return erasing.erase("keeper", value, WHY)


def found(lake) -> set[str]:
    """Layers of the lake, landing and the ledger in which the person or their pseudonym stands."""
    texts = (CANARY, CANARY.lower(), pseudonym(CANARY, "keeper"))
    ends = {text + end for text in texts[:2] for end in (",", '"')} | {
        texts[2]
    }  # Canary-A12 is somebody else
    in_lake = {key.partition("/")[0] for text in ends for key in where_it_is(lake, text)}
    in_landing = {"landing" for text in ends if where_it_is(lake, text, "landing")}
    return (
        in_lake | in_landing | {table for text in texts if text != CANARY for table in left_in_ledger(text)}
    )


def admitted() -> list:
    ours = ("_delivery_id", "_landed_at", "record")
    return [
        sorted(
            repr({name: value for name, value in row.items() if name not in ours}) for row in rows(table_id)
        )
        for table_id in (READING, REFUSED, NOTE)
    ]


def test_after_an_erasure_all_is_as_if_the_rows_had_never_come(city, lake):
    deliver_all(city, with_canary=False)
    never, never_made = admitted(), city.rows(DAILY, "_business_date", "place", "value", "text")
    lake.empty()
    city.deliver("place_1.csv", "place,factor\nA,2\nB,3\n", "2026-03-01T00:00")
    conform(probes.PLACE)
    deliver_all(city)
    assert found(lake) >= {"admitted", "conformed", "landing"}
    done = erase()
    assert (done.deliveries, done.records) == (3, 4)
    assert admitted() == never
    assert found(lake) == {"conformed"}  # the ordinary stages make it again
    assert any("made again" in each for each in done.left)
    conform(DAILY)
    assert city.rows(DAILY, "_business_date", "place", "value", "text") == never_made
    assert erasing.go_on().left == ()
    assert found(lake) == set()
    assert [line.differences for line in reconcile()] == [()] * 4


def test_nothing_brings_the_person_back(city, lake):
    deliver_all(city)
    erase()
    conform(DAILY)
    assert erasing.go_on().left == ()
    kept = admitted()
    text = "\n".join([HEADER, *FIRST, ""])  # the same bytes again: a repetition, by what was delivered
    city.deliver("reading_20260301-20260301.csv", text, "2026-03-04T09:00")
    city.deliver(
        "note_2.csv",
        f"place,day,text\n{CANARY},2026-03-01,again\n{OTHER},2026-03-01,new\n",
        "2026-03-04T10:00",
    )
    statuses = query(
        "select status, records_parsed, records_erased, records_admitted from ledger.outcomes order by arrived_at desc limit 2"
    )
    assert [tuple(row.values()) for row in statuses] == [("admitted", 2, 1, 1), ("repeated", 0, 0, 0)]
    assert admitted()[:2] == kept[:2]
    assert found(lake) == {"landing"}
    (line,) = listed()
    assert line["left"][0] == "2 deliveries brought such records since"
    assert [each.differences for each in reconcile()] == [()] * 6
    assert (erasing.go_on().records, erasing.go_on().records) == (3, 0)
    conform(DAILY)
    assert erasing.go_on().left == ()
    assert found(lake) == set()
    assert [each.differences for each in reconcile()] == [()] * 6


def listed() -> list[dict]:
    with ledger.connect("steward") as connection:
        return [row | {"left": erasing.left(row)} for row in erasures.listed(connection)]


def test_run_twice_it_changes_nothing_and_says_what_it_did(city, lake, run, monkeypatch):
    deliver_all(city)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{CANARY}\nnot read\n"))
    code, told = run("privacy", "erase", "--domain", "keeper", "--because", WHY, width=200)
    assert code == 0
    assert "4 records taken out of 3 deliveries." in told
    assert "Left to do: probe.reading: 2 partitions made of it to be made again." in told
    conform(DAILY)
    first, objects = erase(f" {CANARY.lower()}"), every_object(lake)
    again = erase()
    assert (first.records, first.left, again) == (0, (), erasing.Erased())
    assert every_object(lake) == objects
    (line,) = listed()
    assert (line["deliveries"], line["records"], line["feeds"]) == (3, 4, ["probe.note", "probe.reading"])
    assert line["finished_at"] is not None
    assert line["because"] == WHY
    _, told = run("privacy", "erasures", "--json")
    (shown,) = json.loads(told)
    assert (shown["domain"], shown["records"], shown["left"]) == ("keeper", 4, "")
    assert set(shown) == {"erasure_id", "asked_at", "domain", "feeds", "deliveries", "records", "finished_at", "left",
                          "because", "asked_by"}  # fmt: skip
    assert run("privacy", "erase", "--continue", "--domain", "keeper")[0] == 2
    sent = query(
        "select sha256_before, sha256_after, size_bytes, landing_uri, sha256 from ledger.rewritings"
        " inner join ledger.deliveries using (delivery_id)".replace("size_bytes", "rewritings.size_bytes")
    )
    for row in sent:
        bucket, key = places.split_uri(row["landing_uri"])
        answer = lake.root_s3().get_object(Bucket=bucket, Key=key)
        body = answer["Body"].read()
        assert row["sha256_before"] == row["sha256"] != row["sha256_after"]
        assert hashlib.sha256(body).hexdigest() == row["sha256_after"] == answer["Metadata"]["sha256"]
        assert len(body) == row["size_bytes"]


def every_object(lake) -> set[tuple[str, str]]:
    client = lake.root_s3()
    return {
        (item["Key"], item["ETag"])
        for bucket in ("lake", "landing")
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        for item in page.get("Contents", [])
    }


def test_killed_at_any_instant_the_same_command_goes_on(city, lake):
    deliver_all(city)
    killed, instant = 0, 0.3
    while (
        in_child(erase, kill_after=instant) is None
    ):  # each goes a little further, until one comes to its end
        killed, instant = killed + 1, 1.25 * instant
    assert killed > 2, "hardly any run was killed before it ended: begin earlier"
    erase()
    conform(DAILY)
    assert erase().left == ()
    assert found(lake) == set()
    assert [line.differences for line in reconcile()] == [()] * 4
    (line,) = listed()
    assert line["records"] == 4


def test_rows_of_sealed_days_go_too_though_nothing_else_of_these_days_changes(city, lake, monkeypatch):
    deliver_all(city)
    with lake.superuser() as connection:
        connection.execute(
            f"insert into ledger.seals values ('{DAILY}', '2026-03-01', 'a report was printed')"
        )
    with monkeypatch.context() as patched:
        patched.setattr("citylake.erase.sealed.forgetting.forget_all_but_main", _stopped)
        with pytest.raises(KeyboardInterrupt):
            erase()
    assert city.rows(DAILY, "_business_date", "value") == [("03-01", 5), ("03-02", 4), ("03-02", 8)]
    erase()
    conform(DAILY)
    assert erase() == erasing.Erased()
    assert found(lake) == set()
    assert city.rows(DAILY, "_business_date", "value") == [("03-01", 5), ("03-02", 8)]


@pytest.mark.parametrize("point", ["_put", "erasures.end_rewriting"])
def test_stopped_between_ledger_and_landing_it_goes_on(city, lake, monkeypatch, point):
    deliver_all(city)
    with monkeypatch.context() as patched:
        patched.setattr(f"citylake.erase.{point}", _stopped)
        with pytest.raises(KeyboardInterrupt):
            erase()
    assert "1 deliveries are being rewritten" in listed()[0]["left"]
    erase()
    conform(DAILY)
    assert erase().left == ()
    assert found(lake) == set()
    assert [line.differences for line in reconcile()] == [()] * 4


def _stopped(*_):
    raise KeyboardInterrupt


def test_a_delivery_of_one_person_alone_stands_without_a_record(city, lake):
    path = "feeds/probe/reading.yml"
    text = (city.folder / path).read_text(encoding="utf-8")
    city.declare(path, text.replace("may_be_empty: true", "may_be_empty: false"))
    deliver(city, 3, [f"{CANARY},2026-03-03,1,7"])
    conform(DAILY)
    erase()
    (outcome,) = query("select status, records_parsed from ledger.outcomes where name like 'reading%%'")
    assert outcome == {"status": "admitted", "records_parsed": 0}
    conform(DAILY)
    assert city.rows(DAILY, "place") == []
    assert erase().left == ()


def test_what_cannot_be_rewritten_is_refused_before_anything_changes(city, lake):
    deliver_all(city)
    path = "feeds/probe/place.yml"
    text = (city.folder / path).read_text(encoding="utf-8").replace("'place_*.csv'", "'place_*.json'")
    city.declare("feeds/probe/keeper.yml", text.replace("kind: csv", "kind: json").replace(
        "required: true", "required: true, privacy: {class: direct, as: pseudonym(keeper), because: a person}"))  # fmt: skip
    city.deliver("place_9.json", f'[{{"place": "{CANARY}", "factor": 3}}]', "2026-03-04T10:00")
    before = every_object(lake)
    with pytest.raises(
        Problems, match=r"cannot be taken out of this delivery\n  Found: a document of kind json"
    ):
        erase()
    assert every_object(lake) == before
    assert listed() == []


def test_the_value_stands_in_no_reason_and_a_domain_is_one_of_a_feed(city):
    with pytest.raises(WrongUse, match="needs a reason that does not hold the value"):
        erasing.erase("keeper", CANARY, f"erase {CANARY}")
    with pytest.raises(WrongUse, match=r"no feed has the linkage domain 'kepeer'\n  Expected one of keeper"):
        erasing.erase("kepeer", CANARY, WHY)
    with pytest.raises(WrongUse, match="no value to look for"):
        erasing.erase("keeper", " \n", WHY)
