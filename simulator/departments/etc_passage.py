"""What gantries over motorways read of the tags of cars: one compressed file a local day, UTF-8.

A gantry misses some cars, reads some twice within a second, and is down for hours now and then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.rows import hour_25, last_digit_changed
from simulator.deliveries import Observation
from simulator.scenario.tolls import TollScenario
from simulator.streams import stream
from simulator.times import DAY_DS, time_text
from simulator.world.tolls import Tolls, passages

DEPARTMENT = "transport"
FEED = "transport.etc_passage"
SENDER = "expressway-operator"
HEADER = ("passage_id", "gantry_id", "tag_id", "passed_at", "fee_cny", "speed_kmh")
NO_SPEED = -1
_OUTAGE_H = (1, 4)
_HOUR_DS = 36_000
_AGAIN_DS = 5  # half a second later
_WRONG = {
    "out_of_range": ("fee_cny", lambda _, random: str(random.choice(("-0.45", "-12.00", "1000.01", "8888.00")))),
    "text_in_number": ("speed_kmh", lambda _, random: str(random.choice(("err", "--", "88km/h")))),
    "required_missing": ("passage_id", lambda _text, _random: ""),
    "impossible_time": ("passed_at", hour_25),
}  # fmt: skip


@dataclass(frozen=True)
class EtcPassages:
    """What an exact reader knows from a day's file that an indicator asks for: that it is there."""

    day: date


def day_of_files(seed: int, scenario: TollScenario, day: date, here: Tolls) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    rows = read(seed, scenario, day, here)
    name = f"etc_passage_{day:%Y%m%d}.csv.gz"
    file = DayFile(
        _form(day, here), seed, day, SENDER, name, rows, scenario.passage_rows, lambda _: EtcPassages(day)
    )
    return file.sent_alone(scenario.files)


def read(seed: int, scenario: TollScenario, day: date, here: Tolls) -> pd.DataFrame:
    """What gantries read on a day, by time: passage (its number in the day), tag, gantry (place), at_ds, fee (fen),
    speed_kmh (`NO_SPEED` where it was not measured)."""
    rows, rates = passages(seed, scenario, here, day), scenario.gantries
    random = stream(seed, "gantry readings", day)
    down = random.random((3, len(here.gantry)))
    lasts = (_OUTAGE_H[0] + (_OUTAGE_H[1] - _OUTAGE_H[0]) * down[1]) * _HOUR_DS
    begins = down[2] * (DAY_DS - lasts)
    gantry, at = rows["gantry"].to_numpy(), rows["at_ds"].to_numpy() % DAY_DS
    is_down = (down[0] < rates.outage)[gantry] & (at >= begins[gantry]) & (at < (begins + lasts)[gantry])
    u = random.random((3, len(rows)))
    rows = rows.assign(
        fee=here.fee[gantry], speed_kmh=np.where(u[2] < rates.unmeasured, NO_SPEED, rows["speed_kmh"])
    )
    # Half a second after midnight it would stand in another day's file.
    twice = rows[(u[1] < rates.read_twice) & (at < DAY_DS - _AGAIN_DS) & ~is_down & (u[0] >= rates.missed)]
    whole = pd.concat(
        [rows[~is_down & (u[0] >= rates.missed)], twice.assign(at_ds=twice["at_ds"] + _AGAIN_DS)]
    )
    whole = whole.sort_values(["at_ds", "tag", "gantry"], ignore_index=True)
    return whole.assign(passage=np.arange(1, len(whole) + 1))


def _dearer_and_slower(rows: pd.DataFrame) -> pd.DataFrame:
    speed = rows["speed_kmh"]
    return rows.assign(
        fee=rows["fee"] * 3 // 2, speed_kmh=np.where(speed == NO_SPEED, NO_SPEED, speed * 9 // 10)
    )


def _texts(day: date, here: Tolls, rows: pd.DataFrame) -> pd.DataFrame:
    at = time_text(rows["at_ds"], between="T")
    columns = (
        [f"E{day:%Y%m%d}{number:07d}" for number in rows["passage"].tolist()], here.gantry[rows["gantry"].to_numpy()],
        [f"3301{number:012d}" for number in rows["tag"].tolist()], at + "00+08:00",
        [f"{fen // 100}.{fen % 100:02d}" for fen in rows["fee"].tolist()], rows["speed_kmh"].astype(str),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(day: date, here: Tolls) -> Form:
    return Form(
        "gantry passage", DEPARTMENT, FEED, HEADER, partial(_texts, day, here), _WRONG,
        ("fee_cny", last_digit_changed), (("speed_kmh", str(NO_SPEED), "sentinel"),),
        removable="tag_id", mistaken=_dearer_and_slower, compressed=True,
    )  # fmt: skip
