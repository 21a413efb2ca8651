"""The scenario of records across the city: who is seen where, what is examined, claimed, asked for, and what is known of it."""

from __future__ import annotations

from pydantic import Field

from simulator.scenario.rates import Part, Rate, Rates, RecordRates, SenderFileRates, Wait


class EncounterScenario(Part):
    """Encounters on a working day at scale 1, and how many at least in a smaller city. `again` of them follow one of the same
    person by one to six days, `elsewhere` of these at another hospital; `examined` of them have examinations."""

    per_day: int = Field(gt=0)
    least: int = Field(gt=0)
    again: float = Field(ge=0, le=0.4)
    elsewhere: float = Field(ge=0, le=1)
    examined: float = Field(ge=0, le=1)


class ExamScenario(Part):
    """Of the examinations that a person had at the hospital before, `due_again` are due at the next one, and `repeated` of those
    due are made although the result is there. `result_min`: minutes until it is."""

    due_again: float = Field(ge=0, le=1)
    repeated: float = Field(ge=0, le=1)
    result_min: Wait


class ClaimScenario(Part):
    """Shares of encounters with a claim, and of claims that are settled, rejected or settled and reversed. Minutes until a claim
    is settled, and one between hospitals; `beyond_a_day` of the latter take longer than 24 hours."""

    claimed: float = Field(ge=0, le=1)
    settled: float = Field(ge=0, le=1)
    rejected: float = Field(ge=0, le=1)
    reversed: float = Field(ge=0, le=1)
    settle_min: Wait
    settle_between_min: Wait
    beyond_a_day: float = Field(ge=0, le=1)


class RequestScenario(Part):
    """`per_encounter` records are asked for, `found` of them at once, and of those asked for again `found_again`. Of users,
    fewer in a smaller city, `careless` make `by_careless` of the requests `without_reason`."""

    per_encounter: float = Field(ge=0, le=1)
    found: float = Field(ge=0, le=1)
    found_again: float = Field(ge=0, le=1)
    users: int = Field(gt=0)
    least_users: int = Field(ge=100)
    careless: float = Field(ge=0, le=0.1)
    without_reason: float = Field(ge=0, le=0.5)
    by_careless: float = Field(ge=0, le=1)


class KnownRates(Rates):
    """What is typed wrong or left out: per encounter and request the number of the person and the year of birth, per encounter
    the name, per examination its result, per line of a claim the examination, of which nobody knows then."""

    mistyped_number: Rate
    no_number: Rate
    mistyped_name: Rate
    no_name: Rate
    no_birth_year: Rate
    lost_result: Rate
    unknown_exam: Rate


class OrderedRowRates(RecordRates):
    """Per record with two instants; `wrong_order`: the end before the start."""

    wrong_order: Rate


class SettlementRowRates(Rates):
    """Per event; an element of its own, which has no wrong number of columns."""

    out_of_range: Rate
    not_in_list: Rate
    required_missing: Rate
    impossible_time: Rate
    exact_duplicate: Rate
    conflicting_key: Rate


class LineRowRates(Rates):
    """Per line of a claim, which has no column of codes."""

    out_of_range: Rate
    required_missing: Rate
    impossible_time: Rate
    exact_duplicate: Rate
    conflicting_key: Rate
    wrong_column_count: Rate


class RecordScenario(Part):
    """Records and settlement across the city, and what goes wrong with what is known of it. `files` are the rates of each of the
    five daily feeds; clocks of a hospital's examinations are off by up to `clock_s`, every day anew."""

    encounters: EncounterScenario
    exams: ExamScenario
    claims: ClaimScenario
    requests: RequestScenario
    known: KnownRates
    clock_s: int = Field(ge=0, le=60)
    files: SenderFileRates
    encounter_rows: OrderedRowRates
    exam_rows: OrderedRowRates
    settlement_rows: SettlementRowRates
    line_rows: LineRowRates
    request_rows: RecordRates
