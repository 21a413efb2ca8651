"""A delivery that is not like those before is held, waits for a steward, and is released or rejected."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from citylake import ledger
from citylake.admit import admit, admit_waiting
from citylake.errors import WrongUse
from citylake.ledger.requests import request_readmission
from citylake.stewardship.held import held, reject, release
from citylake.stewardship.reconcile import reconcile
from tests.integration.deliveries import AIR, NOON, air_file, air_name, deliver, outcome, query, rows

DAY = date(2026, 3, 1)


@pytest.fixture
def in_milligrams(lake):
    """Four clean days of a station, and one whose CO is in mg/m3: the id of its air-quality delivery."""
    lake.empty()
    for n in range(5):
        day = DAY + timedelta(days=n)
        content = air_file("Dingling", day)
        if n == 4:
            content = content.replace(",900,", ",0.9,")
        ids = deliver("environment", air_name("Dingling", day), content, at=NOON + timedelta(days=n))
    admit_waiting(AIR)
    return _of_air(ids)


def _of_air(ids: list[str]) -> str:
    """The delivery of the air feed: another feed takes the same file."""
    found = query("select delivery_id from ledger.deliveries where feed_id = %(feed)s", feed=AIR)
    (delivery_id,) = {row["delivery_id"] for row in found} & set(ids)
    return delivery_id


def test_another_unit_is_held_and_nothing_of_it_admitted(in_milligrams):
    found = outcome(in_milligrams)
    assert (found["status"], found["records_held"], found["records_admitted"]) == ("held", 24, 0)
    (reason,) = found["reasons"]
    assert reason["kind"] == "unit_changed"
    assert (
        "'CO': the median is 0.9, where it was 900 to 900: as if in mg/m3 and not in ug/m3" in reason["text"]
    )
    assert [row["_delivery_id"] for row in rows(f"admitted.{AIR}", delivery_id=in_milligrams)] == []
    assert [row["delivery_id"] for row in held()] == [in_milligrams]
    assert [line.differences for line in reconcile(AIR)] == [()] * 5
    assert {row["status"] for row in query("select status from ledger.outcomes")} == {"admitted", "held"}


def test_what_is_released_is_admitted_and_stays_so(in_milligrams):
    release(in_milligrams, "the bureau sends mg/m3 from now on")
    assert [row["decision"] for row in held()] == ["release"]
    admit_waiting(AIR)
    found = outcome(in_milligrams)
    assert (found["status"], found["records_admitted"], found["reasons"]) == ("admitted", 24, [])
    assert "unit_changed" in found["drift"]  # accepted, and still told
    assert held() == []
    with ledger.connect("steward") as connection:
        request_readmission(connection, "admitted." + AIR, in_milligrams, "asked again")
    admit_waiting(AIR)
    assert outcome(in_milligrams)["status"] == "admitted"
    assert [line.differences for line in reconcile(AIR)] == [()] * 5


def test_what_is_rejected_is_never_admitted_and_its_bytes_stay(in_milligrams):
    reject(in_milligrams, "sent by mistake, a new file comes")
    admit_waiting(AIR)
    assert outcome(in_milligrams)["status"] == "held"
    ((row,),) = [held()]
    assert (row["decision"], row["because"]) == ("reject", "sent by mistake, a new file comes")
    assert [line.differences for line in reconcile(AIR)] == [()] * 5


def test_the_second_steward_is_told_who_decided_what(in_milligrams):
    reject(in_milligrams, "sent by mistake, a new file comes")
    with pytest.raises(WrongUse, match="rejected this delivery on") as told:
        release(in_milligrams, "looks good to me")
    assert "sent by mistake" in str(told.value)
    assert query("select count(*) as n from ledger.decisions") == [{"n": 1}]
    assert query("select count(*) as n from ledger.requests") == [{"n": 0}]


def test_what_cannot_be_read_cannot_be_released(lake):
    lake.empty()
    content = air_file("Dingling", DAY).replace('"PM2.5"', '"fine dust"')
    ids = deliver("environment", air_name("Dingling", DAY), content)
    admit_waiting(AIR)
    delivery_id = _of_air(ids)
    with pytest.raises(WrongUse, match="cannot be read as declared"):
        release(delivery_id, "looks good to me")
    with pytest.raises(WrongUse, match="no delivery 'X' is held"):
        reject("X", "there is no such thing")
    assert query("select count(*) as n from ledger.decisions") == [{"n": 0}]


def test_what_arrives_later_says_nothing_of_what_came_before(in_milligrams):
    first = query(
        "select delivery_id from ledger.deliveries where feed_id = %(f)s order by arrived_at", f=AIR
    )[0]
    with ledger.connect("steward") as connection:
        request_readmission(connection, "admitted." + AIR, first["delivery_id"], "asked again")
    assert admit(first["delivery_id"]).status == "admitted"
