"""What can be known of records and settlement between hospitals, beside what happened."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from simulator.departments.exam_result import ExamResults
from simulator.truth import records as truth
from tests.unit.record_city import NOTHING_WRONG, RECORDS, record_city

DAY = date(2026, 4, 20)
TODAY = DAY.toordinal()
DISTRICTS = {0: "330106", 1: "330106", 2: "330108"}  # hospital 3 is in no list
BLOOD, URINE, ECG, ULTRASOUND, XRAY, CT, MRI = range(7)
REQUESTED, SETTLED, REJECTED, REVERSED = range(4)
HOUR, MINUTE = 36_000, 600
# Right numbers of two persons, and the first one's with other characters.
ANN, BOB = "33800619861123440" + "3", "33804920150317681" + "0"


def test_where_nothing_goes_wrong_what_is_known_is_what_happened():
    # Results come at once, or what is not there at midnight is not known.
    at_once = RECORDS.exams.result_min.model_copy(update={"median": 1.0, "spread": 0.01})
    changed = NOTHING_WRONG | {"exams": {"result_min": at_once}}
    city = record_city(2, 3, 0.1, changed=changed, part=RECORDS.model_copy(update={"clock_s": 0}))
    made = truth.indicators(city, (city.after_late_data,))
    assert set(made["code"]) == {
        "h3_inter_hospital_settled_pct", "h3_settlement_p50_min", "h3_repeat_exam_pct", "h3_record_found_first_pct",
        "h3_access_without_reason_pct",
    }  # fmt: skip
    assert set(made["group"]) == {"all", "<18", "18-59", "60-69", "70-79", "80+"}
    whole = made[made["area_type"] == "city"]
    assert len(whole) > 60
    assert whole["knowable"].tolist() == pytest.approx(whole["world"].tolist(), rel=1e-12)
    assert whole["denominator"].min() >= 1
    # The hospital that is in no list counts for the city alone; what happened there counts where it is.
    unlisted = city.clinics.hospitals[-1].district_code
    same = made[made["area"] != unlisted]
    assert same["knowable"].tolist() == pytest.approx(same["world"].tolist(), rel=1e-12)
    others = made[(made["area"] == unlisted) & (made["code"] == "h3_record_found_first_pct")]
    assert not np.allclose(others["knowable"].astype(float), others["world"].astype(float))


def test_defects_and_late_data_change_what_is_known_and_a_day_alone_is_the_day_among_others():
    city = record_city(3, 4, changed={"files": NOTHING_WRONG["files"] | {"late_file": 0.5}})
    before, after = city.before_late_data, city.after_late_data
    made = truth.indicators(city, (before, after))
    early, late = (made[made["as_of"] == at] for at in (before, after))
    assert early["denominator"].sum() < late["denominator"].sum()
    assert not np.allclose(late["knowable"].astype(float), late["world"].astype(float), equal_nan=True)
    alone = truth.indicators(city, (after,), (city.last,)).reset_index(drop=True)
    whole = truth.indicators(city, (after,))
    pd.testing.assert_frame_equal(
        alone, whole[whole["period"] == city.last.isoformat()].reset_index(drop=True)
    )


def test_answers_say_of_each_examination_that_is_known_whether_it_really_repeats_one():
    city = record_city(3, 5, 0.1, changed={"known": {"no_number": 0.2, "mistyped_number": 0.3}})
    answers = truth.answers(city, city.days)
    assert list(answers.columns) == ["table", "key", "column", "answer"]
    assert set(answers["table"]) == {"health.exam"}
    assert set(answers["column"]) == {"is_repeat"}
    assert answers["key"].is_unique
    assert set(answers["answer"]) == {"true", "false"}
    known = {
        each.facts.day: each.facts.rows for each in city.observations
        if isinstance(each.facts, ExamResults) and each.facts.day in city.days
    }  # fmt: skip
    assert len(answers) == sum(map(len, known.values()))
    day = next(each for each in known if each.weekday() == 4)
    said = set(answers.loc[answers["answer"] == "true", "key"])
    of_day = set(truth.answers(city, (day,)).query("answer == 'true'")["key"])
    assert of_day < said
    # Whose number is not there is nobody's to the lake; the answers know better.
    rows = truth._known(city, day, city.after_late_data)
    made = truth.outcome(rows, day, {}, ())
    assert 0 < made.exams["is_repeat"].sum() < len(of_day)


def test_the_default_city_settles_and_finds_as_its_scenario_says():
    city = record_city(1, 1, 0.5, until=date(2026, 4, 16))
    made = truth.happened(city, city.last)
    value = made[(made["area_type"] == "city") & (made["group"] == "all")].set_index("code")["value"]
    assert value["h3_inter_hospital_settled_pct"] == pytest.approx(87, abs=4)
    assert value["h3_settlement_p50_min"] == pytest.approx(12, abs=1.5)
    assert 1 < value["h3_repeat_exam_pct"] < 3
    assert value["h3_record_found_first_pct"] == pytest.approx(85, abs=1.5)
    assert value["h3_access_without_reason_pct"] == pytest.approx(4, abs=0.8)
