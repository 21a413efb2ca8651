"""Declarations of indicators: what is wrong is said with the place, and the reference pages say what is declared."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from citylake.catalog import indicators as catalog
from citylake.errors import Problems
from citylake.indicator import all_indicators, indicators_folder, load_indicators


@pytest.fixture
def declared(tmp_path):
    """The declarations of environment in a folder of their own; write changes them."""
    content = yaml.safe_load((indicators_folder() / "environment.yml").read_text(encoding="utf-8"))

    def write(change) -> Path:
        change(content)
        (tmp_path / "environment.yml").write_text(
            yaml.safe_dump(content, allow_unicode=True), encoding="utf-8"
        )
        return tmp_path

    return write


def test_the_declared_indicators_are_these():
    assert sorted(all_indicators()) == [
        "e1_no2_ugm3", "e1_o3_ugm3", "e1_pm10_ugm3", "e1_pm25_ugm3", "e1_so2_ugm3", "e1_valid_data_pct",
        "h1_booked_first_try_pct", "h1_no_show_pct", "h1_slot_kept_pct", "h1_wait_arrival_p50_min", "h1_wait_booking_p50_day",
        "h2_drop_out_pct", "h2_face_false_reject_pct", "h2_process_p50_min", "h2_self_service_pct", "h2_whole_process_card_pct",
        "h2_whole_process_face_pct",
        "h3_access_without_reason_pct", "h3_claim_between_hospitals_cny",
        "h3_inter_hospital_settled_pct", "h3_record_found_first_pct", "h3_repeat_exam_pct",
        "h3_settlement_p50_min",
        "h4_cold_chain_kept_pct", "h4_door_p50_h", "h4_door_p90_h", "h4_not_collected_pct", "h4_on_time_pct",
        "h5_new_case_count", "s2_assisted_pct", "t1_acknowledged_in_time_pct", "t1_congestion_ratio", "t1_escalation_in_time_pct",
        "t1_incident_delay_vehicle_h", "t1_monitored_major_road_pct", "t1_response_p50_min", "t1_response_p90_min",
        "t2_case_count", "t2_cases_per_10k_vehicle", "t2_close_p50_day", "t2_coordinated_pct", "t2_fines_collected_pct",
        "t2_found_by_monitoring_pct", "t2_repeat_offender_pct",
        "t3_auto_judged_pct", "t3_capture_to_judgement_p95_s", "t3_recognition_error_pct",
        "t3_unmatched_capture_pct", "t3_unseaworthy_passage_pct",
        "t4_at_most_once_pct", "t4_channel_pct", "t4_channel_switch_pct", "t4_machine_available_pct", "t4_promise_kept_pct",
        "t4_session_abandoned_pct", "t4_visits_per_case", "t5_code_scan_pct", "t5_etc_pct", "t5_gate_time_ratio",
        "t5_mobile_pay_accepted_pct", "t5_transfer_p50_min", "t5_trips_per_person", "t5_unpaired_tap_pct",
        "t6_arrears_recovered_30d_pct",
        "t6_entry_p50_s", "t6_entry_p95_s", "t6_lot_adopted_pct",
        "t6_occupancy_pct", "t6_paid_after_leaving_pct", "t6_scenic_barrier_removed_pct", "t7_entry_exit_count", "t7_hhi",
        "t7_price_spread_cny", "t7_small_operator_pct", "t7_spaces_per_vehicle", "t7_top4_pct",
    ]  # fmt: skip


def test_standard_codes_are_those_of_the_standard():
    codes = {item.code: item.standard for item in all_indicators().values() if item.standard}
    assert codes == {
        "e1_pm25_ugm3": "iso37120:2014/8.1", "e1_pm10_ugm3": "iso37120:2014/8.2", "e1_no2_ugm3": "iso37120:2014/8.4",
        "e1_so2_ugm3": "iso37120:2014/8.5", "e1_o3_ugm3": "iso37120:2014/8.6",
        "t5_trips_per_person": "iso37120:2014/18.3",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c["indicators"]["e1_pm25_ugm3"].update(colour="red"), "the key 'colour' is not known"),
        (lambda c: c["indicators"]["e1_pm25_ugm3"].pop("disclosure"), "the key 'disclosure' is missing"),
        (
            lambda c: c["indicators"]["e1_pm25_ugm3"].update(disclosure={"rule": "none"}),
            "the key 'because' is missing",
        ),
        (lambda c: c["indicators"]["e1_pm25_ugm3"].update(unit="mg/m3"), "has the unit 'ug/m3', not 'mg/m3'"),
        (
            lambda c: c["indicators"]["e1_pm25_ugm3"].update(system="e2"),
            "does not begin with its system 'e2'",
        ),
        (
            lambda c: c["indicators"]["e1_pm25_ugm3"].update({"from": "fct_x"}),
            "is not one of the observations",
        ),
        (
            lambda c: c["indicators"]["e1_pm25_ugm3"].update(periods=["day"]),
            "a standard code needs a yearly value",
        ),
        (
            lambda c: c["indicators"]["e1_pm25_ugm3"].update(areas=["street"]),
            "e1_pm25_ugm3: areas ['street'], but 'int_air_station_days' has none of them",
        ),
        (
            lambda c: c["indicators"]["e1_pm25_ugm3"].update(only_groups=True),
            "e1_pm25_ugm3: only_groups, but 'int_air_station_days' has no groups",
        ),
        (
            lambda c: c["indicators"]["e1_pm25_ugm3"].update(
                periods=["day"],
                standard=None,
                disclosure={"rule": "threshold", "least": 10, "counts": {"numerator": "ill_{age}"}},
            ),
            "e1_pm25_ugm3: 'ill_{age}' needs only_groups, and no groups but its own",
        ),
        (
            lambda c: c["indicators"]["e1_pm25_ugm3"].update(
                periods=["day"],
                standard=None,
                disclosure={
                    "rule": "threshold",
                    "least": 10,
                    "counts": {"numerator": "ill"},
                    "amounts": {"denominator": "paid"},
                },
            ),
            "e1_pm25_ugm3: ['paid'] are none of the amounts: []",
        ),
        (
            lambda c: c.update(
                populations={"asked": [["came", "missed"]], "missed": [["asked(age=old)", "others"]]}
            ),
            "a population is a part of itself",
        ),
    ],
)
def test_a_wrong_declaration_says_what_and_where(declared, change, said):
    with pytest.raises(Problems) as error:
        load_indicators(declared(change))
    assert said in str(error.value)
    assert "environment.yml" in str(error.value)


def test_a_code_is_declared_once(tmp_path):
    text = (indicators_folder() / "environment.yml").read_text(encoding="utf-8")
    for name in ("a", "b"):
        (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
    with pytest.raises(Problems, match="'e1_pm25_ugm3' is declared in a too"):
        load_indicators(tmp_path)


def test_the_reference_pages_are_what_the_declarations_say():
    assert catalog.main(["--check"]) == 0


def test_an_old_page_is_found_and_written_anew(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(catalog, "folder", lambda: tmp_path)
    (tmp_path / "gone.md").write_text("old", encoding="utf-8")
    assert catalog.main(["--check"]) == 1
    assert (
        "docs/reference/indicators/gone.md is not what dbt_project/indicators says" in capsys.readouterr().out
    )
    assert catalog.main([]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "README.md", "environment.md", "governance.md", "health.md", "transport.md",
    ]  # fmt: skip
    assert catalog.main(["--check"]) == 0
