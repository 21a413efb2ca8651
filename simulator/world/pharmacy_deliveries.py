"""How orders are delivered: picked up within the hour, mostly in time, some after failed attempts or not at all; and the boxes
in which medicine is kept cold on the way.

Boxes leave from seven o'clock and are back before the next morning, so that the boxes of a day need no other day. A box
carries one order at a time: where all are out, an order waits for the first that comes back.
"""

from __future__ import annotations

import heapq
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.streams import stream
from simulator.world.prescriptions import Pharmacy, orders

ENDS = ("delivered", "returned", "never", "too_late")
DELIVERED, RETURNED, NEVER, TOO_LATE = range(len(ENDS))
NO_BOX = 0
NOWHEN = 0  # of what does not happen
COUNTS_DS = 72 * 36_000  # after the order; what comes later counts no more
END_DAYS = 4  # after the day of the order, at most
_MINUTE_DS = 600
_PICKUP_MIN = (10, 60)
_COLD_AT_MOST_DS, _COLD_IN_TIME_DS = 5 * 36_000, 90_000  # on the way
_RETURNS_AT_MOST_H = 46  # after the pickup
_COURIERS, _LEAST_COURIERS = 150, 8  # at scale 1
_TWICE = 0.3  # of the failed attempts: another one
_EXCURSION_MIN, _GAP_MIN, _BACK_MIN = (5, 60), (20, 60), (10, 20)
_COLDEST, _WARMEST = (-2.0, 1.4), (8.6, 15.0)
_TOO_WARM = 0.7  # of the excursions


@lru_cache(maxsize=16)
def deliveries(here: Pharmacy, day: date) -> pd.DataFrame:
    """The orders of a day (columns as `orders` has them) and how each was delivered: courier (number), end (place in `ENDS`),
    picked_up_ds, ended_ds, failed_ds and failed_again_ds (`NOWHEN`), box (number, `NO_BOX`), back_ds (when the box is back);
    gap_from and gap_until (no readings), warm_from and warm_until (the temperature is `celsius`)."""
    rows = orders(here, day)
    random = stream(here.seed, "pharmacy deliveries", day)
    u = random.random((8, len(rows)))
    ordered, promised, cold = (rows[name].to_numpy() for name in ("ordered_ds", "promised_ds", "is_cold"))
    picked = ordered + _between(u[0], _PICKUP_MIN)
    end, has_failed = _ends(here, u[1], cold)
    way = _ways(here, end, picked, promised, cold, u[2:4])
    box = np.full(len(rows), NO_BOX, dtype=np.int64)
    back = way + _between(u[4], _BACK_MIN)
    in_box = np.flatnonzero(cold)
    box[in_box], picked[in_box] = _boxes(here.boxes, picked[in_box], back[in_box])
    couriers = max(round(_COURIERS * here.scale), _LEAST_COURIERS)
    again = has_failed & (u[5] < _TWICE)
    made = rows.assign(
        courier=1 + (u[6] * couriers).astype(np.int64), end=end.astype(np.int8), picked_up_ds=picked,
        ended_ds=np.where(end == NEVER, NOWHEN, picked + way),
        failed_ds=np.where(has_failed, picked + _whole(way * (0.2 + 0.3 * u[7])), NOWHEN),
        failed_again_ds=np.where(again, picked + _whole(way * (0.6 + 0.3 * u[7])), NOWHEN),
        box=box, back_ds=np.where(cold, picked + back, NOWHEN),
    )  # fmt: skip
    return made.assign(**_in_boxes(here, made, way, random))


def _whole(tenths: np.ndarray) -> np.ndarray:
    """Tenths of seconds as whole seconds."""
    return np.floor(tenths / 10).astype(np.int64) * 10


def _between(drawn: np.ndarray, minutes: tuple[float, float]) -> np.ndarray:
    """So many minutes, in tenths of seconds; whole seconds."""
    return _whole((minutes[0] + drawn * (minutes[1] - minutes[0])) * _MINUTE_DS)


def _ends(here: Pharmacy, drawn: np.ndarray, cold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How each order ends, and whether somebody tried in vain before. What is cold is not brought days later."""
    rates = here.scenario.ends
    never = rates.attempts + rates.never
    end = np.select(
        [drawn < rates.returned, drawn < rates.attempts, drawn < never, drawn < never + rates.too_late],
        [RETURNED, DELIVERED, NEVER, TOO_LATE], DELIVERED,
    )  # fmt: skip
    return np.where((end == TOO_LATE) & cold, NEVER, end), drawn < rates.attempts


def _ways(
    here: Pharmacy, end: np.ndarray, picked: np.ndarray, promised: np.ndarray, cold: np.ndarray, u: np.ndarray
) -> np.ndarray:
    """How long each order is on the way until its end."""
    left = promised - picked
    in_time = np.where(cold, np.minimum(left, _COLD_IN_TIME_DS), left) * (0.15 + 0.83 * u[1])
    late = left + _between(np.where(cold, u[1], -np.log1p(-u[1] * 0.99) * 3), (2, 60))
    returned = 36_000 * (3 + u[0] * (_RETURNS_AT_MOST_H - 3))
    too_late = COUNTS_DS + 36_000 * (1 + 18 * u[0])
    way = np.where(u[0] < here.scenario.ends.late, late, in_time)
    way = np.select([end == RETURNED, end == TOO_LATE], [returned, too_late], way)
    return _whole(np.where(cold, np.minimum(way, _COLD_AT_MOST_DS), way))


def _boxes(count: int, picked: np.ndarray, out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The box of each order that leaves at `picked` for so long, and when it leaves: later where no box is there."""
    free = [(0, number) for number in range(1, count + 1)]  # since when, and which; a heap
    box, leaves = np.zeros(len(picked), dtype=np.int64), picked.copy()
    for place in np.argsort(picked, kind="stable").tolist():
        since, box[place] = heapq.heappop(free)
        leaves[place] = max(since, int(picked[place]))
        heapq.heappush(free, (int(leaves[place] + out[place]), int(box[place])))
    return box, leaves


def _in_boxes(
    here: Pharmacy, rows: pd.DataFrame, way: np.ndarray, random: np.random.Generator
) -> dict[str, np.ndarray]:
    """When the temperature in boxes leaves its limits, and when nothing is read; `NOWHEN` in others."""
    u, rates = random.random((7, len(rows))), here.scenario
    picked, cold = rows["picked_up_ds"].to_numpy(), rows["is_cold"].to_numpy()
    made = {}
    for name, rate, minutes, drawn in (
        ("warm", rates.boxes.excursions, _EXCURSION_MIN, u[:3]),
        ("gap", rates.recorded.gaps, _GAP_MIN, u[3:6]),
    ):
        has = cold & (drawn[0] < rate)
        length = np.minimum(_between(drawn[1], minutes), way)
        begin = picked + _whole((way - length) * drawn[2])
        made[f"{name}_from"] = np.where(has, begin, NOWHEN)
        made[f"{name}_until"] = np.where(has, begin + length, NOWHEN)
    warm, (low, high) = u[6] < _TOO_WARM, (_COLDEST, _WARMEST)
    share = u[6] / np.where(warm, _TOO_WARM, 1)
    return made | {
        "celsius": np.where(warm, high[0] + share * (high[1] - high[0]), low[0] + share * (low[1] - low[0]))
    }
