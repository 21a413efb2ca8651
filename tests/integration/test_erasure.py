"""One person is erased: rows, refused rows, landing, conformed rows and history hold nothing of them, and nothing brings them back."""

from __future__ import annotations

import hashlib

import pytest

from citylake import erase as erasing
from citylake import lake as places
from citylake import ledger
from citylake.conform import conform
from citylake.errors import Problems, WrongUse
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


def deliver(city, day: int, lines: list[str], hour: int = 20) -> None:
    text = "\n".join([HEADER, *lines, ""])
    city.deliver(f"reading_2026030{day}-2026030{day}.csv", text, f"2026-03-0{day}T{hour}:00")


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
