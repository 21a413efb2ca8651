"""The true indicators of registration at hospitals."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from simulator.truth import visits as truth
from simulator.world.clinics import clinics
from simulator.world.districts import HANGZHOU
from tests.unit.registration_city import NOTHING_WRONG, REGISTRATION, registration_city

DAY = date(2026, 4, 20)
MIDNIGHT = DAY.toordinal() * 864_000
NINE, TEN = 9, 10  # sessions 1 and 2 begin
DISTRICTS = {0: "330106", 1: "330108"}


def _at(hour: float, back: int = 0) -> int:
    return MIDNIGHT - back * 864_000 + round(hour * 36_000)


def _event(
    number: int, appointment: int, at: int, kind: str = "booked", patient: int = 1, session: int = 1, **more
) -> dict:
    """An event of an appointment by app at an internist's of hospital 0, by somebody of 18 to 59; but for `more`."""
    return {
        "event": number, "appointment": appointment, "is_booked": kind == "booked", "at_ds": at, "patient": patient,
        "way": 0, "channel": 1, "session": session, "hospital": 0, "specialty": 0, "age_band": "18-59",
    } | more  # fmt: skip


def _sessions(*closed: int) -> pd.DataFrame:
    """Sessions 1 at nine and 2 at ten of hospital 0, 3 at nine of hospital 1, 4 at nine of one that is in no list."""
    rows = [(1, 0, NINE), (2, 0, TEN), (3, 1, NINE), (4, 2, NINE)]
    return pd.DataFrame([
        {"session": session, "hospital": hospital, "slot_ds": _at(hour), "is_closed": session in closed}
        for session, hospital, hour in rows
    ])  # fmt: skip


def _arrivals(*rows: tuple[int, int, float, float]) -> pd.DataFrame:
    """Number, appointment, hour of arrival, hour when seen (0: never)."""
    made = [
        {
            "arrival": number,
            "appointment": appointment,
            "arrived_ds": _at(came),
            "seen_ds": _at(seen) if seen else 0,
        }
        for number, appointment, came, seen in rows
    ]
    return pd.DataFrame(made, columns=["arrival", "appointment", "arrived_ds", "seen_ds"])


def _bookings(events: list[dict], arrivals: pd.DataFrame, closed: tuple[int, ...] = ()) -> pd.DataFrame:
    ordered = pd.DataFrame(events).sort_values(["at_ds", "event"], ignore_index=True)
    return truth._bookings(ordered, _sessions(*closed), arrivals)


def _made(events: list[dict], arrivals: pd.DataFrame, closed: tuple[int, ...] = ()) -> dict:
    outcome = truth.Outcome(_bookings(events, arrivals, closed), DISTRICTS, HANGZHOU)
    rows = truth.table(outcome, DAY)
    return {
        (row.code.removeprefix("h1_"), row.area, row.group): (row.numerator, row.denominator)
        for row in rows.itertuples()
    }


def test_a_tiny_day_by_hand():
    made = _made(
        [
            _event(1, 11, _at(8, 1), patient=1, way=1, channel=2, age_band="80+"),
            _event(2, 12, _at(8, 3), patient=2),
            _event(3, 13, _at(8, 2), patient=3, session=2),
            _event(4, 14, _at(8, 5), patient=4, session=3, hospital=1),
            _event(5, 15, _at(8, 0), patient=5, session=4, hospital=2, age_band=None),
            _event(6, 16, _at(8, 6), patient=6),  # closed or cancelled ones do not count
            _event(7, 16, _at(9, 0), "cancelled", patient=6),
        ],
        _arrivals(
            (1, 11, 8.75, 9.25), (2, 12, 9.4, 9.6), (3, 13, 10.6, 10.7), (4, 14, 8.9, 0), (5, 16, 8.0, 9.1), (6, 0, 8.0, 8.1),
        ),
    )  # fmt: skip
    city = {(code, group): value for (code, area, group), value in made.items() if area == "330100"}
    # Days since it was booked: 1, 3, 2, 5; in the city that of two or three.
    assert city["wait_booking_p50_day", "all"] == (2 * 4, 4)
    assert city["wait_booking_p50_day", "older"] == (1, 1)
    # Minutes from nine, from 9:24, from 10:36: 15, 12, 6.
    assert city["wait_arrival_p50_min", "all"] == (pytest.approx(12 * 3), 3)
    assert city["no_show_pct", "all"] == (1, 5)
    assert city["no_show_pct", "app"] == (1, 4)
    assert city["no_show_pct", "general"] == (1, 4)
    assert city["no_show_pct", "80+"] == (0, 1)
    assert city["no_show_pct", "18-59"] == (0, 3)
    # One came too late to count, one was seen after half past nine, one not at all.
    assert city["slot_kept_pct", "all"] == (1, 3)
    assert city["booked_first_try_pct", "all"] == (4, 4)
    # By the hospital's district; the one that is in no list is in none.
    assert made["no_show_pct", "330106", "all"] == (0, 3)
    assert made["no_show_pct", "330108", "all"] == (0, 1)
    assert made["slot_kept_pct", "330108", "all"] == (0, 1)
    assert ("wait_arrival_p50_min", "330108", "all") not in made
    assert {area for _, area, _ in made} == {"330100", "330106", "330108"}


def test_a_booking_ends_as_its_session_its_cancelling_or_its_first_arrival_says():
    events = [
        _event(1, 11, _at(8, 1), patient=1), _event(2, 11, _at(9), "cancelled", patient=1),
        _event(3, 12, _at(8, 1), patient=2), _event(4, 12, _at(9) + 10, "cancelled", patient=2),
        _event(5, 13, _at(8, 1), patient=3, session=2),
        # Cancelled before it was booked: that was another one, of which nothing else is known.
        _event(6, 14, _at(8, 1), patient=4), _event(7, 14, _at(7, 1), "cancelled", patient=4),
        # Booked twice: the first counts, with its session.
        _event(8, 15, _at(8, 2), patient=5, session=99), _event(9, 15, _at(8, 1), patient=5),
    ]  # fmt: skip
    rows = _bookings(
        events,
        _arrivals((2, 14, 9.0, 9.2), (1, 14, 9.0, 0), (3, 14, 8.5, 8.6), (4, 13, 10.0, 10.1)),
        closed=(2,),
    )
    assert list(rows["is_attended"]) == [False, True]
    attended = rows[rows["is_attended"]].iloc[0]
    assert (attended["arrived_ds"], attended["seen_ds"]) == (_at(8.5), _at(8.6))
    alike = _bookings(events, _arrivals((2, 14, 9.0, 9.2), (1, 14, 9.0, 0)))
    assert list(alike[alike["is_attended"]]["seen_ds"]) == [0]


def test_an_appointment_continues_the_one_before_where_that_was_cancelled_by_a_day_at_most():
    def chain(*events: dict) -> list[tuple[int, int]]:
        rows = _bookings(list(events), _arrivals())
        return sorted(zip(rows["position"], rows["begun_ds"], strict=True))

    first, gone = _event(1, 11, _at(8, 3), session=99), _event(2, 11, _at(10, 3), "cancelled", session=99)
    assert chain(first, gone, _event(3, 12, _at(10, 2))) == [(2, _at(8, 3))]  # a day later to the second
    assert chain(first, gone, _event(3, 12, _at(10, 2) + 10)) == [(1, _at(10, 2) + 10)]
    assert chain(first, gone, _event(3, 12, _at(10, 3))) == [(2, _at(8, 3))]  # at the same instant
    assert chain(first, gone, _event(3, 12, _at(9, 3))) == [(1, _at(9, 3))]  # booked before
    assert chain(first, _event(3, 12, _at(10, 3))) == [(1, _at(10, 3))]  # not cancelled
    for other in ({"patient": 2}, {"hospital": 1}, {"specialty": 1}):
        assert chain(first, gone, _event(3, 12, _at(11, 3), **other)) == [(1, _at(11, 3))]
    # Whoever is without a number continues nothing.
    nobody = {"patient": -1}
    assert chain(first | nobody, gone | nobody, _event(3, 12, _at(11, 3), **nobody)) == [(1, _at(11, 3))]
    # Only the one just before counts, and a third goes on.
    between = _event(4, 13, _at(10.5, 3), session=99)
    assert chain(first, gone, between, _event(3, 12, _at(11, 3))) == [(1, _at(11, 3))]
    again = (_event(5, 12, _at(12, 3), session=99), _event(6, 12, _at(13, 3), "cancelled", session=99))
    assert chain(first, gone, *again, _event(7, 14, _at(14, 3))) == [(3, _at(8, 3))]
    # Of two at one instant the lesser number is the one before, whichever event came first.
    both = (_event(8, 12, _at(8, 3), session=99), _event(9, 12, _at(8, 3), "cancelled", session=99))
    assert chain(*both, _event(10, 13, _at(8, 3))) == [(2, _at(8, 3))]
    assert chain(*both, _event(10, 11, _at(8, 3))) == [(1, _at(8, 3))]


def test_waiting_begins_with_the_half_hour_and_is_never_less_than_nothing():
    def waited(came: float, seen: float) -> tuple[float, float]:
        made = _made([_event(1, 11, _at(8, 1))], _arrivals((1, 11, came, seen)))
        return made["wait_arrival_p50_min", "330100", "all"]

    assert waited(8.5, 9.1) == (6, 1)
    assert waited(9.1, 9.4) == (pytest.approx(18), 1)
    assert waited(8.5, 8.75) == (0, 1)


def test_without_sessions_or_events_there_is_nothing():
    assert truth._bookings(pd.DataFrame(), _sessions(), _arrivals()).empty
    assert truth.table(truth.Outcome(truth._none(), DISTRICTS, HANGZHOU), DAY).empty


def test_age_bands_are_those_of_the_year_in_which_a_file_came():
    years = pd.Series([2009, 2008, 1967, 1966, 1957, 1956, 1947, 1946, 0])
    assert list(truth._age_bands(years, 2026)) == [
        "<18", "18-59", "18-59", "60-69", "60-69", "70-79", "70-79", "80+", None,
    ]  # fmt: skip


@pytest.mark.parametrize("scale", [0.01, 0.03])
def test_where_nothing_goes_wrong_what_is_known_is_what_happened(scale):
    city = registration_city(2, 6, scale, changed=NOTHING_WRONG, clock_s=0)
    # Three days on, everything has been booked since the files begin.
    made = truth.indicators(city, (city.after_late_data,), city.days[3:])
    assert set(made["code"]) == {
        "h1_wait_booking_p50_day", "h1_wait_arrival_p50_min", "h1_no_show_pct", "h1_slot_kept_pct", "h1_booked_first_try_pct",
    }  # fmt: skip
    assert set(made["group_type"]) == {"all", "way", "channel", "age_band"}
    assert set(made["area_type"]) == {"city", "district"}
    assert set(made.loc[made["area_type"] == "district", "group_type"]) == {"all"}
    assert len(made) > 300
    # The hospital that is in no list counts for the city alone; what happened there counts where it is.
    unlisted = clinics(2, REGISTRATION, scale).hospitals[-1].district_code
    same = made[made["area"] != unlisted]
    assert same["knowable"].tolist() == pytest.approx(same["world"].tolist(), rel=1e-12)
    whole = made[(made["area"] == unlisted) & (made["group"] == "all")]
    assert not np.allclose(whole["knowable"].astype(float), whole["world"].astype(float))


def test_defects_and_late_data_change_what_is_known_and_a_day_alone_is_the_day_among_others():
    city = registration_city(3, 4, changed={"files": NOTHING_WRONG["files"] | {"late_file": 0.5}})
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


def test_the_default_city_waits_and_comes_as_its_scenario_says():
    city = registration_city(4, 5, 0.1)
    made = truth.indicators(city, (city.after_late_data,), (DAY,))
    world = made[made["area_type"] == "city"].set_index(["code", "group"])["world"]
    assert 1 <= world["h1_wait_booking_p50_day", "all"] <= 3
    assert 5 < world["h1_wait_arrival_p50_min", "all"] < 20
    assert world["h1_no_show_pct", "all"] == pytest.approx(6, abs=1.2)
    assert 80 < world["h1_slot_kept_pct", "all"] < 95
    assert 88 < world["h1_booked_first_try_pct", "all"] < 97
    assert world["h1_no_show_pct", "70-79"] < world["h1_no_show_pct", "18-59"]
