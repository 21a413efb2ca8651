"""The scenario of the services: what is applied for and where, how long it takes, and how machines serve."""

from __future__ import annotations

from pydantic import Field

from simulator.scenario.rates import Part, Rate, Rates, RecordRates, SenderFileRates, Wait


class Places(Part):
    """How many items, sites and machines there are; sites and machines at scale 1, and how many at least at a smaller one.
    Shares of the sites and machines that are not in their lists."""

    items: int = Field(gt=0, le=4_000)
    sites: int = Field(gt=0)
    least_sites: int = Field(ge=26)
    machines: int = Field(gt=0)
    least_machines: int = Field(gt=0)
    unlisted_sites: float = Field(ge=0, le=1)
    unlisted_machines: float = Field(ge=0, le=1)


class ApplicationScenario(Part):
    """How many applications a working day decides at scale 1, how many at least at a smaller one; shares of those decided
    later than promised, for an item that is not in the list, and under the code of a former district."""

    per_day: int = Field(gt=0)
    least: int = Field(gt=0)
    late: float = Field(ge=0, le=1)
    unlisted_item: float = Field(ge=0, le=1)
    former_district: float = Field(ge=0, le=1)


class ContactScenario(Part):
    """Shares of the applications for which somebody asks before, hands in more, or collects after; of these the ones by
    another handling, and at another site than the usual one; of the late collections those that come too late to count;
    of submissions those that are not recorded."""

    asks: float = Field(ge=0, le=1)
    hands_in_more: float = Field(ge=0, le=1)
    collects: float = Field(ge=0, le=1)
    switches: float = Field(ge=0, le=1)
    elsewhere: float = Field(ge=0, le=1)
    outside: float = Field(ge=0, le=1)
    unrecorded: float = Field(ge=0, le=1)


class EndRates(Rates):
    """How sessions end that do not reach their end, per session of a person of middle age."""

    abandoned: Rate
    timed_out: Rate


class SessionScenario(Part):
    """How many sessions a day there are at scale 1, how many at least at a smaller one."""

    per_day: int = Field(gt=0)
    least: int = Field(gt=0)
    ends: EndRates


class MachineScenario(Part):
    """Faults, and times without paper: how many a machine and day, and how long they last. `missing_report` per full hour,
    `silence` per machine and day: 3 to 10 hours; `sentinel` per report."""

    faults: float = Field(ge=0)
    no_paper: float = Field(ge=0)
    fault_s: Wait
    no_paper_s: Wait
    missing_report: float = Field(ge=0, le=1)
    silence: float = Field(ge=0, le=1)
    sentinel: float = Field(ge=0, le=1)


class ApplicationRowRates(RecordRates):
    """Per application; `wrong_order`: decided before it was accepted."""

    wrong_order: Rate


class StatusRowRates(RecordRates):
    """Per report, which has one number, the temperature."""

    out_of_range: Rate
    text_in_number: Rate


class ServiceScenario(Part):
    """The services, and what goes wrong with what is known of them. `files` are the rates of each of the four feeds."""

    places: Places
    applications: ApplicationScenario
    contacts: ContactScenario
    sessions: SessionScenario
    machines: MachineScenario
    files: SenderFileRates
    application_rows: ApplicationRowRates
    contact_rows: RecordRates
    session_rows: RecordRates
    status_rows: StatusRowRates
