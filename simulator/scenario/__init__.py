"""The scenario: every rate of the simulated city, read from one YAML file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml
from pydantic import ValidationError

from citylake.errors import WrongUse
from simulator.scenario.air import AirScenario
from simulator.scenario.enforcement import EnforcementScenario
from simulator.scenario.market import MarketScenario
from simulator.scenario.parking import ParkingScenario
from simulator.scenario.pharmacy import PharmacyScenario
from simulator.scenario.processes import ProcessScenario
from simulator.scenario.rates import Part, Rate, Rates, RowRates, SenderFileRates
from simulator.scenario.records import RecordScenario
from simulator.scenario.registration import RegistrationScenario
from simulator.scenario.roads import RoadScenario
from simulator.scenario.services import ServiceScenario
from simulator.scenario.ships import ShipScenario
from simulator.scenario.tolls import TollScenario
from simulator.scenario.transit import TransitScenario

__all__ = [
    "FOLDER", "AirScenario", "EnforcementScenario", "MarketScenario", "ParkingScenario", "PharmacyScenario",
    "ProcessScenario", "Rate", "Rates", "RecordScenario", "RegistrationScenario", "RoadScenario", "RowRates", "Scenario",
    "SenderFileRates", "ServiceScenario", "ShipScenario", "TollScenario", "TransitScenario", "read",
]  # fmt: skip
FOLDER = Path(__file__).parents[1] / "scenarios"


class Scenario(Part):
    """One simulated city."""

    until: date
    air: AirScenario
    parking: ParkingScenario
    ships: ShipScenario
    roads: RoadScenario
    services: ServiceScenario
    market: MarketScenario
    enforcement: EnforcementScenario
    tolls: TollScenario
    transit: TransitScenario
    pharmacy: PharmacyScenario
    registration: RegistrationScenario
    processes: ProcessScenario
    records: RecordScenario


def read(name: str = "default") -> Scenario:
    """The scenario of this name in `simulator/scenarios`, or at this path.

    Raises: WrongUse where it is missing or not a scenario; all its problems at once.
    """
    path = Path(name) if name.endswith(".yml") else FOLDER / f"{name}.yml"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in FOLDER.glob("*.yml")))
        raise WrongUse(
            f"no scenario '{name}'", where=str(path), expected=f"one of: {known}, or a path to a .yml"
        )
    try:
        return Scenario.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise WrongUse("the scenario is wrong", where=path.name, found=problems) from error
