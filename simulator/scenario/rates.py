"""What all parts of a scenario share: shares that are checked, and the faults that any department's files may have."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

Rate = float


class Part(BaseModel):
    """A part of a scenario: it never changes, and knows no other keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Rates(Part):
    """Shares between 0 and 1, one a kind of fault."""

    @property
    def total(self) -> float:
        """The sum of all shares."""
        return sum(self.model_dump().values())

    @model_validator(mode="after")
    def _shares(self) -> Rates:
        wrong = [name for name, rate in self.model_dump().items() if not 0 <= rate <= 1]
        if wrong:
            raise ValueError(f"not a share between 0 and 1: {', '.join(wrong)}")
        if self.total > 0.6:
            raise ValueError(
                f"the shares add up to {self.total:.2f}; more than 0.6 leaves too little untouched"
            )
        return self


class Wait(Part):
    """Seconds that something takes: a lognormal's median, and the spread of its logarithm."""

    median: float = Field(gt=0)
    spread: float = Field(gt=0)


class SenderFileRates(Rates):
    """Per sender and day."""

    late_file: Rate
    missing_file: Rate
    empty_file: Rate
    corrected_file: Rate
    same_bytes: Rate
    removed_column: Rate


class NumberRates(Rates):
    """Per record that has numbers."""

    out_of_range: Rate
    text_in_number: Rate
    two_faults: Rate


class RecordRates(Rates):
    """Per record of any kind."""

    not_in_list: Rate
    required_missing: Rate
    impossible_time: Rate
    exact_duplicate: Rate
    conflicting_key: Rate
    wrong_column_count: Rate


class RowRates(RecordRates, NumberRates):
    """Per record; those of its numbers come first."""
