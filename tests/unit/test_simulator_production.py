"""A city made in processes is the city made in memory, however many there are, and after a start that was killed."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from simulator import scenario, writer
from simulator.city import City, simulate
from simulator.production import produce
from simulator.setting import Asked
from simulator.truth import parking, tables
from simulator.world.parking import ticket_texts

ASKED = Asked(5, scenario.read(), 3, date(2026, 4, 18), 0.01)


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def city() -> City:
    return simulate(ASKED.seed, ASKED.scenario, ASKED.days, ASKED.until, ASKED.scale)


@pytest.fixture(scope="module")
def in_memory(city, tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("memory")
    writer.prepare(folder)
    writer.write(city.deliveries, folder)
    tables.write(city, folder / "truth")
    return _hashes(folder)


@pytest.fixture(scope="module")
def in_one(tmp_path_factory) -> Path:
    """The folder of a run in this process."""
    folder = tmp_path_factory.mktemp("one")
    produce(ASKED, folder, 1)
    return folder


def test_one_process_two_and_none_but_memory_make_the_same_files(in_memory, in_one, tmp_path):
    assert _hashes(in_one) == in_memory
    steps = []
    made = produce(ASKED, tmp_path, 2, lambda: steps.append(1))
    assert _hashes(tmp_path) == in_memory
    assert len(in_memory) == made.deliveries + 5  # four tables and the manifest
    assert len(steps) == 2 * ASKED.days


def test_a_day_made_alone_has_the_files_of_the_day_among_others(in_memory, tmp_path):
    alone = replace(ASKED, days=1, until=date(2026, 4, 17))
    produce(alone, tmp_path, 1)
    found = {
        name: text for name, text in _hashes(tmp_path).items() if name.startswith("inbox") and "0417" in name
    }
    lists = (
        "名录", "登记", "航道", "district", "监测站", "证书", "路段", "指挥中心", "办事事项", "网点", "自助机", "经营者", "持股",
        "违法代码", "执法计划", "门架", "收费站", "车站", "移动支付", "人口", "gtfs", "医院",
    )  # fmt: skip
    of_day = {name: text for name, text in found.items() if not any(each in name for each in lists)}
    assert len(of_day) > 20
    assert of_day.items() <= in_memory.items()


def test_faults_are_in_order_of_arrival_and_of_their_records_and_what_never_came_is_last(city, in_one):
    rows = pq.read_table(in_one / "truth" / "defects.parquet").to_pylist()
    arrived = {(each.name, each.sequence): each.arrived_at for each in city.deliveries}
    at = [arrived.get((row["delivery_name"], row["sequence"])) for row in rows]
    came = [each for each in at if each is not None]
    assert came == sorted(came)
    assert at == came + [None] * (len(at) - len(came))
    assert len(at) > len(came)
    assert [(row["delivery_name"], row["source_row"]) for row in rows] == [
        (label.delivery_name, label.source_row) for label in city.labels
    ]


def test_a_run_that_was_killed_is_replaced_by_the_next_and_leaves_no_process(in_memory, tmp_path):
    out = tmp_path / "out"
    words = [
        sys.executable, "-m", "simulator", "--seed", "5", "--days", "3", "--until", "2026-04-18", "--scale", "0.01",
        "--workers", "2", "--out", str(out),
    ]  # fmt: skip
    began = subprocess.Popen(
        words, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )
    waits_until = time.monotonic() + 120
    while not list(out.glob("inbox/transport/*")) and time.monotonic() < waits_until:
        assert began.poll() is None
        time.sleep(0.05)
    began.send_signal(signal.SIGKILL)  # the parent alone
    began.wait()
    assert list(out.glob("inbox/transport/*"))
    assert not (out / writer.MANIFEST).exists()
    while _is_running(began.pid) and time.monotonic() < waits_until:
        time.sleep(0.05)
    assert not _is_running(began.pid)
    (out / "inbox" / "transport" / "of_the_killed_run.csv").write_text("")
    produce(ASKED, out, 1)
    assert _hashes(out) == in_memory
    assert not (out / writer.SCRATCH).exists()


@pytest.mark.parametrize(
    ("system", "begins", "codes"),
    [
        (
            "h4_", ("prescription_", "pharmacy_order_", "courier_event_", "cold_chain_"),
            {"h4_on_time_pct", "h4_door_p50_h", "h4_door_p90_h", "h4_cold_chain_kept_pct", "h4_not_collected_pct"},
        ),
        (
            "h2_", ("card_event_", "face_match_"),
            {
                "h2_whole_process_card_pct", "h2_whole_process_face_pct", "h2_self_service_pct", "h2_process_p50_min",
                "h2_drop_out_pct", "h2_face_false_reject_pct",
            },
        ),
        (
            "h3_", ("settlement_2", "settlement_line_", "record_access_"),
            {
                "h3_inter_hospital_settled_pct", "h3_settlement_p50_min", "h3_repeat_exam_pct", "h3_record_found_first_pct",
                "h3_access_without_reason_pct", "h3_claim_between_hospitals_cny",
            },
        ),
    ],
)  # fmt: skip
def test_systems_of_hospitals_and_the_cloud_pharmacy_are_parts_of_the_city(
    city, in_one, system, begins, codes
):
    of_files = [each.delivery_name for each in city.labels if each.kind == "missing_file"]
    names = {each.name for each in city.deliveries} | set(of_files)
    assert {begin: sum(name.startswith(begin) for name in names) for begin in begins} == dict.fromkeys(
        begins, 3
    )
    made = pq.read_table(in_one / "truth" / "indicators.parquet")["code"].unique().to_pylist()
    assert {code for code in made if code.startswith(system)} == codes


def _is_running(session: int) -> bool:
    """Whether any process of a session is left."""
    try:
        os.killpg(session, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_truth_of_a_day_needs_four_days_around_it_and_no_more(monkeypatch):
    city = simulate(3, ASKED.scenario, 11, date(2026, 4, 20), 0.01)
    day = city.days[5]
    known = parking.known_at(city, day, city.after_late_data)
    monkeypatch.setattr(parking, "AROUND", range(-5, 6))
    wider = parking.known_at(city, day, city.after_late_data)
    by = ["lot", "entered_ds", "left_ds"]
    assert len(known.stays) > 500
    assert known.stays.sort_values(by, ignore_index=True).equals(
        wider.stays.sort_values(by, ignore_index=True)
    )
    monkeypatch.setattr(parking, "AROUND", range(-1, 2))
    narrower = parking.known_at(city, day, city.after_late_data)
    assert len(narrower.stays) != len(known.stays)


def test_every_payment_of_a_bill_lies_within_the_days_that_are_read(monkeypatch):
    city = simulate(3, ASKED.scenario, 11, date(2026, 4, 20), 0.01)
    day = city.days[2]
    paid = parking.known_at(city, day, city.after_late_data).paid
    monkeypatch.setattr(parking, "PAID", range(-2, 9))
    assert len(parking.known_at(city, day, city.after_late_data).paid) == len(paid) > 500


def test_numbers_of_bills_have_thirteen_digits_and_none_is_empty():
    numbers = pd.Series([2603050000017, 603050000017, 0])
    assert ticket_texts(numbers) == ["T2603050000017", "T0603050000017", ""]
