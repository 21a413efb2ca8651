"""Temperatures in the boxes that keep medicine cold: read every five minutes on the way, every half hour otherwise."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from simulator.streams import stream
from simulator.times import DAY_DS
from simulator.world.pharmacy_deliveries import NO_BOX, deliveries
from simulator.world.prescriptions import Pharmacy

LOW, HIGH = 2.0, 8.0  # degrees Celsius within which medicine keeps
ON_THE_WAY_DS, AT_REST_DS = 3_000, 18_000
_MEAN, _SPREAD, _WITHIN = 5.0, 0.7, (2.3, 7.7)
_WAVERS = 0.3


def trips(here: Pharmacy, day: date) -> pd.DataFrame:
    """The ways of boxes that touch a day: deliveries (columns as theirs) of the day and of the one before, by box."""
    parts = [deliveries(here, day - timedelta(back)) for back in (1, 0)]
    whole = pd.concat([each[each["box"] != NO_BOX] for each in parts])
    touches = whole["back_ds"] > day.toordinal() * DAY_DS
    return whole[touches].sort_values(["box", "picked_up_ds"], ignore_index=True)


def temperatures(here: Pharmacy, day: date) -> pd.DataFrame:
    """What every box would tell of a day, by time: box (number), at_ds, celsius, in_gap (whether it is silent)."""
    ways, begin = trips(here, day), day.toordinal() * DAY_DS
    random = stream(here.seed, "box temperatures", day)
    # On the way, from the first minute on.
    first = ways["picked_up_ds"].to_numpy() + random.integers(0, 60, len(ways)) * 10
    counts = np.maximum((ways["back_ds"].to_numpy() - first - 10) // ON_THE_WAY_DS + 1, 0)
    of = np.repeat(np.arange(len(ways)), counts)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    at = first[of] + nth * ON_THE_WAY_DS
    trip = ways.iloc[of]
    is_warm, in_gap = (
        (trip[f"{name}_from"].to_numpy() <= at) & (at < trip[f"{name}_until"].to_numpy())
        for name in ("warm", "gap")
    )
    out = pd.DataFrame({
        "box": trip["box"].to_numpy(), "at_ds": at, "celsius": np.where(is_warm, trip["celsius"].to_numpy(), np.nan),
        "in_gap": in_gap,
    })  # fmt: skip
    whole = pd.concat([out[at // DAY_DS == day.toordinal()], _at_rest(here, ways, begin)], ignore_index=True)
    whole = whole.sort_values(["at_ds", "box"], ignore_index=True)
    kept = np.clip(_MEAN + _SPREAD * random.standard_normal(len(whole)), *_WITHIN)
    wavers = (2 * random.random(len(whole)) - 1) * _WAVERS
    celsius = np.where(np.isnan(whole["celsius"]), kept, whole["celsius"] + wavers)
    return whole.assign(celsius=np.round(celsius, 1))


def _at_rest(here: Pharmacy, ways: pd.DataFrame, begin: int) -> pd.DataFrame:
    """The readings of boxes that are not on the way."""
    boxes = np.arange(1, here.boxes + 1)
    phase = stream(here.seed, "box phases").integers(0, AT_REST_DS // 10, len(boxes)) * 10
    at = (begin + phase[:, None] + np.arange(DAY_DS // AT_REST_DS) * AT_REST_DS).ravel()
    box = np.repeat(boxes, DAY_DS // AT_REST_DS)
    # The last way of the box that began before, as one number of box and time.
    apart = 10 * DAY_DS
    leaves = ways["box"].to_numpy() * apart + ways["picked_up_ds"].to_numpy() - begin
    last = np.searchsorted(leaves, box * apart + at - begin, side="right") - 1
    found = ways.iloc[np.maximum(last, 0)] if len(ways) else ways
    is_out = np.zeros(len(at), bool)
    if len(ways):
        is_out = (last >= 0) & (found["box"].to_numpy() == box) & (at < found["back_ds"].to_numpy())
    return pd.DataFrame({"box": box, "at_ds": at, "celsius": np.nan, "in_gap": False})[~is_out]
