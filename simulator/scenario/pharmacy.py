"""The scenario of the cloud pharmacy: what is prescribed and ordered, how it is delivered, and what is recorded of it."""

from __future__ import annotations

from pydantic import Field

from simulator.scenario.rates import Part, Rate, Rates, SenderFileRates


class PrescriptionScenario(Part):
    """How many prescriptions a day are to be delivered at scale 1, how many at least at a smaller one; the share with
    something that must be kept cold. Shares of those without the patient's number, and without the year of birth."""

    per_day: int = Field(gt=0, lt=500_000)
    least: int = Field(gt=0)
    cold: float = Field(ge=0, le=1)
    without_patient: float = Field(ge=0, le=1)
    without_birth_year: float = Field(ge=0, le=1)


class OrderScenario(Part):
    """Shares of the orders with a number that no prescription has, and under the code of a former district."""

    unknown_prescription: float = Field(ge=0, le=1)
    former_district: float = Field(ge=0, le=1)


class EndRates(Rates):
    """Per order: `late` are delivered later than promised, `attempts` failed at least once before the end, of which
    `returned` are those that were never collected; `never` has no end, `too_late` one after more than 72 hours."""

    late: Rate
    attempts: Rate
    returned: Rate
    never: Rate
    too_late: Rate


class BoxScenario(Part):
    """How many boxes keep cold at scale 1, how many at least at a smaller one; the share of the deliveries in one of which
    the temperature leaves its limits."""

    boxes: int = Field(gt=0, lt=9_999)
    least: int = Field(gt=0, lt=9_999)
    excursions: float = Field(ge=0, le=1)


class RecordedRates(Rates):
    """Per pickup and per delivery: not recorded, recorded twice. Per reading: lost, without a temperature. Per delivery in a
    box: no reading for 20 to 60 minutes."""

    missing_pickup: Rate
    recorded_twice: Rate
    missing_reading: Rate
    unmeasured: Rate
    gaps: Rate


class PrescriptionRowRates(Rates):
    """Per prescription, which has one number, its items."""

    out_of_range: Rate
    required_missing: Rate
    impossible_time: Rate
    exact_duplicate: Rate
    conflicting_key: Rate
    wrong_column_count: Rate


class OrderRowRates(Rates):
    """Per order; `wrong_order`: promised for a time before it was ordered."""

    malformed_code: Rate
    required_missing: Rate
    impossible_time: Rate
    exact_duplicate: Rate
    conflicting_key: Rate
    wrong_column_count: Rate
    wrong_order: Rate


class EventRowRates(Rates):
    """Per event; an element of its own, which has no wrong number of columns."""

    not_in_list: Rate
    required_missing: Rate
    impossible_time: Rate
    exact_duplicate: Rate
    conflicting_key: Rate


class ReadingRowRates(Rates):
    """Per reading."""

    out_of_range: Rate
    text_in_number: Rate
    required_missing: Rate
    impossible_time: Rate
    exact_duplicate: Rate
    conflicting_key: Rate
    wrong_column_count: Rate


class PharmacyScenario(Part):
    """The cloud pharmacy, and what goes wrong with what is known of it. `files` are the rates of each of the four feeds."""

    prescriptions: PrescriptionScenario
    orders: OrderScenario
    ends: EndRates
    boxes: BoxScenario
    recorded: RecordedRates
    clock_s: int = Field(ge=0, le=60)
    files: SenderFileRates
    prescription_rows: PrescriptionRowRates
    order_rows: OrderRowRates
    event_rows: EventRowRates
    reading_rows: ReadingRowRates
