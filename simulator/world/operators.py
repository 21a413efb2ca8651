"""Which enterprises may run parking lots: some of a few large groups, and many small ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.streams import stream
from simulator.world.enterprises import enterprise_blocks
from simulator.world.lots import OPENED
from simulator.world.ownership import ownership_blocks
from simulator.world.tables import ordinals

_PER_GROUP = 8
_HALF_PER_GROUP = 2
_OF_THE_TRADE = "parking"


@dataclass(frozen=True)
class Candidates:
    """Enterprises by number. `large` are those of large groups, group by group; `small` all others, those of the trade
    first. `founded` (ordinals), `code` and `name` are of all enterprises."""

    large: tuple[tuple[int, ...], ...]
    small: np.ndarray
    founded: np.ndarray
    code: np.ndarray
    name: np.ndarray


@lru_cache(maxsize=2)
def candidates(seed: int, groups: int, scale: float) -> Candidates:
    """The enterprises that are still open, and those of so many large groups apart."""
    columns = ["credit_code", "name", "kind", "founded", "closed"]
    whole = pd.concat([block[columns] for block in enterprise_blocks(seed, scale)], ignore_index=True)
    founded = ordinals(whole["founded"].to_numpy())
    is_open = whole["closed"].isna().to_numpy()
    is_old = is_open & (founded <= OPENED.toordinal())
    large = _large(pd.concat(list(ownership_blocks(seed, scale)), ignore_index=True), is_old, groups)
    order = stream(seed, "operators").permutation(len(whole))
    order = order[is_open[order] & ~np.isin(order, [each for of in large for each in of])]
    is_of_trade = (whole["kind"] == _OF_THE_TRADE).to_numpy()[order]
    small = order[np.argsort(~is_of_trade, kind="stable")]
    code, name = (whole[column].to_numpy(dtype=object) for column in ("credit_code", "name"))
    return Candidates(tuple(large), small, founded, code, name)


def _large(holdings: pd.DataFrame, is_old: np.ndarray, groups: int) -> list[tuple[int, ...]]:
    """Of the enterprises with most others below them: those others that are furthest below, and some held by half."""
    now = holdings[holdings["until"].isna()]
    half = now[now["share_pct"] == 50.0]
    majority = now[now["share_pct"] > 50.0]
    above = dict(zip(majority["held"].tolist(), majority["holder"].tolist(), strict=True))
    trees: dict[int, list[tuple[int, int]]] = {}
    root_of: dict[int, int] = {}
    for held in sorted(above):
        root, levels = held, 0
        while root in above:
            root, levels = above[root], levels + 1
        root_of[held] = root_of[root] = root
        if is_old[held]:
            trees.setdefault(root, []).append((-levels, held))
    largest = sorted(trees, key=lambda root: (-len(trees[root]), root))[:groups]
    chosen = {root: [held for _, held in sorted(trees[root])[:_PER_GROUP]] for root in largest}
    for holder, held in zip(half["holder"].tolist(), half["held"].tolist(), strict=True):
        members = chosen.get(root_of.get(holder, holder), [])
        is_new = held not in root_of and not any(held in of for of in chosen.values())
        if is_new and is_old[held] and 0 < len(members) < _PER_GROUP + _HALF_PER_GROUP:
            members.append(held)
    return [tuple(chosen[root]) for root in largest]


def founded_by(enterprises: Iterable[int], founded: np.ndarray, day: date) -> list[int]:
    """Those that were there on a day."""
    return [int(each) for each in enterprises if founded[each] <= day.toordinal()]
