"""Every kind of drift, planted beside deliveries that agree with each other; and silence beside clean ones."""

from __future__ import annotations

import io
import random

import pytest

from citylake.admit.drift import Profile, Profiler, findings, held_for, note_likely_names
from citylake.admit.reading import read
from tests.offline import make_feed

COLUMNS = [
    {"name": "station_id", "from": "站点", "type": "string"},
    {"name": "district_code", "from": "区划", "type": "string"},
    {"name": "status", "type": "string"},
    {"name": "speed_kmh", "from": "speed", "type": "double", "from_unit": "km/h"},
    {"name": "temperature_celsius", "from": "temp", "type": "double", "from_unit": "°C"},
    {"name": "reading_count", "from": "count", "type": "integer"},
    {"name": "phone", "type": "string", "privacy": {"class": "direct", "as": "drop", "because": "not needed here"}},
]  # fmt: skip
FEED = make_feed(COLUMNS, key=["station_id"])
HEADER = ["站点", "区划", "status", "speed", "temp", "count", "phone"]


def day(seed: int, rows: int = 300) -> list[dict[str, str]]:
    """A clean day: every station, the same spread of values, none of them alike."""
    chance = random.Random(seed)
    return [
        {
            "站点": f"{n % 60 + 1:04d}", "区划": f"3301{chance.choice(['02', '06', '08', '10'])}",
            "status": chance.choice(["ok", "ok", "ok", "late"]), "speed": f"{chance.gauss(40, 8):.1f}",
            "temp": f"{chance.gauss(18, 3):.1f}", "count": str(chance.randint(50, 90)), "phone": f"138{n:08d}",
        }
        for n in range(rows)
    ]  # fmt: skip


def profile(rows: list[dict[str, str]], header: list[str] | None = None) -> Profile:
    header = header or list(rows[0])
    text = "\n".join([",".join(header), *(",".join(row[name] for name in row) for row in rows)]) + "\n"
    reading = read(io.BytesIO(text.encode()), FEED, "none")
    profiler = Profiler(FEED, reading)
    for _ in reading.batches:
        pass
    return profiler.profile()


def kept(found: Profile) -> Profile:
    """As it comes back from the ledger."""
    import json

    return Profile.kept(found.records, json.loads(json.dumps(found.as_kept(FEED))))


BEFORE = [kept(profile(day(seed))) for seed in range(10)]


def changed(**columns) -> list[dict[str, str]]:
    """A day with some columns made anew by functions of their text."""
    return [
        {name: columns[name](text) if name in columns else text for name, text in row.items()}
        for row in day(99)
    ]


def told(rows: list[dict[str, str]], before=BEFORE, feed=FEED) -> dict[str, str | None]:
    return {each.kind: each.column for each in findings(feed, profile(rows), before)}


@pytest.mark.parametrize("seed", range(100, 130))
def test_thirty_clean_days_are_silent(seed):
    assert told(day(seed, rows=random.Random(seed).randint(200, 450))) == {}


@pytest.mark.parametrize(
    ("factor", "meaning"),
    [(1000, "thousandfold"), (0.001, "a thousandth"), (1 / 3.6, "as if in m/s and not in km/h"),
     (1 / 1.609344, "as if in mph and not in km/h"), (10, "tenfold")],
)  # fmt: skip
def test_another_unit_is_known_by_its_factor(factor, meaning):
    rows = changed(speed=lambda text: f"{float(text) * factor:.6f}")
    (found,) = findings(FEED, profile(rows), BEFORE)
    assert (found.kind, found.column) == ("unit_changed", "speed")
    assert meaning in found.text
    assert held_for(FEED, [found]) == [{"kind": "unit_changed", "text": found.text}]


def test_degrees_fahrenheit_are_known():
    rows = changed(temp=lambda text: f"{float(text) * 1.8 + 32:.1f}")
    assert told(rows) == {"unit_changed": "temp"}


def test_a_factor_between_units_of_another_kind_says_nothing():
    # Half as much is pounds for kilograms to a scale, and a quiet day to a count.
    assert told(changed(count=lambda text: str(round(int(text) * 0.4535924)))) == {}
    assert told(changed(speed=lambda text: f"{float(text) * 0.4535924:.2f}")) == {}


def test_a_day_that_is_only_warmer_is_no_other_unit():
    assert told(changed(temp=lambda text: f"{float(text) + 8:.1f}")) == {}
    assert told(changed(speed=lambda text: f"{float(text) * 1.4:.1f}")) == {}


def test_a_column_that_varies_by_itself_is_not_judged_by_small_factors():
    wild = [
        kept(profile([row | {"speed": f"{float(row['speed']) * 4**seed:.1f}"} for row in day(seed)]))
        for seed in range(4)
    ]
    assert told(changed(speed=lambda text: f"{float(text) * 10:.1f}"), wild) == {}


def test_numbers_that_became_words_are_another_type():
    rows = changed(count=lambda text: "many" if int(text) > 55 else text)
    assert told(rows) == {"type_changed": "count"}
    assert (
        held_for(FEED, findings(FEED, profile(rows), BEFORE)) == []
    )  # quarantined row by row unless declared
    strict = make_feed(COLUMNS, key=["station_id"], drift={"type_changed": "hold"})
    assert [each["kind"] for each in held_for(strict, findings(strict, profile(rows), BEFORE))] == [
        "type_changed"
    ]


def test_zeros_that_a_spreadsheet_took_away_are_missed():
    assert told(changed(站点=lambda text: text.lstrip("0"))) == {"lost_leading_zeros": "站点"}


def test_codes_of_another_level_are_known():
    assert told(changed(区划=lambda text: text + "001")) == {"code_level": "区划"}
    assert told(changed(区划=lambda text: text[:4])) == {"code_level": "区划"}


def test_other_codes_of_another_length_are_no_level_of_these():
    assert told(changed(区划=lambda text: "9" + text)) == {}


def test_columns_that_moved_below_an_unchanged_header_are_known():
    rows = [dict(zip(HEADER, [*list(row.values())[1:], "x"], strict=True)) for row in day(99)]
    assert told(rows) == {"shifted": "站点"}
    assert "'站点' holds what '区划' held" in findings(FEED, profile(rows), BEFORE)[0].text


@pytest.mark.parametrize(("rows", "kind"), [(300 * 6, "ballooned"), (50, "shrunk")])
def test_a_volume_far_from_the_usual_is_noted_and_held_where_declared(rows, kind):
    assert told(day(99, rows=rows)) == {kind: None}
    found = findings(FEED, profile(day(99, rows=rows)), BEFORE)
    assert held_for(FEED, found) == []
    strict = make_feed(COLUMNS, key=["station_id"], drift={kind: "hold"})
    assert [each["kind"] for each in held_for(strict, found)] == [kind]


def test_without_deliveries_before_nothing_is_said():
    assert told(changed(speed=lambda text: f"{float(text) * 1000:.1f}"), BEFORE[:2]) == {}


def test_a_column_under_another_name_is_known_by_what_it_holds():
    renamed = profile(day(99), ["站点", "area", "status", "speed", "temp", "count", "phone"])
    found: dict[str, list] = {"removed": ["区划"], "added": ["area"]}
    reasons = [{"kind": "removed_column", "text": "1 declared column(s) missing: '区划'."}]
    note_likely_names(found, reasons, renamed, BEFORE)
    assert found["renamed"] == [{"from": "区划", "to": "area"}]
    assert "'area' holds what '区划' held" in reasons[0]["text"]


def test_no_value_of_a_person_is_kept():
    assert BEFORE[0].columns["phone"].values == {}
    assert BEFORE[0].columns["phone"].lengths == (11, 11, 11)
    # 13800000149.5 and the like are somebody's numbers, or nearly.
    assert BEFORE[0].columns["phone"].quartiles == (1.4e10, 1.4e10, 1.4e10)
    assert BEFORE[0].columns["status"].values.keys() == {"ok", "late"}
    undeclared = profile([row | {"备注": "某人"} for row in day(1)])
    assert undeclared.as_kept(FEED)["备注"]["values"] == {}


def test_a_day_of_the_month_that_gets_a_second_digit_is_no_code():
    feed = make_feed(
        [{"name": "station_id", "from": "站点", "type": "string"},
         {"name": "measured_at", "from": ["year", "month", "day"], "type": "timestamp", "format": "%Y %m %d"}],
        key=["station_id"],
    )  # fmt: skip

    def on(day: int) -> list[dict[str, str]]:
        return [{"站点": f"{n:04d}", "year": "2026", "month": "3", "day": str(day)} for n in range(40)]

    assert told(on(10), [profile(on(n)) for n in range(1, 5)], feed) == {}
