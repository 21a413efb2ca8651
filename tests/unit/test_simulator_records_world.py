"""Records and settlement between hospitals as they are: who is seen where, what is examined, claimed and asked for."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from simulator.departments import encounter, exam_result, record_access, settlement_line
from simulator.world.claims import claims_of, requested_on
from simulator.world.encounters import EMERGENCY, INPATIENT, OUTPATIENT, encounters, exams, exchange
from simulator.world.names import FAMILY, mistyped, names
from simulator.world.patients import patients
from simulator.world.record_requests import NO_REASON, REASONS, requests
from tests.unit.record_city import NOTHING_WRONG, asked

MONDAY, SUNDAY, HOLIDAY = date(2026, 4, 20), date(2026, 4, 19), date(2026, 5, 1)
WEEK = [date(2026, 4, 13) + timedelta(number) for number in range(7)]
SCALE = 0.3
HERE = exchange(asked(3, 1, SCALE).setting)
DAY_DS, HOUR, MINUTE = 864_000, 36_000, 600
INTERVALS = np.array([3, 3, 5, 5, 7, 7, 7])


@pytest.fixture(scope="module")
def seen() -> pd.DataFrame:
    """The encounters of a week."""
    return pd.concat([encounters(HERE, day).rows for day in WEEK], ignore_index=True)


@pytest.fixture(scope="module")
def made() -> pd.DataFrame:
    """The examinations of their encounters."""
    return pd.concat([exams(HERE, day) for day in WEEK], ignore_index=True)


@pytest.fixture(scope="module")
def claims() -> pd.DataFrame:
    """The claims of these encounters."""
    return pd.concat([claims_of(HERE, day).claims for day in WEEK], ignore_index=True)


def test_there_are_fifteen_thousand_encounters_at_scale_1_and_few_outpatients_on_sundays_and_holidays():
    assert len(encounters(HERE, date(2026, 4, 16)).rows) == pytest.approx(15_000 * SCALE, rel=0.08)
    kinds = [
        encounters(HERE, day).rows["kind"].value_counts() for day in (date(2026, 4, 16), SUNDAY, HOLIDAY)
    ]
    for of_rest in kinds[1:]:
        assert of_rest[OUTPATIENT] / kinds[0][OUTPATIENT] == pytest.approx(0.2, abs=0.03)
        assert of_rest[EMERGENCY] / kinds[0][EMERGENCY] > 0.8
    small = exchange(asked(3, 1, 0.001).setting)
    assert len(encounters(small, date(2026, 4, 16)).rows) == pytest.approx(600, rel=0.08)


def test_one_in_seven_follows_one_of_the_same_person_within_six_days_half_of_these_elsewhere(seen):
    assert seen["encounter"].is_unique
    assert (seen["follows"] > 0).mean() == pytest.approx(0.15, abs=0.02)
    both = seen[seen["follows"] > 0].merge(
        seen, left_on="follows", right_on="encounter", suffixes=("", "_before")
    )
    assert len(both) > 1000
    assert (both["patient"] == both["patient_before"]).all()
    assert (both["started_ds"] > both["ended_ds_before"]).all()
    days = both["started_ds"] // DAY_DS - both["started_ds_before"] // DAY_DS
    assert set(days) == set(range(1, 7))
    assert (both["hospital"] != both["hospital_before"]).mean() == pytest.approx(0.5, abs=0.04)


def test_encounters_have_their_hours(seen):
    hour = seen["started_ds"] % DAY_DS / HOUR
    lasts = (seen["ended_ds"] - seen["started_ds"]) / HOUR
    assert (lasts > 0.25).all()
    outpatients = seen["kind"] == OUTPATIENT
    assert hour[outpatients].between(7.5, 17).all()
    assert lasts[outpatients].max() <= 3
    assert ((seen["kind"] == EMERGENCY) & (hour > 22)).any()
    stays = seen["ended_ds"] // DAY_DS - seen["started_ds"] // DAY_DS
    of_inpatients = stays[seen["kind"] == INPATIENT].value_counts(normalize=True)
    assert list(of_inpatients.sort_index()) == pytest.approx([0.5, 0.25, 0.25], abs=0.04)
    assert set(seen["started_ds"] % 10) == set(seen["ended_ds"] % 10) == {0}


def test_three_in_five_are_examined_up_to_three_times_within_hours(seen, made):
    assert made["exam"].is_unique
    both = made.merge(seen, on="encounter", suffixes=("", "_of"))
    assert (both["hospital"] == both["hospital_of"]).all()
    after = (both["taken_ds"] - both["started_ds"]) / HOUR
    assert after.between(0.05, 6).all()
    assert (both["taken_ds"] <= both["ended_ds"]).all()
    first = seen.loc[seen["follows"] == 0, "encounter"]
    count = made["encounter"].value_counts().reindex(first, fill_value=0)
    assert (count > 0).mean() == pytest.approx(0.6, abs=0.02)
    shares = count[count > 0].value_counts(normalize=True)
    assert [round(shares[number], 1) for number in (1, 2, 3)] == [0.5, 0.3, 0.2]
    wait = (made["result_ds"] - made["taken_ds"]) / MINUTE
    assert (wait.min(), wait.max()) == (pytest.approx(10, abs=0.1), pytest.approx(1200, abs=300))
    assert wait.median() == pytest.approx(60, abs=4)
    # Blood is the commonest, and of images the dearest the rarest.
    order = made["kind"].value_counts()
    assert (order.index[0], order.index[-1]) == (0, 6)
    of_kinds = both.groupby("kind_of")["kind"].value_counts(normalize=True)
    assert of_kinds[EMERGENCY, 4] > of_kinds[OUTPATIENT, 4]


def test_seven_of_ten_results_of_elsewhere_are_used_instead_of_another_examination():
    parts = [encounters(HERE, WEEK[0] + timedelta(number)) for number in range(-6, 7)]
    rows = pd.concat([each.rows for each in parts], ignore_index=True)
    taken, result, used = (
        np.concatenate([getattr(each, name) for each in parts]) for name in ("taken", "result", "used")
    )
    follows = (rows["follows"] > 0) & (rows["started_ds"] // DAY_DS >= WEEK[0].toordinal())
    later = np.flatnonzero(follows)
    before = pd.Index(rows["encounter"]).get_indexer(rows["follows"].iloc[later])
    assert (before >= 0).all()
    uses = used[later] > 0
    assert (used[rows["follows"].to_numpy() == 0] == 0).all()
    keys = rows["follows"].to_numpy()[later][:, None] * 10 + np.arange(7) + 1
    assert (used[later][uses] == keys[uses]).all()
    # Instead of another one, if it was made elsewhere, its result is there, and it is recognised.
    started = rows["started_ds"].to_numpy()[later][:, None]
    elsewhere = (rows["hospital"].to_numpy()[later] != rows["hospital"].to_numpy()[before])[:, None]
    possible = elsewhere & (taken[before] > 0) & (result[before] <= started)
    assert (possible & (started - taken[before] <= INTERVALS * DAY_DS) & (taken[later] == 0))[uses].all()
    again = (taken[later] > 0) & possible & (started - taken[before] <= INTERVALS * DAY_DS - 6 * HOUR)
    assert uses.sum() > 500
    assert again.sum() / (uses.sum() + again.sum()) == pytest.approx(0.3, abs=0.04)
    recognised = possible & (started - taken[before] <= INTERVALS * DAY_DS - 6 * HOUR)
    assert (uses | again).sum() / recognised.sum() == pytest.approx(0.9, abs=0.04)


def test_four_of_five_encounters_are_claimed_within_the_hour_after_their_end(seen, claims):
    assert len(claims) / len(seen) == pytest.approx(0.8, abs=0.01)
    both = claims.merge(seen, on="encounter", suffixes=("", "_of"))
    after = (both["requested_ds"] - both["ended_ds"]) / MINUTE
    assert after.between(5, 60).all()
    assert (both["hospital"] == both["hospital_of"]).all()
    assert (claims["settled_ds"] > 0).mean() == pytest.approx(0.93, abs=0.01)
    assert (claims["rejected_ds"] > 0).mean() == pytest.approx(0.03, abs=0.006)
    assert not ((claims["settled_ds"] > 0) & (claims["rejected_ds"] > 0)).any()
    back = claims[claims["reversed_ds"] > 0]
    assert len(back) / len(claims) == pytest.approx(0.015, abs=0.004)
    assert ((back["reversed_ds"] - back["settled_ds"]) / HOUR).between(0.01, 12).all()


def test_claims_between_hospitals_are_settled_slower_some_after_more_than_a_day(claims):
    settled = claims[claims["settled_ds"] > 0]
    wait = (settled["settled_ds"] - settled["requested_ds"]) / MINUTE
    usual, between = wait[~settled["is_between"]], wait[settled["is_between"]]
    assert usual.between(1, 30).all()
    assert usual.median() == pytest.approx(5, abs=0.3)
    assert between.median() == pytest.approx(12.5, abs=1.5)
    assert (between > 24 * 60).mean() == pytest.approx(0.05, abs=0.03)
    assert not between.between(120.1, 24 * 60).any()
    assert 0.015 < settled["is_between"].mean() < 0.05


def test_a_claim_has_a_line_for_each_examination_and_costs_what_its_lines_do():
    day = WEEK[2]
    here, made = encounters(HERE, day), claims_of(HERE, day)
    lines = made.lines
    assert lines["line"].is_unique
    per = lines.groupby("claim")
    assert set(per.size()) == set(range(1, 7))
    sums = per["amount_fen"].sum()
    assert (made.claims.set_index("claim")["amount_fen"] == sums).all()
    # Even a hundredfold it is less than a million.
    assert made.claims["amount_fen"].max() < 1_000_000
    of_claims = here.rows["encounter"].isin(made.claims["encounter"]).to_numpy()
    used = {*here.used[of_claims][here.used[of_claims] > 0].tolist()}
    taken = exams(HERE, day)
    taken = taken[taken["encounter"].isin(made.claims["encounter"])]
    assert sorted(lines.loc[lines["exam"] > 0, "exam"]) == sorted([*used, *taken["exam"]])
    assert len(used) > 30
    # Those that are requested on a day are of three days' encounters.
    asked_for = requested_on(HERE, day)
    days = asked_for.claims["encounter"] // 1_000_000
    assert set(day.toordinal() - days) == {0, 1, 2}
    assert set(asked_for.lines["claim"]) == set(asked_for.claims["claim"])


def test_records_are_asked_for_once_or_again_where_they_are_not_found():
    day = date(2026, 4, 16)
    rows, here = requests(HERE, day), encounters(HERE, day).rows
    assert len(rows) == pytest.approx(6_000 * SCALE, rel=0.08)
    first = ~rows.duplicated(["hospital", "patient"])
    assert rows[first]["is_found"].mean() == pytest.approx(0.85, abs=0.03)
    again = rows[~first]
    assert again["is_found"].mean() == pytest.approx(0.5, abs=0.08)
    assert len(again) == (~rows[first]["is_found"]).sum()
    both = again.merge(rows[first], on=["hospital", "patient"], suffixes=("", "_first"))
    waited = (both["requested_ds"] - both["requested_ds_first"]) / MINUTE
    assert waited.between(1, 8).all()
    assert not both["is_found_first"].any()
    assert set(rows["requested_ds"] // DAY_DS) == {day.toordinal()}
    seen = set(zip(here["patient"], here["hospital"], strict=True))
    assert set(zip(rows["patient"], rows["hospital"], strict=True)) <= seen


def test_a_few_users_give_most_of_the_missing_reasons():
    rows = pd.concat([requests(HERE, day) for day in WEEK])
    none = rows[rows["reason"] == NO_REASON]
    assert len(none) / len(rows) == pytest.approx(0.04, abs=0.006)
    by_user = none.groupby(["hospital", "user"]).size().sort_values(ascending=False)
    users = 4000 * SCALE
    careless = round(0.005 * users)
    assert by_user[:careless].sum() / len(none) == pytest.approx(0.75, abs=0.08)
    assert rows.groupby(["hospital", "user"]).ngroups > 0.7 * users
    assert set(rows["reason"]) == {NO_REASON, *range(len(REASONS))}
    assert rows["reason"].value_counts().index[0] == REASONS.index("treatment")


def test_names_have_two_to_four_characters_and_stay_with_their_persons():
    places = np.arange(len(patients(3, 0.01).phase))
    found = names(3, 0.01, places)
    assert {len(name) for name in found} == {2, 3, 4}
    assert all(name.startswith(FAMILY) for name in found)
    assert list(names(3, 0.01, places[::-1])) == list(found[::-1])
    assert list(names(4, 0.01, places)) != list(found)
    # Many share one, but not most.
    assert 0.5 < len(set(found)) / len(found) < 0.95
    assert mistyped("李敏", 3)[0] == "李" != mistyped("李敏", 3)
    assert len({mistyped("李敏", number) for number in range(100)} | {"李敏"}) > 40


def test_clerks_type_one_character_in_a_hundred_numbers_wrong_and_leave_some_out():
    who, total = patients(3, SCALE), 0
    wrong = without = other_name = no_name = no_year = 0
    for day in WEEK:
        typed = encounter.recorded(HERE, day)
        true = encounters(HERE, day).rows.set_index("encounter").loc[typed["encounter"]]
        real = who.resident_id[true["patient"].to_numpy()].astype("U18")
        named = names(3, SCALE, true["patient"].to_numpy())
        for number, right in zip(typed["number"], real, strict=True):
            off = sum(one != other for one, other in zip(number, right, strict=True)) if number else 0
            assert off <= 1
            wrong += off
            without += not number
        other_name += ((typed["name"] != named) & (typed["name"] != "")).sum()
        no_name += (typed["name"] == "").sum()
        no_year += (typed["birth_year"] == 0).sum()
        total += len(typed)
        midnight = (day.toordinal() + 1) * DAY_DS
        ends = np.where(true["ended_ds"] < midnight, true["ended_ds"], 0)
        assert list(typed["ended_ds"]) == list(ends)
        assert typed["started_ds"].is_monotonic_increasing
    shares = [count / total for count in (wrong, without, other_name, no_name, no_year)]
    assert shares == pytest.approx([0.01, 0.02, 0.005, 0.01, 0.01], abs=0.0025)
    asked_for = pd.concat([record_access.recorded(HERE, day) for day in WEEK])
    assert (asked_for["number"] == "").mean() == pytest.approx(0.02, abs=0.004)


def test_clocks_of_examinations_are_off_by_hospital_and_results_after_midnight_are_not_there(made):
    day = WEEK[2]
    true, told = exam_result.taken_on(HERE, day), exam_result.recorded(HERE, day)
    both = told.merge(true, on="exam", suffixes=("", "_true"))
    assert len(both) == len(true) == len(told)
    off = (both["taken_ds"] - both["taken_ds_true"]) // 10
    assert off.abs().max() <= 30
    assert off.nunique() > 15
    midnight = (day.toordinal() + 1) * DAY_DS
    assert set(told["taken_ds"] // DAY_DS) == {day.toordinal()}
    inside = both["taken_ds_true"].between(midnight - DAY_DS + 300, midnight - 310)
    assert (off[inside].groupby(both["hospital"][inside]).nunique() == 1).all()
    is_there = both["result_ds"] != 0
    assert ((both["result_ds"] - both["result_ds_true"]) // 10)[is_there & inside].equals(
        off[is_there & inside]
    )
    assert both.loc[is_there, "result_ds"].max() < midnight
    early = both["result_ds_true"] < midnight - 400
    assert 1 - is_there[early].mean() == pytest.approx(0.01, abs=0.005)
    assert not is_there[both["result_ds_true"] > midnight + 400].any()
    assert is_there.mean() > 0.93
    assert (both.loc[is_there, "result_ds"] >= both.loc[is_there, "taken_ds"]).all()


def test_of_one_line_in_two_hundred_nobody_knows_the_examination():
    true = pd.concat([requested_on(HERE, day).lines for day in WEEK])
    told = pd.concat([settlement_line.recorded(HERE, day) for day in WEEK])
    both = told.merge(true, on="line", suffixes=("", "_true"))
    of_exams = both[both["exam_true"] > 0]
    other = of_exams[of_exams["exam"] != of_exams["exam_true"]]
    assert len(other) / len(of_exams) == pytest.approx(0.005, abs=0.0015)
    assert not other["exam"].isin(true["exam"]).any()
    assert (both.loc[both["exam_true"] == 0, "exam"] == 0).all()


def test_where_nothing_goes_wrong_all_is_written_down_as_it_was():
    here = exchange(asked(3, 1, 0.01, changed=NOTHING_WRONG).setting)
    typed = encounter.recorded(here, MONDAY)
    true = encounters(here, MONDAY).rows.set_index("encounter").loc[typed["encounter"]]
    real = patients(3, 0.01).resident_id[true["patient"].to_numpy()].astype("U18")
    assert list(typed["number"]) == list(real)
    assert list(typed["birth_year"]) == list(true["birth_year"])
    lines = settlement_line.recorded(here, MONDAY).set_index("line")["exam"]
    assert lines.equals(requested_on(here, MONDAY).lines.set_index("line")["exam"].loc[lines.index])
