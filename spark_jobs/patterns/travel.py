"""How long a stretch of road takes."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F


def travel_ms(length_m: str, speed_kmh: str) -> Column:
    """Milliseconds, rounded down, for a length in whole metres at a speed of one decimal; null where either is null.

    Whole numbers only: their sums do not depend on the order of rows.
    """
    return F.expr(f"cast({length_m} as bigint) * 36000 div cast(round({speed_kmh} * 10) as bigint)")
