"""The indicators of whole processes at hospitals, computed by hand; `golden` in their declarations names the tests."""

from __future__ import annotations

import random
from datetime import date

import pytest

from tests.unit.clinic_city import hospital
from tests.unit.marts_city import DISTRICTS, build, published, shown
from tests.unit.whole_visit_city import face, whole

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
XIHU, BINJIANG, CITY = "330106", "330108", "330100"
OLD = {"age_band": "80+"}
VISITS = [
    # In Xihu six of nine are complete: three by card throughout, two by face, one by both.
    whole("A1", "H1", FIRST, minutes=90), whole("A2", "H1", FIRST, "none", minutes=30, place="window"),
    whole("A3", "H1", FIRST, "medicine", minutes=45, examine_means="cash", see_place="room"),
    whole("A4", "H1", FIRST, "examination", minutes=60, means="face", **OLD, pay_place="phone", examine_place="window"),
    whole("A5", "H1", FIRST, "both", minutes=120, means="face", **OLD, pay_place="window"),
    whole("A6", "H1", FIRST, "both", minutes=75, age_band=None, collect_means="face", collect_place="window"),
    # One dropped the examination, one the medicine, one had nobody see him.
    whole("A7", "H1", FIRST, "both", dropped="examine"), whole("A8", "H1", FIRST, "medicine", dropped="collect", **OLD),
    whole("A9", "H1", FIRST, None, dropped="see"),
    # In Binjiang none is complete; in a district that no list knows, and at a hospital that no list knows.
    whole("B1", "H2", FIRST, "both", dropped="pay"),
    whole("C1", "H3", FIRST, "none", minutes=20, means="plastic", place="window"),
    whole("D1", "H9", FIRST, "medicine", minutes=50),
    # Another day.
    whole("E1", "H2", SECOND, "none", minutes=10), whole("E2", "H2", SECOND, "none", minutes=20.5),
]  # fmt: skip
FACES = [
    face("F1", "H1", FIRST), face("F2", "H1", FIRST), face("F3", "H1", FIRST, "wrongly"), face("F4", "H1", FIRST, "rightly"),
    face("F5", "H2", FIRST, "rightly"), face("F6", "H9", FIRST, "wrongly"), face("F8", "H2", FIRST), face("F7", "H2", SECOND),
]  # fmt: skip


@pytest.fixture(scope="module")
def visits(module_home):
    city = build(
        "health", "golden processes", [FIRST, SECOND],
        {
            "conformed.governance.district": DISTRICTS,
            "conformed.health.hospital": [hospital("H1", XIHU), hospital("H2", BINJIANG), hospital("H3", "339999")],
            "conformed.health.visit_process": VISITS, "conformed.health.face_transaction": FACES,
        },
    )  # fmt: skip
    yield city
    city.scratch.__exit__(None, None, None)


def test_by_card_is_every_step_that_was_due(visits):
    code, day = "h2_whole_process_card_pct", "2026-03-01"
    assert visits.value(code, day, XIHU) == shown(50.0, 3.0, 6.0)
    assert visits.value(code, day, BINJIANG) == shown(None, 0.0, 0.0)
    assert visits.value(code, day, CITY) == shown(50.0, 4.0, 8.0)
    assert visits.value(code, day, CITY, "18-59") == shown(80.0, 4.0, 5.0)
    assert visits.value(code, day, CITY, "80+") == shown(0.0, 0.0, 2.0)
    assert visits.value(code, "2026-03-02", BINJIANG) == shown(100.0, 2.0, 2.0)
    # No age band stands for one that is not known; of a district's few of one age too much would have to be hidden.
    assert published(visits, code, day) == {
        (XIHU, "all"), (BINJIANG, "all"), *((CITY, group) for group in ("all", "18-59", "80+")),
    }  # fmt: skip


def test_by_face_is_every_step_that_was_due(visits):
    code, day = "h2_whole_process_face_pct", "2026-03-01"
    assert visits.value(code, day, CITY) == shown(25.0, 2.0, 8.0)
    assert visits.value(code, day, CITY, "80+") == shown(100.0, 2.0, 2.0)
    assert visits.value(code, day, CITY, "18-59") == shown(0.0, 0.0, 5.0)
    assert published(visits, code, day) == {(CITY, group) for group in ("all", "18-59", "80+")}


def test_self_service_asks_nothing_of_the_doctor(visits):
    code, day = "h2_self_service_pct", "2026-03-01"
    assert visits.value(code, day, XIHU) == shown(50.0, 3.0, 6.0)
    assert visits.value(code, day, CITY) == shown(50.0, 4.0, 8.0)
    assert visits.value(code, day, CITY, "18-59") == shown(60.0, 3.0, 5.0)
    assert visits.value(code, day, CITY, "80+") == shown(50.0, 1.0, 2.0)


def test_process_p50_is_of_complete_visits(visits):
    code, day = "h2_process_p50_min", "2026-03-01"
    # 30, 45, 60, 75, 90 and 120 minutes; with 20 and 50 of the others.
    assert visits.value(code, day, XIHU) == shown(60.0, 360.0, 6.0)
    assert visits.value(code, day, BINJIANG) == shown(None, None, 0.0)
    assert visits.value(code, day, CITY) == shown(50.0, 400.0, 8.0)
    assert visits.value(code, day, CITY, "18-59") == shown(45.0, 225.0, 5.0)
    assert visits.value(code, "2026-03-02", CITY) == shown(10.0, 20.0, 2.0)


def test_drop_outs_are_of_those_who_came_so_far(visits):
    code, day = "h2_drop_out_pct", "2026-03-01"
    assert visits.value(code, day, CITY, "see") == shown(8.333333, 1.0, 12.0)
    # Of A1, A4, A5, A6, A7 and B1; of A1, A3 to A6, A8, B1 and D1; of A1, A3, A5, A6, A8 and D1.
    assert visits.value(code, day, CITY, "examine") == shown(16.666667, 1.0, 6.0)
    assert visits.value(code, day, CITY, "pay") == shown(12.5, 1.0, 8.0)
    assert visits.value(code, day, CITY, "collect") == shown(16.666667, 1.0, 6.0)
    assert visits.value(code, "2026-03-02", CITY, "see") == shown(0.0, 0.0, 2.0)
    assert published(visits, code, day) == {(CITY, step) for step in ("see", "examine", "pay", "collect")}


def test_faces_are_rejected_falsely_where_a_card_followed(visits):
    code, day = "h2_face_false_reject_pct", "2026-03-01"
    assert visits.value(code, day, CITY) == shown(40.0, 2.0, 5.0)
    assert visits.value(code, "2026-03-02", CITY) == shown(0.0, 0.0, 1.0)
    assert published(visits, code, day) == {(CITY, "all")}


@pytest.fixture(scope="module")
def protected(module_home):
    """Three days of some dozens of visits in three districts and a handful elsewhere, as they are published."""
    from citylake.publish.publication import protect_marts

    chance = random.Random(7)
    days = [FIRST, SECOND, date(2026, 3, 3)]
    rows, faces = [], []
    for day in days:
        for n in range(260):
            place = chance.choice(["H1", "H1", "H1", "H2", "H2", "H4", "H9"])
            ordered = chance.choice(["none", "examination", "medicine", "both"])
            due = ["see", *{"none": (), "examination": ("examine", "pay"), "medicine": ("pay", "collect"),
                            "both": ("examine", "pay", "collect")}[ordered]]  # fmt: skip
            dropped = chance.choice(due) if chance.random() < 0.12 else None
            rows.append(whole(
                f"V{day:%d}{n}", place, day, None if dropped == "see" else ordered, dropped=dropped,
                means=chance.choice(["card", "card", "face", "plastic"]), place=chance.choice(["machine", "window"]),
                age_band=chance.choice(["<18", "18-59", "18-59", "80+", None]),
            ))  # fmt: skip
            faces.append(
                face(f"F{day:%d}{n}", place, day, chance.choice(["accepted"] * 9 + ["wrongly", "rightly"]))
            )
    city = build(
        "health", "few processes", days,
        {
            "conformed.governance.district": DISTRICTS,
            "conformed.health.hospital": [hospital("H1", XIHU), hospital("H2", BINJIANG), hospital("H4", "330110")],
            "conformed.health.visit_process": rows, "conformed.health.face_transaction": faces,
        },
    )  # fmt: skip
    protect_marts(city.connection, "health", city.marts)
    yield city
    city.scratch.__exit__(None, None, None)


def test_counts_of_few_persons_are_hidden_and_others_shown(protected):
    statuses = dict(protected.connection.execute(
        "select value_status, count(*) from marts.fct_indicator_value where code like 'h2%' group by 1"
    ).fetchall())  # fmt: skip
    assert statuses["hidden"] > 5
    assert statuses["shown"] > 30
    small = protected.connection.execute(
        "select count(*) from marts.fct_visit_day where dropped_count between 1 and 9 or by_card_count between 1 and 9"
    ).fetchone()
    assert small == (0,)


def test_nobody_can_work_out_what_is_hidden(protected):
    from citylake.indicator import Threshold
    from citylake.privacy.attack import attack
    from citylake.publish.publication import targets
    from citylake.publish.statements import parts_of, statements

    ruled = [each for each in targets("health", protected.marts) if isinstance(each.rule, Threshold)]
    said = [each for target in ruled for each in statements(protected.connection, target)]
    assert sum(each.persons is None for each in said) > 40
    assert attack(said, parts_of("health")) == []


@pytest.mark.parametrize("seen_only", [0, 30])
def test_four_whom_nobody_saw_are_told_by_no_other_number(module_home, seen_only):
    from citylake.publish.publication import protect_marts

    left = {None: 60, "see": 4, "examine": 12, "pay": 15, "collect": 20}
    rows = [
        whole(f"{step} {n}", "H1", FIRST, None if step == "see" else "both", dropped=step)
        for step, count in left.items() for n in range(count)
    ]  # fmt: skip
    rows += [whole(f"only {n}", "H1", FIRST, "none") for n in range(seen_only)]
    city = build(
        "health", f"four processes {seen_only}", [FIRST],
        {"conformed.governance.district": DISTRICTS, "conformed.health.hospital": [hospital("H1", XIHU)],
         "conformed.health.visit_process": rows},
    )  # fmt: skip
    try:
        protect_marts(city.connection, "health", city.marts)
        visits, dropped = city.connection.execute(
            "select visit_count, dropped_count from marts.fct_visit_day"
        ).fetchall()[0]
        steps = {name: city.value("h2_drop_out_pct", "2026-03-01", CITY, name) for name in left if name}
        assert steps["see"][4] == "hidden"
        # 51 less 12, 15 and 20; and 111 less the 107 of whom an examination was due, if nobody was only seen.
        others = [steps[name][4] for name in ("examine", "pay", "collect")]
        assert dropped is None or "hidden" in others
        assert seen_only or visits is None or steps["examine"][4] == "hidden"
    finally:
        city.scratch.__exit__(None, None, None)
