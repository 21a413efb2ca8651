"""After a column's privacy changed no old value is left in the lake, whatever holds it: rows, snapshots, files, profiles."""

from __future__ import annotations

import io

import pytest

from citylake.admit import admit_waiting, forgetting
from citylake.errors import WrongUse
from citylake.feed import load_feeds
from citylake.lake import catalog, identifier
from citylake.ledger.sweep import sweep
from citylake.stewardship.readmission import readmit
from tests.integration.deliveries import outcome, query, rows
from tests.integration.evolving import PERMIT, registry
from tests.integration.searching import left_in_ledger, where_it_is

CANARY = "Canary-K7"
ADMITTED, QUARANTINE = f"admitted.{PERMIT}", f"quarantine.{PERMIT}"
WHY = "the holder is a person"


@pytest.fixture
def office(lake, tmp_path, monkeypatch):
    """Deliveries in which the canary holds a permit: in admitted rows, in a refused one, and in what a killed run left."""
    made = registry(tmp_path, lake, monkeypatch)
    made.deliver(
        1, f"P1,2026-03-01,2026-02-01,{CANARY},07,3,red", f"P2,2026-03-01,2026-02-02,{CANARY},12,999,blue"
    )
    made.deliver(2, f"P1,2026-03-02,2026-02-01,{CANARY},08,5,red")
    admit_waiting(PERMIT)
    lake.root_s3().put_object(
        Bucket="lake", Key="admitted/registry/permit/data/KILLED-RUN/00000.parquet", Body=_parquet(CANARY)
    )
    yield made
    load_feeds.cache_clear()


def _parquet(text: str) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"holder": [text]}), file := io.BytesIO(), compression="zstd")
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "becomes"), [("direct", "pseudonym(holder)"), ("direct", "drop"), ("quasi", "drop")]
)
def test_no_old_value_is_left_after_the_last_re_admission(office, lake, kind, becomes):
    kinds = {key.rsplit(".", 1)[-1] for key in where_it_is(lake, CANARY)}
    assert kinds == {"parquet", "avro"}  # rows, and the bounds in manifests: the search finds both
    assert "profiles" in left_in_ledger(CANARY)
    office.change("name: holder, type: string",
                  f"name: holder, type: string, privacy: {{class: {kind}, as: {becomes}, because: a person}}")  # fmt: skip
    assert readmit(office.feed, WHY).forgets
    admit_waiting(PERMIT)
    assert where_it_is(lake, CANARY) == []
    assert left_in_ledger(CANARY) == []
    for table_id in (ADMITTED, QUARANTINE):
        table = catalog("steward").load_table(identifier(table_id))
        assert table.snapshots() == [table.current_snapshot()]  # none that lost its files
    (refused,) = rows(QUARANTINE)
    assert '"permit_id":"P2"' in refused["record"]
    assert len(rows(ADMITTED)) == 2
    if becomes.startswith("pseudonym"):
        assert len({row["holder"] for row in rows(ADMITTED)}) == 1
    else:
        assert "holder" not in rows(ADMITTED)[0]
    # The bytes as they came stay in landing: they are what everything is made from.
    (first,) = query("select landing_uri from ledger.deliveries where name = 'permit_20260301.csv'")
    bucket, key = first["landing_uri"].removeprefix("s3://").split("/", 1)
    assert CANARY in lake.root_s3().get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def test_a_year_of_birth_becomes_a_band_and_the_year_is_gone(office, lake):
    office.change(
        "{name: floors, type: string}", "{name: floors, type: string}\n  - {name: born, type: integer}"
    )
    office.deliver(3, "P9,2026-03-03,2026-02-01,Wang,1,7,red")
    readmit(office.feed, WHY)
    admit_waiting(PERMIT)
    office.change("name: born, type: integer",
                  "name: born, from: floors, type: integer,"
                  " privacy: {class: quasi, as: generalise(age_band), because: the band is enough}")  # fmt: skip
    office.change("  - {name: floors, type: string}\n", "")
    readmit(office.feed, WHY)
    admit_waiting(PERMIT)
    assert {row["born"] for row in rows(ADMITTED)} == {"80+"}  # 7, 8 and 1 are years long past


def test_values_beside_the_new_form_are_refused(office):
    office.change("name: holder, type: string",
                  "name: holder, type: string, privacy: {class: direct, as: pseudonym(holder), because: a person}")  # fmt: skip
    office.deliver(3, f"P4,2026-03-03,2026-02-03,{CANARY},1,7,black")
    with pytest.raises(WrongUse, match="column holder: privacy was absent and is"):
        admit_waiting(PERMIT)


def test_the_last_delivery_may_be_left_without_a_row(office, lake):
    office.change("name: holder, type: string",
                  "name: holder, type: string, privacy: {class: direct, as: drop, because: a person}")  # fmt: skip
    office.change(
        "depth, type: double, from_unit: m, range: [0, 100]",
        "depth, type: double, from_unit: m, range: [0, 4]",
    )
    readmit(office.feed, WHY)
    admit_waiting(PERMIT)
    last = query("select delivery_id from ledger.deliveries order by arrived_at desc limit 1")[0][
        "delivery_id"
    ]
    assert outcome(last)["records_admitted"] == 0
    assert where_it_is(lake, CANARY) == []


def test_a_run_killed_before_it_forgot_is_made_good_by_the_sweep(office, lake, monkeypatch):
    office.change("name: holder, type: string",
                  "name: holder, type: string, privacy: {class: direct, as: drop, because: a person}")  # fmt: skip
    readmit(office.feed, WHY)
    with monkeypatch.context() as killed:
        killed.setattr(forgetting, "forget", _killed)
        with pytest.raises(KeyboardInterrupt):
            admit_waiting(PERMIT)
    assert where_it_is(lake, CANARY) != []
    assert sweep()["feeds"] == [PERMIT]
    admit_waiting(PERMIT)
    assert where_it_is(lake, CANARY) == []
    assert sweep()["feeds"] == []


def _killed(*_):
    raise KeyboardInterrupt


def test_nothing_is_forgotten_while_a_delivery_is_still_to_be_admitted_again(office, lake):
    office.change("name: holder, type: string",
                  "name: holder, type: string, privacy: {class: direct, as: drop, because: a person}")  # fmt: skip
    readmit(office.feed, WHY)
    assert forgetting.forget("admit", PERMIT) == 0
    assert len(rows(ADMITTED)) == 2


def test_other_files_of_the_lake_stay(office, lake):
    client = lake.root_s3()
    client.put_object(
        Bucket="lake", Key="admitted/registry/permit_other/data/x.parquet", Body=b"another feed's"
    )
    office.change("name: holder, type: string",
                  "name: holder, type: string, privacy: {class: direct, as: drop, because: a person}")  # fmt: skip
    readmit(office.feed, WHY)
    admit_waiting(PERMIT)
    assert client.get_object(Bucket="lake", Key="admitted/registry/permit_other/data/x.parquet")[
        "Body"
    ].read()
    assert len(rows(ADMITTED)) == 2
