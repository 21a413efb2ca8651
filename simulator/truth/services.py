"""The true indicators of the services: what happened, and the best anyone can know from what had arrived by an instant.

A journey is an application that was decided on the day, and the contacts with its number on the days from 30 before to 7
after. Journeys count where the office is, machines and sessions where their site is; machines and sites that are not in the
newest lists count nowhere. A promise is that of the item in the newest list; where the item is not in it nothing is said.
An indicator without anything to divide by has no row. Groups are told for the whole city.

What happened: every application and its true contacts, with the true promise; the states of all machines that stood
somewhere, all day; every session.

A day is computed from the contacts of the days around it and the reports of the day before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from simulator.departments import district, service_lists
from simulator.departments.machine_status import Statuses
from simulator.departments.self_service_session import Sessions
from simulator.departments.service_application import Applications
from simulator.departments.service_contact import Contacts
from simulator.evidence import Evidence
from simulator.setting import Setting
from simulator.times import DAY_DS
from simulator.truth.ages import age_bands
from simulator.truth.areas import Areas, by_day, divisible, of_city
from simulator.world.calendar import is_free
from simulator.world.districts import HANGZHOU
from simulator.world.service_applications import CHANNELS
from simulator.world.service_contacts import decided
from simulator.world.service_machines import COMPLETED, UP, sessions, states
from simulator.world.services import NEVER, NOWHERE

CONTACTS = range(-30, 8)  # days around the decision
HOLDS_DS = 2 * 36_000
_AT_MOST = 1  # visits
_UNKNOWN = -1  # promise
_WINDOW = "one_window"  # where somebody helps
_DISTRICT = ["district"]


@dataclass(frozen=True)
class Outcome:
    """What the indicators of a day are made of.

    `journeys`: office (the district's code), channel (a word), age_band (a word; None), visits, handlings, worked and promised
    (working days; `_UNKNOWN`); `machines`: machine, known_ds, up_ds; `sessions`: machine, is_abandoned; `places`: machine,
    district.
    """

    journeys: pd.DataFrame
    machines: pd.DataFrame
    sessions: pd.DataFrame
    places: pd.DataFrame
    vintages: tuple


def indicators(
    city: Evidence, instants: tuple[datetime, ...], days: tuple[date, ...] | None = None
) -> pd.DataFrame:
    """The indicators of services of days (all of the city's, if None), by district and for the city; each day for itself."""
    return by_day(city, instants, days, happened, known_at, table)


def known_at(city: Evidence, day: date, as_of: datetime) -> Outcome:
    """What an exact reader of everything that had arrived would know about a day."""
    promised = {row[0]: row[4] for row in city.listed(service_lists.ITEM, as_of)}
    sites = {row[0]: row[3] for row in city.listed(service_lists.SITE, as_of)}
    listed = pd.DataFrame(
        [(int(row[0][1:]) - 1, sites.get(row[1]), *_in_force(row[2:])) for row in city.listed(service_lists.MACHINE, as_of)],
        columns=["machine", "district", "since", "until"],
    )  # fmt: skip
    today = day.toordinal()
    standing = listed[(listed["since"] <= today) & ((listed["until"] == NEVER) | (today < listed["until"]))]
    seen = [each.rows for each in city.facts(Sessions, (day,), as_of)]
    ended = pd.concat(seen, ignore_index=True) if seen else pd.DataFrame({"machine": [], "ended_as": []})
    return Outcome(
        _journeys(city, day, as_of, promised),
        _available(city, day, as_of).merge(standing[["machine"]], on="machine"),
        pd.DataFrame({"machine": ended["machine"], "is_abandoned": ended["ended_as"] != COMPLETED}),
        listed[listed["district"].notna()][["machine", "district"]], city.listed(district.FEED, as_of),
    )  # fmt: skip


def _in_force(days: tuple[str, ...]) -> list[int]:
    """Days as ordinals, `NEVER` for none."""
    return [date.fromisoformat(each).toordinal() if each else NEVER for each in days]


def _journeys(city: Evidence, day: date, as_of: datetime, promised: dict[str, int]) -> pd.DataFrame:
    """The applications decided on a day, with what is known about their contacts."""
    files = city.newest(Applications, (day,), as_of)
    if not files:
        return _counted(pd.DataFrame({name: [] for name in ("number", "channel")}), []).assign(
            office=[], age_band=[], worked=[], promised=[]
        )
    (file,) = files
    rows = file.load().rows
    numbers = np.sort(rows["number"].to_numpy())
    about = []
    for facts in city.facts(Contacts, tuple(day + timedelta(shift) for shift in CONTACTS), as_of):
        is_about = np.isin(facts.rows["number"].to_numpy(), numbers)
        about.append(facts.rows[is_about].assign(day=facts.day.toordinal()))
    promise = {int(item[1:]): days for item, days in promised.items()}
    return _counted(rows, about).assign(
        office=rows["district"].to_numpy(),
        age_band=age_bands(rows["birth_year"], file.arrived_at.astimezone(UTC).year),
        worked=_worked(rows["accepted_ds"], rows["decided_ds"]),
        promised=rows["item"].map(promise).fillna(_UNKNOWN).to_numpy(np.int64),
    )  # fmt: skip


def _counted(rows: pd.DataFrame, about: list[pd.DataFrame]) -> pd.DataFrame:
    """Of applications (number, channel) the channel as a word, and how many visits and handlings their contacts (number,
    channel, site, day) make."""
    empty = pd.DataFrame({name: pd.Series(dtype=np.int64) for name in ("number", "channel", "site", "day")})
    contacts = pd.concat([empty, *about], ignore_index=True)
    visits = contacts[contacts["site"] != NOWHERE].drop_duplicates(["number", "day", "site"])
    turned_to = pd.concat([rows[["number", "channel"]], contacts[["number", "channel"]]]).drop_duplicates()
    count_of = {
        "visits": visits["number"].value_counts(), "handlings": turned_to["number"].value_counts()
    }  # fmt: skip
    return pd.DataFrame({
        "channel": np.array(CHANNELS, dtype=object)[rows["channel"].to_numpy(np.int64)],
        **{name: rows["number"].map(count).fillna(0).to_numpy(np.int64) for name, count in count_of.items()},
    })  # fmt: skip


def _worked(accepted_ds: pd.Series, decided_ds: pd.Series) -> np.ndarray:
    """How many working days come after the day of acceptance until that of the decision."""
    first, last = accepted_ds.to_numpy() // DAY_DS, decided_ds.to_numpy() // DAY_DS
    begin, end = int(first.min(initial=1)), int(last.max(initial=1))
    until = np.cumsum([not is_free(date.fromordinal(each)) for each in range(begin, max(end, begin) + 1)])
    return until[last - begin] - until[first - begin] if len(first) else np.zeros(0, np.int64)


def _available(city: Evidence, day: date, as_of: datetime) -> pd.DataFrame:
    """How long reports hold on a day, and say that a machine is up: machine, known_ds, up_ds; none where no report of the
    day is known."""
    files = {each.day: each.rows for each in city.facts(Statuses, (day - timedelta(1), day), as_of)}
    if not len(files.get(day, ())):
        return pd.DataFrame({"machine": pd.Series(dtype=np.int64), "known_ds": [], "up_ds": []})
    rows = pd.concat(list(files.values()), ignore_index=True).sort_values(
        ["machine", "at_ds"], ignore_index=True
    )
    machine, at = rows["machine"].to_numpy(np.int64), rows["at_ds"].to_numpy(np.int64)
    is_last = np.append(machine[1:] != machine[:-1], True)
    until = np.minimum(np.where(is_last, np.iinfo(np.int64).max, np.append(at[1:], 0)), at + HOLDS_DS)
    begin = day.toordinal() * DAY_DS
    held = np.maximum(np.minimum(until, begin + DAY_DS) - np.maximum(at, begin), 0)
    return _sums(machine, held, rows["state"].to_numpy() == UP)


def _sums(machine: np.ndarray, held_ds: np.ndarray, is_up: np.ndarray) -> pd.DataFrame:
    made = pd.DataFrame({"machine": machine, "known_ds": held_ds, "up_ds": held_ds * is_up})
    return made.groupby("machine", as_index=False).sum()


def happened(setting: Setting, day: date) -> pd.DataFrame:
    """The indicators of a day as it was."""
    seed, scenario, services = setting.seed, setting.scenario.services, setting.services
    made = decided(seed, scenario, services, day)
    rows, contacts = made.applications, made.contacts
    contacts = contacts.assign(day=contacts["contacted_ds"] // DAY_DS)
    is_near = (contacts["day"] - day.toordinal()).between(CONTACTS[0], CONTACTS[-1])
    journeys = _counted(rows, [contacts.loc[is_near, ["number", "channel", "site", "day"]]]).assign(
        office=services.districts[rows["district"].to_numpy()],
        age_band=age_bands(rows["birth_year"], (day + timedelta(1)).year),
        worked=_worked(rows["accepted_ds"], rows["decided_ds"]),
        promised=rows["promised"],
    )  # fmt: skip
    was = states(seed, scenario, services, day)
    machine, at = was["machine"].to_numpy(), was["at_ds"].to_numpy()
    is_last = np.append(machine[1:] != machine[:-1], True)[: len(at)]
    until = np.where(is_last, (day.toordinal() + 1) * DAY_DS, np.roll(at, -1))
    ended = sessions(seed, scenario, services, day)
    places = pd.DataFrame({
        "machine": np.arange(len(services.machine)),
        "district": services.districts[services.site_district[services.machine_site]],
    })  # fmt: skip
    return table(Outcome(
        journeys, _sums(machine, until - at, was["state"].to_numpy() == UP),
        pd.DataFrame({"machine": ended["machine"], "is_abandoned": ended["ended_as"] != COMPLETED}), places, HANGZHOU,
    ), day)  # fmt: skip


def table(outcome: Outcome, day: date) -> pd.DataFrame:
    """One row per indicator, area and group: value, numerator, denominator, completeness."""
    return divisible(_of_day(outcome, day))


def _sum_over(
    column: str, of_column: str | None = None
) -> Callable[[pd.DataFrame], tuple[float, float, float]]:
    """A column's sum over another's, or over the number of rows."""
    return lambda of: (float(of[column].sum()), float(of[of_column].sum() if of_column else len(of)), 100.0)


def _of_day(outcome: Outcome, day: date) -> Iterator[pd.DataFrame]:
    journeys, groups = outcome.journeys, (("channel", "channel"), ("age_band", "age_band"))
    offices = pd.DataFrame({"office": journeys["office"].unique()})
    at_office = Areas(outcome.vintages, day, offices.assign(district=offices["office"]), groups_in=("city",))
    at_machine = Areas(outcome.vintages, day, outcome.places)
    counted = journeys.assign(
        is_at_most_once=journeys["visits"] <= _AT_MOST, has_switched=journeys["handlings"] > 1,
        is_kept=journeys["worked"] <= journeys["promised"],
    )  # fmt: skip
    for name, column, scale in (("at_most_once_pct", "is_at_most_once", 100), ("visits_per_case", "visits", 1),
                                ("channel_switch_pct", "has_switched", 100)):  # fmt: skip
        yield at_office.rows(f"t4_{name}", counted, _sum_over(column), scale, *groups)
    promised = counted[counted["promised"] != _UNKNOWN]
    yield at_office.rows("t4_promise_kept_pct", promised, _sum_over("is_kept"), 100, *groups)
    for channel in CHANNELS:
        through = counted.assign(is_through=counted["channel"] == channel)
        rows = of_city(at_office.rows("t4_channel_pct", through, _sum_over("is_through"), 100))
        yield rows.assign(group_type="channel", group=channel)
    persons = counted[counted["age_band"].notna()].assign(is_assisted=counted["channel"] == _WINDOW)
    yield of_city(at_office.rows("s2_assisted_pct", persons, _sum_over("is_assisted"), 100, groups[1]))
    # In seconds.
    machines = outcome.machines.assign(
        **{name: outcome.machines[name] / 10 for name in ("known_ds", "up_ds")}
    )
    yield at_machine.rows("t4_machine_available_pct", machines, _sum_over("up_ds", "known_ds"), 100)
    yield at_machine.rows("t4_session_abandoned_pct", outcome.sessions, _sum_over("is_abandoned"), 100)
