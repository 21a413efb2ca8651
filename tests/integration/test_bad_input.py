"""Bad input of every kind, in one lake: what is told, and what stands afterwards.

After each case: the last good state stands, the bytes are in landing, the reason is in the ledger, there is no
row of what is held, the row equation holds for an independent count too, and the next delivery goes on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import yaml

from citylake import lake as places
from citylake import settings
from citylake.admit import admit, admit_waiting
from citylake.feed import load_feeds
from citylake.stewardship.quarantine import quarantined
from citylake.stewardship.reconcile import reconcile
from tests.integration.bad_input import ADMITTED, GOOD, HELD, T
from tests.integration.deliveries import both, content_hash, deliver, outcome, query, rows
from tests.unit.test_feed import DEPARTMENT

AT = datetime(2026, 3, 10, 4, tzinfo=UTC)
KINDS = {
    "csv": {"kind": "csv"}, "jsonl": {"kind": "jsonl"}, "json": {"kind": "json"}, "xml": {"kind": "xml", "records": "r"},
    "excel": {"kind": "excel"}, "parquet": {"kind": "parquet"}, "gb": {"kind": "csv", "encoding": "gb18030"},
    "fixed": {"kind": "fixed_width", "widths": {"id": [1, 2], "day": [3, 12], "value": [13, 20]}},
}  # fmt: skip
COLUMNS = [
    {"name": "id", "type": "string", "required": True}, {"name": "day", "type": "date", "required": True},
    {"name": "value", "type": "string"},
]  # fmt: skip


def declaration(kind: str) -> dict:
    return {
        "title": {"en": kind, "zh": kind}, "grain": "one row per id and day", "key": ["id", "day"],
        "partition": {"by": "day"}, "delivers": "additions", "format": KINDS[kind], "columns": COLUMNS,
        "arrival": {"files": f"{kind}_*", "every": "P1D", "deadline": "P1D"},
    }  # fmt: skip


@pytest.fixture(scope="module")
def city(lake, tmp_path_factory):
    """A department with a feed of each format, and a good delivery of each."""
    with pytest.MonkeyPatch.context() as patch:
        root = tmp_path_factory.mktemp("city")
        # A department that the object store knows; its feeds are these alone.
        folder = root / "feeds" / "environment"
        folder.mkdir(parents=True)
        (folder / "_department.yml").write_text(DEPARTMENT, encoding="utf-8")
        for kind in KINDS:
            (folder / f"{kind}.yml").write_text(yaml.safe_dump(declaration(kind)), encoding="utf-8")
        patch.setattr(settings, "PROJECT", root)
        load_feeds.cache_clear()
        for kind, content in GOOD.items():
            deliver("environment", f"{kind}_good", content, at=AT)
            assert admit_waiting(f"environment.{kind}") == {
                "admitted": 1,
                "held": 0,
                "repeated": 0,
                "rows": 2,
            }
        yield folder
    load_feeds.cache_clear()


def send(kind: str, name: str, content: str | bytes) -> str:
    """Deliver a minute after everything before; returns the delivery's id."""
    (count,) = query("select count(*) as n from ledger.deliveries")
    (delivery_id,) = deliver("environment", f"{kind}_{name}", content, at=AT + timedelta(minutes=count["n"]))
    return delivery_id


def stands(delivery_id: str, content: str | bytes) -> None:
    """The bytes as they came, and every record accounted for; the last test has them counted independently."""
    (row,) = query("select * from ledger.deliveries where delivery_id = %(id)s", id=delivery_id)
    bucket, key = places.split_uri(row["landing_uri"])
    kept = places.s3("steward").get_object(Bucket=bucket, Key=key)["Body"].read()
    assert kept == (content.encode() if isinstance(content, str) else content)
    found = outcome(delivery_id)
    kept_as = {part: found[f"records_{part}"] for part in ("admitted", "quarantined", "held", "erased")}
    assert found["records_parsed"] == sum(kept_as.values())


@pytest.mark.parametrize("case", HELD)
def test_what_cannot_be_read_is_held_with_its_reason_and_the_last_good_state_stands(city, case):
    kind, content, reason, text, parsed = HELD[case]
    feed_id = f"environment.{kind}"
    before = content_hash(*both(feed_id))
    versions = query("select * from ledger.versions order by table_id, partition")
    bad = send(kind, "bad", content)
    assert admit(bad).status == "held"
    found = outcome(bad)
    ((told,),) = [found["reasons"]]
    assert told["kind"] == reason
    assert text in told["text"]
    assert (found["records_parsed"], found["records_held"]) == (parsed, parsed)
    assert content_hash(*both(feed_id)) == before
    assert query("select * from ledger.versions order by table_id, partition") == versions
    stands(bad, content)


@pytest.mark.parametrize("case", ADMITTED)
def test_what_can_be_read_is_admitted_and_bad_rows_are_quarantined(city, case):
    kind, content, admitted, broken = ADMITTED[case]
    delivery_id = send(kind, "some", content)
    found = admit(delivery_id)
    assert (found.status, found.records_admitted, found.reasons) == ("admitted", admitted, [])
    kept = rows(f"quarantine.environment.{kind}", delivery_id=delivery_id)
    assert {row["_source_row"]: row["rules"] for row in kept} == broken
    stands(delivery_id, content)


def test_formulas_stay_text(city):
    kept = {row["id"]: row["value"] for row in rows("admitted.environment.csv")}
    assert (kept["h"], kept["i"], kept["=k"]) == ('=HYPERLINK("http://x","y")', "=1+1", "@SUM(A1)")


def test_no_partition_is_made_of_a_date_that_cannot_be(city):
    found = {row["partition"] for row in query("select partition from ledger.versions")}
    assert found == {"2026-03-09", "2026-03-11", "2016-02-29"}
    told = quarantined(feed_id="environment.csv", rule="implausible_date")
    assert {row.record["id"]: row.found for row in told} == {
        "l": {"day": "1970-01-01"}, "o": {"day": "2026-03-12"}, "p": {"day": "2099-01-01"},
    }  # fmt: skip


def test_the_same_bytes_again_and_a_state_that_comes_back_are_told_apart(city):
    first, second = T.replace("a,", "dup,"), T.replace("a,", "dup,").replace(",1", ",7")
    seen = [admit(send("csv", "again", content)).status for content in (first, first, second, first)]
    assert seen == ["admitted", "repeated", "admitted", "admitted"]


NAMES = ["a" * 240, "热💧.csv", "line\nend", "..", "%2e%2e%2fa", " x ", "a'b\"c", "#?&+"]


@pytest.mark.parametrize("name", NAMES)
def test_an_object_of_any_name_is_kept_under_it(city, name):
    assert (
        admit(send("csv", name, T.replace("2026-03-09,1", "2026-03-09,1" + str(NAMES.index(name))))).status
        == "admitted"
    )
    (row,) = query("select * from ledger.deliveries order by arrived_at desc limit 1")
    assert row["name"] == f"csv_{name}"
    assert row["landing_uri"].startswith(f"s3://landing/environment.csv/{row['delivery_id']}/")
    bucket, key = places.split_uri(row["landing_uri"])
    assert places.s3("steward").head_object(Bucket=bucket, Key=key)["ContentLength"] == row["size_bytes"]


def test_an_unknown_object_is_listed_with_what_comes_close_and_lands_once_a_feed_takes_it(city):
    from citylake.land import land
    from citylake.land.unknown import unknown

    name = "Excel 2026.xlsx"
    deliver("environment", name, GOOD["excel"], at=AT + timedelta(days=1))
    (found,) = unknown()
    assert (found["department"], found["name"], found["close"]) == (
        "environment",
        name,
        ["environment.excel takes 'excel_*'"],
    )
    assert land() == {"objects": 0, "deliveries": 0, "feeds": []}
    path = city / "excel.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("excel_*", "Excel*"), encoding="utf-8")
    load_feeds.cache_clear()
    assert unknown()[0]["close"] == ["environment.excel takes it: `citylake land`"]
    assert land() == {"objects": 0, "deliveries": 1, "feeds": ["environment.excel"]}
    assert (unknown(), land()["deliveries"]) == ([], 0)
    (delivery,) = query(
        "select * from ledger.deliveries where name = %(n)s and feed_id = 'environment.excel'", n=name
    )
    assert delivery["arrived_at"] == AT + timedelta(days=1)
    assert admit(delivery["delivery_id"]).status in ("admitted", "repeated")
    stands(delivery["delivery_id"], GOOD["excel"])


def test_every_delivery_of_them_is_accounted_for_by_an_independent_count(city):
    lines = reconcile()
    assert len(lines) >= len(GOOD)
    assert [(line.name, line.differences) for line in lines if line.differences] == []
