"""Clean records across hospitals by the day, and for each expectation of their tables the SQL that plants what it must catch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.unit.record_marts import access, claim, encounter, exam

_OF_DAYS = "where day(_business_date) <= "
DEFECTS = {
    "health.int_care_encounters.hospitals_are_listed":
        f"update marts.int_care_encounters set district_code = null {_OF_DAYS} 2",
    "health.int_care_encounters.most_say_whose_they_are":
        f"update marts.int_care_encounters set has_person = false {_OF_DAYS} 4",
    "health.int_care_encounters.some_are_not_outpatients":
        "update marts.int_care_encounters set kind = 'outpatient'",
    "health.int_care_encounters.few_last_longer_than_two_months":
        f"update marts.int_care_encounters set duration_s = 5184001 {_OF_DAYS} 1",
    "health.int_care_exams.most_exams_have_a_person":
        f"update marts.int_care_exams set has_person = false {_OF_DAYS} 5",
    "health.int_care_exams.most_results_are_there":
        f"update marts.int_care_exams set has_result = false {_OF_DAYS} 4",
    "health.int_care_exams.few_exams_repeat_another":
        f"update marts.int_care_exams set is_repeat = true {_OF_DAYS} 7",
    "health.int_settlement_claims.most_claims_are_decided":
        f"update marts.int_settlement_claims set is_decided = false {_OF_DAYS} 7",
    "health.int_settlement_claims.most_claims_have_lines":
        f"update marts.int_settlement_claims set has_lines = false {_OF_DAYS} 2",
    "health.int_settlement_claims.most_claims_are_of_known_exams":
        f"update marts.int_settlement_claims set is_known_throughout = false {_OF_DAYS} 4",
    "health.int_settlement_claims.few_claims_are_of_a_hundred_thousand":
        f"update marts.int_settlement_claims set amount_cny = 100001 {_OF_DAYS} 1",
    "health.int_record_accesses.some_records_are_not_found":
        "update marts.int_record_accesses set is_found = true",
    "health.int_record_accesses.most_requests_have_a_reason":
        f"update marts.int_record_accesses set has_reason = false {_OF_DAYS} 7",
    "health.int_record_accesses.most_requests_are_first_ones":
        "update marts.int_record_accesses set is_first = false where _business_date > '2026-03-05'",
    "health.fct_indicator_value.claims_that_count_are_settled_within_a_day":
        "update marts.fct_indicator_value set value = 1440.1 where code = 'h3_settlement_p50_min' and period = '2026-03-01'",
}  # fmt: skip


def clean(days: Sequence[date]) -> dict[str, list[dict]]:
    """Two of everything a day: one encounter as an inpatient, one request that found nothing."""
    return {
        "conformed.health.care_episode": [
            encounter(f"J{kind}{day}", "H1", day, kind=kind) for day in days for kind in ("outpatient", "inpatient")
        ],
        "conformed.health.exam": [exam(f"X{n}{day}", "H1", day) for day in days for n in range(2)],
        "conformed.health.settlement_claim": [claim(f"C{n}{day}", "H1", day) for day in days for n in range(2)],
        "conformed.health.record_access": [
            access(f"Z{is_found}{day}", "H1", day, is_found=is_found) for day in days for is_found in (True, False)
        ],
    }  # fmt: skip
