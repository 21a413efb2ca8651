"""A day made alone, from the window its declaration asks for, is the day made with all others."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from citylake.conform.days import ranges, widened, within
from citylake.conform.frame import shaped
from citylake.conform.inputs import calendar
from citylake.table import Table, job_module, load_tables
from tests.integration import (
    law_rows,
    market_rows,
    parking_rows,
    pharmacy_rows,
    process_rows,
    record_rows,
    road_rows,
    service_rows,
    ship_rows,
    toll_rows,
    transit_rows,
    visit_rows,
)
from tests.integration.test_conform_air_quality_day import READINGS, STATIONS, WEATHER
from tests.integration.test_conform_case_day import REPORTS
from tests.local_spark import session

FIRST = date(2026, 2, 20)
DAYS = [FIRST + timedelta(days=n) for n in range(21)]


def air_quality(chance: random.Random) -> dict[str, tuple[list[tuple], str]]:
    """Hours with gaps, long and short stuck runs over midnight, weather with holes, a station that moves."""
    readings, weather = [], []
    for station in ("A", "B", "Unknown"):
        value = 20.0
        for n in range(24 * len(DAYS)):
            at = datetime(2026, 2, 19, 16, tzinfo=UTC) + timedelta(hours=n)
            technical = ("D", n, DAYS[n // 24], at)
            # Mostly unchanged, so that runs cross midnight, some of them for days.
            value = value if chance.random() < 0.9 else float(chance.randint(1, 60))
            shown = value if chance.random() < 0.97 else None
            if chance.random() < 0.97:
                others = [float(chance.randint(1, 90)) / 10 for _ in range(5)]
                readings.append((station, at, shown, *others, *technical))
            if chance.random() < 0.4:
                weather.append((station, at, chance.uniform(-5, 30), chance.uniform(0, 9), 0.1, *technical))
    moved = FIRST + timedelta(days=6)
    stations = [
        ("S1", "A", "330106", date(2020, 1, 1), moved),
        ("S1", "A", "330113", moved, None),
        ("S2", "B", "330106", date(2020, 1, 1), FIRST + timedelta(days=9)),
        ("S3", "Silent", "330106", FIRST + timedelta(days=4), None),
    ]
    return {"readings": (readings, READINGS), "weather": (weather, WEATHER), "stations": (stations, STATIONS)}


def cases(chance: random.Random) -> dict[str, tuple[list[tuple], str]]:
    """Places that miss reports for days, lose and get their codes, and totals that fall."""
    rows = []
    # The last two report every 7 and every 8 days: just within and just beyond the look back.
    places = (
        ("杭州市", "330100", 2),
        ("未公布来源", None, 2),
        ("宁波市", "330200", 7),
        ("温州市", "330300", 8),
    )
    for name, code, every in places:
        total = 0
        for n, day in enumerate(DAYS):
            total = max(0, total + chance.randint(-3, 9))
            if chance.random() < 0.5 if every == 2 else n % every == 0:
                shown = code if chance.random() < 0.8 else None
                rows.append(("中国", "CN", "浙江省", "330000", name, shown, total, 0, total // 2, 0, day))
    return {"reports": (rows, REPORTS)}


GENERATORS = {
    "conformed.environment.air_quality_day": air_quality,
    "conformed.health.case_day": cases,
    "conformed.transport.parking_session": lambda chance: parking_rows.random_events(chance, DAYS),
    "conformed.transport.parking_account": lambda chance: parking_rows.random_account(chance, DAYS),
    "conformed.transport.parking_lot_day": lambda chance: parking_rows.random_lot_days(chance, DAYS),
    "conformed.transport.parking_market": lambda chance: market_rows.random_market(chance, DAYS),
    "conformed.transport.vehicle_day": lambda chance: market_rows.random_vehicles(chance, DAYS),
    "conformed.transport.ship_track": lambda chance: ship_rows.random_positions(chance, DAYS),
    "conformed.transport.ship_passage": lambda chance: ship_rows.random_passages(chance, DAYS),
    "conformed.transport.ship_capture": lambda chance: ship_rows.random_captures(chance, DAYS),
    "conformed.transport.incident_response": lambda chance: road_rows.random_incidents(chance, DAYS),
    "conformed.transport.incident_message": lambda chance: road_rows.random_messages(chance, DAYS),
    "conformed.transport.road_segment_day": lambda chance: road_rows.random_speeds(chance, DAYS),
    "conformed.transport.enforcement_link": lambda chance: law_rows.random_links(chance, DAYS),
    "conformed.transport.enforcement_case": lambda chance: law_rows.random_cases(chance, DAYS),
    "conformed.transport.transit_trip": lambda chance: transit_rows.random_taps(chance, DAYS),
    "conformed.governance.service_journey": lambda chance: service_rows.random_journeys(chance, DAYS),
    "conformed.governance.machine_day": lambda chance: service_rows.random_statuses(chance, DAYS),
    "conformed.governance.machine_session": lambda chance: service_rows.random_sessions(chance, DAYS),
    "conformed.transport.etc_gantry_passage": lambda chance: toll_rows.random_passages(chance, DAYS),
    "conformed.transport.etc_trip": lambda chance: toll_rows.random_trips(chance, DAYS),
    "conformed.transport.toll_passage": lambda chance: toll_rows.random_lanes(chance, DAYS),
    "conformed.health.delivery": lambda chance: pharmacy_rows.random_deliveries(chance, DAYS),
    "conformed.health.appointment_visit": lambda chance: visit_rows.random_visits(chance, DAYS),
    "conformed.health.visit_process": lambda chance: process_rows.random_processes(chance, DAYS),
    "conformed.health.face_transaction": lambda chance: process_rows.random_faces(chance, DAYS),
    "conformed.health.care_episode": lambda chance: record_rows.random_episodes(chance, DAYS),
    "conformed.health.exam": lambda chance: record_rows.random_exams(chance, DAYS),
    "conformed.health.settlement_claim": lambda chance: record_rows.random_claims(chance, DAYS),
    "conformed.health.record_access": lambda chance: record_rows.random_accesses(chance, DAYS),
}
TABLES = [table for table in load_tables().values() if not table.is_current_rows]
# One run of it is as long as of all others together: fewer runs.
SLOW = "conformed.transport.ship_passage"
PARTS = [(table, seed) for table in TABLES for seed in ((1,) if table.table_id == SLOW else (1, 2))]


def made(
    table: Table, given: dict[str, tuple[list[tuple], str]], days: list[date]
) -> dict[date, list[tuple]]:
    """Rows by day, sorted, exactly as they would be written."""
    inputs = {}
    for name, (rows, schema) in given.items():
        frame = session().createDataFrame(rows, schema)
        item = table.inputs[name]
        if not item.as_of:
            frame = frame.filter(within("_business_date", widened(ranges(days), item.before, item.after)))
        inputs[name] = frame
    if table.reads_calendar:
        inputs["calendar"] = calendar(session(), days)
    found: dict[date, list[tuple]] = {day: [] for day in days}
    for row in shaped(job_module(table).conform(inputs, days), table, days).collect():
        found[row["_business_date"]].append(tuple(row))
    return {day: sorted(rows, key=repr) for day, rows in found.items()}


@pytest.mark.parametrize(("table", "seed"), PARTS, ids=lambda given: getattr(given, "name", given))
def test_any_part_of_the_days_equals_the_same_days_of_the_whole(table: Table, seed: int):
    chance = random.Random(seed)
    given = GENERATORS[table.table_id](chance)
    whole = made(table, given, DAYS)
    assert sum(len(rows) for rows in whole.values()) > len(DAYS) / 2
    alone = [[day] for day in DAYS[seed :: 7 if table.table_id == SLOW else 3]]
    for part in (*alone, sorted(chance.sample(DAYS, 5))):
        assert made(table, given, part) == {day: whole[day] for day in part}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_late_rows_change_no_day_but_those_that_read_theirs(table: Table):
    """A first run without some days of some inputs; the days that read them made again; and everything at once."""
    chance = random.Random(4)
    given = GENERATORS[table.table_id](chance)
    late = {
        name: set(chance.sample(DAYS, 2))
        for name, item in table.inputs.items()
        if not item.as_of
    }  # fmt: skip
    early = {name: (without(late.get(name, set()), *rows), rows[1]) for name, rows in given.items()}
    again = [
        day for day in DAYS
        if any(day - table.inputs[name].before <= each <= day + table.inputs[name].after
               for name, days in late.items() for each in days)
    ]  # fmt: skip
    before, whole = made(table, early, DAYS), made(table, given, DAYS)
    assert before != whole
    assert before | made(table, given, again) == whole


def without(days: set[date], rows: list[tuple], schema: str) -> list[tuple]:
    """Rows of a frame but those of some days."""
    names = [column.split()[0] for column in schema.split(",")]
    return [row for row in rows if not days or row[names.index("_business_date")] not in days]
