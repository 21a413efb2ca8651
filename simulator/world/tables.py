"""Tables that come with the simulator, and whole numbers shared out."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

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
