"""Every declared expectation stays silent on a clean city and catches a defect planted for it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from citylake.build.project import domains
from citylake.check.declaration import load_checks
from citylake.check.evaluation import evaluate
from tests.unit import health_checks, law_checks, toll_checks, transit_checks
from tests.unit.market_city import run_lot, span, vehicles
from tests.unit.marts_city import DISTRICTS, build, case_day, station, station_day
from tests.unit.parking_city import bill, entry, lot, lot_day
from tests.unit.road_city import escalated, incident, message, road_segment, segment_day
from tests.unit.service_city import item, journey, machine, machine_day, site, use
from tests.unit.ship_city import capture, fairway, passage, ship, track

DAYS = [date(2026, 3, 1) + timedelta(days=number) for number in range(40)]
LAST = DAYS[-1].isoformat()

# Domain, table and name of an expectation -> SQL that plants in the built tables what it must catch.
DEFECTS = {
    "environment.fct_air_quality_day.pm25_is_plausible":
        "update marts.fct_air_quality_day set pm25_mean_ugm3 = 1001 where station_id = 'A' and _business_date = '2026-03-05'",
    "environment.fct_air_quality_day.pm10_is_plausible":
        "update marts.fct_air_quality_day set pm10_mean_ugm3 = -1 where station_id = 'A' and _business_date = '2026-03-05'",
    "environment.fct_air_quality_day.no2_is_plausible":
        "update marts.fct_air_quality_day set no2_mean_ugm3 = 501 where station_id = 'A' and _business_date = '2026-03-05'",
    "environment.fct_air_quality_day.so2_is_plausible":
        "update marts.fct_air_quality_day set so2_mean_ugm3 = 1001 where station_id = 'A' and _business_date = '2026-03-05'",
    "environment.fct_air_quality_day.o3_is_plausible":
        "update marts.fct_air_quality_day set o3_mean_ugm3 = 601 where station_id = 'A' and _business_date = '2026-03-05'",
    "environment.fct_air_quality_day.pm25_is_part_of_pm10":
        "update marts.fct_air_quality_day set pm25_mean_ugm3 = pm10_mean_ugm3 + 1 where day(_business_date) <= 10",
    "environment.fct_air_quality_day.few_stuck_sensors":
        "update marts.fct_air_quality_day set stuck_hours = 12 where day(_business_date) <= 10",
    "environment.fct_air_quality_day.stations_are_known":
        "update marts.fct_air_quality_day set warning_orphan_station = true where day(_business_date) <= 10",
    "environment.fct_air_quality_day.districts_are_known":
        "update marts.fct_air_quality_day set warning_orphan_district = true where station_id = 'A'",
    "environment.int_air_quality_checks.most_stations_are_heard":
        f"update marts.int_air_quality_checks set heard_pct = 49 where _business_date = '{LAST}'",
    "environment.int_air_quality_checks.level_is_not_another_unit":
        f"update marts.int_air_quality_checks set pm25_to_before_ratio = 1000 where _business_date = '{LAST}'",
    "environment.int_air_quality_checks.level_moves_like_weather":
        f"update marts.int_air_quality_checks set pm25_to_before_ratio = 0.09 where _business_date = '{LAST}'",
    "environment.fct_indicator_value.percentages_are_percentages":
        f"update marts.fct_indicator_value set value = 101 where unit = '%' and period = '{LAST}'",
    "environment.fct_indicator_value.most_values_are_reported":
        "update marts.fct_indicator_value set value_status = 'not_reported' where period_type = 'day' and period < '2026-03-20'",
    "health.fct_case_day.new_cases_are_plausible":
        f"update marts.fct_case_day set confirmed_new = 100001 where area_type = 'city' and _business_date = '{LAST}'",
    "health.fct_case_day.the_dead_were_confirmed":
        "update marts.fct_case_day set dead_total = confirmed_total + 1"
        f" where area_type = 'province' and _business_date = '{LAST}'",
    "health.fct_case_day.corrections_are_rare":
        "update marts.fct_case_day set is_corrected = true where day(_business_date) <= 10",
    "health.fct_case_day.areas_have_codes":
        "update marts.fct_case_day set warning_missing_code = true where area_type = 'province'",
    "health.int_case_checks.parts_add_up":
        "update marts.int_case_checks set gap_pct = 11",
    "health.int_case_checks.country_is_the_sum_of_its_provinces":
        f"update marts.int_case_checks set gap_pct = 26 where area_type = 'country' and _business_date = '{LAST}'",
    "health.fct_indicator_value.most_values_are_reported":
        "update marts.fct_indicator_value set value_status = 'not_reported' where period < '2026-03-20'",
    "governance.dim_district.a_city_has_districts_in_force":
        "delete from marts.dim_district where level_type = 'district' and district_code <> '330106'",
    "governance.dim_district.what_districts_belong_to_is_there":
        "delete from marts.dim_district where level_type in ('city', 'province')",
    "governance.fct_indicator_value.percentages_are_percentages":
        f"update marts.fct_indicator_value set value = 101 where unit = '%' and period = '{LAST}'",
    "governance.fct_indicator_value.nobody_comes_ten_times":
        f"update marts.fct_indicator_value set value = 11 where code = 't4_visits_per_case' and period = '{LAST}'",
    "governance.int_service_journeys.most_submissions_are_recorded":
        "update marts.int_service_journeys set is_submission_recorded = false where day(_business_date) <= 8",
    "governance.int_service_journeys.items_are_in_the_guide":
        "update marts.int_service_journeys set warning_unknown_item = true where day(_business_date) <= 2",
    "governance.fct_service_item_day.some_promises_are_kept":
        "update marts.fct_service_item_day set promise_kept_count = 0 where day(_business_date) <= 20",
    "governance.fct_machine_day.a_day_has_no_more_seconds":
        f"update marts.fct_machine_day set known_s = 86401 where machine_id = 'M1' and _business_date = '{LAST}'",
    "governance.fct_machine_day.most_machines_are_heard":
        "update marts.fct_machine_day set report_count = 0 where day(_business_date) <= 8",
    "governance.fct_machine_day.machines_are_not_in_an_oven":
        "update marts.fct_machine_day set max_temperature_celsius = 61 where machine_id = 'M1' and day(_business_date) <= 2",
    "governance.int_machine_sessions.machines_are_listed":
        "update marts.int_machine_sessions set warning_unknown_machine = true where day(_business_date) <= 2",
    "governance.int_machine_sessions.sessions_take_minutes":
        f"update marts.int_machine_sessions set duration_s = 7201 where _business_date = '{LAST}'",
    "transport.fct_parking_lot_day.lots_are_not_fuller_than_they_can_be":
        "update marts.fct_parking_lot_day set occupancy_pct = 131 where lot_id = 'P1' and _business_date <= '2026-03-03'",
    "transport.fct_parking_lot_day.occupancy_is_possible":
        f"update marts.fct_parking_lot_day set occupancy_pct = 1001 where lot_id = 'P1' and _business_date = '{LAST}'",
    "transport.fct_parking_lot_day.counters_agree_with_stays":
        "update marts.fct_parking_lot_day set counted_occupancy_pct = 0 where _business_date > '2026-03-07'",
    "transport.fct_parking_lot_day.as_many_drive_out_as_in":
        "update marts.fct_parking_lot_day set entry_count = 0 where _business_date > '2026-03-03'",
    "transport.fct_indicator_value.percentages_are_percentages":
        f"update marts.fct_indicator_value set value = 131 where unit = '%' and period = '{LAST}'",
    "transport.fct_indicator_value.driving_in_takes_seconds":
        f"update marts.fct_indicator_value set value = 601 where code = 't6_entry_p95_s' and period = '{LAST}'",
    "transport.fct_indicator_value.judging_takes_two_days_at_most":
        "update marts.fct_indicator_value set value = 172801"
        f" where code = 't3_capture_to_judgement_p95_s' and period = '{LAST}'",
    "transport.fct_ship_passage.passages_take_minutes":
        "update marts.fct_ship_passage set position_count = 1 where day(_business_date) <= 10",
    "transport.fct_ship_passage.most_captures_are_of_passages":
        "update marts.fct_ship_passage set matched_as = 'capture_only' where _business_date > '2026-03-18'",
    "transport.fct_ship_passage.some_passages_are_captured":
        "update marts.fct_ship_passage set matched_as = 'ais_only' where _business_date > '2026-03-07'",
    "transport.fct_ship_passage.the_bureau_judges_as_certificates_say":
        "update marts.fct_ship_passage set is_judged_seaworthy = not is_seaworthy where day(_business_date) <= 10",
    "transport.fct_ship_passage.draughts_are_metres":
        f"update marts.fct_ship_passage set surveyed_draught_m = 210 where _business_date = '{LAST}'",
    "transport.fct_ship_track.ships_are_not_cars":
        f"update marts.fct_ship_track set max_speed_kn = 41 where _business_date = '{LAST}'",
    "transport.fct_ship_track.nobody_jumps":
        f"update marts.fct_ship_track set distance_km = 3001 where _business_date = '{LAST}'",
    "transport.fct_incident.nobody_arrives_before_the_report":
        f"update marts.fct_incident set response_s = -1 where incident_id = 'A{LAST}'",
    "transport.fct_incident.escalations_lead_to_a_graver_level":
        f"update marts.fct_incident set is_graver_than_before = false where incident_id = 'E{LAST}'",
    "transport.fct_incident.segments_are_known":
        "update marts.fct_incident set warning_unknown_segment = true where day(_business_date) <= 3",
    "transport.int_incident_messages.most_messages_are_acknowledged":
        "update marts.int_incident_messages set paired_as = 'open_only' where day(_business_date) <= 3",
    "transport.fct_road_segment_day.most_monitored_segments_are_heard":
        "update marts.fct_road_segment_day set interval_count = 0 where segment_id = 'S1' and day(_business_date) <= 3",
    "transport.fct_road_segment_day.few_detectors_are_stuck":
        "update marts.fct_road_segment_day set equal_speed_count = 24 where segment_id = 'S1' and day(_business_date) <= 3",
    "transport.fct_parking_market_day.operators_run_the_spaces_that_are_listed":
        "update marts.fct_parking_market_day set space_count = space_count + 1 where lot_id = 'P1' and day(_business_date) <= 15",
    "transport.fct_parking_market_day.most_lots_have_a_price":
        "update marts.fct_parking_market_day set price_cny = null where lot_id = 'P1' and day(_business_date) <= 15",
    "transport.fct_parking_market_day.districts_are_known":
        "update marts.fct_parking_market_day set district_key = null where lot_id = 'P1' and day(_business_date) <= 3",
    "transport.int_parking_market_checks.most_open_lots_are_run_by_somebody":
        f"update marts.int_parking_market_checks set run_pct = 49 where _business_date = '{LAST}'",
    "transport.fct_vehicle_day.vehicles_are_of_known_districts":
        "update marts.fct_vehicle_day set district_key = null where district_code = '330106' and day(_business_date) <= 8",
    "transport.fct_indicator_value.concentration_is_between_many_and_one":
        f"update marts.fct_indicator_value set value = 0 where code = 't7_hhi' and period = '{LAST}'",
    "transport.fct_indicator_value.few_operators_come_or_go_in_a_day":
        f"update marts.fct_indicator_value set value = 101 where code = 't7_entry_exit_count' and period = '{LAST}'",
}  # fmt: skip
for _more in (law_checks, toll_checks, transit_checks, health_checks):
    DEFECTS |= _more.DEFECTS

ALL = [
    f"{domain}.{table.table}.{item.name}"
    for domain in domains() for table in load_checks(domain) for item in table.expectations
]  # fmt: skip


def _environment():
    stations = [station("A", "330106", date(2020, 1, 1)), station("B", "330108", date(2020, 1, 1))]
    levels = {"pm25": 30.0, "pm10": 50.0, "no2": 40.0, "so2": 6.0, "o3": 90.0, "co": 900.0}
    readings = [
        station_day(name, district, day, **{key: level + number % 5 for key, level in levels.items()})
        for number, day in enumerate(DAYS)
        for name, district in (("A", "330106"), ("B", "330108"))
    ]
    return {"conformed.environment.air_station": stations, "conformed.environment.air_quality_day": readings}


def _health():
    rows = [case_day(*place, day, 2000 + 10 * number, 10 if number else None) for number, day in enumerate(DAYS)
            for place in (("country", "CN", None), ("province", "330000", "CN"), ("city", "330100", "330000"))]  # fmt: skip
    return {"conformed.health.case_day": rows} | health_checks.clean(DAYS)


def _transport():
    """Two lots, a fifth of each taken all day, as many driving in as out."""
    lots = [lot("P1", "330106", is_scenic=True), lot("P2", "330108")]
    of_day = {"entry_count": 20, "exit_count": 20, "stay_count": 20, "parked_s": 172_800.0, "counted_hours": 24,
              "counted_mean_cars": 2.1, "barrier_registered_count": 1}  # fmt: skip
    days = [lot_day(each["lot_id"], each["district_code"], day, **of_day) for day in DAYS for each in lots]
    entries = [entry(f"E{day}", "P1", day, 1.5) for day in DAYS]
    bills = [
        bill(f"T{day}", "P1", f"{day:%m-%d} 10:00", 8.0, ("payment", f"{day:%m-%d} 11:00", 8.0))
        for day in DAYS
    ]
    return _ships() | _roads() | _market() | law_checks.clean(DAYS) | toll_checks.clean(DAYS) | transit_checks.clean(DAYS) | {
        "conformed.transport.parking_lot": lots, "conformed.transport.parking_lot_day": days,
        "conformed.transport.parking_session": entries,
        "conformed.transport.parking_account": [row for rows in bills for row in rows],
    }  # fmt: skip


def _market():
    """An operator that runs both lots, and the vehicles of two districts."""
    lots = (("P1", "330106"), ("P2", "330108"))
    return {
        "conformed.transport.parking_market": [run_lot(*each, day, "A") for day in DAYS for each in lots],
        "conformed.transport.parking_operator": [span(f"R-{name}", "A", name) for name, _ in lots],
        "conformed.transport.vehicle_day": [vehicles(district, day, 50) for day in DAYS for _, district in lots],
    }  # fmt: skip


def _ships():
    """A track and a passage a day, captured and judged."""
    seen = {"matched_as": "exact", "is_judged_seaworthy": True, "surveyed_draught_m": 2.1, "max_draught_m": 2.5}  # fmt: skip
    return {
        "conformed.transport.fairway": [fairway("F01", "330106")], "conformed.transport.ship": [ship("413000001")],
        "conformed.transport.ship_track": [track(f"T{day}", day) for day in DAYS],
        "conformed.transport.ship_passage": [
            passage(f"P{day}", "F01", day, capture_id=f"C{day}", captured_on=day, **seen) for day in DAYS
        ],
        "conformed.transport.ship_capture": [capture(f"C{day}", "F01", day, "exact", "auto", 8.0) for day in DAYS],
    }  # fmt: skip


def _roads():
    """An incident a day that somebody came to, one that grew out of another, a message, and a segment that nobody monitors."""
    heard = {
        "interval_count": 280,
        "vehicle_count": 9_000,
        "travel_vehicle_ms": 9,
        "free_vehicle_ms": 8,
        "equal_speed_count": 3,
    }
    return {
        "conformed.transport.road_segment": [road_segment("S1", "330106"), road_segment("S2", "330108")],
        "conformed.transport.incident_response": [
            row for day in DAYS
            for row in (incident(f"A{day}", "330106", day, 600.0), escalated(f"E{day}", "330108", day, 300.0))
        ],
        "conformed.transport.incident_message": [message(f"L{day}", "330106", day) for day in DAYS],
        "conformed.transport.road_segment_day": [
            row for day in DAYS for row in (segment_day("S1", "330106", day, **heard),
                                            segment_day("S2", "330108", day, is_monitored=False))
        ],
    }  # fmt: skip


def _governance():
    """Five applications a day for an item, two machines that are up all day, and a session."""
    return transit_checks.POPULATION | {
        "conformed.governance.service_item": [item("S0001")], "conformed.governance.service_site": [site("H1", "330106")],
        "conformed.governance.self_service_machine": [machine("M1", "H1"), machine("M2", "H1")],
        "conformed.governance.service_journey": [
            journey(f"A{n} {day}", "330106", day, worked_days=n % 2) for day in DAYS for n in range(5)
        ],
        "conformed.governance.machine_day": [machine_day(name, "330106", day, 24) for day in DAYS for name in ("M1", "M2")],
        "conformed.governance.machine_session": [use(f"T{day}", "330106", day) for day in DAYS],
    }  # fmt: skip


@pytest.fixture(scope="module")
def cities(module_home):
    typed = {
        "environment": _environment(), "health": _health(), "governance": _governance(),
        "transport": _transport(),
    }  # fmt: skip
    built = {
        domain: build(domain, "clean", DAYS, rows | {"conformed.governance.district": DISTRICTS})
        for domain, rows in typed.items()
    }
    yield built
    for city in built.values():
        city.scratch.__exit__(None, None, None)


def _results(connection, domain: str, table: str | None = None):
    tables = tuple(item for item in load_checks(domain) if table in (None, item.table))
    return {f"{domain}.{item.table}.{item.name}": item for item in evaluate(connection, tables)}


@pytest.mark.parametrize("domain", domains())
def test_clean_data_passes_every_check(cities, domain):
    found = _results(cities[domain].connection, domain)
    assert found
    assert [item for item in found.values() if not item.success] == []


@pytest.mark.parametrize("name", ALL)
def test_a_check_catches_the_defect_planted_for_it(cities, name):
    assert name in DEFECTS, "plant a defect for the new expectation in DEFECTS"
    domain, table, _ = name.split(".")
    connection = cities[domain].connection
    connection.execute("begin")
    try:
        connection.execute(DEFECTS[name])
        assert not _results(connection, domain, table)[name].success
    finally:
        connection.execute("rollback")


def test_no_defect_is_left_for_a_check_that_is_gone():
    assert set(DEFECTS) == set(ALL)
