"""Each kind of drift from delivery to decision: held and named, released, admitted, and not held a second time."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from citylake import settings
from citylake.admit import admit, admit_waiting
from citylake.feed import load_feeds
from citylake.stewardship.feed_report import report as feed_report
from citylake.stewardship.held import held, release
from tests.integration.deliveries import deliver, outcome, query, rows
from tests.unit.test_feed import DEPARTMENT

FEED = "environment.meter"
AT = datetime(2026, 3, 1, 4, tzinfo=UTC)
DECLARATION = {
    "title": {"en": "Meters", "zh": "表"}, "grain": "one row per meter and day", "key": ["meter_id", "day"],
    "partition": {"by": "day"}, "delivers": "additions", "format": {"kind": "csv"},
    "arrival": {"files": "*.csv", "every": "P1D", "deadline": "P1D", "senders": 20, "sender_from_name": "^(?P<sender>[a-z_]+)-"},
    "drift": {"added": "hold", "type_changed": "hold", "ballooned": "hold", "shrunk": "hold"},
    "columns": [
        {"name": "meter_id", "from": "meter", "type": "string", "required": True},
        {"name": "day", "type": "date", "required": True}, {"name": "district_code", "from": "district", "type": "string"},
        {"name": "state", "type": "string"},
        {"name": "temperature_celsius", "from": "temp", "type": "double", "from_unit": "°C"},
        {"name": "water_m", "from": "water", "type": "double", "from_unit": "m"},
    ],
}  # fmt: skip

# A feed with columns that may be absent.
TARIFF = DECLARATION | {
    "key": ["tariff_id"], "delivers": "everything", "drift": {}, "partition": None,
    "arrival": {"files": "tariff_*.txt", "every": "P1D", "deadline": "P1D"},
    "columns": [
        {"name": "tariff_id", "type": "string", "required": True},
        {"name": "zone_code", "type": "string", "optional": True}, {"name": "remark", "type": "string", "optional": True},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def meters(lake, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        root = tmp_path_factory.mktemp("city")
        folder = root / "feeds" / "environment"
        folder.mkdir(parents=True)
        (folder / "_department.yml").write_text(DEPARTMENT, encoding="utf-8")
        (folder / "meter.yml").write_text(yaml.safe_dump(DECLARATION), encoding="utf-8")
        (folder / "tariff.yml").write_text(yaml.safe_dump(TARIFF), encoding="utf-8")
        patch.setattr(settings, "PROJECT", root)
        load_feeds.cache_clear()
        yield
    load_feeds.cache_clear()


def day(n: int, count: int = 60) -> list[dict[str, str]]:
    """A clean day of meters."""
    chance = random.Random(n)
    return [
        {"meter": f"{m + 1:04d}", "day": f"{AT + timedelta(days=n):%Y-%m-%d}", "district": chance.choice(["330106", "330108"]),
         "state": chance.choice(["ok", "late"]), "temp": f"{chance.gauss(18, 2):.1f}", "water": f"{chance.gauss(40, 4):.2f}"}
        for m in range(count)
    ]  # fmt: skip


def each(**columns):
    """A change of a day: every value of some columns made anew."""
    return lambda rows_: [
        {name: columns[name](text) if name in columns else text for name, text in row.items()}
        for row in rows_
    ]


def shifted(rows_: list[dict]) -> list[dict]:
    """Below the header, the last four columns are each their right neighbour's."""
    names = ["district", "state", "temp", "water"]
    return [row | {name: row[names[(n + 1) % 4]] for n, name in enumerate(names)} for row in rows_]


# kind -> (change, what the steward reads)
CHANGES = {
    "unit_changed": (each(temp=lambda t: f"{float(t) * 1.8 + 32:.1f}"), "as if in °F and not in °C. Ask the department"),
    "code_level": (each(district=lambda t: t + "01"), "'district': codes of 8 places, as '3301"),
    "lost_leading_zeros": (each(meter=lambda t: t.lstrip("0")), "'meter': no value begins with 0, where 100% did"),
    "type_changed": (each(water=lambda t: "about " + t), "'water': 0% of the values are numbers, where 100% were: 'about "),
    "shifted": (shifted, "columns are shifted below an unchanged header: 'district' holds what 'state' held"),
    "ballooned": (lambda rows_: [row | {"meter": f"{int(row['meter']) + 60 * n:04d}"} for n in range(6) for row in rows_],
                  "360 records, where the latest 4 deliveries had about 60"),
    "shrunk": (lambda rows_: rows_[:8], "8 records, where the latest 4 deliveries had about 60"),
    "added_column": (lambda rows_: [row | {"note": "x"} for row in rows_], "undeclared column(s): note"),
}  # fmt: skip


def send(sender: str, n: int, rows_: list[dict]) -> str:
    text = "\n".join([",".join(rows_[0]), *(",".join(row.values()) for row in rows_)]) + "\n"
    (delivery_id,) = deliver("environment", f"{sender}-{n}.csv", text, at=AT + timedelta(days=n))
    return delivery_id


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_is_held_named_released_and_known_from_then_on(meters, kind):
    change, text = CHANGES[kind]
    for n in range(4):
        assert admit(send(kind, n, day(n))).status == "admitted"
    changed = send(kind, 4, change(day(4)))
    assert admit(changed).status == "held"
    ((listed,),) = [[row for row in held(FEED) if row["delivery_id"] == changed]]
    assert [reason["kind"] for reason in listed["reasons"]] == [kind]
    assert text in listed["reasons"][0]["text"]
    assert rows(f"admitted.{FEED}", delivery_id=changed) == []
    release(changed, "the bureau says so")
    admit_waiting(FEED)
    found = outcome(changed)
    assert (found["status"], found["reasons"]) == ("admitted", [])
    assert found["records_parsed"] == found["records_admitted"] + found["records_quarantined"] > 0
    assert [row for row in held(FEED) if row["delivery_id"] == changed] == []
    # The same change again is how things are now.
    for n in (5, 6, 7):
        assert admit(send(kind, n, change(day(n)))).status == "admitted"


def test_what_was_before_an_accepted_change_is_a_change_in_its_turn(meters):
    change, _ = CHANGES["unit_changed"]
    back = send("unit_changed", 8, day(8))
    assert admit(back).status == "held"
    assert "'temp': the median is " in outcome(back)["reasons"][0]["text"]
    assert admit(send("unit_changed", 9, change(day(9)))).status == "admitted"


def test_a_sender_is_compared_with_itself_alone(meters):
    change, _ = CHANGES["unit_changed"]
    for n in range(4):  # another place, warmer from the first day
        assert admit(send("elsewhere", n, change(day(n)))).status == "admitted"
    assert query("select count(*) as n from ledger.outcomes where status = 'held'") == [{"n": 1}]


def tariffs(n: int, header: str, *zones: str) -> str:
    text = header + "\n" + "".join(f"t{row},{zones[row % len(zones)]}\n" for row in range(60))
    (delivery_id,) = deliver("environment", f"tariff_{n}.txt", text, at=AT + timedelta(days=n))
    return delivery_id


def test_an_optional_column_may_be_absent_and_come_again_but_not_under_another_name(meters):
    having, lacking = (
        tariffs(0, "tariff_id,zone_code", "A", "B"),
        tariffs(1, "tariff_id,remark", "dear", "cheap"),
    )
    for delivery_id, absent in ((having, ["remark"]), (lacking, ["zone_code"])):
        assert admit(delivery_id).status == "admitted"
        assert outcome(delivery_id)["drift"] == {"absent": absent}
        assert outcome(delivery_id)["records_admitted"] == 60
    table = "admitted.environment.tariff"
    assert {row["zone_code"] for row in rows(table, "zone_code", "_delivery_id", delivery_id=having)} == {
        "A",
        "B",
    }
    assert {row["zone_code"] for row in rows(table, "zone_code", "_delivery_id", delivery_id=lacking)} == {
        None
    }
    assert (
        "optional columns that are absent, so null in every row: zone_code"
        in feed_report("environment.tariff").drift
    )

    assert admit(tariffs(2, "tariff_id,zone_code", "A", "B")).status == "admitted"
    # By what it holds, and by its name.
    for n, header, told in (
        (3, "tariff_id,area", "'area' holds what 'zone_code' held (100% alike)"),
        (4, "tariff_id,zone_codes", "'zone_codes' is close to 'zone_code', which is absent"),
    ):
        renamed = tariffs(n, header, "A", "B")
        assert admit(renamed).status == "held"
        ((reason,),) = [row["reasons"] for row in held("environment.tariff") if row["delivery_id"] == renamed]
        assert (reason["kind"], told in reason["text"]) == ("renamed", True)
        assert rows(table, delivery_id=renamed) == []
    release(renamed, "the bureau says it is another column")
    assert admit(renamed).status == "admitted"
    # What a steward accepted is how things are since.
    again = tariffs(5, "tariff_id,zone_codes", "A", "C")
    assert admit(again).status == "admitted"
    assert {row["_extra"] for row in rows(table, "_extra", "_delivery_id", delivery_id=again)} == {
        '{"zone_codes":"A"}',
        '{"zone_codes":"C"}',
    }
