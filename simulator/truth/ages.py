"""Bands of ages, as the city publishes them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.departments.appointment import NO_YEAR
from simulator.departments.transit_lists import BANDS

_FROM = (18, 60, 70, 80)


def age_bands(birth_year: pd.Series, year: int | np.ndarray) -> np.ndarray:
    """The bands of the ages that persons reach in a year, or each in one; None where the year of birth is not known."""
    years = birth_year.to_numpy(np.int64)
    found = np.array(BANDS, dtype=object)[np.searchsorted(_FROM, year - years, side="right")]
    found[years == NO_YEAR] = None
    return found
