"""Which enterprises may run parking lots: some of a few large groups, some joint ventures, and many small ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.streams import stream
from simulator.world.enterprises import register
from simulator.world.lots import OPENED
from simulator.world.ownership import ownership_blocks

_PER_GROUP = 8
_HELD_BY_HALF = 2
_OF_THE_TRADE = "parking"


@dataclass(frozen=True)
class Candidates:
    """Enterprises by number.

    `large` are those of large groups, group by group, and last of all some enterprises beside those that hold half of
    them; `small` all others, those of the trade first. `founded` (ordinals), `code` and `name` are of all enterprises.
    """

    large: tuple[tuple[int, ...], ...]
    small: np.ndarray
    founded: np.ndarray
    code: np.ndarray
    name: np.ndarray


@lru_cache(maxsize=2)
def candidates(seed: int, groups: int, scale: float) -> Candidates:
    """The enterprises that are still open, and those of so many large groups apart."""
    whole = register(seed, scale)
    founded = whole["founded"].to_numpy()
    is_open = (whole["closed"] == 0).to_numpy()
    is_old = is_open & (founded <= OPENED.toordinal())
    large = (
        _large(pd.concat(list(ownership_blocks(seed, scale)), ignore_index=True), is_old, groups)
        if groups
        else []
    )
    order = stream(seed, "operators").permutation(len(whole))
    order = order[is_open[order] & ~np.isin(order, [each for of in large for each in of])]
    is_of_trade = (whole["kind"] == _OF_THE_TRADE).to_numpy()[order]
    small = order[np.argsort(~is_of_trade, kind="stable")]
    code, name = (whole[column].to_numpy() for column in ("credit_code", "name"))
    return Candidates(tuple(large), small, founded, code, name)


def _large(holdings: pd.DataFrame, is_old: np.ndarray, groups: int) -> list[tuple[int, ...]]:
    """Of the enterprises with most others below them: those others that are furthest below. Then some held by half,
    and their holders."""
    now = holdings[holdings["until"].isna()]
    majority, half = (now[share] for share in (now["share_pct"] > 50.0, now["share_pct"] == 50.0))
    above = dict(zip(majority["held"].tolist(), majority["holder"].tolist(), strict=True))
    trees: dict[int, list[tuple[int, int]]] = {}
    for held in sorted(above):
        root, levels = held, 0
        while root in above:
            root, levels = above[root], levels + 1
        if is_old[held]:
            trees.setdefault(root, []).append((-levels, held))
    largest = sorted(trees, key=lambda root: (-len(trees[root]), root))[:groups]
    made = [tuple(held for _, held in sorted(trees[root])[:_PER_GROUP]) for root in largest]
    taken = {each for of in made for each in of}
    ventures: list[int] = []
    for holder, held in zip(half["holder"].tolist(), half["held"].tolist(), strict=True):
        is_free = not {holder, held} & {*taken, *ventures} and is_old[holder] and is_old[held]
        if is_free and len(ventures) < 2 * _HELD_BY_HALF:
            ventures += [holder, held]
    return [*made, tuple(ventures)] if ventures else made


def founded_by(enterprises: Iterable[int], founded: np.ndarray, day: date) -> list[int]:
    """Those that were there on a day."""
    return [int(each) for each in enterprises if founded[each] <= day.toordinal()]
