"""How many vehicles are registered where on a day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.world.districts import CITY
from simulator.world.streets import streets

NO_VEHICLES = pd.DataFrame({name: np.zeros(0, np.int64) for name in ("street", "registered", "deregistered")})


class Fleets:
    """The vehicles of each district and of the city on any day; `districts` are the codes of all districts."""

    def __init__(self, rows: pd.DataFrame):
        of_street = np.array([each.district_code for each in streets()], dtype=object)
        codes, place = np.unique(of_street, return_inverse=True)
        at = place[rows["street"].to_numpy()]
        days = [rows[name].to_numpy(np.int64) for name in ("registered", "deregistered")]
        self.districts = tuple(codes.tolist())
        self._days = {CITY: self._sorted(days, np.ones(len(rows), bool))}
        self._days |= {str(code): self._sorted(days, at == number) for number, code in enumerate(codes)}

    @staticmethod
    def _sorted(days: list[np.ndarray], here: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        came, left = (each[here] for each in days)
        return np.sort(came), np.sort(left[left > 0])

    def count(self, area: str, day: int) -> float:
        """How many came until a day less those that left by it."""
        if area not in self._days:
            return 0.0
        came, left = (np.searchsorted(each, day, side="right") for each in self._days[area])
        return float(came - left)
