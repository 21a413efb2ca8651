"""The true indicators of records and settlement between hospitals."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from simulator.departments.exam_result import ExamResults
from simulator.truth import records as truth
from simulator.truth.persons import NOBODY
from simulator.world.districts import HANGZHOU
from tests.unit.record_city import NOTHING_WRONG, RECORDS, record_city

DAY = date(2026, 4, 20)
TODAY = DAY.toordinal()
DISTRICTS = {0: "330106", 1: "330106", 2: "330108"}  # hospital 3 is in no list
BLOOD, URINE, ECG, ULTRASOUND, XRAY, CT, MRI = range(7)
REQUESTED, SETTLED, REJECTED, REVERSED = range(4)
HOUR, MINUTE = 36_000, 600


def _at(hour: float, back: int = 0) -> int:
    return (TODAY - back) * 864_000 + round(hour * HOUR)


def _encounters(*rows: tuple) -> pd.DataFrame:
    """Encounters (number, person), of somebody of 18 to 59 but for a third."""
    made = [(number, person, *(band or ("18-59",))) for number, person, *band in rows]
    return pd.DataFrame(made, columns=["encounter", "person", "age_band"])


def _exam(
    exam: int, encounter: int, hospital: int, hour: float, back: int = 0, kind: int = BLOOD, result: float | None = 1.0
) -> tuple:  # fmt: skip
    """An examination so many days ago, with its result so many hours later (None: never)."""
    taken = _at(hour, back)
    there = 0 if result is None else taken + round(result * HOUR)
    return (exam, encounter, hospital, kind, taken, there, TODAY - back)


def _exams(*rows: tuple) -> pd.DataFrame:
    columns = ["exam", "encounter", "hospital", "kind", "taken_ds", "result_ds", "day"]
    return pd.DataFrame(list(rows), columns=columns)


def _events(*rows: tuple) -> pd.DataFrame:
    """Events (claim, kind, instant): number 1023 is of encounter 1002 at hospital 3, and asks for 10.23 yuan."""
    made = [
        (n, claim, 1000 + claim // 10 % 100, claim % 10, kind, at, claim)
        for n, (claim, kind, at) in enumerate(rows, 1)
    ]
    return pd.DataFrame(
        made, columns=["event", "claim", "encounter", "hospital", "kind", "at_ds", "amount_fen"]
    )


def _lines(*rows: tuple[int, int]) -> pd.DataFrame:
    """Lines (claim, examination)."""
    return pd.DataFrame([(n, *row) for n, row in enumerate(rows, 1)], columns=["line", "claim", "exam"])


def _accesses(*rows: tuple) -> pd.DataFrame:
    """Requests (hospital, whose, minute after nine, found), with a reason, of somebody of 18 to 59."""
    made = [
        (number, hospital, who, "18-59", True, _at(9) + minute * MINUTE, found)
        for number, (hospital, who, minute, found) in enumerate(rows, 1)
    ]
    columns = ["access", "hospital", "who", "age_band", "has_reason", "at_ds", "is_found"]
    return pd.DataFrame(made, columns=columns)


def _rows(encounters=None, exams=None, events=None, lines=None, accesses=None) -> truth.Rows:
    given = (encounters, exams, events, lines, accesses)
    nothing = (_encounters(), _exams(), _events(), _lines(), _accesses())
    return truth.Rows(*(of if each is None else each for each, of in zip(given, nothing, strict=True)))


def _made(rows: truth.Rows) -> dict:
    made = truth.table(truth.outcome(rows, DAY, DISTRICTS, HANGZHOU), DAY)
    return {
        (row.code.removeprefix("h3_"), row.area, row.group): (row.numerator, row.denominator)
        for row in made.itertuples()
    }


def test_a_tiny_day_by_hand():
    accesses = _accesses(
        (0, "a", 0, True), (0, "b", 1, False), (0, "b", 2, True), (2, "b", 3, True), (3, None, 4, False)
    )
    made = _made(_rows(
        _encounters((1000, 7), (1001, 7), (1002, 8, "80+"), (1003, 9, None)),
        _exams(
            _exam(51, 1000, 0, 8, back=1), _exam(52, 1001, 2, 9), _exam(53, 1001, 2, 9, kind=CT),
            _exam(54, 1002, 1, 10), _exam(55, 1003, 3, 11), _exam(56, 1999, 3, 11),
        ),
        _events(
            (1012, REQUESTED, _at(10)), (1012, SETTLED, _at(10.2)),
            (1021, REQUESTED, _at(11)), (1021, SETTLED, _at(11.5)), (1021, REVERSED, _at(12)),
            (1033, REQUESTED, _at(12)), (1033, REJECTED, _at(12.5)),
            (1000, REQUESTED, _at(13)), (1000, SETTLED, _at(13.1)),
        ),
        _lines((1012, 0), (1012, 51), (1021, 52), (1021, 54), (1033, 53), (1000, 51), (1000, 99)),
        accesses.assign(has_reason=[True, True, False, True, True]),
    ))  # fmt: skip
    city = {(code, group): value for (code, area, group), value in made.items() if area == "330100"}
    # Of three with an examination of elsewhere one is settled for good; two were settled, after 12 and 30 minutes.
    assert city["inter_hospital_settled_pct", "all"] == (1, 3)
    assert city["inter_hospital_settled_pct", "80+"] == (0, 1)
    assert city["settlement_p50_min", "all"] == (pytest.approx(12 * 2), 2)
    assert city["settlement_p50_min", "18-59"] == (pytest.approx(12), 1)
    # They ask for 10.12, 10.21 and 10.33.
    assert city["claim_between_hospitals_cny", "all"] == (pytest.approx(30.66), 3)
    assert city["claim_between_hospitals_cny", "80+"] == (pytest.approx(10.21), 1)
    # Blood was taken elsewhere the day before, no image; of one examination nobody knows whose it is.
    assert city["repeat_exam_pct", "all"] == (1, 4)
    assert city["repeat_exam_pct", "18-59"] == (1, 2)
    assert city["repeat_exam_pct", "80+"] == (0, 1)
    assert city["record_found_first_pct", "all"] == (2, 4)
    assert city["access_without_reason_pct", "all"] == (1, 5)
    assert city["access_without_reason_pct", "18-59"] == (1, 5)
    # By the hospital's district; the one that is in no list is in none.
    assert made["inter_hospital_settled_pct", "330106", "all"] == (0, 1)
    assert made["inter_hospital_settled_pct", "330108", "all"] == (1, 1)
    assert made["record_found_first_pct", "330106", "all"] == (1, 2)
    assert made["record_found_first_pct", "330108", "all"] == (1, 1)
    # What is rare is told of the city alone, as groups are.
    rare = {"repeat_exam_pct", "access_without_reason_pct"}
    assert {area for code, area, _ in made if code in rare} == {"330100"}
    assert {group for _, area, group in made if area != "330100"} == {"all"}
    assert _made(_rows()) == {}  # without rows there is nothing


@pytest.mark.parametrize(
    ("kind", "days"), [(BLOOD, 3), (URINE, 3), (ECG, 5), (ULTRASOUND, 5), (XRAY, 7), (CT, 7), (MRI, 7)]
)
def test_results_are_recognised_for_some_days(kind, days):
    def found(seconds: int) -> set[int]:
        before = _exam(51, 1, 0, 10 - seconds / 3600, back=days, kind=kind)
        exams = _exams(before, _exam(52, 2, 1, 10, kind=kind)).assign(person=7)
        return truth.repeats(exams, DAY)

    assert found(0) == {52}  # to the second
    assert found(1) == set()


@pytest.mark.parametrize(
    ("before", "is_repeat"),
    [
        (_exam(51, 1, 0, 9, back=1), True),
        (_exam(51, 1, 1, 9, back=1), False),  # the same hospital
        (_exam(51, 1, 0, 9, back=1, kind=URINE), False),
        (_exam(51, 3, 0, 9, back=1), False),  # somebody else
        (_exam(51, 4, 0, 9, back=1), False),  # nobody
        (_exam(51, 1, 0, 9, back=1, result=None), False),
        (_exam(51, 1, 0, 9, result=1), True),  # the result comes as the other is taken
        (_exam(51, 1, 0, 9, result=1 + 1 / 3600), False),
        (_exam(51, 1, 0, 11), False),  # later
        (_exam(52, 1, 0, 9, back=1), False),  # itself, under another day
    ],
)
def test_what_an_examination_at_ten_repeats(before, is_repeat):
    whose = {1: 7, 2: 7, 3: 8, 4: NOBODY}
    exams = _exams(before, _exam(52, 2, 1, 10))
    exams = exams.assign(person=exams["encounter"].map(whose))
    assert (52 in truth.repeats(exams, DAY)) == is_repeat
    assert truth.repeats(exams.assign(person=NOBODY), DAY) == set()


def test_of_several_with_one_number_the_one_of_the_latest_day_counts():
    encounters = _encounters((1000, 7), (1001, 8), (1001, 7, "80+"))
    exams = _exams(_exam(51, 1000, 0, 8, back=1), _exam(52, 1001, 2, 9, back=1), _exam(52, 1001, 1, 9))
    made = _made(_rows(encounters, exams))
    assert made["repeat_exam_pct", "330100", "80+"] == (1, 1)
    # Made where the latest says: not elsewhere.
    events, lines = _events((1011, REQUESTED, _at(10))), _lines((1011, 52))
    assert "inter_hospital_settled_pct" not in {
        code for code, _, _ in _made(_rows(encounters, exams, events, lines))
    }


def test_a_claim_is_settled_within_a_day_unless_it_is_reversed():
    def settled(*events: tuple) -> tuple[float, float]:
        rows = _rows(
            _encounters((1001, 7)), _exams(_exam(51, 1001, 0, 8)), _events(*events), _lines((1012, 51))
        )
        return _made(rows).get(("inter_hospital_settled_pct", "330100", "all"))

    asked = (1012, REQUESTED, _at(10))
    a_day_later = _at(10, -1)
    assert settled(asked, (1012, SETTLED, a_day_later)) == (1, 1)
    assert settled(asked, (1012, SETTLED, a_day_later + 10)) == (0, 1)
    assert settled(asked, (1012, SETTLED, _at(10))) == (1, 1)  # at once
    assert settled(asked, (1012, SETTLED, _at(9))) == (0, 1)
    assert settled(asked) == (0, 1)
    # Reversed once it was settled, also after more than a day; not before, not where it was not settled.
    assert settled(asked, (1012, SETTLED, _at(11)), (1012, REVERSED, _at(11))) == (0, 1)
    assert settled(asked, (1012, SETTLED, _at(11)), (1012, REVERSED, _at(23, -1))) == (0, 1)
    assert settled(asked, (1012, SETTLED, _at(11)), (1012, REVERSED, _at(11) - 10)) == (1, 1)
    assert settled((1012, REQUESTED, _at(10, 1)), (1012, SETTLED, _at(10))) is None  # of the day before
    assert settled((1012, SETTLED, _at(10))) is None


def test_the_first_request_and_the_first_settling_count():
    events = _events(
        (1012, REQUESTED, _at(11)), (1012, REQUESTED, _at(10)), (1012, SETTLED, _at(12)), (1012, SETTLED, _at(10.5)),
    )  # fmt: skip
    rows = _rows(_encounters((1001, 7)), _exams(_exam(51, 1001, 0, 8)), events, _lines((1012, 51)))
    assert _made(rows)["settlement_p50_min", "330100", "all"] == (pytest.approx(30), 1)
    # Of an even number the lesser of the two in the middle.
    events = _events(
        *((1012 + 10 * n, REQUESTED, _at(10)) for n in range(4)),
        *((1012 + 10 * n, SETTLED, _at(10) + minutes * MINUTE) for n, minutes in enumerate((5, 40, 10, 20))),
    )
    rows = _rows(
        None, _exams(_exam(51, 1001, 0, 8)), events, _lines(*((1012 + 10 * n, 51) for n in range(4)))
    )
    made = _made(rows)
    assert made["settlement_p50_min", "330100", "all"] == (pytest.approx(10 * 4), 4)
    assert {group for _, _, group in made} == {"all"}  # whose age nobody knows is in no band


def test_of_one_person_and_hospital_the_first_request_of_the_day_counts():
    def first(*rows: tuple) -> tuple[float, float]:
        return _made(_rows(accesses=_accesses(*rows)))["record_found_first_pct", "330100", "all"]

    assert first((0, "a", 5, True), (0, "a", 3, False)) == (0, 1)
    assert first((0, "a", 3, True), (0, "a", 3, False)) == (1, 1)  # at one instant the lesser number
    assert first((0, "a", 3, True), (1, "a", 4, False)) == (1, 2)
    assert first((0, None, 3, True), (0, None, 4, False)) == (1, 2)  # who knows whose


def test_where_nothing_goes_wrong_what_is_known_is_what_happened():
    # Results come at once, or what is not there at midnight is not known.
    at_once = RECORDS.exams.result_min.model_copy(update={"median": 1.0, "spread": 0.01})
    changed = NOTHING_WRONG | {"exams": {"result_min": at_once}}
    city = record_city(2, 3, 0.1, changed=changed, part=RECORDS.model_copy(update={"clock_s": 0}))
    made = truth.indicators(city, (city.after_late_data,))
    # Of the days before the first only examinations are told, of which less is known.
    early, made = (made[(made["period"] < city.days[0].isoformat()) == there] for there in (True, False))
    assert set(early["code"]) == {"h3_repeat_exam_pct"}
    assert len(set(made["code"])) == 6
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
    of_day = whole[whole["period"] == city.last.isoformat()].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, of_day, check_dtype=False)


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
    city = record_city(1, 1, 1.0, until=date(2026, 4, 16))
    made = truth.happened(city, city.last)
    value = made[(made["area_type"] == "city") & (made["group"] == "all")].set_index("code")["value"]
    assert value["h3_inter_hospital_settled_pct"] == pytest.approx(87, abs=4)
    assert value["h3_settlement_p50_min"] == pytest.approx(12, abs=1.5)
    assert 1 < value["h3_repeat_exam_pct"] < 3
    assert value["h3_record_found_first_pct"] == pytest.approx(85, abs=1.5)
    assert value["h3_access_without_reason_pct"] == pytest.approx(4, abs=0.8)
