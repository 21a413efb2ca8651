"""Tables that come with the simulator, and whole numbers shared out."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np

_EPOCH = date(1970, 1, 1).toordinal()
DATA = Path(__file__).parents[1] / "data"


def typed(folder: str, name: str) -> list[dict[str, str]]:
    """The rows of a file in `data`, as texts by column."""
    with open(DATA / folder / name, encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def shared_out(total: int, weights: np.ndarray) -> np.ndarray:
    """`total` as whole numbers in proportion to `weights`: the largest remainders are rounded up."""
    exact = total * weights / weights.sum()
    whole = np.floor(exact).astype(np.int64)
    late = np.argsort(whole - exact, kind="stable")[: total - int(whole.sum())]
    whole[late] += 1
    return whole


def offsets(counts: np.ndarray) -> np.ndarray:
    """Where each part begins when parts of these sizes follow each other; one more than parts."""
    return np.concatenate([[0], np.cumsum(counts)])


def drawn_by_row(shares: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """A place in each row of shares, by numbers drawn from 0 to 1."""
    return (numbers[:, None] >= np.cumsum(shares, axis=1)[:, :-1]).sum(axis=1)


def ordinals(days: np.ndarray) -> np.ndarray:
    """Days as numbers from the calendar's first day; 0 for none (NaT)."""
    whole = days.astype("datetime64[D]")
    return np.where(np.isnat(whole), 0, whole.astype(np.int64) + _EPOCH).astype(np.int32)
