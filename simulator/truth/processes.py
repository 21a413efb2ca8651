"""The true indicators of visits to hospitals step by step: what happened, and the best anyone can know from what had arrived by
an instant.

A clock of a hospital's system is put right by the least time until its events of the day were received, if twenty or more were.
A registration begins a visit unless another visit of the patient at the hospital began less than ten minutes before; every
other event belongs to the last visit that began by a minute after it. Of each step the first event counts. A visit is complete
once every step is done that what the doctor ordered makes due. Visits and faces count where the hospital is; of a hospital
that is not in the newest list they count for the city alone.

A face was rejected falsely where its patient did the same step at the same hospital by a card within the next ten minutes.

What happened: every visit at true times, and whether it really was the patient whose face was rejected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

import numpy as np
import pandas as pd

from simulator.departments import card_event, district, face_match, hospital
from simulator.departments.appointment import NOBODY
from simulator.departments.card_event import CardEvents
from simulator.departments.face_match import FaceMatches
from simulator.evidence import Evidence
from simulator.setting import Setting
from simulator.truth.ages import age_bands
from simulator.truth.areas import Areas, by_day, divisible, of_city, percentile_of_persons, share_of
from simulator.world.appointments import NEVER
from simulator.world.card_hospitals import COLLECT, EXAMINE, PAY, REGISTER, SEE, STEPS, card_platform
from simulator.world.districts import HANGZHOU
from simulator.world.hospitals import HOSPITALS
from simulator.world.visit_steps import CARD, COMPLETE, FACE, MACHINE, PHONE, PLASTIC, visit_day

VISITS, FACES = "health.visit_process", "health.face_transaction"
_ENOUGH = 20  # events, to know how far a clock is off
_AGAIN_DS = 6_000  # a registration so soon is the same once more
_BEFORE_DS = 600  # its registration an event may be
_INSTEAD_DS = 6_000  # after a face, a card
_BY_AGE = ("age_band", "age_band")


class Event(NamedTuple):
    """An event at the instant that the right clock showed; in order of time."""

    at_ds: int
    event: int
    step: int
    means: int
    place: int
    ordered: int
    age_band: str | None


class Visit(NamedTuple):
    """What is known of a visit: `event` is the number of its registration, `ordered` and `dropped` as the world has them; the
    rest is of complete ones."""

    event: int
    hospital: int
    age_band: str | None
    ordered: int
    dropped: int
    is_by_card: bool
    is_by_face: bool
    is_self_service: bool
    process_s: float


class Transaction(NamedTuple):
    """What is known of what a device was shown."""

    transaction: int
    hospital: int
    is_accepted: bool
    is_falsely_rejected: bool


@dataclass(frozen=True)
class Outcome:
    """What the indicators of a day are made of: columns of `visits` as `Visit` has them, of `faces` as `Transaction`;
    `districts` of hospitals, by number in the list of all less one."""

    visits: pd.DataFrame
    faces: pd.DataFrame
    districts: dict[int, str]
    vintages: tuple


def indicators(
    city: Evidence, instants: tuple[datetime, ...], days: tuple[date, ...] | None = None
) -> pd.DataFrame:
    """The indicators of visits of days (all of the city's, if None), by district and for the city; each day for itself."""
    return by_day(city, instants, days, happened, known_at, table)


def known_at(city: Evidence, day: date, as_of: datetime) -> Outcome:
    """What an exact reader of everything that had arrived would know about a day."""
    districts = {int(number[1:]) - 1: code for number, code in city.listed(hospital.FEED, as_of)}
    events = pd.DataFrame()
    for source in city.newest(CardEvents, (day,), as_of):
        rows, year = source.load().rows, source.arrived_at.astimezone(UTC).year
        events = put_right(rows.assign(age_band=age_bands(rows["birth_year"], year)))
    matches = [each.rows for each in city.facts(FaceMatches, (day,), as_of)]
    return Outcome(
        visits_of(events), faces_of(matches[0] if matches else pd.DataFrame(), events), districts,
        city.listed(district.FEED, as_of),
    )  # fmt: skip


def put_right(rows: pd.DataFrame) -> pd.DataFrame:
    """Events (as `CardEvents.rows`) at the instants that the platform's clock would have shown."""
    off = (rows["received_ds"] - rows["at_ds"])[rows["received_ds"] != NEVER]
    of_clock = off.groupby([rows["hospital"], rows["step"]]).agg(["count", "min"])
    known = of_clock.loc[of_clock["count"] >= _ENOUGH, "min"].to_dict()
    keys = zip(rows["hospital"].tolist(), rows["step"].tolist(), strict=True)
    return rows.assign(at_ds=rows["at_ds"] + np.array([known.get(key, 0) for key in keys], dtype=np.int64))


def visits_of(events: pd.DataFrame) -> pd.DataFrame:
    """The visits that events (of `put_right`) make."""
    of_person = defaultdict(list)
    for row in events.itertuples(index=False):
        if row.patient != NOBODY:
            of_person[row.patient, row.hospital].append(
                Event(row.at_ds, row.event, row.step, row.means, row.place, row.ordered, row.age_band)
            )
    found = [
        _visit(place, first, others)
        for (_, place), of in of_person.items()
        for first, others in _apart(sorted(of))
    ]
    return pd.DataFrame(found, columns=Visit._fields)


def _apart(events: list[Event]) -> Iterator[tuple[Event, list[Event]]]:
    """The registrations that begin the visits of a patient at a hospital, each with the other events of its visit."""
    first: list[Event] = []
    for each in events:
        if each.step == REGISTER and (not first or each.at_ds - first[-1].at_ds >= _AGAIN_DS):
            first.append(each)
    others: list[list[Event]] = [[] for _ in first]
    for each in events:
        begun = sum(visit.at_ds <= each.at_ds + _BEFORE_DS for visit in first)
        if each.step != REGISTER and begun:
            others[begun - 1].append(each)
    yield from zip(first, others, strict=True)


def _visit(place: int, first: Event, others: list[Event]) -> Visit:
    of_step = {REGISTER: first}
    for each in others:
        of_step.setdefault(each.step, each)
    ordered = max(of_step[SEE].ordered, 0) if SEE in of_step else 0
    due = [REGISTER, SEE]
    due += [
        step for step, is_due in ((EXAMINE, ordered & 1), (PAY, ordered), (COLLECT, ordered & 2)) if is_due
    ]
    dropped = next((step for step in due if step not in of_step), COMPLETE)
    done = [of_step[step] for step in due if step in of_step]
    return Visit(
        first.event, place, first.age_band, ordered, dropped,
        all(each.means == CARD for each in done), all(each.means == FACE for each in done),
        all(each.place in (MACHINE, PHONE) for each in done if each.step not in (SEE, EXAMINE)),
        (max(each.at_ds for each in done) - first.at_ds) / 10,
    )  # fmt: skip


def faces_of(matches: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """What devices were shown (attempts as `FaceMatches.rows`), beside the events (of `put_right`) that may have followed."""
    by_card = defaultdict(list)
    for row in events.itertuples(index=False):
        if row.means in (CARD, PLASTIC) and row.patient != NOBODY:
            by_card[row.patient, row.hospital, row.step].append(row.at_ds)
    tries = defaultdict(list)
    for row in matches.itertuples(index=False):
        tries[row.transaction].append(
            (row.at_ds, row.match, row.is_accepted, row.patient, row.hospital, row.step)
        )
    found = []
    for transaction, of in tries.items():
        last, _, _, _, place, step = max(of)
        said = [patient for _, _, _, patient, _, _ in sorted(of) if patient != NOBODY]
        is_accepted = any(accepted for _, _, accepted, _, _, _ in of)
        followed = said and any(0 <= at - last <= _INSTEAD_DS for at in by_card[said[-1], place, step])
        found.append(Transaction(transaction, place, is_accepted, bool(not is_accepted and followed)))
    return pd.DataFrame(found, columns=Transaction._fields)


def happened(setting: Setting, day: date) -> pd.DataFrame:
    """The indicators of a day as it was."""
    made = visit_day(card_platform(setting), day)
    steps = made.steps.assign(
        is_by_card=made.steps["means"] == CARD, is_by_face=made.steps["means"] == FACE,
        is_self_service=made.steps["place"].isin([MACHINE, PHONE]) | made.steps["step"].isin([SEE, EXAMINE]),
    )  # fmt: skip
    of_visit = steps.groupby("visit")
    visits = made.visits.join(of_visit[["is_by_card", "is_by_face", "is_self_service"]].all(), on="visit")
    visits = visits.assign(
        age_band=age_bands(visits["birth_year"], day.year),
        process_s=visits["visit"].map((of_visit["at_ds"].max() - of_visit["at_ds"].min()) / 10),
    )
    faces = made.transactions.assign(is_falsely_rejected=_is_falsely_rejected(made.transactions))
    districts = {each.number - 1: each.district_code for each in setting.clinics.hospitals}
    return table(Outcome(visits, faces, districts, HANGZHOU), day)


def _is_falsely_rejected(transactions: pd.DataFrame) -> pd.Series:
    return transactions["is_right"] & ~transactions["is_accepted"]


def answers(city: Evidence, days: tuple[date, ...]) -> pd.DataFrame:
    """How far patients really went, and whose face was really rejected though it was theirs: table, key, column, answer (all
    texts), of the visits and transactions of some days that are known when everything has arrived. A complete visit has none."""
    here, made = (
        card_platform(city),
        [pd.DataFrame({"table": [], "key": [], "column": [], "answer": []}, dtype=object)],
    )
    for day in days:
        known, true = known_at(city, day, city.after_late_data), visit_day(here, day)
        visit_of = card_event.recorded(here, day).set_index("event")["visit"]
        dropped = visit_of.map(true.visits.set_index("visit")["dropped"])[known.visits["event"]]
        made.append(pd.DataFrame({
            "table": VISITS, "key": card_event.event_texts(day, known.visits["event"]), "column": "dropped_step",
            "answer": [None if step == COMPLETE else STEPS[step] for step in dropped.tolist()],
        }))  # fmt: skip
        rejected = _is_falsely_rejected(true.transactions.set_index("transaction"))[
            known.faces["transaction"]
        ]
        made.append(pd.DataFrame({
            "table": FACES, "key": face_match.transaction_texts(day, known.faces["transaction"]),
            "column": "is_falsely_rejected", "answer": np.where(rejected, "true", "false").astype(object),
        }))  # fmt: skip
    return pd.concat(made, ignore_index=True).sort_values(["table", "column", "key"], ignore_index=True)


def table(outcome: Outcome, day: date) -> pd.DataFrame:
    """One row per indicator, area and group: value, numerator, denominator, completeness."""
    return divisible(_of_day(outcome, day))


def _of_day(outcome: Outcome, day: date) -> Iterator[pd.DataFrame]:
    places = pd.DataFrame({"hospital": range(HOSPITALS)})
    places["district"] = places["hospital"].map(outcome.districts)
    areas = Areas(outcome.vintages, day, places, groups_in=("city",))
    visits, faces = outcome.visits, outcome.faces
    complete = visits[visits["dropped"] == COMPLETE]
    complete = complete.assign(process_min=complete["process_s"] / 60)
    for code, measure, scale in (
        ("h2_whole_process_card_pct", share_of("is_by_card"), 100),
        ("h2_self_service_pct", share_of("is_self_service"), 100),
        ("h2_process_p50_min", percentile_of_persons("process_min", 50), 1),
    ):
        yield areas.rows(code, complete, measure, scale, _BY_AGE)
    # What is rare is told of the city alone.
    yield of_city(areas.rows("h2_whole_process_face_pct", complete, share_of("is_by_face"), 100, _BY_AGE))
    # Once a doctor has been seen, what was ordered is known.
    ordered = visits["ordered"]
    for step, is_due in (
        (SEE, ordered >= 0),
        (EXAMINE, ordered % 2 > 0),
        (PAY, ordered > 0),
        (COLLECT, ordered > 1),
    ):
        reached = visits[is_due & ((visits["dropped"] == COMPLETE) | (visits["dropped"] >= step))]
        leaves = reached.assign(leaves=reached["dropped"] == step)
        rows = of_city(areas.rows("h2_drop_out_pct", leaves, share_of("leaves"), 100))
        yield rows.assign(group_type="step", group=STEPS[step])
    judged = faces[faces["is_accepted"].astype(bool) | faces["is_falsely_rejected"].astype(bool)]
    yield of_city(areas.rows("h2_face_false_reject_pct", judged, share_of("is_falsely_rejected"), 100))
