"""What the centres of the three levels say to each other about incidents, and when the other side acknowledges it.

Of an incident of level III a squad reports to its district; of level II the district also orders the squad; of level I
the district reports to the city, and the city orders in its turn.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.scenario.roads import RoadScenario
from simulator.streams import stream
from simulator.world import incidents
from simulator.world.command import CITY_LEVEL, DISTRICT_LEVEL, SQUAD_LEVEL, commanding
from simulator.world.incidents import NEVER
from simulator.world.roads import Roads

# From which level to which, in order, by the level of the incident.
_CHAINS = {
    1: ((SQUAD_LEVEL, DISTRICT_LEVEL), (DISTRICT_LEVEL, CITY_LEVEL), (CITY_LEVEL, DISTRICT_LEVEL),
        (DISTRICT_LEVEL, SQUAD_LEVEL)),
    2: ((SQUAD_LEVEL, DISTRICT_LEVEL), (DISTRICT_LEVEL, SQUAD_LEVEL)),
    3: ((SQUAD_LEVEL, DISTRICT_LEVEL),),
}  # fmt: skip
_LONGEST_S = 2 * 3_600  # until it is acknowledged, if ever
IN_TIME_S = {CITY_LEVEL: 60, DISTRICT_LEVEL: 120, SQUAD_LEVEL: 300}


@lru_cache(maxsize=8)
def messages(seed: int, scenario: RoadScenario, roads: Roads, day: date) -> pd.DataFrame:
    """The messages about the incidents first recorded on a day and what grew out of them: one row a message.

    Columns: message (its number), incident (its), sender and receiver (places among `CENTRES`), level (of the receiving
    centre, 1 the city's), sent_ds, acknowledged_ds and again_ds (the second time), tenths of seconds since the calendar's
    first day, local; whole seconds; `NEVER`.
    """
    about = incidents.begun(seed, scenario, roads, day)
    steps = about["level"].map({level: len(chain) for level, chain in _CHAINS.items()}).to_numpy(np.int64)
    record = np.repeat(np.arange(len(about)), steps)
    step = np.arange(steps.sum()) - np.repeat(np.cumsum(steps) - steps, steps)
    rows, levels = about.iloc[record], about["level"].to_numpy()[record]
    ways = np.array(
        [_CHAINS[level][number] for level, number in zip(levels.tolist(), step.tolist(), strict=True)]
    )
    segment = rows["segment"].to_numpy()
    centres = commanding(roads.district_code[segment], segment)
    random, each = stream(seed, "command messages", day), np.arange(len(rows))
    u, normal = random.random((4, len(rows))), random.normal(0, 1, len(rows))
    rates = scenario.messages
    waits = {CITY_LEVEL: rates.city_s, DISTRICT_LEVEL: rates.district_s, SQUAD_LEVEL: rates.squad_s}
    median, spread = (
        np.array([getattr(waits[level], name) for level in ways[:, 1]]) for name in ("median", "spread")
    )
    takes = np.clip(np.rint(median * np.exp(spread * normal)), 1, _LONGEST_S)
    # A step begins some minutes after the one before, whether that was acknowledged or not.
    sent = rows["reported_ds"].to_numpy() + 10 * np.floor(5 + 55 * u[0] + 180 * step).astype(np.int64)
    acknowledged = sent + 10 * takes.astype(np.int64)
    is_heard = u[1] >= rates.never
    again = acknowledged + 10 * np.floor(10 + 590 * u[3]).astype(np.int64)
    return pd.DataFrame({
        "message": [f"M{number[2:]}{place}" for number, place in zip(rows["incident"], step, strict=True)],
        "incident": rows["incident"].to_numpy(),
        "sender": centres[each, ways[:, 0] - 1], "receiver": centres[each, ways[:, 1] - 1], "level": ways[:, 1],
        "sent_ds": sent, "acknowledged_ds": np.where(is_heard, acknowledged, NEVER),
        "again_ds": np.where(is_heard & (u[2] < rates.twice), again, NEVER),
    })  # fmt: skip
