"""Rows to admitted and quarantined ones: nulls, every kind of rule, business dates and covered days."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from citylake.admit.reading import Unreadable
from citylake.errors import Problems, WrongUse
from tests.offline import DELIVERY_ID, KNOWN_AT, LANDED_AT, admit, make_feed, record


def test_a_range_is_in_the_unit_of_the_name(tmp_path):
    columns = [{"name": "id", "type": "string"},
               {"name": "so2_ugm3", "from": "so2", "type": "double", "from_unit": "mg/m3", "range": [0, 100]}]  # fmt: skip
    rows = admit(make_feed(columns), "id,so2\na,0.06\nb,99\n", tmp_path)
    assert rows.values("id") == ["a"]
    assert rows.broken == {2: ["so2_ugm3.range"]}


BUSINESS = [{"name": "id", "type": "string"}, {"name": "at", "type": "timestamp", "required": True}]


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-03-01 00:00", date(2026, 3, 1)), ("2026-03-01 23:59", date(2026, 3, 1)),
     ("2026-02-28T16:00:00Z", date(2026, 3, 1)), ("2026-02-28T15:59:59Z", date(2026, 2, 28)),
     ("2026-03-01 00:30:00+09:00", date(2026, 2, 28))],
)  # fmt: skip
def test_the_business_date_is_the_local_date_of_the_event(tmp_path, text, day):
    rows = admit(
        make_feed(BUSINESS, partition={"by": "at"}, delivers="period"), f"id,at\na,{text}\n", tmp_path
    )
    assert rows.values("_business_date") == [day]
    assert rows.counts.partitions == {day.isoformat(): 1}


IN_UTC = {"format": {"kind": "csv", "timezone": "UTC"}, "delivers": "period"}
OF_SHANGHAI = {"by": "at", "zone": "Asia/Shanghai"}


@pytest.mark.parametrize(
    ("text", "day", "hour"),
    [("2026-02-28T16:00:00", date(2026, 3, 1), 16), ("2026-03-01T15:59:59", date(2026, 3, 1), 15),
     ("2026-02-28T15:59:59", date(2026, 2, 28), 15), ("2026-03-01T16:00:00Z", date(2026, 3, 2), 16),
     ("2026-03-01T00:30:00+09:00", date(2026, 2, 28), 15)],
)  # fmt: skip
def test_times_in_one_zone_can_be_of_days_of_another(tmp_path, text, day, hour):
    rows = admit(make_feed(BUSINESS, partition=OF_SHANGHAI, **IN_UTC), f"id,at\na,{text}\n", tmp_path)
    assert rows.values("_business_date") == [day]
    (at,) = rows.values("at")
    assert at.astimezone(UTC).hour == hour, "the instant is that of the zone it is written in"


def test_a_date_is_of_no_zone():
    columns = [{"name": "id", "type": "string"}, {"name": "at", "type": "date", "required": True}]
    with pytest.raises(ValueError, match="partition.zone is for times; 'at' is a date"):
        make_feed(columns, partition=OF_SHANGHAI, **IN_UTC)


def test_a_file_of_a_local_day_written_in_utc_holds_its_rows_and_no_others(tmp_path):
    feed = make_feed(BUSINESS, partition=OF_SHANGHAI, covers={"from_name": r"_(?P<date>\d{8})"}, **IN_UTC)
    texts = ["2026-02-28T15:59:59", "2026-02-28T16:00:00", "2026-03-01T15:59:59", "2026-03-01T16:00:00"]
    content = "id,at\n" + "".join(f"{n},{text}\n" for n, text in enumerate(texts))
    rows = admit(feed, content, tmp_path, name="ais_20260301.csv")
    assert rows.values("id") == ["1", "2"]
    assert rows.broken == {1: ["outside_period"], 4: ["outside_period"]}
    assert rows.counts.partitions == {"2026-03-01": 2}


def test_what_is_plausible_ends_with_the_day_of_the_zone_whose_days_they_are(tmp_path):
    # Landed on 10 March at 01:00 UTC; a day ahead is 11 March at 09:00 in Shanghai, at 15:00 in Kiritimati, the 10th in Honolulu.
    def broken(zone: str) -> dict:
        feed = make_feed(BUSINESS, partition={"by": "at", "zone": zone}, **IN_UTC)
        return admit(feed, "id,at\na,2026-03-11T10:00:00\n", tmp_path / zone.replace("/", "_")).broken

    assert broken("Asia/Shanghai") == {}
    assert broken("Pacific/Honolulu") == {1: ["implausible_date"]}


@pytest.mark.parametrize("name", ["rule", "text", "why", "key", "id", "landed"])
def test_a_column_may_have_the_name_of_what_admission_speaks_of(tmp_path, name):
    """A column `rule` was taken for the name of the broken rule: its value stood there, personal or not."""
    columns = [{"name": "no", "type": "string"}, {"name": name, "type": "string", "one_of": ["a"]}]
    rows = admit(make_feed(columns, key=["no"]), f"no,{name}\n1,a\n2,b\n3,a\n3,a\n", tmp_path)
    assert rows.values(name) == ["a", "a"]
    assert rows.broken == {2: [f"{name}.one_of"], 4: ["duplicate"]}


def test_the_business_date_of_a_date_is_the_date(tmp_path):
    columns = [{"name": "id", "type": "string"}, {"name": "day", "type": "date", "required": True}]
    rows = admit(
        make_feed(columns, partition={"by": "day"}, delivers="period"), "id,day\na,2026-03-01\n", tmp_path
    )
    assert rows.values("_business_date") == [date(2026, 3, 1)]


def test_one_file_is_written_for_each_month(tmp_path):
    feed = make_feed(BUSINESS, partition={"by": "at"}, delivers="period")
    days = ["2026-01-31 23:59", "2026-02-01 00:00", "2026-03-01 12:00", "2026-02-28 23:59"]
    rows = admit(feed, "id,at\n" + "".join(f"{n},{day}\n" for n, day in enumerate(days)), tmp_path)
    assert [path.stem for path in rows.counts.admitted_files] == ["2026-01", "2026-02", "2026-03"]
    assert rows.counts.partitions == {"2026-01-31": 1, "2026-02-01": 1, "2026-02-28": 1, "2026-03-01": 1}


def test_a_reference_feed_has_one_partition_even_without_a_row(tmp_path):
    assert admit(make_feed(), "id,value\na,1\n", tmp_path / "one").counts.partitions == {"all": 1}
    none = admit(make_feed(), "id,value\n", tmp_path / "none")
    assert none.counts.partitions == {"all": 0}
    assert none.values("_business_date") == []


PERIOD = {
    "partition": {"by": "at"},
    "delivers": "period",
    "covers": {"from_name": r"_(?P<from>\d{8})-(?P<to>\d{8})"},
}


def test_days_that_the_name_promises_are_covered_without_a_row(tmp_path):
    rows = admit(
        make_feed(BUSINESS, **PERIOD), "id,at\na,2026-03-02 10:00\n", tmp_path, name="x_20260301-20260303.csv"
    )
    assert rows.counts.covers == (date(2026, 3, 1), date(2026, 3, 3))
    assert rows.counts.partitions == {"2026-03-01": 0, "2026-03-02": 1, "2026-03-03": 0}


def test_a_row_outside_the_promised_days_is_quarantined(tmp_path):
    # Admitted, it would stand for the whole of its day and push out the rows delivered for that day.
    text = "id,at\na,2026-03-01 23:59\nb,2026-03-02 00:00\nc,2026-02-28 23:59\n"
    rows = admit(make_feed(BUSINESS, **PERIOD), text, tmp_path, name="x_20260301-20260301.csv")
    assert rows.values("id") == ["a"]
    assert rows.broken == {2: ["outside_period"], 3: ["outside_period"]}
    assert rows.counts.partitions == {"2026-03-01": 1}


def test_sentinels_of_the_feed_and_of_the_column_are_null_and_counted(tmp_path):
    columns = [{"name": "id", "type": "string"}, {"name": "pm25", "type": "double", "nulls": ["999"]},
               {"name": "so2", "type": "double"}]  # fmt: skip
    feed = make_feed(columns, format={"kind": "csv", "nulls": ["", "NA", "-"]})
    rows = admit(feed, "id,pm25,so2\na,999,999\nb,NA,-\nc,,\nd, 999 ,1\n", tmp_path)
    assert rows.values("pm25") == [None, None, None, None]
    assert rows.values("so2") == [999.0, None, None, 1.0]
    # Nothing sent is null too, but no sentinel.
    assert rows.counts.null_counts == {"pm25": 3, "so2": 1}


def test_a_value_of_several_columns_is_null_as_soon_as_one_is(tmp_path):
    columns = [{"name": "id", "type": "string"},
               {"name": "at", "from": ["y", "m", "d"], "type": "date", "format": "%Y %m %d", "required": True}]  # fmt: skip
    feed = make_feed(columns, format={"kind": "csv", "nulls": ["NA"]})
    rows = admit(feed, "id,y,m,d\na,2026,3,1\nb,2026,NA,1\nc,2026,,1\nd,2026,13,1\n", tmp_path)
    assert rows.values("at") == [date(2026, 3, 1)]
    assert rows.broken == {2: ["at.required"], 3: ["at.required"], 4: ["at.cast"]}


RULED = [
    {"name": "id", "type": "string", "required": True},
    {"name": "level", "type": "integer", "required": True, "range": [0, 10]},
    {"name": "kind", "type": "string", "one_of": ["a", "b'c"]},
    {"name": "code", "type": "string", "pattern": r"\d{6}"},
    {"name": "share_pct", "type": "double", "from_unit": "pct", "range": [0, 100]},
]
RULED_FEED = make_feed(
    RULED,
    rules=[
        {"name": "level_fits_kind", "that": "kind <> 'a' or level < 5", "because": "kind a is small"},
        {
            "name": "not_from_future",
            "that": "_landed_at < timestamptz '2030-01-01'",
            "because": "a test of the past",
        },
    ],
)


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        ("x,1,a,330100,50", None),
        ("x,0,b'c,330100,100", None),
        ("x,10,,,", None),
        (",1,a,330100,50", ["id.required"]),
        ("x,,a,330100,50", ["level.required"]),
        ("x,11,b'c,330100,50", ["level.range"]),
        ("x,-1,b'c,330100,50", ["level.range"]),
        ("x,1.5,a,330100,50", ["level.cast"]),
        ("x,1,c,330100,50", ["kind.one_of"]),
        ("x,1,A,330100,50", ["kind.one_of"]),
        ("x,1,a,33010,50", ["code.pattern"]),
        ("x,1,a,3301000,50", ["code.pattern"]),
        ("x,1,a,330100,100.5", ["share_pct.range"]),
        ("x,7,a,330100,50", ["level_fits_kind"]),
        ("x,7,,330100,50", None),  # a rule about a null is not broken
        ("x,77,a,1,-1", ["code.pattern", "level.range", "level_fits_kind", "share_pct.range"]),
    ],
)
def test_a_row_is_quarantined_with_every_rule_it_breaks(tmp_path, row, broken):
    rows = admit(RULED_FEED, "id,level,kind,code,share_pct\n" + row + "\n", tmp_path)
    assert rows.broken == ({1: broken} if broken else {})
    assert len(rows.admitted) == (0 if broken else 1)
    assert rows.counts.rule_counts == dict.fromkeys(broken or [], 1)


def test_rules_may_ask_when_the_delivery_came(tmp_path):
    late = datetime(2031, 1, 1, tzinfo=UTC)
    rows = admit(RULED_FEED, "id,level,kind,code,share_pct\nx,1,a,330100,50\n", tmp_path, landed_at=late)
    assert rows.broken == {1: ["not_from_future"]}


def test_an_admitted_row_says_where_it_came_from(tmp_path):
    (row,) = admit(make_feed(), "id,value\na,1\n", tmp_path).admitted
    assert row == {
        "id": "a", "value": "1", "_delivery_id": DELIVERY_ID, "_source_row": 1, "_business_date": None,
        "_known_at": KNOWN_AT, "_landed_at": LANDED_AT, "_extra": None,
    }  # fmt: skip


def test_a_quarantined_row_is_kept_as_it_came(tmp_path):
    (row,) = admit(
        RULED_FEED, 'id,level,kind,code,share_pct,more\n" x",11,"b\'c",NA,,"1\n2"\n', tmp_path
    ).quarantined
    assert record(row) == {
        "id": " x",
        "level": "11",
        "kind": "b'c",
        "code": "NA",
        "share_pct": "",
        "more": "1\n2",
    }
    assert (row["_delivery_id"], row["_source_row"]) == (DELIVERY_ID, 1)
    assert (row["_known_at"], row["_landed_at"]) == (KNOWN_AT, LANDED_AT)


def test_records_that_cannot_be_split_are_quarantined_with_their_text(tmp_path):
    rows = admit(make_feed(), "id,value\na,1\nb\nc,3\nd,4,5\n", tmp_path)
    assert [(row["_source_row"], row["value"]) for row in rows.admitted] == [(1, "1"), (3, "3")]
    assert rows.broken == {2: ["unparseable"], 4: ["unparseable"]}
    assert [record(row) for row in rows.quarantined] == [
        {"text": "b", "why": "1 fields where 2 are expected"},
        {"text": "d,4,5", "why": "3 fields where 2 are expected"},
    ]
    assert rows.counts.rule_counts == {"unparseable": 2}
    assert (rows.counts.parsed, rows.counts.admitted, rows.counts.quarantined) == (4, 2, 2)


@pytest.mark.parametrize(
    "rule",
    [
        "(select count(*) from read_csv('/etc/passwd')) > 0",
        "(select count(*) from read_text('/etc/hostname')) > 0",
        "(select count(*) from 'http://127.0.0.1:9/x.csv') > 0",
        "(select count(*) from glob('/etc/*')) > 0",
    ],
)
def test_a_rule_reads_no_file_and_no_network(tmp_path, rule):
    feed = make_feed(rules=[{"name": "curious", "that": rule, "because": "it must not"}])
    with pytest.raises(Problems, match="rule 'curious': this cannot be evaluated") as caught:
        admit(feed, "id,value\na,1\n", tmp_path)
    assert "Cannot access file" in str(caught.value)


def test_a_rule_cannot_open_what_is_closed(tmp_path):
    feed = make_feed(rules=[{"name": "opens", "that": "true); set enable_external_access = true; select (true",
                             "because": "it must not"}])  # fmt: skip
    with pytest.raises(Problems, match="rule 'opens': this cannot be evaluated"):
        admit(feed, "id,value\na,1\n", tmp_path)


def test_a_rule_over_an_unknown_column_is_told_with_its_place(tmp_path):
    feed = make_feed(rules=[{"name": "wrong", "that": "nonsense > 1", "because": "a test"}])
    with pytest.raises(
        Problems, match=r"(?s)feeds/environment/test_reading.yml: rule 'wrong': .*\"nonsense\" not found"
    ):
        admit(feed, "id,value\na,1\n", tmp_path)


def test_a_rule_that_fails_on_a_value_is_told_without_the_value(tmp_path):
    feed = make_feed(rules=[{"name": "casts", "that": "value::integer > 0", "because": "a test"}])
    with pytest.raises(WrongUse, match="a rule cannot be evaluated on a value of this delivery") as caught:
        admit(feed, "id,value\na,13800138000 Zhang\n", tmp_path)
    assert "Zhang" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_broken_delivery_leaves_with_its_reason_from_within(tmp_path):
    with pytest.raises(Unreadable, match="wrong_encoding"):
        admit(make_feed(), b"id,value\na,1\nb,\xff\n", tmp_path)


def test_extra_is_null_where_nothing_was_added(tmp_path):
    rows = admit(make_feed(), "value,id\n1,a\n", tmp_path)
    assert rows.values("_extra") == [None]
    assert json.loads(admit(make_feed(), "id,value,\na,1,z\n", tmp_path / "x").admitted[0]["_extra"]) == {
        "": "z"
    }
