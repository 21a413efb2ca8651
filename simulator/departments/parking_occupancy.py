"""What the lots' own counters report: one wide file a day, an hour a row, a lot a column, UTF-8.

A counter may be off by a few cars, and silent: its cell is empty. Nine of ten lots have one.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from simulator.deliveries import Delivery, Observation, Reading, local
from simulator.departments.parking_event import DEPARTMENT
from simulator.scenario import Scenario
from simulator.streams import stream
from simulator.world import parking
from simulator.world.lots import Lot

FEED = "transport.parking_occupancy"
SENDER = "traffic-data-centre"


def cars_inside(seed: int, scenario: Scenario, day: date, here: tuple[Lot, ...]) -> np.ndarray:
    """24 × lots: the cars that stand in each lot at each full hour of a day."""
    found = np.zeros((24, len(here)), dtype=np.int64)
    for back in range(3):
        stays = parking.arrivals(seed, scenario.parking, here, day - timedelta(back))
        lot = stays["lot"].to_numpy()
        for hour in range(24):
            at = back * parking.DAY_S + hour * 3600
            inside = (stays["entered_s"].to_numpy() <= at) & (stays["left_s"].to_numpy() > at)
            found[hour] += np.bincount(lot[inside], minlength=len(here))
    return found


def delivery_of(seed: int, scenario: Scenario, day: date, here: tuple[Lot, ...]) -> Observation:
    """The file of one day, the next morning; needs no other day."""
    random = stream(seed, "counters", day)
    shape = (24, len(here))
    counted = np.maximum(cars_inside(seed, scenario, day, here) + np.rint(random.normal(0, 1.5, shape)), 0)
    counted[random.random(shape) < 0.01] = np.nan
    counted[:, [lot.number % 10 == 0 for lot in here]] = np.nan
    lines = [",".join(("时间", *(lot.identifier for lot in here)))]
    for hour in range(24):
        cells = ("" if np.isnan(value) else str(int(value)) for value in counted[hour])
        lines.append(",".join((f"{day:%Y/%m/%d} {hour:02d}:00", *cells)))
    content = "".join(f"{line}\n" for line in lines).encode()
    at = local(day + timedelta(1), 2, 0, timedelta(seconds=int(random.integers(0, 1800))))
    sent = Delivery(DEPARTMENT, f"occupancy_{day:%Y%m%d}.csv", 1, SENDER, at, content)
    return Observation(sent, (), (Reading(FEED, "admitted", int(np.isfinite(counted).sum())),))
