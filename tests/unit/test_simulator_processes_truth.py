"""The true indicators of visits to hospitals step by step."""

from datetime import date

import pandas as pd
import pytest

from simulator.truth import processes as truth
from simulator.world.districts import HANGZHOU

DAY = date(2026, 4, 20)
MIDNIGHT = DAY.toordinal() * 864_000
REGISTER, SEE, EXAMINE, PAY, COLLECT = range(5)
CARD, FACE, PLASTIC, CASH = range(4)
MACHINE, WINDOW, PHONE, ROOM = range(4)
NOTHING, EXAMINATION, MEDICINE, BOTH = range(4)
NOT_ORDERED = -1
DISTRICTS = {0: "330106", 1: "330108"}
_COLUMNS = (
    "event", "hospital", "step", "at_ds", "received_ds", "means", "place", "ordered", "patient", "age_band",
)  # fmt: skip


def _at(hour: int, minute: int, second: int = 0) -> int:
    return MIDNIGHT + ((hour * 60 + minute) * 60 + second) * 10


def _event(number: int, step: int, at: int, **more) -> dict:
    """An event of somebody of 18 to 59 with a card at a machine of hospital 0; but for `more`."""
    return {
        "event": number, "hospital": 0, "step": step, "at_ds": at, "received_ds": 0, "means": CARD, "place": MACHINE,
        "ordered": NOT_ORDERED, "patient": 1, "age_band": "18-59",
    } | more  # fmt: skip


def _way(first: int, *steps: int, ordered: int = NOTHING, hour: int = 9, **more) -> list[dict]:
    """Events numbered from `first`: registering at the hour, and then each of these steps after half an hour more."""
    made = [
        _event(first + place, step, _at(hour, 0) + place * 18_000, **more)
        for place, step in enumerate((REGISTER, *steps))
    ]
    return [each | {"ordered": ordered} if each["step"] == SEE else each for each in made]


def _events(*events: dict) -> pd.DataFrame:
    return pd.DataFrame(list(events), columns=list(_COLUMNS))


def _visits(*events: dict) -> dict[int, truth.Visit]:
    """The visits that events make, by the number of their registration."""
    rows = truth.visits_of(truth.put_right(_events(*events)))
    return {row.event: truth.Visit(*row) for row in rows.itertuples(index=False)}


def _table(events: list[dict], matches: list[dict] = ()) -> dict:
    right = truth.put_right(_events(*events))
    outcome = truth.Outcome(
        truth.visits_of(right), truth.faces_of(pd.DataFrame(list(matches)), right), DISTRICTS, HANGZHOU
    )
    return {
        (row.code.removeprefix("h2_"), row.area, row.group): (row.numerator, row.denominator)
        for row in truth.table(outcome, DAY).itertuples()
    }


def _attempt(number: int, transaction: int, at: int, *, is_accepted: bool = False, **more) -> dict:
    """An attempt of patient 1 to pay at hospital 0; but for `more`."""
    return {
        "match": number, "transaction": transaction, "hospital": 0, "step": PAY, "at_ds": at, "is_accepted": is_accepted,
        "patient": 1,
    } | more  # fmt: skip


def test_a_tiny_day_by_hand():
    made = _table(
        [
            # All by card and at machines, an hour.
            *_way(1, SEE, COLLECT, ordered=MEDICINE, patient=1)[:2],
            _event(3, PAY, _at(9, 45), patient=1), _event(4, COLLECT, _at(10, 0), patient=1),
            # All by face, at windows, half an hour.
            *_way(11, SEE, patient=2, means=FACE, place=WINDOW, age_band="80+"),
            # Left before the examination, before seeing anybody, before paying.
            *_way(21, SEE, ordered=BOTH, patient=3, hospital=1), *_way(31, patient=4, age_band=None),
            *_way(41, SEE, EXAMINE, ordered=EXAMINATION, patient=5),
            # At a hospital that is in no list: a face and a card, two hours; paid by phone.
            *_way(51, SEE, EXAMINE, PAY, COLLECT, ordered=BOTH, patient=6, hospital=2, means=FACE)[:4],
            _event(55, COLLECT, _at(11, 0), patient=6, hospital=2, place=PHONE),
        ],
        [
            _attempt(1, 1, _at(9, 0), is_accepted=True), _attempt(2, 2, _at(9, 40)),
            _attempt(3, 3, _at(9, 50), hospital=1, is_accepted=True), _attempt(4, 4, _at(9, 50)),
        ],
    )  # fmt: skip
    city = {(code, group): value for (code, area, group), value in made.items() if area == "330100"}
    assert city["whole_process_card_pct", "all"] == (1, 3)
    assert city["whole_process_face_pct", "all"] == (1, 3)
    assert city["self_service_pct", "all"] == (2, 3)
    assert city["process_p50_min", "all"] == (3 * 60, 3)  # of 30, 60 and 120
    assert city["process_p50_min", "80+"] == (30, 1)
    assert city["process_p50_min", "18-59"] == (2 * 60, 2)
    assert city["drop_out_pct", "see"] == (1, 6)
    assert city["drop_out_pct", "examine"] == (1, 3)
    assert city["drop_out_pct", "pay"] == (1, 3)
    assert city["drop_out_pct", "collect"] == (0, 2)
    assert city["face_false_reject_pct", "all"] == (1, 3)  # the fourth was followed by nothing
    assert ("drop_out_pct", "all") not in city
    assert ("face_false_reject_pct", "18-59") not in city
    # By the hospital's district; the one that is in no list is in none.
    assert made["whole_process_card_pct", "330106", "all"] == (1, 2)
    assert made["self_service_pct", "330106", "all"] == (1, 2)
    # Groups, and what is rare, are told of the city alone.
    assert {area for _, area, group in made if group != "all"} == {"330100"}
    rare = {"whole_process_face_pct", "drop_out_pct", "face_false_reject_pct"}
    assert {area for code, area, _ in made if code in rare} == {"330100"}
    assert ("process_p50_min", "330108", "all") not in made
    assert {area for _, area, _ in made} == {"330100", "330106"}


def test_a_registration_begins_a_visit_unless_one_began_less_than_ten_minutes_before():
    again = _event(2, REGISTER, _at(9, 9, 59))
    later = _event(3, REGISTER, _at(9, 10))
    assert set(_visits(_event(1, REGISTER, _at(9, 0)), again)) == {1}
    assert set(_visits(_event(1, REGISTER, _at(9, 0)), later)) == {1, 3}
    # The one that began none does not count.
    assert set(_visits(_event(1, REGISTER, _at(9, 0)), again, later, _event(4, REGISTER, _at(9, 19)))) == {
        1,
        3,
    }
    # Another patient, another hospital; nobody.
    alike = [_event(2, REGISTER, _at(9, 1), **{name: 3}) for name in ("patient", "hospital")]
    assert [len(_visits(_event(1, REGISTER, _at(9, 0)), each)) for each in alike] == [2, 2]
    assert _visits(_event(1, REGISTER, _at(9, 0), patient=-1)) == {}


def test_an_event_belongs_to_the_last_visit_that_began_a_minute_after_it_at_most():
    def dropped(at: int, **more) -> list[int]:
        """Before which step the visits of nine and ten o'clock end, if a doctor is seen at an instant."""
        events = [_event(1, REGISTER, _at(9, 0)), _event(2, REGISTER, _at(10, 0))]
        made = _visits(*events, _event(3, SEE, at, ordered=NOTHING, **more))
        return [made[number].dropped for number in (1, 2)]

    assert dropped(_at(9, 58, 59)) == [0, SEE]
    assert dropped(_at(9, 59)) == [SEE, 0]
    assert dropped(_at(8, 59)) == [0, SEE]
    assert dropped(_at(8, 58, 59)) == [SEE, SEE]
    assert dropped(_at(9, 30), patient=-1) == [SEE, SEE]
    assert dropped(_at(9, 30), hospital=1) == [SEE, SEE]


def test_of_each_step_the_first_event_counts_with_its_means_and_place():
    way = _way(1, SEE, PAY, COLLECT, ordered=MEDICINE)
    assert _visits(*way)[1] == truth.Visit(1, 0, "18-59", MEDICINE, 0, True, False, True, 5400)
    after = _event(9, PAY, _at(10, 30), means=CASH, place=WINDOW)
    assert _visits(*way, after)[1] == _visits(*way)[1]
    before = _event(9, PAY, _at(9, 55), means=CASH, place=WINDOW)
    assert _visits(*way, before)[1] == truth.Visit(1, 0, "18-59", MEDICINE, 0, False, False, False, 5400)
    # Of two at one instant the lesser number.
    at_once = _event(0, PAY, _at(10, 0), place=WINDOW)
    assert _visits(*way, at_once)[1].is_self_service is False
    assert _visits(*way, at_once | {"event": 9})[1].is_self_service is True
    # A second doctor orders nothing more.
    second = _event(9, SEE, _at(9, 40), ordered=BOTH)
    assert _visits(*way, second)[1].dropped == 0
    assert _visits(*way, second | {"at_ds": _at(9, 10)})[1].dropped == EXAMINE
    # Where doctors and examinations are is no question of service.
    room = [each | {"place": ROOM} if each["step"] == SEE else each for each in way]
    assert _visits(*room)[1].is_self_service is True


@pytest.mark.parametrize(
    ("ordered", "due"),
    [
        (NOTHING, []), (EXAMINATION, [EXAMINE, PAY]), (MEDICINE, [PAY, COLLECT]), (BOTH, [EXAMINE, PAY, COLLECT]),
    ],
)  # fmt: skip
def test_what_the_doctor_ordered_makes_steps_due(ordered, due):
    assert _visits(*_way(1, SEE, *due, ordered=ordered))[1].dropped == 0
    for missing in due:
        steps = [step for step in due if step != missing]
        assert _visits(*_way(1, SEE, *steps, ordered=ordered))[1].dropped == missing
    # What is not due changes nothing: who registered at nine and pays for nothing is done at half past.
    undue = [step for step in (EXAMINE, PAY, COLLECT) if step not in due]
    ended = 1800 * (1 + len(due))
    assert _visits(*_way(1, SEE, *due, *undue, ordered=ordered, means=CARD))[1].process_s == ended
    assert _visits(*_way(1, *due))[1].dropped == SEE


def test_the_order_of_steps_is_no_matter_and_nothing_takes_less_than_nothing():
    paid_first = _visits(*_way(1, SEE, PAY, EXAMINE, ordered=EXAMINATION))[1]
    assert (paid_first.dropped, paid_first.process_s) == (0, 5400)
    early = _visits(_event(1, REGISTER, _at(9, 0)), _event(2, SEE, _at(8, 59, 30), ordered=NOTHING))[1]
    assert (early.dropped, early.process_s) == (0, 0)


def test_a_clock_is_put_right_by_the_least_time_until_twenty_events_were_received():
    def right(count: int, *more: dict) -> list[int]:
        """By how many seconds each of so many events is moved, that were received 100, 101, … seconds later."""
        rows = [
            _event(number, SEE, _at(9, number), received_ds=_at(9, number) + 1000 + 10 * number)
            for number in range(count)
        ]
        events = _events(*rows, *more)
        return ((truth.put_right(events)["at_ds"] - events["at_ds"]) // 10).tolist()

    assert right(20) == [100] * 20
    assert right(19) == [0] * 19
    # One that was never received does not count, and is moved like the others.
    assert right(19, _event(50, SEE, _at(10, 0))) == [0] * 20
    assert right(20, _event(50, SEE, _at(10, 0))) == [100] * 21
    # A clock ahead is put back; whoever has no number tells the time too; other systems and hospitals have other clocks.
    assert right(20, _event(50, SEE, _at(10, 0), received_ds=_at(9, 59), patient=-1)) == [-60] * 21
    elsewhere = [
        _event(50, step, _at(10, 0), received_ds=_at(9, 0), hospital=place)
        for step, place in ((SEE, 1), (PAY, 0))
    ]
    assert right(20, *elsewhere) == [100] * 20 + [0, 0]


def _face(*attempts: dict, events: tuple[dict, ...]) -> list[tuple[bool, bool]]:
    """Whether each transaction was accepted, and falsely rejected."""
    rows = truth.faces_of(pd.DataFrame(attempts), truth.put_right(_events(*events)))
    return list(zip(rows["is_accepted"], rows["is_falsely_rejected"], strict=True))


def test_a_face_is_rejected_falsely_where_a_card_follows_within_ten_minutes():
    refused = (_attempt(1, 1, _at(9, 0)), _attempt(2, 1, _at(9, 0, 10)))

    def followed(at: int, **more) -> bool:
        ((accepted, falsely),) = _face(*refused, events=(_event(1, PAY, at, **more),))
        assert not accepted
        return falsely

    assert followed(_at(9, 0, 10))
    assert followed(_at(9, 10, 10))
    assert not followed(_at(9, 10, 11))
    assert not followed(_at(9, 0, 9))
    assert followed(_at(9, 1), means=PLASTIC)
    for other in ({"means": CASH}, {"means": FACE}, {"patient": 2}, {"hospital": 1}):
        assert not followed(_at(9, 1), **other)
    assert _face(*refused, events=(_event(1, COLLECT, _at(9, 1)),)) == [(False, False)]
    # Once accepted, whatever follows.
    accepted = _attempt(3, 1, _at(9, 0, 5), is_accepted=True)
    assert _face(*refused, accepted, events=(_event(1, PAY, _at(9, 1)),)) == [(True, False)]
    # The clock of the hospital is put right before.
    late = [
        _event(number, PAY, _at(8, 0), received_ds=_at(8, 2), patient=number + 10) for number in range(20)
    ]
    paid = _event(1, PAY, _at(8, 59))
    assert _face(*refused, events=(paid,)) == [(False, False)]
    assert _face(*refused, events=(paid, *late)) == [(False, True)]


def test_a_transaction_is_whose_its_last_attempt_with_a_number_says():
    paid = (_event(1, PAY, _at(9, 1)),)
    nobody, other = {"patient": -1}, {"patient": 2}
    first, last = _attempt(1, 1, _at(9, 0)), _attempt(2, 1, _at(9, 0, 10))
    assert _face(first, last | nobody, events=paid) == [(False, True)]
    assert _face(first, last | other, events=paid) == [(False, False)]
    assert _face(first | other, last, events=paid) == [(False, True)]
    assert _face(first | nobody, last | nobody, events=paid) == [(False, False)]
    # At one instant the greater number is the last.
    at_once = _attempt(3, 1, _at(9, 0, 10), **other)
    assert _face(first, last, at_once, events=paid) == [(False, False)]
    assert _face(first, last, at_once | {"match": 0}, events=paid) == [(False, True)]


def test_without_events_there_are_no_visits_and_without_attempts_no_faces():
    assert _table([]) == {}
    assert _table([], [_attempt(1, 1, _at(9, 0), is_accepted=True)]) == {
        ("face_false_reject_pct", "330100", "all"): (0, 1)
    }
