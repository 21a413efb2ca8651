"""The scenario of visits to hospitals step by step: how many, how far they go, by which means, and what is known of them."""

from __future__ import annotations

from pydantic import Field

from simulator.scenario.rates import Part, Rate, Rates, RecordRates, SenderFileRates


class VisitScenario(Part):
    """Visits on a working day at scale 1, and how many at least in a smaller city; on Sundays and public holidays there are
    `free_days` times as many. Shares: of visits those followed by another one of the same patient at the same hospital; of
    those seen by a doctor the ones who are to be examined, who are given medicine; of those examined and charged the ones
    who paid before."""

    per_day: int = Field(gt=0)
    least: int = Field(gt=0)
    free_days: float = Field(gt=0, le=1)
    again: float = Field(ge=0, le=1)
    examined: float = Field(ge=0, le=1)
    medicine: float = Field(ge=0, le=1)
    pays_first: float = Field(ge=0, le=1)


class DropOutRates(Part):
    """Of those whose next step is due, the ones who leave before it. Everybody registers."""

    see: float = Field(ge=0, le=1)
    examine: float = Field(ge=0, le=1)
    pay: float = Field(ge=0, le=1)
    collect: float = Field(ge=0, le=1)


class FaceScenario(Part):
    """Of attempts of the right person those that are rejected, of the younger and of those from 60; of persons rejected three
    times the ones who give up; of transactions those of somebody else."""

    rejected: float = Field(ge=0, le=0.3)
    older: float = Field(ge=0, le=0.3)
    gives_up: float = Field(ge=0, le=1)
    somebody_else: float = Field(ge=0, le=1)


class EventRates(Rates):
    """Per event: without the patient's number, without the year of birth, without the time of receiving, received late; not
    there (but for registering). Per registering: again within minutes. Per attempt at a device: nobody is claimed to be there,
    no score is measured."""

    no_number: Rate
    no_birth_year: Rate
    not_received: Rate
    received_late: Rate
    missing: Rate
    registered_twice: Rate
    no_claim: Rate
    unmeasured: Rate


class MatchRowRates(RecordRates):
    """Per attempt, which has a number, its score."""

    out_of_range: Rate


class ProcessScenario(Part):
    """Visits to hospitals, and what goes wrong with what is known of them. Clocks of registration and pharmacy are off by up
    to `clock_s`, the others by half of it, every day anew. `usual` is the share of visits in which a person keeps to the means
    that he or she mostly takes. `files` are the rates of each of the two daily feeds."""

    visits: VisitScenario
    drop_out: DropOutRates
    usual: float = Field(ge=0, le=1)
    faces: FaceScenario
    recorded: EventRates
    clock_s: int = Field(ge=0, le=180)
    files: SenderFileRates
    event_rows: RecordRates
    match_rows: MatchRowRates
