"""Random streams that depend on names, never on the order in which they are drawn."""

from __future__ import annotations

import hashlib
import math
from datetime import date

import numpy as np


def stream(seed: int, *names: str | int | date) -> np.random.Generator:
    """The random stream of these names: the same names give the same numbers, wherever they are drawn.

    A day can therefore be made alone, and a new department does not disturb the others.
    """
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *map(_number, names)])))


def _number(name: str | int | date) -> int:
    if isinstance(name, date):
        return name.toordinal()
    if isinstance(name, int):
        return name
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


def count_on(seed: int, kind: str, day: date, rate: float, units: int) -> int:
    """How many of `units` are struck by `kind` on `day`, at `rate` per unit and day.

    Systematic sampling: any `n` days in a row hold `rate * units * n` of them, to within one, so rare
    faults appear in a short run too and no day needs to know another.
    """
    phase = float(stream(seed, "phase", kind).random())
    expected, ordinal = rate * units, day.toordinal()
    return math.floor(expected * (ordinal + 1) + phase) - math.floor(expected * ordinal + phase)
