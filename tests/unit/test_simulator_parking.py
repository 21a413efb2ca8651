"""The parking platforms' files against an exact reader, and their truth against numbers typed by hand."""

import csv
import io
import json
from collections import Counter, defaultdict
from datetime import date

import numpy as np
import pandas as pd
import pytest

from simulator import scenario
from simulator.city import simulate
from simulator.departments import parking_event
from simulator.departments.parking_event import Events
from simulator.departments.parking_payment import Payments
from simulator.truth import parking
from simulator.world import parking as world
from simulator.world.lots import Barrier, Lot, lots
from tests.unit.file_faults import faults_of_files

DEFAULT = scenario.read()
DAY = date(2026, 3, 5)
FEED = "transport.parking_event"


@pytest.fixture(scope="module")
def city():
    return simulate(5, DEFAULT, 12, date(2026, 4, 20), scale=0.02)


def _exact(content: bytes) -> tuple[set[int], set[int], list[dict]]:
    """Quarantined record numbers, those with an unread plate, and the admitted records, as an exact reader finds them."""
    header, *rows = csv.reader(io.StringIO(content.decode("gb18030"), newline=""))
    by_key, broken, unread, good = defaultdict(list), set(), set(), {}
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            broken.add(number)
            continue
        fields = dict(zip(header, row, strict=True))
        by_key[fields["流水号"]].append((number, row))
        clock_ok = int(fields["过线时间"][11:13]) < 24
        fee = fields["应收金额"].replace(".", "", 1)
        if not (
            clock_ok and fields["停车场编号"] and 1 <= int(fields["车道"]) <= 12
            and fields["方向"] in ("进", "出") and (not fee or fee.isdigit())
        ):  # fmt: skip
            broken.add(number)
        if fields["车牌号"] == "无牌":
            unread.add(number)
        good[number] = fields
    for alike in by_key.values():
        if len(alike) > 1:
            is_same = len({tuple(row) for _, row in alike}) == 1
            broken |= {number for number, _ in (alike[1:] if is_same else alike)}
    return broken, unread - broken, [fields for number, fields in good.items() if number not in broken]


def test_quarantined_and_null_are_exactly_what_an_exact_reader_finds(city):
    seen = Counter()
    for each in city.observations:
        if not isinstance(each.facts, Events):
            continue
        broken, unread, good = _exact(each.sent.content)
        planted = {label.source_row for label in each.labels if label.result == "quarantined"}
        assert broken == planted, each.sent.name
        assert unread == {label.source_row for label in each.labels if label.result == "null"}
        assert [fields["流水号"] for fields in good] == list(each.facts.rows["event"])
        (reading,) = each.readings
        assert (reading.quarantined, reading.admitted) == (len(broken), len(good))
        seen.update(label.kind for label in each.labels)
    assert set(DEFAULT.parking.rows.model_dump()) - {"two_faults"} <= set(seen)


def test_the_same_city_made_again_or_a_day_alone_is_the_same(city):
    alone = simulate(5, DEFAULT, 1, date(2026, 4, 15), scale=0.02)
    of_parking = ("parking_event", "payment", "occupancy")
    again = {each.key: each.content for each in alone.deliveries if each.name.startswith(of_parking)}
    whole = {each.key: each.content for each in city.deliveries}
    assert len(again) > 7
    assert all(whole[key] == content for key, content in again.items())


def test_whole_file_faults_are_what_they_say(city):
    kinds = faults_of_files(city, FEED, "车牌号".encode("gb18030"))
    assert set(kinds) == set(DEFAULT.parking.files.model_dump())


def test_the_figures_of_the_paper_come_out_of_rows_and_follow_the_scenario():
    def shares(**changes) -> tuple[float, float]:
        rates = DEFAULT.parking.model_copy(update=changes)
        here = lots(1, rates, 0.02)
        adopted = [lot for lot in here if lot.is_free_flow(DAY)]
        scenic = [lot for lot in here if lot.is_scenic]
        gone = [lot for lot in scenic if all(each.removed and each.removed <= DAY for each in lot.barriers)]
        return len(adopted) / len(here), len(gone) / len(scenic)

    assert shares() == (DEFAULT.parking.adopted_share, 1.0)
    assert shares(adopted_share=0.5, scenic_barriers_removed=23) == (0.5, pytest.approx(1 / 3))


def test_nobody_comes_to_a_lot_twice_within_four_days_and_plates_differ():
    here = lots(1, DEFAULT.parking, 0.02)
    days = [
        world.arrivals(
            1,
            DEFAULT.parking,
            here,
            DAY.replace(day=day),
        )
        for day in range(1, 5)
    ]
    whole = pd.concat(days)
    assert whole.groupby(["lot", "vehicle"]).size().max() == 1
    assert (whole["left_s"] - whole["entered_s"]).max() < 2 * 86400
    vehicles = np.arange(400_000)
    assert len(set(world.plates(1, vehicles))) == len(vehicles)


def test_what_is_paid_is_what_is_due_but_for_those_who_never_pay(city):
    paid = pd.concat([each.facts.rows for each in city.observations if isinstance(each.facts, Payments)])
    assert not paid.duplicated(["payment", "ticket"]).any()
    assert paid.groupby("payment")["paid_ds"].nunique().max() == 1
    assert paid.groupby("payment").size().max() > 1  # several bills in one payment
    assert paid[paid["kind"] == "payment"].groupby("ticket").size().max() == 2  # a bill in two payments
    document = next(each.sent.content for each in city.observations if isinstance(each.facts, Payments))
    assert sum(len(each["bills"]) for each in json.loads(document)["payments"]) > 100


def _event(event, way, plate, hour, lot="P0001", **more):
    at = int((DAY.toordinal() * 24 + hour) * 36_000)
    return {"event": event, "lot": lot, "is_entry": way == "in", "plate": plate, "captured_ds": at - 14,
            "crossed_ds": at, "has_barrier": False, "ticket": "", "due_cny": 0.0, **more}  # fmt: skip


def _stays(*events):
    found = parking.stays(pd.DataFrame(events))
    begin = DAY.toordinal() * 24
    return sorted(
        (row.entered_ds / 36_000 - begin, row.left_ds / 36_000 - begin) for row in found.itertuples()
    )


def test_who_drives_in_and_is_next_seen_driving_out_stayed():
    assert _stays(_event("1", "in", "A12345", 8), _event("2", "out", "A12345", 10)) == [(8, 10)]
    # The first way in has lost its way out; the second has not.
    twice = (_event("1", "in", "A12345", 8), _event("2", "in", "A12345", 9), _event("3", "out", "A12345", 10))
    assert _stays(*twice) == [(9, 10)]
    assert _stays(_event("1", "in", "A12345", 0), _event("2", "out", "A12345", 48)) == [(0, 48)]
    assert _stays(_event("1", "in", "A12345", 0), _event("2", "out", "A12345", 48.1)) == []
    assert _stays(_event("1", "in", "A12345", 8), _event("2", "out", "A12345", 10, lot="P0002")) == []
    assert _stays(_event("1", "in", "", 8), _event("2", "out", "", 10)) == []


def test_one_misread_character_is_forgiven_where_only_one_can_be_meant():
    first, out = _event("1", "in", "A12345", 8), _event("2", "out", "A1234S", 10)
    assert _stays(first, out) == [(8, 10)]
    assert _stays(first, _event("2", "out", "A123SS", 10)) == []
    assert _stays(first, _event("2", "out", "A1234S", 7)) == []
    other = _event("3", "in", "A1234Z", 9)  # either may be meant
    assert _stays(first, other, out) == []
    theirs = _event("4", "out", "A1234Z", 9.5)  # now the other one is accounted for
    assert _stays(first, other, out, theirs) == [(8, 10), (9, 9.5)]


LOT = Lot(1, "330106", "", True, 10, 5.0, "p", date(2022, 1, 1), date(2023, 1, 1),
          (Barrier("B1", date(2022, 1, 1), None),))  # fmt: skip


def _indicator(events, payments=(), heard=None):
    frame = pd.DataFrame(events)
    paid = pd.DataFrame(payments, columns=["payment", "ticket", "paid_ds", "kind", "amount_cny"])
    known = parking.Known(
        frame[frame["is_entry"]], parking.stays(frame), frame[frame["ticket"] != ""], paid,
        parking._heard(frame), (LOT,), (),
    )  # fmt: skip
    table = parking.table(known, (DAY,))
    city = table[(table["area_type"] == "city") & (table["group"] == "all")]
    return {row.code: (row.value, row.numerator, row.denominator) for row in city.itertuples()}


def test_the_indicators_of_a_day_typed_by_hand():
    at = DAY.toordinal() * 864_000
    events = [
        _event("1", "in", "A12345", 8, captured_ds=at + 8 * 36_000 - 10),
        _event("2", "in", "B12345", 9, captured_ds=at + 9 * 36_000 - 30),
        _event("3", "out", "A12345", 10, ticket="T1", due_cny=10.0),
        _event("4", "out", "B12345", 33, ticket="T2", due_cny=20.0),  # 9 in the morning of the next day
        _event("5", "out", "C12345", 12, ticket="T3", due_cny=8.0),
    ]
    payments = [
        ("p", "T1", at + 11 * 36_000, "payment", 4.0), ("q", "T1", at + 12 * 36_000, "payment", 6.0),
        ("r", "T1", at + 20 * 36_000, "refund", 1.0), ("s", "T3", at + 11 * 36_000, "payment", 8.0),
    ]  # fmt: skip
    found = _indicator(events, payments)
    assert found["t6_entry_p50_s"][0] == 1.0
    assert found["t6_entry_p95_s"][0] == 3.0
    assert found["t6_occupancy_pct"] == (pytest.approx(100 * 17 / 240), 17 * 3600, 10 * 86_400)
    assert found["t6_paid_after_leaving_pct"] == (50.0, 1, 2)  # T1 after, T3 before; T2 left on another day
    assert found["t6_arrears_recovered_30d_pct"] == (90.0, 9.0, 10.0)
    assert found["t6_lot_adopted_pct"] == (100.0, 1, 1)
    assert found["t6_scenic_barrier_removed_pct"] == (0.0, 0, 1)


def test_what_the_cameras_lose_and_misread_is_rare_and_one_character():
    here = lots(2, DEFAULT.parking, 0.02)
    happened = parking_event.happened(2, DEFAULT, DAY, here)
    seen = parking_event.observed(2, DEFAULT, DAY, here)
    both = happened.merge(seen, on="event", suffixes=("", "_seen"))
    misread = both[(both["plate"] != both["plate_seen"]) & (both["plate_seen"] != "")]
    assert 0.98 < len(both) / len(happened) < 1
    assert 0.008 < len(misread) / len(both) < 0.025
    assert all(
        sum(a != b for a, b in zip(row.plate, row.plate_seen, strict=True)) == 1
        for row in misread.itertuples()
    )
