"""Who the offenders of cases really were, told beside the truth."""

from simulator.departments import ship_lists
from simulator.departments.enforcement import Cases
from simulator.truth import enforcement as truth
from tests.unit.enforcement_city import LAW, enforcement_city

NEVER = dict.fromkeys(LAW.files.model_dump(), 0.0)


def test_answers_say_who_it_really_was():
    city = enforcement_city(2, 12, 0.05, changed={"unlisted_ships": 0.2})
    answers = truth.answers(city, city.days)
    assert list(answers.columns) == ["table", "key", "column", "answer"]
    assert set(answers["table"]) == {"transport.enforcement_case"}
    assert set(answers["column"]) == {"offender_id"}
    assert answers["key"].is_unique
    assert {each.split(":")[0] for each in answers["answer"]} == {"ship", "enterprise"}
    said = dict(zip(answers["key"], answers["answer"], strict=True))
    wrong = right = nobody = 0
    exist = set()
    newest = {
        (each.sent.sender, each.facts.day): each
        for each in city.observations
        if isinstance(each.facts, Cases)
    }
    listed = {row[0] for row in city.listed(ship_lists.SHIP, city.after_late_data)}
    for each in newest.values():
        rows = each.facts.rows
        exist |= set(rows["case"])
        for case, code, mmsi in zip(rows["case"], rows["owner_code"], rows["mmsi"], strict=True):
            if code:
                right += said[case] == f"enterprise:{code}"
                wrong += said[case] != f"enterprise:{code}"
            elif mmsi and mmsi not in listed:
                nobody += 1
                # An enterprise may have been written down without its code.
                assert not said.get(case, "enterprise").startswith("ship")
    assert set(said) <= exist
    assert nobody > 0
    assert 0 < wrong < 0.2 * right  # codes with a wrong character
    assert not any(each.startswith("ship:") and each[5:] not in listed for each in said.values())


def test_answers_of_what_is_corrected_are_those_of_the_corrected_file():
    city = enforcement_city(7, 20, 0.02, changed={"files": NEVER | {"corrected_file": 0.4}})
    day = next(
        each.facts.day for each in city.observations for label in each.labels
        if label.kind == "corrected_file" and isinstance(each.facts, Cases) and each.facts.agency == "waterway"
    )  # fmt: skip
    both = [each.facts.rows for each in city.observations if isinstance(each.facts, Cases)
            and (each.facts.agency, each.facts.day) == ("waterway", day)]  # fmt: skip
    assert len(both) == 2
    said = set(truth.answers(city, (day,))["key"])
    enterprises = set(both[1][both[1]["owner_name"] != ""]["case"])
    assert enterprises <= said
