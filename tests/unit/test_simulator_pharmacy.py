"""What is sent about the cloud pharmacy against an exact reader."""

import gzip
import re
from collections import Counter, defaultdict
from datetime import date, datetime

import pytest

from simulator.city import pharmacy_of_day
from simulator.departments import cold_chain_reading, courier_event, pharmacy_order, prescription
from simulator.departments.cold_chain_reading import ColdChainReadings
from simulator.departments.courier_event import CourierEvents
from simulator.departments.pharmacy_order import Orders
from simulator.departments.prescription import Prescriptions
from tests.unit.exact_reader import kinds_of_labels
from tests.unit.file_faults import faults_of_files
from tests.unit.pharmacy_city import PHARMACY, asked, pharmacy_city
from tests.unit.pharmacy_reader import exact

# Faults of files so often that each kind appears in a month, no two equally often; and more faults of the few records.
OFTEN = {
    "files": dict(zip(PHARMACY.files.model_dump(), (0.10, 0.09, 0.11, 0.12, 0.07, 0.13), strict=True)),
    **{
        name: dict.fromkeys(getattr(PHARMACY, name).model_dump(), 0.01)
        for name in ("prescription_rows", "order_rows", "event_rows", "reading_rows")
    },
}
RATES = {
    Prescriptions: PHARMACY.prescription_rows, Orders: PHARMACY.order_rows, CourierEvents: PHARMACY.event_rows,
    ColdChainReadings: PHARMACY.reading_rows,
}  # fmt: skip
NOT_RULED = {"unmeasured"}


@pytest.fixture(scope="module")
def city():
    return pharmacy_city(5, 30, changed=OFTEN)


def _known(city, kind):
    return [each for each in city.observations if isinstance(each.facts, kind)]


def _ds(text: str) -> int:
    """Tenths of seconds since the calendar's first day of a local time."""
    at = datetime.fromisoformat(text).replace(tzinfo=None)
    return (at.toordinal() * 86_400 + at.hour * 3600 + at.minute * 60 + at.second) * 10


def _key(text: str) -> int:
    """A letter, a day and a number as one number."""
    return date(int(text[1:5]), int(text[5:7]), int(text[7:9])).toordinal() * 1_000_000 + int(text[9:])


def test_quarantined_are_exactly_what_an_exact_reader_finds(city):
    seen = defaultdict(Counter)
    for kind in RATES:
        for each in _known(city, kind):
            seen[kind].update(kinds_of_labels(each, exact, len(each.facts.rows)))
    for kind, rates in RATES.items():
        assert set(seen[kind]) == set(rates.model_dump()) | (
            NOT_RULED if kind is ColdChainReadings else set()
        )


def test_what_is_known_from_prescriptions_and_orders_is_what_stands_in_them(city):
    checked = Counter()
    for each in _known(city, Prescriptions):
        rows, good = each.facts.rows, exact(each.sent)[2]
        assert [_key(fields["id"]) for fields in good] == list(rows["prescription"])
        assert [fields["birthYear"] or 0 for fields in good] == list(rows["birth_year"])
        assert [_ds(fields["issuedAt"]) for fields in good] == list(rows["issued_ds"])
        assert {fields["issuedAt"][:10] for fields in good} == {each.facts.day.isoformat()}
        checked["without patient"] += sum(fields["patient"] is None for fields in good)
        checked["without year"] += sum(fields["birthYear"] is None for fields in good)
    for each in _known(city, Orders):
        rows, good = each.facts.rows, exact(each.sent)[2]
        assert [_key(fields["订单号"]) for fields in good] == list(rows["order"])
        assert [_key(fields["处方号"]) for fields in good] == list(rows["prescription"])
        assert [fields["区划代码"] for fields in good] == list(rows["district"])
        assert [_ds(fields["下单时间"]) for fields in good] == list(rows["ordered_ds"])
        assert [_ds(fields["承诺送达"]) for fields in good] == list(rows["promised_ds"])
        assert [int(fields["冷藏箱"][1:] or 0) for fields in good] == list(rows["box"])
        assert {fields["下单时间"][:10] for fields in good} == {each.facts.day.isoformat()}
        checked["orders"] += len(good)
        checked["former"] += sum(fields["区划代码"] in ("330103", "330104") for fields in good)
    assert checked["orders"] > 5000
    assert min(checked.values()) > 0


def test_what_is_known_from_couriers_and_boxes_is_what_stands_in_their_files(city):
    kinds, boxes = Counter(), Counter()
    for each in _known(city, CourierEvents):
        rows, good = each.facts.rows, exact(each.sent)[2]
        assert [_key(fields["no"]) for fields in good] == list(rows["event"])
        assert [_key(fields["order_id"]) for fields in good] == list(rows["order"])
        assert [courier_event.KINDS.index(fields["kind"]) for fields in good] == list(rows["kind"])
        assert [_ds(fields["event_at"]) for fields in good] == list(rows["at_ds"])
        assert {fields["event_at"][:10] for fields in good} == {each.facts.day.isoformat()}
        assert all(re.fullmatch(r"K\d{4}", fields["courier"]) for fields in good)
        kinds.update(fields["kind"] for fields in good)
    for each in _known(city, ColdChainReadings):
        rows, good = each.facts.rows, exact(each.sent)[2]
        assert [int(fields["box_id"][1:]) for fields in good] == list(rows["box"])
        assert [_ds(fields["read_at"]) for fields in good] == list(rows["at_ds"])
        told = ["" if degrees != degrees else round(degrees, 1) for degrees in rows["celsius"].tolist()]
        assert [fields["temperature_c"] and float(fields["temperature_c"]) for fields in good] == told
        assert {fields["read_at"][:10] for fields in good} == {each.facts.day.isoformat()}
        boxes.update(fields["box_id"] for fields in good)
    assert list(dict(kinds.most_common())) == ["揽收", "签收", "未签收", "退回"]
    assert len(boxes) == 10
    assert boxes.total() > 20_000


@pytest.mark.parametrize(
    ("feed", "removable", "empty"),
    [
        (prescription.FEED, b'"hospital"', None), (pharmacy_order.FEED, "承诺送达".encode("gb18030"), None),
        (courier_event.FEED, b"<kind>", 3), (cold_chain_reading.FEED, None, 1),
    ],
)  # fmt: skip
def test_whole_file_faults_are_what_they_say(city, feed, removable, empty):
    assert set(faults_of_files(city, feed, removable, empty)) == set(PHARMACY.files.model_dump())


def test_files_of_boxes_without_temperatures_or_readings_are_what_they_say(city):
    sent = {(each.name, each.sequence): each.content for each in city.deliveries}
    heads = {"empty_file": b"box_id,read_at,temperature_c\n", "removed_column": b"box_id,read_at\n"}
    checked = Counter()
    for label in city.labels:
        if label.feed == cold_chain_reading.FEED and label.kind in heads:
            text = gzip.decompress(sent[label.delivery_name, 1])
            assert text.startswith(heads[label.kind])
            assert (len(text.splitlines()) == 1) == (label.kind == "empty_file")
            checked[label.kind] += 1
    assert set(checked) == set(heads)


def test_a_file_that_is_corrected_later_had_other_values_and_no_other_rows(city):
    sent = {(each.sent.name, each.sent.sequence): each for each in city.observations if each.delivery}
    checked = set()
    for label in city.labels:
        if label.kind != "corrected_file":
            continue
        wrong, right = (sent[label.delivery_name, number].facts.rows for number in (1, 2))
        match label.feed:
            case prescription.FEED:
                assert set(wrong["birth_year"]) == {0} < set(right["birth_year"])
                key = ["prescription"]
            case pharmacy_order.FEED:
                key = ["order"]
                both = wrong.merge(right, on="order")
                assert set(both["promised_ds_x"] - both["promised_ds_y"]) == {864_000}
            case courier_event.FEED:
                assert courier_event.HANDED_OVER in set(right["kind"]) - set(wrong["kind"])
                key = ["event"]
            case cold_chain_reading.FEED:
                key = ["box", "at_ds"]
                both = wrong.merge(right, on=key)
                assert set((both["celsius_x"] - both["celsius_y"]).dropna().round(6)) == {5.0}
        assert set(map(tuple, wrong[key].to_numpy())) <= set(map(tuple, right[key].to_numpy()))
        checked.add(label.feed)
    assert len(checked) == 4


def test_the_same_city_made_again_or_a_day_alone_is_the_same(city):
    day, setting = date(2026, 4, 15), asked(5, 30, changed=OFTEN).setting
    alone = [each for each in pharmacy_of_day(setting, day) if each.delivery]
    whole = {each.sent.key: each for each in city.observations if each.delivery}
    assert len(alone) >= 4
    for each in alone:
        assert (whole[each.sent.key].sent, whole[each.sent.key].labels) == (each.sent, each.labels)
    assert list(pharmacy_of_day(asked(6, 30, changed=OFTEN).setting, day)) != alone


def test_files_come_from_two_senders_to_health_in_the_night_after(city):
    sent = [each for each in city.deliveries if each.department == "health"]
    senders = {re.split(r"_\d{8}", each.name)[0]: each.sender for each in sent}
    assert senders == {
        "prescription": "cloud-pharmacy", "pharmacy_order": "cloud-pharmacy", "courier_event": "cloud-pharmacy",
        "cold_chain": "cold-chain",
    }  # fmt: skip
    assert {(each.arrived_at.hour, each.arrived_at.minute // 30) for each in sent} <= {
        (hour, half) for hour in (0, 1, 8, 11, 12) for half in (0, 1)
    }
    for each in sent:
        if each.name.startswith("pharmacy_order"):
            assert each.content.count(b"\r\n") == each.content.count(b"\n")
