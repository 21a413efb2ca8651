"""A changed feed file: what is there is asked for again, and nothing of another meaning stands beside it."""

from __future__ import annotations

import pytest

from citylake import ledger
from citylake.admit import admit, admit_waiting
from citylake.errors import WrongUse
from citylake.feed import load_feeds
from citylake.ledger import readmissions
from citylake.ledger.sweep import sweep
from citylake.stewardship.readmission import plan, readmit
from citylake.stewardship.reconcile import reconcile
from tests.integration.deliveries import outcome, query, rows
from tests.integration.evolving import PERMIT, registry

ADMITTED, QUARANTINE = f"admitted.{PERMIT}", f"quarantine.{PERMIT}"
WHY = "the registry says so"


@pytest.fixture
def office(lake, tmp_path, monkeypatch):
    """Two deliveries of the registry, admitted as the feed file is at first."""
    made = registry(tmp_path, lake, monkeypatch)
    made.deliver(1, "P1,2026-03-01,2026-02-01,Wang,07,3,red", "P2,2026-03-01,2026-02-02,Li,12,4,blue")
    made.deliver(2, "P1,2026-03-02,2026-02-01,Wang,08,5,red", "P3,2026-03-02,2026-02-02,Zhao,x,6,green")
    assert admit_waiting(PERMIT)["admitted"] == 2
    yield made
    load_feeds.cache_clear()


def readmitted(office, **asked) -> int:
    """Ask and admit; the number of deliveries asked for."""
    number = len(readmit(office.feed, WHY, **asked).deliveries)
    admit_waiting(PERMIT)
    assert [line.differences for line in reconcile(PERMIT)] == [()] * len(reconcile(PERMIT))
    with ledger.connect("steward") as connection:
        assert plan(connection, office.feed).deliveries == ()
    return number


def column(name: str) -> list:
    return [row[name] for row in rows(ADMITTED)]


def names() -> set[str]:
    return {name for row in rows(ADMITTED)[:1] for name in row}


def test_a_new_column_is_filled_from_the_bytes_that_were_there(office):
    office.change("  - {name: depth_m", "  - {name: colour, type: string}\n  - {name: depth_m")
    office.deliver(3, "P4,2026-03-03,2026-02-03,Sun,1,7,black")
    admit_waiting(PERMIT)
    assert sorted(map(str, column("colour"))) == ["None", "None", "None", "None", "black"]
    assert readmitted(office) == 2  # the third has it already
    assert sorted(column("colour")) == ["black", "blue", "green", "red", "red"]
    assert {row["_extra"] for row in rows(ADMITTED)} == {None}


def test_a_removed_column_goes_from_the_table(office):
    office.change("  - {name: holder, type: string}\n", "")
    assert readmitted(office) == 2
    assert "holder" not in names()
    assert "Wang" in rows(ADMITTED)[0]["_extra"]  # undeclared now, and kept as such


def test_a_renamed_column_holds_under_its_new_name_what_it_held(office):
    office.change("{name: holder, type", "{name: owner_name, from: holder, type")
    assert readmitted(office) == 2
    assert sorted(column("owner_name")) == ["Li", "Wang", "Wang", "Zhao"]
    assert "holder" not in names()


def test_another_key_judges_duplicates_anew(office):
    office.deliver(3, "P4,2026-03-03,2026-02-03,Sun,1,7,a", "P4,2026-03-03,2026-02-04,Sun,1,7,a")
    admit_waiting(PERMIT)
    assert len(rows(QUARANTINE)) == 2  # one permit twice on a day, with other values
    office.change("key: [permit_id, day]", "key: [permit_id, day, decided_on]")
    assert readmitted(office) == 3
    assert len(rows(ADMITTED)) == 6
    assert rows(QUARANTINE) == []


@pytest.mark.parametrize(
    ("old", "new", "name", "values", "refused"),
    [
        ("name: floors, type: string", "name: floors, type: integer", "floors", [7, 8, 12], 1),
        ("name: floors, type: string", "name: floors, type: double", "floors", [7.0, 8.0, 12.0], 1),
        ("name: depth_m, from: depth, type: double, from_unit: m, range: [0, 100]",
         "name: depth_m, from: depth, type: string", "depth_m", ["3", "4", "5", "6"], 0),
        ("name: decided_on, type: date", "name: decided_on, type: timestamp", "decided_on",
         ["2026-01-31T16:00:00+00:00", "2026-01-31T16:00:00+00:00", "2026-02-01T16:00:00+00:00",
          "2026-02-01T16:00:00+00:00"], 0),
    ],
)  # fmt: skip
def test_another_type_is_another_column_filled_anew(office, old, new, name, values, refused):
    office.change(old, new)
    assert readmitted(office) == 2
    found = [value.isoformat() if hasattr(value, "isoformat") else value for value in column(name)]
    assert sorted(found) == values
    assert len(rows(QUARANTINE)) == refused


def test_a_type_and_back_again_is_what_it_was(office):
    before = rows(ADMITTED)
    office.change("name: floors, type: string", "name: floors, type: integer")
    readmitted(office)
    office.change("name: floors, type: integer", "name: floors, type: string")
    readmitted(office)
    assert [row | {"_known_at": None} for row in rows(ADMITTED)] == [
        row | {"_known_at": None} for row in before
    ]


def test_a_column_that_went_and_comes_back_with_another_type_is_not_read_from_old_files(office):
    office.change("  - {name: floors, type: string}\n", "")
    office.deliver(3, "P4,2026-03-03,2026-02-03,Sun,1,7,black")
    admit_waiting(PERMIT)  # the first two stand as they were
    office.change("  - {name: depth_m", "  - {name: floors, type: integer}\n  - {name: depth_m")
    first, *others = readmit(office.feed, WHY).deliveries
    admit(first)
    assert column("floors") == [7, 12]
    assert len(others) == 2
    admit_waiting(PERMIT)
    assert sorted(column("floors")) == [1, 7, 8, 12]


def test_half_way_through_a_change_of_type_the_table_can_be_read(office):
    first, second = (
        row["delivery_id"] for row in query("select * from ledger.deliveries order by arrived_at")
    )
    office.change("name: floors, type: string", "name: floors, type: integer")
    readmit(office.feed, WHY)
    admit(first)
    assert column("floors") == [7, 12]  # the other delivery's rows left in the same commit
    admit(second)
    assert sorted(column("floors")) == [7, 8, 12]


def test_another_unit_is_computed_from_the_bytes(office):
    office.change("from_unit: m,", "from_unit: cm,")
    assert readmitted(office) == 2
    assert sorted(column("depth_m")) == [0.03, 0.04, 0.05, 0.06]


def test_a_new_rule_quarantines_what_was_admitted(office):
    office.change("columns:", "rules:\n  - {name: shallow, that: 'depth_m < 6', because: a cellar}\ncolumns:")
    assert readmitted(office) == 2
    assert [row["rules"] for row in rows(QUARANTINE)] == [["shallow"]]
    assert len(rows(ADMITTED)) == 3


def test_another_day_moves_the_rows_and_both_days_are_touched(office):
    def versions() -> dict[str, int]:
        found = query("select partition, version from ledger.versions where table_id = %(t)s", t=ADMITTED)
        return {row["partition"]: row["version"] for row in found}

    assert versions() == {"2026-03-01": 1, "2026-03-02": 1}
    office.change("partition: {by: day}", "partition: {by: decided_on}")
    assert readmitted(office) == 2
    assert sorted(str(day) for day in column("_business_date")) == ["2026-02-01"] * 2 + ["2026-02-02"] * 2
    assert versions() == {"2026-03-01": 2, "2026-03-02": 2, "2026-02-01": 2, "2026-02-02": 2}


def test_what_counts_follows_another_way_to_deliver(office):
    office.change("delivers: additions", "delivers: period")
    assert readmitted(office) == 2
    found = query(
        "select partition from ledger.current_deliveries where feed_id = %(f)s order by 1", f=PERMIT
    )
    assert [row["partition"] for row in found] == ["2026-03-01", "2026-03-02"]
    assert query("select delivers from ledger.feeds where feed_id = %(f)s", f=PERMIT) == [
        {"delivers": "period"}
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("key: [permit_id, day]", "key: [permit_id]", 'key was ["permit_id", "day"] and is ["permit_id"]'),
        ("name: floors, type: string", "name: floors, type: integer",
         "column floors: type was string and is integer"),
        ("delivers: additions", "delivers: period", "delivers was additions and is period"),
    ],
)  # fmt: skip
def test_nothing_of_another_meaning_is_admitted_before_it_is_asked_for(office, old, new, told):
    before = rows(ADMITTED)
    office.change(old, new)
    third = office.deliver(3, "P4,2026-03-03,2026-02-03,Sun,1,7,black")
    with pytest.raises(WrongUse) as refused:
        admit_waiting(PERMIT)
    assert f"{PERMIT}: the feed file gives rows another meaning than those that are there" in str(
        refused.value
    )
    assert f"{told}; 2 deliveries stand as the file before made them" in str(refused.value)
    assert f"citylake feed readmit {PERMIT} --reason 'why'" in str(refused.value)
    assert rows(ADMITTED) == before
    assert query("select 1 from ledger.outcomes where delivery_id = %(id)s", id=third) == []
    assert readmitted(office) == 2
    assert outcome(third)["status"] == "admitted"


def test_words_alone_ask_for_nothing(office):
    office.change("en: Permits", "en: Building permits")
    assert readmitted(office) == 0
    office.deliver(3, "P4,2026-03-03,2026-02-03,Sun,1,7,black")
    assert admit_waiting(PERMIT)["admitted"] == 1


def test_asking_twice_asks_once(office):
    office.change("from_unit: m,", "from_unit: cm,")
    assert len(readmit(office.feed, WHY).deliveries) == 2
    again = readmit(office.feed, WHY)
    assert (again.deliveries, again.under_way) == ((), 2)
    assert query("select count(*) as n from ledger.requests") == [{"n": 2}]
    assert sweep()["feeds"] == [PERMIT]
    admit_waiting(PERMIT)
    assert sweep()["feeds"] == []
    assert readmitted(office, everything=True) == 2


def test_a_re_admission_needs_a_reason(office):
    with pytest.raises(WrongUse, match="a re-admission needs a reason"):
        readmit(office.feed, "  ", everything=True)
    assert query("select * from ledger.requests") == []


def test_days_that_become_one_whole_need_a_feed_of_another_name(office):
    office.change("partition: {by: day}\n", "")
    with pytest.raises(WrongUse, match="this change needs a feed of another name"):
        readmit(office.feed, WHY)
    office.deliver(3, "P4,2026-03-03,2026-02-03,Sun,1,7,black")
    with pytest.raises(WrongUse, match="this change needs a feed of another name"):
        admit_waiting(PERMIT)
    assert len(rows(ADMITTED)) == 4


def test_what_a_steward_rejected_is_not_asked_for(office):
    from citylake.stewardship.held import reject

    office.change("code_level: keep", "code_level: hold")
    office.deliver(3, "")
    admit_waiting(PERMIT)
    (held,) = query("select delivery_id from ledger.outcomes where status = 'held'")
    reject(held["delivery_id"], "sent by mistake")
    office.change("from_unit: m,", "from_unit: cm,")
    assert readmitted(office) == 2
    assert outcome(held["delivery_id"])["attempt"] == 1


def test_outputs_are_held_back_until_the_last_re_admission(office):
    from citylake.ledger.partitions import declare_table, stale

    with ledger.connect("conform") as connection:
        declare_table(
            connection, "conformed.registry.permit_day", "conformed", partitioned=True, declaration={},
            inputs=[{"input_table": ADMITTED, "days_before": 0, "days_after": 0, "as_of": False, "drives": True}],
        )  # fmt: skip

    def found() -> list[str]:
        with ledger.connect("conform") as connection:
            return [item.partition for item in stale(connection)]

    first, second = (
        row["delivery_id"] for row in query("select * from ledger.deliveries order by arrived_at")
    )
    assert found() == ["2026-03-02", "2026-03-01"]
    office.change("name: floors, type: string", "name: floors, type: integer")
    readmit(office.feed, WHY)
    assert found() == []
    admit(first)
    assert found() == []
    admit(second)
    assert found() == ["2026-03-02", "2026-03-01"]


def test_what_was_read_before_a_re_admission_was_asked_for_is_known(office):
    from citylake.ledger.partitions import declare_table

    with ledger.connect("conform") as connection:
        declare_table(
            connection, "conformed.registry.permit_day", "conformed", partitioned=True, declaration={},
            inputs=[{"input_table": ADMITTED, "days_before": 0, "days_after": 0, "as_of": False, "drives": True}],
        )  # fmt: skip
        before = connection.execute("select clock_timestamp() as now").fetchone()["now"]
    readmitted(office, everything=True)
    with ledger.connect("conform") as connection:
        after = connection.execute("select clock_timestamp() as now").fetchone()["now"]
        assert readmissions.is_under_way(connection, "conformed.registry.permit_day", before)
        assert not readmissions.is_under_way(connection, "conformed.registry.permit_day", after)
