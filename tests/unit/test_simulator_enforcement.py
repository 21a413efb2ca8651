"""What is sent about law enforcement against an exact reader: an XML document, fixed places in bytes, and a table."""

import re
from collections import Counter, defaultdict
from datetime import date

import pytest

from simulator.city import enforcement_of_day
from simulator.departments import (
    enforcement_highway,
    enforcement_road,
    enforcement_waterway,
)
from simulator.departments.enforcement import Cases
from tests.unit.enforcement_city import LAW, asked, enforcement_city
from tests.unit.enforcement_reader import UNREAD, WAYS, agency_of, amount, exact, instant, records
from tests.unit.file_faults import faults_of_files

AGENCIES = ("highway", "road", "waterway")
RATES = {name: getattr(LAW, f"{name}_rows").model_dump() for name in AGENCIES}
# Faults of files so often that each kind appears in a month, no two equally often: of one sender, they would fall on the
# same days for ever; and more faults of the few records.
OFTEN = {
    "files": dict(zip(LAW.files.model_dump(), (0.10, 0.09, 0.11, 0.12, 0.07, 0.13), strict=True)),
    **{f"{name}_rows": dict.fromkeys(rates, 0.02) for name, rates in RATES.items()},
}  # fmt: skip
MARKS = {"waterway": "hull", "highway": "plate", "road": "车牌号"}


@pytest.fixture(scope="module")
def city():
    return enforcement_city(5, 30, changed=OFTEN)


def _files(city):
    return [each for each in city.observations if isinstance(each.facts, Cases)]


def test_quarantined_and_null_are_exactly_what_an_exact_reader_finds(city):
    seen, unread = defaultdict(Counter), Counter()
    for each in _files(city):
        agency = each.facts.agency
        broken, nulls, good = exact(each.sent)
        assert broken == {label.source_row for label in each.labels if label.result == "quarantined"}
        labelled = {(label.source_row, label.column) for label in each.labels if label.result == "null"}
        assert {(row, MARKS[agency]) for row, _ in nulls} == labelled
        (reading,) = each.readings
        assert (reading.quarantined, reading.admitted) == (len(broken), len(good))
        assert len(good) == len(each.facts.rows)
        # What is wrong with the order of two columns is wrong with neither alone.
        assert {label.column for label in each.labels if label.kind == "wrong_order"} <= {None}
        seen[agency].update(label.kind for label in each.labels if label.source_row)
        raw = dict(records(each.sent))
        unread.update(raw[row][MARKS[agency]] for row, _ in nulls)
    assert set(unread) == set(UNREAD)
    for agency, rates in RATES.items():
        mark = "unread_hull" if agency == "waterway" else "unread_plate"
        assert set(seen[agency]) == {*rates, mark}


def _ds(at) -> int:
    """Tenths of seconds since the calendar's first day of a local time."""
    return (at.toordinal() * 86_400 + at.hour * 3600 + at.minute * 60 + at.second) * 10


def test_what_is_known_from_a_file_is_what_stands_in_it(city):
    for each in _files(city):
        agency, rows, good = each.facts.agency, each.facts.rows, exact(each.sent)[2]
        for name in ("case", "violation", "district", "mark", "mmsi", "owner_code", "owner_name"):
            assert [fields[name] for fields in good] == list(rows[name])
        for text, known in (("found_at", "found_ds"), ("closed_at", "closed_ds")):
            assert [_ds(instant(agency, fields[text])) for fields in good] == list(rows[known])
        for text, known in (("fine", "fine_cny"), ("paid", "paid_cny")):
            assert [amount(fields[text]) for fields in good] == list(rows[known])
        assert [WAYS[agency][fields["way"]] for fields in good] == list(rows["way"])
        assert {instant(agency, fields["closed_at"]).date() for fields in good} == {each.facts.day}


def test_records_have_the_forms_that_were_agreed(city):
    raw = defaultdict(list)
    for each in _files(city):
        lost = {label.source_row for label in each.labels if label.result == "quarantined"}
        raw[each.facts.agency] += [fields for row, fields in records(each.sent) if row not in lost]
    times = {
        "waterway": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
        "highway": r"\d{14}",
        "road": r"\d{4}/\d+/\d+ \d+:\d\d:\d\d",
    }
    codes = {"waterway": r"W-\d{3}", "highway": r"\d{4}", "road": r"D-\d\d"}
    numbers = {"waterway": r"W\d\d-\d{6}", "highway": r"H\d\d-\d{8}", "road": r"D\d\d-\d{8}"}
    for agency, found in raw.items():
        number, since, until, code = list(found[0])[:4]
        for fields in found:
            assert re.fullmatch(numbers[agency], fields[number])
            assert re.fullmatch(times[agency], fields[since])
            assert re.fullmatch(times[agency], fields[until])
            assert re.fullmatch(codes[agency], fields[code])
        assert len({fields[number][:3] for fields in found}) == 1
    for fields in raw["road"]:
        # Both amounts have their unit, or neither.
        assert fields["罚款金额"].endswith("元") == fields["已缴金额"].endswith("元")
        assert not re.search(r"/0|\s0\d", fields["发现时间"])
        assert "金雀" in fields["当事人"]
    with_unit = sum(fields["罚款金额"].endswith("元") for fields in raw["road"])
    assert 0.05 < with_unit / len(raw["road"]) < 0.15
    assert all("金雀" in fields["driver"] for fields in raw["highway"])
    assert all("金雀" in fields["master"] for fields in raw["waterway"])
    assert {fields["found_by"] for fields in raw["waterway"]} == set(WAYS["waterway"])
    marks = {fields["mmsi"] == "" for fields in raw["waterway"]}
    assert marks == {True, False}
    assert all(re.fullmatch(r"(\d{9})?", fields["mmsi"]) for fields in raw["waterway"])
    owners = [(fields["carrier_code"], fields["carrier_name"]) for fields in raw["highway"]]
    assert all(re.fullmatch("([0-9A-Z]{18})?", code) for code, _ in owners)
    assert {(bool(code), bool(name)) for code, name in owners} == {
        (True, True),
        (False, True),
        (False, False),
    }
    assert any(fields["plate"] for fields in raw["highway"] if fields["carrier_code"])


def test_files_are_the_bytes_that_were_agreed(city):
    for each in _files(city):
        content, day = each.sent.content, f"{each.facts.day:%Y%m%d}"
        match each.facts.agency:
            case "waterway":
                first, second = content.splitlines()[:2]
                assert first == b'<?xml version="1.0" encoding="UTF-8"?>'
                assert second == f'<cases date="{day}">'.encode()
                assert content.endswith(b"</cases>\n")
            case "highway":
                lengths = Counter(map(len, content.split(b"\r\n")[:-1]))
                assert lengths.most_common(1)[0][0] == 174
                assert min(lengths) == 174
            case "road":
                assert content.decode("utf-8").startswith(
                    "\ufeff案号,发现时间,结案时间,违法代码,发现方式,区划代码,车牌号,当事单位,统一社会信用代码,罚款金额,已缴金额,当事人\n"
                )


def test_every_feed_is_named_as_agreed(city):
    names = Counter(
        each.key.rpartition("_")[0] + "." + each.key.rpartition(".")[2] for each in city.deliveries
    )
    ours = {name.removeprefix("transport/again-2/").removeprefix("transport/") for name in names}
    assert ours >= {
        "enforcement_waterway.xml", "enforcement_highway.txt", "enforcement_road.csv", "违法代码表.xlsx", "联合执法计划.csv",
        "governance/企业名录.csv",
    }  # fmt: skip


def test_the_same_city_made_again_or_a_day_alone_is_the_same(city):
    day = date(2026, 4, 15)
    alone = list(enforcement_of_day(asked(5, 30, changed=OFTEN).setting, day))
    whole = {each.sent.key: each for each in city.observations if each.delivery}
    sent = [each for each in alone if each.delivery]
    assert len(sent) >= 2
    for each in sent:
        assert (whole[each.sent.key].sent, whole[each.sent.key].labels) == (each.sent, each.labels)
    assert enforcement_city(5, 30, changed=OFTEN).deliveries == city.deliveries
    assert list(enforcement_of_day(asked(6, 30, changed=OFTEN).setting, day)) != alone


@pytest.mark.parametrize(
    ("feed", "removable", "empty"),
    [(enforcement_waterway.FEED, b"<violation>", 3), (enforcement_road.FEED, "违法代码".encode(), 1),
     (enforcement_highway.FEED, None, 0)],
)  # fmt: skip
def test_whole_file_faults_are_what_they_say(city, feed, removable, empty):
    kinds = faults_of_files(city, feed, removable, empty)
    assert set(kinds) == set(LAW.files.model_dump())


def test_a_line_without_its_violation_cannot_be_read_at_its_places(city):
    files = [
        each.sent for each in city.observations for label in each.labels
        if (label.feed, label.kind) == (enforcement_highway.FEED, "removed_column")
    ]  # fmt: skip
    assert files
    for sent in files:
        lines = sent.content.split(b"\r\n")[:-1]
        assert min(map(len, lines)) == 169
        with pytest.raises(UnicodeDecodeError):
            records(sent)


def test_fines_of_corrected_files_were_ten_times_too_high(city):
    sent = {(each.sent.name, each.sent.sequence): each for each in _files(city)}
    checked = set()
    for label in city.labels:
        if label.kind == "corrected_file":
            wrong, right = (
                sent[label.delivery_name, number].facts.rows.set_index("case") for number in (1, 2)
            )
            assert 0.7 * len(right) < len(wrong) <= len(right)
            assert (wrong["fine_cny"] == 10 * right["fine_cny"][wrong.index]).all()
            assert (wrong["paid_cny"] == right["paid_cny"][wrong.index]).all()
            checked.add(agency_of(label.delivery_name))
    assert checked == set(AGENCIES)
