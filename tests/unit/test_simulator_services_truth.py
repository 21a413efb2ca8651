"""The truth about services against numbers typed by hand, against the very bytes, and against the scenario it comes from."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from simulator.deliveries import Delivery, Observation, Reading, local
from simulator.departments import (
    machine_status,
    self_service_session,
    service_application,
    service_contact,
    service_lists,
)
from simulator.departments.machine_status import Statuses
from simulator.departments.self_service_session import Sessions
from simulator.departments.service_application import Applications
from simulator.departments.service_contact import Contacts
from simulator.truth import services as truth
from simulator.world.districts import District
from tests.unit.part_city import DEFAULT
from tests.unit.service_offices import service_city
from tests.unit.service_reader import Read, fractions

DAY = date(2026, 2, 28)  # a Saturday on which people worked
ONLINE, ONE_CARD, ONE_WINDOW, MOBILE, SELF_SERVICE, LIGHT = range(6)
UP, NO_PAPER, FAULT, CLOSED = range(4)
KNOWN = local(DAY + timedelta(12), 0)
ITEMS = (("S0001", "", "", "承诺件", 1), ("S0002", "", "", "即办件", 0))
SITES = (("H001", "", "大厅", "111111"), ("H002", "", "自助点", "222222"), ("H003", "", "自助点", "333333"))
MACHINES = (
    ("M0001", "H001", "2026-02-28", ""), ("M0002", "H002", "2020-01-01", "2026-02-28"),
    ("M0003", "H002", "2020-01-01", "2026-03-01"), ("M0004", "H009", "2020-01-01", ""),
    ("M0005", "H003", "2020-01-01", ""), ("M0006", "H001", "2026-03-01", ""),
)  # fmt: skip
VINTAGES = tuple(District(code, "", "", "district", "", date(2013, 1, 1)) for code in ("111111", "222222"))


def _observation(feed: str, at: datetime, facts) -> Observation:
    name = f"{feed}{at:%Y%m%d}"
    return Observation(Delivery("governance", name, 1, "x", at, b""), (), (Reading(feed, "admitted"),), facts)


def _next_morning(day: date) -> datetime:
    return local(day + timedelta(1), 1)


def _at(day: date, hour: float) -> int:
    return day.toordinal() * 864_000 + round(hour * 36_000)


def _applications(day: date, *rows: tuple) -> Observation:
    """(number, item, district, channel, days it took); odd numbers of somebody of 80, others of an enterprise"""
    made = [
        (
            number,
            item,
            district,
            channel,
            _at(day - timedelta(back), 9),
            _at(day, 10),
            (day.year - 80) * (number % 2),
        )
        for number, item, district, channel, back in rows
    ]
    names = ["number", "item", "district", "channel", "accepted_ds", "decided_ds", "birth_year"]
    return _observation(
        service_application.FEED, _next_morning(day), Applications(day, pd.DataFrame(made, columns=names))
    )


def _contacts(shift: int, *rows: tuple[int, int, int]) -> Observation:
    """Of so many days after the day: (number, channel, site or -1)"""
    day = DAY + timedelta(shift)
    facts = Contacts(day, pd.DataFrame(rows, columns=["number", "channel", "site"]))
    return _observation(service_contact.FEED, _next_morning(day), facts)


def _statuses(day: date, *rows: tuple) -> Observation:
    """(machine, hour, state)"""
    made = [(machine - 1, _at(day, hour), state) for machine, hour, state in rows]
    facts = Statuses(day, pd.DataFrame(made, columns=["machine", "at_ds", "state"]))
    return _observation(machine_status.FEED, _next_morning(day), facts)


@pytest.fixture(scope="module")
def typed():
    """A city of a day and what is around it, typed by hand."""
    before = DAY - timedelta(1)
    sessions = pd.DataFrame({"machine": [0, 1, 1, 3, 4, 9], "ended_as": [0, 1, 2, 1, 0, 1]})
    seen = (
        _observation("governance.district", local(before, 6), VINTAGES),
        _observation(service_lists.ITEM, local(before, 6), ITEMS),
        _observation(service_lists.SITE, local(before, 6), SITES),
        _observation(service_lists.MACHINE, local(before, 6), MACHINES),
        _applications(
            DAY,
            (1, 1, "111111", ONLINE, 1),  # from Friday to Saturday: one working day
            (2, 1, "111111", ONE_WINDOW, 2),  # two
            (3, 2, "222222", ONE_WINDOW, 0),
            (4, 2, "222222", MOBILE, 1),  # one, and none was promised
            (5, 7, "333333", LIGHT, 1),  # an item that is not in the list, a district that is in none
            (6, 1, "111111", SELF_SERVICE, 12),  # the new year's holidays end on the 23rd; five working days after
        ),
        _applications(DAY + timedelta(1), (7, 1, "111111", ONLINE, 0)),
        _contacts(-31, (1, ONE_WINDOW, 1)),  # too early
        _contacts(-30, (1, ONLINE, -1), (2, ONE_WINDOW, 1)),
        _contacts(-1, (2, ONE_WINDOW, 1), (2, ONE_WINDOW, 1), (2, ONE_WINDOW, 0), (3, ONE_WINDOW, 1), (8, ONLINE, -1)),
        _contacts(0, (2, ONE_WINDOW, 2), (4, MOBILE, -1), (5, LIGHT, 4)),
        _contacts(7, (3, MOBILE, -1), (6, ONE_CARD, 0)),
        _contacts(8, (6, ONE_CARD, 1)),  # too late
        _observation(self_service_session.FEED, _next_morning(DAY), Sessions(DAY, sessions)),
        _statuses(before, (1, 23.5, UP), (3, 22.5, FAULT), (5, 21, UP)),
        # Machine 1: known until 01:30, then from 03:00 to 03:15 and 05:15; 23:00 to midnight. Machine 3: until 00:30.
        _statuses(DAY, (1, 3, UP), (1, 3.25, NO_PAPER), (1, 23, CLOSED), (2, 5, UP), (4, 5, UP), (5, 12, UP), (5, 13, FAULT),
                  (6, 12, UP)),
        _statuses(DAY + timedelta(1), (1, 0, UP)),
    )  # fmt: skip
    return replace(service_city(1, 1, 0.0, DAY), observations=seen)


def _values(outcome: truth.Outcome, day: date = DAY) -> dict:
    made = truth.table(outcome, day)
    assert set(made["completeness"]) <= {100.0}
    return {
        (row.code[3:], row.area, row.group): (round(row.value, 6), row.numerator, row.denominator)
        for row in made.itertuples()
    }


def test_what_is_known_of_a_day_typed_by_hand(typed):
    found = _values(truth.known_at(typed, DAY, KNOWN))
    overall = {key[:2]: value for key, value in found.items() if key[2] == "all"}
    east, west, city = "111111", "222222", "330100"
    assert overall == {
        # Visits: 1 none, 2 four (twice on a day at one site is one), 3 one, 4 none, 5 one, 6 one.
        ("at_most_once_pct", east): (66.666667, 2, 3), ("at_most_once_pct", west): (100, 2, 2),
        ("at_most_once_pct", city): (83.333333, 5, 6),
        ("visits_per_case", east): (1.666667, 5, 3), ("visits_per_case", west): (0.5, 1, 2),
        ("visits_per_case", city): (1.166667, 7, 6),
        # 3 came back by phone, 6 with a card; what lies too early or too late switches nothing.
        ("channel_switch_pct", east): (33.333333, 1, 3), ("channel_switch_pct", west): (50, 1, 2),
        ("channel_switch_pct", city): (33.333333, 2, 6),
        ("promise_kept_pct", east): (33.333333, 1, 3), ("promise_kept_pct", west): (50, 1, 2),
        ("promise_kept_pct", city): (40, 2, 5),
        # 1: 90 + 15 minutes of 90 + 135 + 60; 3: 30 minutes of a fault; 5, in a district of no list: 1 hour of 3.
        ("machine_available_pct", east): (36.842105, 6300, 17100), ("machine_available_pct", west): (0, 0, 1800),
        ("machine_available_pct", city): (33.333333, 9900, 29700),
        # Of the machines in the list whose site is listed: also of one that is gone.
        ("session_abandoned_pct", east): (0, 0, 1), ("session_abandoned_pct", west): (100, 2, 2),
        ("session_abandoned_pct", city): (50, 2, 4),
        # Of the three of 80 one came to a window.
        ("assisted_pct", city): (33.333333, 1, 3),
    }  # fmt: skip
    # Groups are told of the whole city.
    assert {key[1] for key in found if key[2] != "all"} == {city}
    assert {key[2]: value for key, value in found.items() if key[0] == "channel_pct"} == {
        "online": (16.666667, 1, 6), "one_card": (0, 0, 6), "one_window": (33.333333, 2, 6), "mobile": (16.666667, 1, 6),
        "self_service": (16.666667, 1, 6), "light": (16.666667, 1, 6),
    }  # fmt: skip
    # Of the three of 80 one came to a window.
    assert (found["assisted_pct", city, "all"], found["assisted_pct", city, "80+"]) == (
        (33.333333, 1, 3),
    ) * 2
    assert found["at_most_once_pct", city, "80+"] == (100, 3, 3)
    assert found["at_most_once_pct", city, "one_window"] == (50, 1, 2)
    assert found["channel_switch_pct", city, "self_service"] == (100, 1, 1)
    assert found["promise_kept_pct", city, "mobile"] == (0, 0, 1)
    assert ("promise_kept_pct", city, "light") not in found
    made = truth.table(truth.known_at(typed, DAY, KNOWN), DAY)
    assert set(made["vintage"]) == {"all", "2013-01-01"}
    assert set(made[made["code"] == "t4_channel_pct"]["group_type"]) == {"channel"}


def test_nothing_is_known_before_it_has_arrived(typed):
    assert not len(truth.table(truth.known_at(typed, DAY, local(DAY, 12)), DAY))
    # The day before has reports that reach into the day, and the day has none yet: no machine has a day.
    first = _values(truth.known_at(typed, DAY - timedelta(1), local(DAY, 12)), DAY - timedelta(1))
    assert {code for code, _, _ in first} == {"machine_available_pct"}
    # What is found a week later is not known the next day.
    next_day = _values(truth.known_at(typed, DAY, local(DAY + timedelta(1), 12)))
    assert next_day["channel_switch_pct", "330100", "all"][:2] == (0, 0)


NEVER_LATE = dict.fromkeys(DEFAULT.services.files.model_dump(), 0.0)
# Some of each kind, no two equally often.
SOME = dict(zip(NEVER_LATE, (0.15, 0.04, 0.03, 0.06, 0.05, 0.025), strict=True))


@pytest.fixture(scope="module")
def spring():
    """Long enough for contacts thirty days before, over a month's end and holidays that end in a make-up day."""
    return service_city(14, 50, 0.01, date(2026, 5, 12), {"files": SOME})


@pytest.fixture(scope="module")
def read(spring):
    """What can be read before and after the late data."""
    return {
        as_of: Read(spring.deliveries, as_of) for as_of in (spring.before_late_data, spring.after_late_data)
    }


@pytest.mark.parametrize(
    "day", [date(2026, 4, 7), date(2026, 5, 2), date(2026, 5, 7), date(2026, 5, 9), date(2026, 5, 11)]
)
def test_the_truth_is_what_follows_from_the_very_bytes(spring, read, day):
    districts = {
        each.code
        for each in spring.listed("governance.district", KNOWN + timedelta(90))
        if each.valid_to is None
    }
    compared = 0
    for as_of, readable in read.items():
        made = truth.table(truth.known_at(spring, day, as_of), day)
        found = {
            (row.code, row.area, row.group): (row.numerator, row.denominator) for row in made.itertuples()
        }
        expected = fractions(readable, day, districts - {"330000", "330100"})
        assert found == expected
        compared += len(expected)
    assert compared > (60 if day == date(2026, 5, 2) else 150)


def test_the_bytes_differ_before_and_after_the_late_data(spring):
    changed = 0
    for day in spring.days[-3:]:
        before, after = (
            _values(truth.known_at(spring, day, as_of), day)
            for as_of in (spring.before_late_data, spring.after_late_data)
        )
        changed += before != after
    assert changed


def _of_the_city(city, as_of=None) -> pd.DataFrame:
    whole = truth.indicators(city, (as_of or city.after_late_data,), city.days[-8:-7])
    of_days = whole[(whole["area_type"] == "city") & whole["group"].isin(["all", "online"])].set_index(
        ["code", "group"]
    )
    return of_days[["world", "knowable"]]


PLACES, CONTACTS = DEFAULT.services.places, DEFAULT.services.contacts
MOVES = [
    ("t4_at_most_once_pct", {"contacts": {"collects": 1.0, "asks": 1.0}}, -1),
    ("t4_visits_per_case", {"contacts": {"collects": 1.0}}, 1),
    ("t4_channel_switch_pct", {"contacts": {"switches": 0.9}}, 1),
    ("t4_promise_kept_pct", {"applications": {"late": 0.4}}, -1),
    ("t4_machine_available_pct", {"machines": {"faults": 4.0}}, -1),
    ("t4_session_abandoned_pct", {"sessions": {"ends": DEFAULT.services.sessions.ends.model_copy(update={"abandoned": 0.3})}}, 1),
]  # fmt: skip


@pytest.fixture(scope="module")
def usual():
    return _of_the_city(service_city(1, 12, 0.01, changed={"files": NEVER_LATE}))


@pytest.mark.parametrize(("code", "changed", "way"), MOVES)
def test_the_scenario_moves_each_indicator(usual, code, changed, way):
    moved = _of_the_city(service_city(1, 12, 0.01, changed=changed | {"files": NEVER_LATE}))
    for number in ("world", "knowable"):
        shift = moved.loc[(code, "all"), number] - usual.loc[(code, "all"), number]
        assert way * shift > 0.1 * usual.loc[(code, "all"), number]


def test_nothing_is_lost_where_nothing_goes_wrong():
    none = {
        part: dict.fromkeys(getattr(DEFAULT.services, part).model_dump(), 0.0)
        for part in ("files", "application_rows", "contact_rows", "session_rows", "status_rows")
    }
    nothing = none | {
        "places": {"unlisted_sites": 0.0, "unlisted_machines": 0.0}, "contacts": {"unrecorded": 0.0},
        "applications": {"unlisted_item": 0.0, "former_district": 0.0}, "machines": {"missing_report": 0.0, "silence": 0.0},
    }  # fmt: skip
    city = service_city(3, 38, 0.005, date(2026, 4, 20), nothing)
    whole = truth.indicators(city, (city.after_late_data,), city.days[30:-7])
    assert len(whole) > 120
    assert (whole["world"] - whole["knowable"]).abs().max() < 1e-9
    assert whole["knowable"].notna().all()


def test_what_is_known_at_an_instant_follows_corrected_files():
    city = service_city(
        2, 6, 0.02, changed={"files": NEVER_LATE | {"late_file": 0.2, "corrected_file": 0.35}}
    )
    (sent, day) = next(
        (each.sent.arrived_at, each.facts.day)
        for each in city.observations
        for label in each.labels
        if (label.feed, label.kind) == (service_application.FEED, "corrected_file")
    )
    before, after = (
        _values(truth.known_at(city, day, at), day)["channel_pct", "330100", "online"]
        for at in (sent - timedelta(seconds=1), sent)
    )
    assert before[0] == 100 > after[0]
