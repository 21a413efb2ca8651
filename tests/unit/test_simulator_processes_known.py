"""What is known of visits to hospitals step by step against what happened."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from simulator.departments.card_event import CardEvents, recorded
from simulator.departments.face_match import FaceMatches
from simulator.truth import processes as truth
from simulator.world.card_hospitals import STEPS, card_platform
from simulator.world.hospitals import hospitals
from simulator.world.visit_steps import visit_day
from tests.unit.process_city import NEVER, NOTHING_WRONG, process_city


@pytest.mark.parametrize("scale", [0.01, 0.1])
def test_where_nothing_goes_wrong_what_is_known_is_what_happened(scale):
    city = process_city(2, 3, scale, changed=NOTHING_WRONG, clock_s=0)
    made = truth.indicators(city, (city.after_late_data,))
    assert set(made["code"]) == {
        "h2_whole_process_card_pct", "h2_whole_process_face_pct", "h2_self_service_pct", "h2_process_p50_min",
        "h2_drop_out_pct", "h2_face_false_reject_pct",
    }  # fmt: skip
    assert set(made["group_type"]) == {"all", "age_band", "step"}
    assert set(made["area_type"]) == {"city", "district"}
    assert len(made) > 150
    # The hospital that is in no list counts for the city alone; what happened there counts where it is.
    unlisted = hospitals(2)[-1].district_code
    same = made[made["area"] != unlisted]
    assert same["knowable"].tolist() == pytest.approx(same["world"].tolist(), rel=1e-12)
    whole = made[made["area"] == unlisted]
    assert not np.allclose(whole["knowable"].astype(float), whole["world"].astype(float))


def test_defects_and_late_data_change_what_is_known_and_a_day_alone_is_the_day_among_others():
    city = process_city(3, 4, changed={"files": NEVER["files"] | {"late_file": 0.5}})
    before, after = city.before_late_data, city.after_late_data
    made = truth.indicators(city, (before, after))
    early, late = (made[made["as_of"] == at] for at in (before, after))
    assert early["denominator"].sum() < late["denominator"].sum()
    assert not np.allclose(late["knowable"].astype(float), late["world"].astype(float))
    alone = truth.indicators(city, (after,), (city.last,)).reset_index(drop=True)
    whole = truth.indicators(city, (after,))
    pd.testing.assert_frame_equal(
        alone, whole[whole["period"] == city.last.isoformat()].reset_index(drop=True)
    )


def test_the_default_city_goes_as_its_scenario_says():
    city = process_city(4, 1, 0.3)
    made = truth.indicators(city, (city.after_late_data,))
    world = made[made["area_type"] == "city"].set_index(["code", "group"])["world"]
    left = [world["h2_drop_out_pct", step] for step in ("see", "examine", "pay", "collect")]
    assert left == pytest.approx([1.5, 4, 2, 3], abs=0.9)
    assert 110 < world["h2_process_p50_min", "all"] < 145
    assert 35 < world["h2_whole_process_card_pct", "all"] < 47
    assert world["h2_whole_process_card_pct", "80+"] < 30
    assert 0.2 < world["h2_whole_process_face_pct", "all"] < 1.5
    assert world["h2_self_service_pct", "60-69"] < 18 < 30 < world["h2_self_service_pct", "all"] < 45
    assert 0.2 < world["h2_face_false_reject_pct", "all"] < 1.6


def test_answers_say_how_far_each_patient_went_and_whose_face_was_rejected():
    changed = {
        "files": NEVER["files"] | {"corrected_file": 0.4},
        "faces": {"rejected": 0.2, "somebody_else": 0.1},
    }
    city = process_city(7, 6, changed=changed)
    answers = truth.answers(city, city.days).fillna("none")
    assert list(answers.columns) == ["table", "key", "column", "answer"]
    assert not answers.duplicated(["table", "key"]).any()
    seen = {name: dict(zip(of["key"], of["answer"], strict=True)) for name, of in answers.groupby("table")}
    assert set(seen) == {"health.visit_process", "health.face_transaction"}
    assert set(answers.loc[answers["table"] == "health.visit_process", "column"]) == {"dropped_step"}
    assert set(answers.loc[answers["table"] == "health.face_transaction", "column"]) == {
        "is_falsely_rejected"
    }
    assert set(seen["health.visit_process"].values()) == {"none", "see", "examine", "pay", "collect"}
    newest, outcomes = {}, Counter()
    for each in city.observations:
        if isinstance(each.facts, (CardEvents, FaceMatches)):
            newest[type(each.facts), each.facts.day] = each.facts
    assert len(newest) == 12
    for (kind, day), facts in newest.items():
        made = visit_day(card_platform(city), day)
        if kind is FaceMatches:
            # Every transaction, whoever was rejected, and nobody who said to be somebody else.
            true = {row.transaction: row for row in made.transactions.itertuples()}
            for number in set(facts.rows["transaction"]):
                row, said = true[number], seen["health.face_transaction"][f"F{day:%Y%m%d}{number:07d}"]
                assert said == ("true" if row.is_right and not row.is_accepted else "false")
                outcomes[said, row.is_right] += 1
            continue
        visit_of = recorded(card_platform(city), day).set_index("event")["visit"]
        true = made.visits.set_index("visit")["dropped"]
        known = facts.rows[(facts.rows["step"] == 0) & (facts.rows["patient"] >= 0)]["event"].tolist()
        said = {number: seen["health.visit_process"].get(f"C{day:%Y%m%d}{number:07d}") for number in known}
        for number, step in said.items():
            assert step in (None, ("none", *STEPS[1:])[true[visit_of[number]]])
        outcomes.update(step is None for step in said.values())
    # Registrations that came again have no visit of their own.
    assert 0 < outcomes[True] < 0.02 * outcomes[False]
    assert min(outcomes[key] for key in (("true", True), ("false", True), ("false", False))) > 3
    assert len(answers) == sum(map(len, seen.values()))
    of_day = truth.answers(city, city.days[2:3]).fillna("none")
    assert set(of_day["key"].str[1:9]) == {f"{city.days[2]:%Y%m%d}"}
    whole = answers[answers["key"].isin(of_day["key"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(of_day, whole)


def test_what_bad_data_hides_the_answers_tell():
    city = process_city(7, 1, 0.1, changed={"recorded": {"missing": 0.1}})
    (day,) = city.days
    known = truth.known_at(city, day, city.after_late_data).visits
    answers = truth.answers(city, (day,)).fillna("none")
    said = dict(zip(answers["key"], answers["answer"], strict=True))
    believed = [("none", *STEPS[1:])[step] for step in known["dropped"]]
    true = [said[f"C{day:%Y%m%d}{number:07d}"] for number in known["event"]]
    together = Counter(zip(believed, true, strict=True))
    assert together["none", "none"] > 1_000
    assert together["see", "none"] > 50
    assert together["none", "see"] == 0
