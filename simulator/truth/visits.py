"""The true indicators of registration at hospitals: what happened, and the best anyone can know from what had arrived by an
instant.

A booking is the first event of its kind of an appointment for a session of the day, from the events of the day and of the
fourteen before; it ends as closed, cancelled (until the half-hour begins), attended (its first arrival of the day) or not. A
booking continues the one before of its patient, hospital and specialty where that was cancelled before it, by a day at most;
who is without a number continues nothing. Bookings count where their session's hospital is; of a hospital that is not in the
newest list they count for the city alone. A day whose sessions are not known has no bookings.

What happened: everybody's appointments, with true times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from simulator.departments import district, hospital
from simulator.departments.appointment import NO_YEAR, NOBODY, AppointmentEvents
from simulator.departments.clinic_session import ClinicSessions
from simulator.departments.hospital_arrival import Arrivals
from simulator.departments.transit_lists import BANDS
from simulator.evidence import Evidence
from simulator.setting import Setting
from simulator.times import DAY_DS
from simulator.truth.areas import Areas, by_day, divisible, percentile_of_persons, share_of
from simulator.world.appointments import CHANNELS, NEVER, WAYS
from simulator.world.clinics import SLOT_DS
from simulator.world.districts import HANGZHOU
from simulator.world.hospitals import HOSPITALS
from simulator.world.visits import states_on, visits_on

BEFORE = 14  # days whose events are looked at
_CHAIN_DS = DAY_DS
_BAND_FROM = (18, 60, 70, 80)
_GROUPS = (("way", "way"), ("channel", "channel"), ("age_band", "age_band"))
_COLUMNS = (
    "hospital", "way", "channel", "age_band", "position", "begun_ds", "slot_ds", "is_attended", "arrived_ds", "seen_ds",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What the indicators of a day are made of.

    `bookings`, neither closed nor cancelled: hospital (the number in its identifier less one), way, channel and age_band
    (words; None), position, begun_ds, slot_ds, is_attended, arrived_ds and seen_ds (`NEVER`); `districts` of hospitals, by
    number.
    """

    bookings: pd.DataFrame
    districts: dict[int, str]
    vintages: tuple


def indicators(
    city: Evidence, instants: tuple[datetime, ...], days: tuple[date, ...] | None = None
) -> pd.DataFrame:
    """The indicators of registration of days (all of the city's, if None), by district and for the city; each for itself."""
    return by_day(city, instants, days, happened, known_at, table)


def known_at(city: Evidence, day: date, as_of: datetime) -> Outcome:
    """What an exact reader of everything that had arrived would know about a day."""
    districts = {int(number[1:]) - 1: code for number, code in city.listed(hospital.FEED, as_of)}
    sessions, arrivals = (
        pd.concat([pd.DataFrame(), *(each.rows for each in city.facts(kind, (day,), as_of))])
        for kind in (ClinicSessions, Arrivals)
    )
    made = _bookings(_events(city, day, as_of), sessions, arrivals) if len(sessions) else _none()
    return Outcome(made, districts, city.listed(district.FEED, as_of))


def _none() -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in _COLUMNS})


def _events(city: Evidence, day: date, as_of: datetime) -> pd.DataFrame:
    """What was booked and cancelled until a day, by time, with `age_band`: by the year in which a file came."""
    days = tuple(day - timedelta(back) for back in range(BEFORE + 1))
    files = []
    for source in city.newest(AppointmentEvents, days, as_of):
        rows = source.load().rows
        files.append(
            rows.assign(age_band=_age_bands(rows["birth_year"], source.arrived_at.astimezone(UTC).year))
        )
    if not files:
        return pd.DataFrame()
    return pd.concat(files, ignore_index=True).sort_values(["at_ds", "event"], ignore_index=True)


def _age_bands(birth_year: pd.Series, year: int) -> np.ndarray:
    years = birth_year.to_numpy(np.int64)
    found = np.array(BANDS, dtype=object)[np.searchsorted(_BAND_FROM, year - years, side="right")]
    found[years == NO_YEAR] = None
    return found


def _bookings(events: pd.DataFrame, sessions: pd.DataFrame, arrivals: pd.DataFrame) -> pd.DataFrame:
    """The bookings of some sessions that are neither closed nor cancelled, from all events and the arrivals of the day."""
    if events.empty:
        return _none()
    booked = events[events["is_booked"]].drop_duplicates("appointment").rename(columns={"at_ds": "booked_ds"})
    gone = events.loc[~events["is_booked"], ["appointment", "at_ds"]].merge(
        booked[["appointment", "booked_ds"]]
    )
    first_gone = gone[gone["at_ds"] >= gone["booked_ds"]].groupby("appointment")["at_ds"].min()
    booked = booked.assign(cancelled_ds=booked["appointment"].map(first_gone).fillna(NEVER).astype(np.int64))
    here = booked.drop(columns="hospital").merge(
        sessions[["session", "hospital", "slot_ds", "is_closed"]], on="session"
    )
    chains = _chains(booked[booked["patient"].isin(here["patient"])])
    kept = here[
        ~here["is_closed"] & ((here["cancelled_ds"] == NEVER) | (here["cancelled_ds"] > here["slot_ds"]))
    ]
    came = pd.DataFrame({"appointment": [], "arrived_ds": [], "seen_ds": []})
    if len(arrivals):
        came = arrivals.sort_values(["arrived_ds", "arrival"]).drop_duplicates("appointment")[
            list(came.columns)
        ]
    rows = kept.merge(came, on="appointment", how="left")
    begun = [chains[number] for number in rows["appointment"].tolist()]
    return rows.assign(
        position=[position for position, _ in begun], begun_ds=[at for _, at in begun],
        is_attended=rows["arrived_ds"].notna(), way=np.array(WAYS, dtype=object)[rows["way"].to_numpy(np.int64)],
        channel=np.array(CHANNELS, dtype=object)[rows["channel"].to_numpy(np.int64)],
    )[list(_COLUMNS)]  # fmt: skip


def _chains(booked: pd.DataFrame) -> dict[int, tuple[int, int]]:
    """Of each appointment its place in its chain, and when the first of that was booked."""
    found: dict[int, tuple[int, int]] = {}
    of_key = defaultdict(list)
    for row in booked.itertuples(index=False):
        at = (row.booked_ds, row.appointment, row.cancelled_ds)
        if row.patient == NOBODY:
            found[row.appointment] = (1, row.booked_ds)
        else:
            of_key[row.patient, row.hospital, row.specialty].append(at)
    for alike in of_key.values():
        position, begun, last_gone = 0, 0, NEVER
        for at, number, cancelled in sorted(alike):
            continues = last_gone != NEVER and 0 <= at - last_gone <= _CHAIN_DS
            position, begun = (position + 1, begun) if continues else (1, at)
            found[number] = (position, begun)
            last_gone = cancelled
    return found


def happened(setting: Setting, day: date) -> pd.DataFrame:
    """The indicators of a day as it was."""
    asked = (setting.seed, setting.scenario.registration, setting.scale, setting.clinics, day)
    rows, visits = states_on(*asked), visits_on(*asked)
    came = visits.loc[visits["is_expected"], ["appointment", "arrived_ds", "seen_ds"]]
    rows = rows[~rows["is_closed"] & ~rows["is_cancelled"]].merge(came, on="appointment", how="left")
    booked = rows["booked_ds"].to_numpy() // DAY_DS
    years, which = np.unique(booked, return_inverse=True)
    year = np.array([date.fromordinal(int(each)).year for each in years])[which]
    bands = np.array(BANDS, dtype=object)[
        np.searchsorted(_BAND_FROM, year - rows["birth_year"].to_numpy(np.int64), side="right")
    ]
    bookings = rows.assign(
        is_attended=rows["comes"], age_band=bands, way=np.array(WAYS, dtype=object)[rows["way"].to_numpy()],
        channel=np.array(CHANNELS, dtype=object)[rows["channel"].to_numpy()],
    )  # fmt: skip
    districts = {each.number - 1: each.district_code for each in setting.clinics.hospitals}
    return table(Outcome(bookings[list(_COLUMNS)], districts, HANGZHOU), day)


def table(outcome: Outcome, day: date) -> pd.DataFrame:
    """One row per indicator, area and group: value, numerator, denominator, completeness."""
    return divisible(_of_day(outcome, day))


def _of_day(outcome: Outcome, day: date) -> Iterator[pd.DataFrame]:
    places = pd.DataFrame({"hospital": range(HOSPITALS)})
    placed = places.assign(district=places["hospital"].map(outcome.districts))
    areas = Areas(outcome.vintages, day, placed, groups_in=("city",))
    bookings = outcome.bookings
    attended = bookings[bookings["is_attended"].astype(bool)]
    attended = attended.assign(
        waited_days=day.toordinal() - attended["begun_ds"] // DAY_DS, is_first=attended["position"] == 1,
        is_seen=attended["seen_ds"] != NEVER, until_ds=attended["slot_ds"] + SLOT_DS,
    )  # fmt: skip
    seen = attended[attended["is_seen"].astype(bool)]
    waited = seen["seen_ds"] - seen[["arrived_ds", "slot_ds"]].max(axis=1)
    seen = seen.assign(waited_min=waited.clip(lower=0) / 600)
    in_time = attended[attended["arrived_ds"] <= attended["until_ds"]]
    in_time = in_time.assign(is_kept=in_time["is_seen"] & (in_time["seen_ds"] <= in_time["until_ds"]))
    for code, rows, measure, scale in (
        ("h1_wait_booking_p50_day", attended, percentile_of_persons("waited_days", 50), 1),
        ("h1_wait_arrival_p50_min", seen, percentile_of_persons("waited_min", 50), 1),
        ("h1_no_show_pct", bookings.assign(stays_away=~bookings["is_attended"].astype(bool)), share_of("stays_away"), 100),
        ("h1_slot_kept_pct", in_time, share_of("is_kept"), 100),
        ("h1_booked_first_try_pct", attended, share_of("is_first"), 100),
    ):  # fmt: skip
        yield areas.rows(code, rows, measure, scale, *_GROUPS)
