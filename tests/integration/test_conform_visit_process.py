"""conformed.health.visit_process from rows typed by hand; every case is a patient of its own in one run."""

from __future__ import annotations

from datetime import date

import pytest

from tests.integration.process_rows import event, made, visit
from tests.integration.road_rows import utc

MARCH_2, MARCH_3 = date(2026, 3, 2), date(2026, 3, 3)
WHOLE = {
    "register": "08:00/face/machine", "see": "08:30/card/room", "examine": "09:00/plastic/window", "pay": "09:10/cash/phone",
    "collect": "09:30:05/card/machine",
}  # fmt: skip


def until(name: str, last: str, ordered: str | None = "both") -> list[tuple]:
    """The whole visit up to a step."""
    names = list(WHOLE)
    return visit(name, ordered, **{step: WHOLE[step] for step in names[: names.index(last) + 1]})


def without(name: str, step: str, ordered: str | None = "both") -> list[tuple]:
    """The whole visit but for a step."""
    return visit(name, ordered, **{each: when for each, when in WHOLE.items() if each != step})


def clock(hospital: str, step: str, count: int, off_s: int) -> list[tuple]:
    """Events of nobody known of a system whose clock is `off_s` behind: most are sent within seconds, the others late."""
    return [
        event(f"{hospital} {step} {n}", step, "07:00", None, hospital=hospital, sent_s=off_s + n * 7)
        for n in range(count)
    ]


def at_h(hospital: str, **when: str) -> list[tuple]:
    """Steps of one patient at a hospital: instants, of a doctor with what was ordered."""
    parts = {step: told.split("/") for step, told in when.items()}
    return [event(f"{hospital} {step}", step, at, f"of {hospital}", hospital=hospital, ordered=dict(enumerate(ordered)).get(0))
            for step, (at, *ordered) in parts.items()]  # fmt: skip


EVENTS = [
    *visit("A", "both", **WHOLE),
    # What is due by what was ordered, and the first of it that was not done.
    *[row for ordered in ("examination", "medicine", "both", "none") for row in until(ordered, "see", ordered)],
    *until("silent doctor", "see", None), *until("registered", "register"), *until("examined", "examine"),
    *until("paid", "pay"), *without("never seen", "see"), *without("not paid", "pay"), *without("not examined", "examine"),
    *without("medicine only", "examine", "medicine"), *until("examination only", "pay", "examination"),
    # Not due, though done: it counts in no end.
    *visit("none due", "none", register="08:00", see="08:30", pay="09:00", collect="10:00"),
    *visit("nobody saw", None, register="08:00", pay="09:00"),
    # Any order; only what is due and done ends it.
    *visit("backwards", "both", register="10:00", see="09:59:30", examine="09:59:10", pay="09:59:05", collect="09:59"),
    # Of a step the first counts, of two at one instant the lesser number; what was ordered is that of the first.
    *visit("twice", "none", register="08:00", see="08:40"),
    event("twice see 1", "see", "08:39:59", "twice", ordered="medicine", means="face", place="phone"),
    event("twice pay 2", "pay", "09:00", "twice", means="cash"), event("twice pay 1", "pay", "09:00", "twice", means="face"),
    event("twice collect", "collect", "09:10", "twice"), event("twice collect 2", "collect", "09:20", "twice"),
    # Registered again: a second less than ten minutes later, then ten minutes after the first; the least number at one instant.
    event("r2", "register", "08:00", "again", means="cash"), event("r1", "register", "08:00", "again", age_band="80+"),
    event("r3", "register", "08:09:59", "again"), event("r4", "register", "08:10", "again", means="face", age_band=None),
    event("r5", "register", "08:19", "again"), event("r6", "register", "08:28", "again"),
    # Steps of one visit, from 60 s before registering to 60 s before the next.
    event("s0", "register", "10:00", "steps"), event("s9", "register", "12:00", "steps"),
    event("s1", "see", "09:58:59", "steps", ordered="both"), event("s2", "see", "09:59", "steps", ordered="none"),
    event("s3", "examine", "11:58:59", "steps"), event("s4", "pay", "11:59", "steps"), event("s5", "collect", "12:01", "steps"),
    # Of another hospital, another day, nobody known, nobody who registered.
    event("o1", "register", "08:00", "other"), event("o2", "see", "08:30", "other", hospital="H2", ordered="none"),
    event("o3", "see", "03-03 08:30", "other", ordered="none"), event("n1", "register", "08:00", None),
    event("n2", "see", "08:30", None, ordered="none"), *visit("not registered", "none", see="08:30", pay="09:00"),
    # One number on two days.
    event("same", "register", "08:00", "d"), event("same", "register", "03-03 09:00", "d"),
    event("d see", "see", "03-03 09:30", "d", ordered="none"),
]  # fmt: skip
CLOCKS = [
    # Registering is two minutes behind and the doctor's clock a minute fast; 19 events tell nothing of the till.
    *clock("H3", "register", 20, 120), *clock("H3", "see", 20, -60), *clock("H3", "pay", 19, 120),
    *clock("H4", "register", 20, -1800), *clock("H4", "see", 19, 600), *clock("H5", "register", 20, 90_000),
    # On the next day another.
    *[event(f"next {n}", "register", "03-03 07:00", None, hospital="H3", sent_s=5) for n in range(20)],
    *at_h("H3", register="08:00", see="08:03/medicine", collect="08:06"),
    event("till", "pay", "08:05", "of H3", hospital="H3", sent_s=1),
    event("k5", "register", "03-03 08:00", "next", hospital="H3"),
    # The twentieth of the doctor's is the one that tells.
    *at_h("H4", register="08:40"), event("f2", "see", "08:00", "of H4", hospital="H4", ordered="none", sent_s=700),
    *at_h("H5", register="23:00", see="23:30/none"),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> dict[tuple, dict]:
    found = made("visit_process", [MARCH_2, MARCH_3], events=[*EVENTS, *CLOCKS])
    by_number = {(row["visit_id"], row["_business_date"].day): row for row in found}
    assert len(by_number) == len(found), "one row per visit"
    return by_number


def of(rows: dict[tuple, dict], name: str, *names: str) -> tuple:
    """What is said of the visit of a patient with one visit on 2 March."""
    (row,) = [row for (_, day), row in rows.items() if row["patient_id"] == name and day == 2]
    return tuple(row[each] for each in names)


def test_every_column_of_a_visit_of_all_steps(rows):
    assert rows["A register", 2] == {
        "visit_id": "A register", "_business_date": MARCH_2, "hospital_id": "H1", "patient_id": "A", "age_band": "18-59",
        "registered_at": utc("03-02 08:00"), "seen_at": utc("03-02 08:30"), "examined_at": utc("03-02 09:00"),
        "paid_at": utc("03-02 09:10"), "collected_at": utc("03-02 09:30:05"), "ordered": "both", "register_means": "face",
        "see_means": "card", "examine_means": "plastic", "pay_means": "cash", "collect_means": "card",
        "register_place": "machine", "see_place": "room", "examine_place": "window", "pay_place": "phone",
        "collect_place": "machine", "dropped_step": None, "ended_at": utc("03-02 09:30:05"), "process_s": 5405.0,
    }  # fmt: skip


def test_every_column_of_somebody_who_only_registered(rows):
    assert rows["registered register", 2] == {
        **dict.fromkeys(rows["A register", 2]), "visit_id": "registered register", "_business_date": MARCH_2, "hospital_id": "H1",
        "patient_id": "registered", "age_band": "18-59", "registered_at": utc("03-02 08:00"), "register_means": "face",
        "register_place": "machine", "dropped_step": "see", "ended_at": utc("03-02 08:00"),
    }  # fmt: skip


def test_the_steps_due_are_those_that_were_ordered_and_the_first_not_done_is_dropped(rows):
    names = ("examination", "medicine", "both", "none", "silent doctor", "examined", "paid", "never seen", "not paid",
             "not examined", "medicine only", "examination only")  # fmt: skip
    assert {name: of(rows, name, "dropped_step")[0] for name in names} == {
        "examination": "examine", "medicine": "pay", "both": "examine", "none": None, "silent doctor": None, "examined": "pay",
        "paid": "collect", "never seen": "see", "not paid": "pay", "not examined": "examine", "medicine only": None,
        "examination only": None,
    }  # fmt: skip


def test_a_process_ends_with_the_last_step_that_was_due_and_done(rows):
    assert of(rows, "none due", "collected_at", "ended_at", "process_s") == (
        utc("03-02 10:00"), utc("03-02 08:30"), 1800.0,
    )  # fmt: skip
    assert of(rows, "nobody saw", "paid_at", "ended_at", "process_s", "dropped_step") == (
        utc("03-02 09:00"), utc("03-02 08:00"), None, "see",
    )  # fmt: skip
    assert of(rows, "not paid", "ended_at", "process_s") == (utc("03-02 09:30:05"), None)
    assert of(rows, "backwards", "ended_at", "process_s", "dropped_step") == (utc("03-02 10:00"), 0.0, None)


def test_of_a_step_the_first_counts(rows):
    assert of(rows, "twice", "seen_at", "see_means", "see_place", "ordered", "pay_means", "collected_at", "ended_at") == (
        utc("03-02 08:39:59"), "face", "phone", "medicine", "face", utc("03-02 09:10"), utc("03-02 09:10"),
    )  # fmt: skip


def test_registering_again_within_ten_minutes_of_what_began_a_visit_begins_none(rows):
    again = {row["visit_id"]: row for row in rows.values() if row["patient_id"] == "again"}
    assert set(again) == {"r1", "r4", "r6"}
    assert [again["r1"][name] for name in ("register_means", "age_band")] == ["card", "80+"]
    assert [again["r4"][name] for name in ("register_means", "age_band", "seen_at")] == ["face", None, None]


def test_a_step_is_of_the_last_visit_that_began_at_most_a_minute_after_it(rows):
    first, second = rows["s0", 2], rows["s9", 2]
    names = ("seen_at", "ordered", "examined_at", "paid_at", "collected_at")
    assert tuple(first[name] for name in names) == (
        utc("03-02 09:59"),
        "none",
        utc("03-02 11:58:59"),
        None,
        None,
    )
    assert tuple(second[name] for name in names) == (None, None, None, utc("03-02 11:59"), utc("03-02 12:01"))


def test_only_steps_of_the_same_hospital_day_and_patient_count(rows):
    assert of(rows, "other", "seen_at", "dropped_step") == (None, "see")
    assert {row["patient_id"] for row in rows.values()} & {None, "not registered"} == set()
    assert "n1" not in {visit_id for visit_id, _ in rows}


def test_a_number_that_comes_again_on_another_day_is_another_visit(rows):
    assert rows["same", 2]["seen_at"] is None
    assert rows["same", 3]["seen_at"] == utc("03-03 09:30")


def test_each_clock_is_put_right_by_the_least_time_of_sending(rows):
    names = ("registered_at", "seen_at", "paid_at", "collected_at", "process_s")
    # 08:02 and 08:02: a till of which only 20 tell, the last one of them this very payment a second after it.
    assert of(rows, "of H3", *names) == (
        utc("03-02 08:02"), utc("03-02 08:02"), utc("03-02 08:05:01"), utc("03-02 08:06"), 240.0,
    )  # fmt: skip
    assert of(rows, "of H4", "registered_at", "seen_at", "process_s") == (
        utc("03-02 08:10"), utc("03-02 08:10"), 0.0,
    )  # fmt: skip


def test_a_clock_that_nineteen_events_tell_of_is_left_as_it_is():
    events = [*clock("H4", "see", 19, 600), *at_h("H4", register="08:30", see="08:30/none")]
    (found,) = made("visit_process", [MARCH_2], events=events)
    assert found["seen_at"] == utc("03-02 08:30")


def test_a_clock_may_be_another_on_another_day_and_moves_no_event_to_another(rows):
    assert rows["k5", 3]["registered_at"] == utc("03-03 08:00:05")
    # A day and an hour behind.
    assert rows["H5 register", 2]["_business_date"] == MARCH_2
    assert rows["H5 register", 2]["registered_at"] == utc("03-04 00:00")
    assert rows["H5 register", 2]["seen_at"] is None
