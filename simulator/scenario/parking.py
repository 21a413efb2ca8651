"""The scenario of the parking lots."""

from __future__ import annotations

from pydantic import Field, model_validator

from simulator.scenario.rates import Part, Rate, Rates, RowRates, SenderFileRates, Wait


class EntryWaits(Part):
    """Before leaving without paying, and after."""

    barrier: Wait
    free_flow: Wait


class PayingRates(Rates):
    """Per ticket of those who may leave before they pay."""

    before_leaving: Rate
    never: Rate
    in_two_parts: Rate
    refunded: Rate


class CameraRates(Rates):
    """Per event at a lane."""

    missing_entry: Rate
    missing_exit: Rate
    misread_plate: Rate
    unread_plate: Rate


class ParkingScenario(Part):
    """The parking lots, who parks there, and what goes wrong with what their platforms send."""

    lots: int = Field(gt=0)
    scenic_lots: int = Field(ge=0)
    scenic_barriers_removed: int = Field(ge=0)
    adopted_share: float = Field(ge=0, le=1)
    stays_per_space: float = Field(gt=0)
    entry_s: EntryWaits
    paying: PayingRates
    cameras: CameraRates
    files: SenderFileRates
    rows: RowRates

    @model_validator(mode="after")
    def _consistent(self) -> ParkingScenario:
        if not self.scenic_barriers_removed <= self.scenic_lots <= round(self.adopted_share * self.lots):
            raise ValueError("barriers removed <= scenic lots <= lots that have adopted is needed")
        return self
