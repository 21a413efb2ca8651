"""The scenario of hospitals' registration: how many book, what becomes of it, and what is known of it."""

from __future__ import annotations

from pydantic import Field

from simulator.scenario.rates import Part, Rate, Rates, RecordRates, SenderFileRates


class BookingScenario(Part):
    """Appointments on a working day at scale 1, and how many at least in a smaller city; walk-ins likewise. On Sundays and
    public holidays there are `free_days` times as many."""

    per_day: int = Field(gt=0)
    least: int = Field(gt=0)
    walk_ins: int = Field(gt=0)
    least_walk_ins: int = Field(gt=0)
    free_days: float = Field(gt=0, le=1)


class OutcomeRates(Part):
    """Shares: of bookings those cancelled before their half-hour; of these the ones booked again; of the others those who do
    not come, who leave without being seen; of those who do not come the ones who cancel afterwards. Of bookings cancelled or
    for a closed session those who come all the same; of sessions those that are closed, or booked beyond their capacity."""

    cancelled: float = Field(ge=0, le=1)
    again: float = Field(ge=0, le=1)
    no_show: float = Field(ge=0, le=0.3)
    unseen: float = Field(ge=0, le=1)
    cancelled_after: float = Field(ge=0, le=1)
    comes_all_the_same: float = Field(ge=0, le=1)
    closed: float = Field(ge=0, le=1)
    overbooked: float = Field(ge=0, le=1)


class VisitRates(Rates):
    """What is not known: per appointment the patient's number and the year of birth; per arrival that it is missing, and that
    another one of the same appointment is recorded."""

    no_number: Rate
    no_birth_year: Rate
    missing_arrival: Rate
    second_arrival: Rate


class ArrivalRowRates(Rates):
    """Per arrival, which has no column of codes; `wrong_order`: seen before it."""

    required_missing: Rate
    impossible_time: Rate
    exact_duplicate: Rate
    conflicting_key: Rate
    wrong_column_count: Rate
    wrong_order: Rate


class RegistrationScenario(Part):
    """Registration at hospitals, and what goes wrong with what is known of it. `files` are the rates of each of the three
    daily feeds; clocks of a hospital are off by up to `clock_s`, every day anew."""

    bookings: BookingScenario
    outcomes: OutcomeRates
    unknown: VisitRates
    clock_s: int = Field(ge=0, le=60)
    files: SenderFileRates
    session_rows: RecordRates
    appointment_rows: RecordRates
    arrival_rows: ArrivalRowRates
