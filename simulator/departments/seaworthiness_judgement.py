"""What was judged of the ships the cameras saw: one file a local day of judging, some by itself, some by an officer.

Both judge by the number of the ship and the camera's clock. An officer may judge a capture a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.rows import hour_25, last_digit_changed
from simulator.deliveries import Observation
from simulator.departments.camera_capture import captured
from simulator.scenario import ShipScenario
from simulator.scenario.rates import Wait
from simulator.streams import stream
from simulator.times import DAY_DS, time_text
from simulator.world.seaworthiness import certificates, recent_surveys, rules
from simulator.world.ships import Fleet

DEPARTMENT = "transport"
FEED = "transport.seaworthiness_judgement"
SENDER = "port-and-shipping-bureau"
HEADER = ("judgement_no", "capture_id", "judged_at", "judged_by", "verdict", "rule")
LONGEST_S = 20 * 3_600  # within a day, so that two days of captures hold a day's judgements
_WRONG = {
    "not_in_list": ("judged_by", lambda _, random: str(random.choice(("robot", "?")))),
    "required_missing": ("capture_id", lambda _text, _random: ""),
    "impossible_time": ("judged_at", hour_25),
}


@dataclass(frozen=True)
class Judgements:
    """What an exact reader knows from a day's file. Columns of `rows`: judgement (its number), capture, judged_ds (tenths
    of seconds since the calendar's first day, local), by, rule."""

    day: date
    rows: pd.DataFrame


@lru_cache(maxsize=16)
def of_captures(seed: int, scenario: ShipScenario, day: date, ships: Fleet) -> pd.DataFrame:
    """The judgements of the captures of a day, by capture: capture, judged_ds, by, rule, is_first."""
    seen = captured(seed, scenario, day, ships)
    random = stream(seed, "judging", day)
    u, normal = random.random((2, len(seen))), random.normal(0, 1, (3, len(seen)))
    asked = pd.DataFrame({
        "mmsi": ships.mmsi[seen["ship"].to_numpy()], "at_ds": seen["captured_ds"],
    })  # fmt: skip
    rule = rules(asked, certificates(seed, scenario, ships, day), recent_surveys(seed, scenario, ships, day))
    shares = scenario.judging
    auto = u[0] < shares.auto
    officer = ~auto & (u[0] < shares.auto + shares.officer)
    takes = np.where(auto, _takes(shares.auto_s, normal[0]), _takes(shares.officer_s, normal[1]))
    first = pd.DataFrame({
        "capture": seen["capture"], "judged_ds": seen["captured_ds"] + takes, "by": np.where(auto, "auto", "officer"),
        "rule": rule, "is_first": True,
    })[auto | officer]  # fmt: skip
    again = first[(u[1] < shares.again)[auto | officer]]
    later = _takes(shares.officer_s, normal[2])[again.index]
    # After the first one, and within a day of the capture all the same.
    until = seen["captured_ds"].to_numpy()[again.index] + LONGEST_S * 10 + 1
    later = np.minimum(again["judged_ds"].to_numpy() + later, until)
    return pd.concat([first, again.assign(judged_ds=later, by="officer", is_first=False)], ignore_index=True)


def _takes(wait: Wait, normal: np.ndarray) -> np.ndarray:
    """Tenths of seconds until it is judged."""
    seconds = np.clip(wait.median * np.exp(wait.spread * normal), 0.5, LONGEST_S)
    return np.rint(seconds * 10).astype(np.int64)


def judged(seed: int, scenario: ShipScenario, day: date, ships: Fleet) -> pd.DataFrame:
    """What was judged on a day, by time; columns as `Judgements.rows`."""
    parts = [of_captures(seed, scenario, day - timedelta(back), ships) for back in range(2)]
    whole = pd.concat(parts, ignore_index=True)
    of_day = whole[whole["judged_ds"] // DAY_DS == day.toordinal()]
    made = of_day.sort_values(["judged_ds", "capture"], ignore_index=True)
    return made.assign(judgement=[f"J-{day:%Y%m%d}-{number + 1:06d}" for number in range(len(made))])


def day_of_files(seed: int, scenario: ShipScenario, day: date, ships: Fleet) -> list[Observation]:
    """The file of one local day, the next morning; needs no other day."""
    rows = judged(seed, scenario, day, ships)
    name = f"judgement_{day:%Y%m%d}.csv"
    facts = partial(Judgements, day)
    return DayFile(FORM, seed, day, SENDER, name, rows, scenario.judgement_rows, facts).sent()


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    columns = (
        rows["judgement"], rows["capture"], time_text(rows["judged_ds"]), rows["by"],
        np.where(rows["rule"] == "in_force", "seaworthy", "unseaworthy"), rows["rule"],
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


FORM = Form(
    "judgement", DEPARTMENT, FEED, HEADER, _texts, _WRONG,
    ("judged_at", last_digit_changed),
)  # fmt: skip
