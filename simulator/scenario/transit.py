"""The scenario of public transport: who travels by metro and bus, how they pay, and what gates and readers miss."""

from __future__ import annotations

from pydantic import Field

from simulator.scenario.rates import Part, Rate, Rates, RecordRates, SenderFileRates


class BusNetwork(Part):
    """How many bus routes there are at scale 1, and how many at least at a smaller one; the shares of routes and metro
    stations where one can pay by phone."""

    routes: int = Field(gt=0, le=99)
    least: int = Field(gt=0, le=99)
    mobile_routes: float = Field(ge=0, le=1)
    mobile_stations: float = Field(ge=0, le=1)


class OutingScenario(Part):
    """People who go out and come back on a working day at scale 1, and how many at least at a smaller one: by metro, by bus,
    by both. On free days and in rain there are fewer."""

    metro: int = Field(gt=0)
    bus: int = Field(gt=0)
    both: int = Field(gt=0)
    least_metro: int = Field(gt=0)
    least_bus: int = Field(gt=0)
    least_both: int = Field(gt=0)
    free_days: float = Field(gt=0, le=1)
    rain: float = Field(gt=0, le=1)


class PayingShares(Part):
    """Shares of those who pay by code, and of those who buy a ticket, of journeys by metro alone; the others have cards."""

    metro_code: float = Field(ge=0, le=1)
    metro_ticket: float = Field(ge=0, le=1)
    bus_code: float = Field(ge=0, le=1)


class GateRates(Rates):
    """Per tap: `missing_entry`, `missing_exit` of the metro, `missing_stop` of a bus. Per journey by code: `companions` who
    pass on the same code, `lent` to somebody who travels elsewhere at the same time."""

    missing_entry: Rate
    missing_exit: Rate
    missing_stop: Rate
    companions: Rate
    lent: Rate


class TransitScenario(Part):
    """Public transport, and what goes wrong with what is known of it."""

    network: BusNetwork
    outings: OutingScenario
    paying: PayingShares
    gates: GateRates
    clock_s: float = Field(ge=0, le=60)
    files: SenderFileRates
    metro_rows: RecordRates
    bus_rows: RecordRates
