"""Days on which offices work, counted back from one."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np

from simulator.world.calendar import is_free


@cache
def days_back(day: date, most: int) -> np.ndarray:
    """How many days before a working day lies the working day so many working days before it: 0, then at most `most`."""
    found = [back for back in range(most + 1) if not is_free(day - timedelta(back))]
    return np.array(found, dtype=np.int64)
