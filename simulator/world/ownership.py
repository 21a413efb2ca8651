"""Who holds how much of which enterprise: groups of several levels, block by block.

A group's enterprises are in an order, and each is held by ones before it only: no ring of holders can be. Some hold a
part below half each that is more than half together, some exactly half, some parts pass half on a day. What no
enterprise holds is held by persons, who are not in the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.streams import stream
from simulator.world import enterprises, size
from simulator.world.streets import streets
from simulator.world.strides import coprime
from simulator.world.tables import offsets

GROUPS_PER_ENTERPRISE = 0.02
GROUPS_PER_BLOCK = 500
_LARGEST = 80
_TAIL = 1.2  # of the sizes: smaller, and large groups are more frequent
_MAJORITY, _SECOND, _CHANGES = 0.65, 0.30, 0.12
_HALF_FROM = 0.85  # of those below: exactly half, which is not more than half
_STRIDE = 0.618


def ownership_blocks(seed: int, scale: float) -> Iterator[pd.DataFrame]:
    """Every holding, some groups at a time."""
    return (ownership(seed, scale, block) for block in range(block_count(scale)))


def block_count(scale: float) -> int:
    """How many blocks there are."""
    return -(-group_count(scale) // GROUPS_PER_BLOCK)


def group_count(scale: float) -> int:
    """How many groups of enterprises there are."""
    return max(round(size.enterprises(scale) * GROUPS_PER_ENTERPRISE), 1)


def ownership(seed: int, scale: float, block: int) -> pd.DataFrame:
    """The holdings within a block of groups: one row per holder, enterprise held and span of time.

    Columns: group, holder and held (enterprise numbers), holder_code and held_code (credit codes), share_pct (above 0;
    of one enterprise at one time at most 100 in all), since, until (the first day it no longer held; NaT: still does).
    """
    first = block * GROUPS_PER_BLOCK
    begins = _begins(seed, scale)[first : first + GROUPS_PER_BLOCK + 1]
    group = np.repeat(np.arange(first, first + len(begins) - 1), np.diff(begins))
    place = np.arange(begins[0], begins[-1]) - begins[:-1].repeat(np.diff(begins))
    rows = _holdings(stream(seed, "ownership", block), group, place, begins[0])
    members = _members(seed, scale, np.arange(begins[0], begins[-1]))
    rows["holder"], rows["held"] = members[rows["holder"] - begins[0]], members[rows["held"] - begins[0]]
    founded, closed = _lives(seed, scale)
    since = np.maximum(founded[rows["holder"]], founded[rows["held"]])
    until = np.fmin(closed[rows["holder"]], closed[rows["held"]])  # NaT only where both are open
    rows = _in_time(rows, since, until)
    codes = {
        name: enterprises.credit_codes(seed, scale, rows[name].to_numpy()) for name in ("holder", "held")
    }
    rows["holder_code"], rows["held_code"] = codes["holder"], codes["held"]
    return rows[["group", "holder", "held", "holder_code", "held_code", "share_pct", "since", "until"]]


def _holdings(random: np.random.Generator, group: np.ndarray, place: np.ndarray, begin: int) -> pd.DataFrame:
    """Who holds whom by position, with the share at first and later (equal where it does not change)."""
    held = np.flatnonzero(place > 0)
    draw = random.random((7, len(held)))
    start = held - place[held]
    holder = start + np.floor(draw[0] * place[held]).astype(np.int64)
    second = start + np.floor(draw[1] * place[held]).astype(np.int64)
    is_majority = draw[2] < _MAJORITY
    share = np.round(np.where(is_majority, 50.1 + 49.9 * draw[3], 8 + 41.9 * draw[3]), 1)
    share[~is_majority & (draw[3] >= _HALF_FROM)] = 50.0
    changes = ~is_majority & (draw[4] < _CHANGES / (1 - _MAJORITY))
    later = np.where(changes, np.round(50.1 + 29.9 * draw[5], 1), share)
    has_second = (draw[6] < _SECOND) & (second != holder) & (later < 90)
    other = np.round(np.minimum(100 - later, 49.9) * (0.3 + 0.7 * draw[5]), 1)
    frame = {"group": group[held], "holder": holder, "held": held, "share_pct": share, "later_pct": later}
    by_second = {"group": group[held], "holder": second, "held": held, "share_pct": other, "later_pct": other}
    rows = pd.concat([pd.DataFrame(frame), pd.DataFrame(by_second)[has_second]], ignore_index=True)
    rows[["holder", "held"]] += begin
    return rows.sort_values(["group", "held", "holder"], ignore_index=True)


def _in_time(rows: pd.DataFrame, since: np.ndarray, until: np.ndarray) -> pd.DataFrame:
    """Rows for the spans in which both exist; a share that changes does so in the middle of its span."""
    end = np.where(np.isnat(until), np.datetime64(size.AS_OF), until)
    rows = rows.assign(since=since, until=until, middle=since + (end - since) // 2)[since < end]
    changing = (rows["share_pct"] != rows["later_pct"]) & (rows["middle"] > rows["since"])
    earlier = rows[changing].assign(until=rows["middle"][changing])
    later = rows[changing].assign(since=rows["middle"][changing], share_pct=rows["later_pct"][changing])
    whole = pd.concat([rows[~changing], earlier, later]).sort_values(
        ["group", "held", "holder", "since"], ignore_index=True
    )
    return whole.astype({"since": "datetime64[s]", "until": "datetime64[s]"})


@lru_cache(maxsize=2)
def _begins(seed: int, scale: float) -> np.ndarray:
    """Where each group begins among the enterprises that are in groups: at most half of all are."""
    random = stream(seed, "ownership sizes")
    sizes = np.minimum(1 + np.ceil(random.random(group_count(scale)) ** (-1 / _TAIL)), _LARGEST).astype(
        np.int64
    )
    return np.minimum(offsets(sizes), size.enterprises(scale) // 2)


def _members(seed: int, scale: float, position: np.ndarray) -> np.ndarray:
    """The enterprises at positions: a walk over all of them that meets none twice, so groups cross streets."""
    total = size.enterprises(scale)
    return (position * coprime(max(int(total * _STRIDE), 1), total) + seed) % total


@lru_cache(maxsize=2)
def _lives(seed: int, scale: float) -> tuple[np.ndarray, np.ndarray]:
    spans = [enterprises.lives(seed, scale, street.number) for street in streets()]
    return np.concatenate([each[0] for each in spans]), np.concatenate([each[1] for each in spans])
