"""Facts as the truth needs them: numbers for texts that are many, and of a station's day its means."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch
from typing import Any

import numpy as np
import pandas as pd

from simulator.departments.parking_event import Events
from simulator.departments.parking_payment import Payments
from simulator.truth.stays import plate_numbers


@singledispatch
def condensed(facts: Any) -> Any:
    """The facts of an observation without what no indicator asks for. Facts that are few are as they were."""
    return facts


@condensed.register
def _(facts: Events) -> Events:
    rows = facts.rows
    made = pd.DataFrame({
        "lot": _lot_numbers(rows["lot"]), "plate": plate_numbers(rows["plate"]),
        "ticket": rows["bill"],
        **{name: rows[name] for name in ("is_entry", "captured_ds", "crossed_ds", "has_barrier", "due_cny")},
    })  # fmt: skip
    return replace(facts, rows=made)


@condensed.register
def _(facts: Payments) -> Payments:
    rows = facts.rows
    made = pd.DataFrame({
        "ticket": rows["bill"], "paid_ds": rows["paid_ds"], "is_refund": rows["kind"] == "refund",
        "amount_cny": rows["amount_cny"].astype(float),
    })  # fmt: skip
    return replace(facts, rows=made)


def _lot_numbers(identifiers: pd.Series) -> np.ndarray:
    places, known = pd.factorize(identifiers)
    return np.array([int(each[1:]) for each in known], dtype=np.int16)[places]
