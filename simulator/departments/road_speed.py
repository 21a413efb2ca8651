"""What the detectors on monitored segments measure every five minutes: one file a local day, UTF-8.

Where no vehicle passed the speed is -1. A detector misses an interval now and then, and some hours where it fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.rows import hour_25, last_digit_changed
from simulator.deliveries import Observation
from simulator.scenario import RoadScenario
from simulator.scenario.roads import DetectorRates
from simulator.streams import stream
from simulator.world.roads import Roads
from simulator.world.traffic import INTERVALS, NOBODY, traffic

DEPARTMENT = "transport"
FEED = "transport.road_speed"
SENDER = "road-detectors"
HEADER = ("segment_id", "interval_start", "speed_kmh", "free_flow_kmh", "vehicle_count")
NO_SPEED = "-1"
SPEED_BIAS = 0.9  # of a file that is corrected later
_MINUTES = 1440 // INTERVALS
_WRONG = {
    "out_of_range": ("speed_kmh", lambda _, random: str(random.choice(("0.4", "-5.0", "151.0", "999.9")))),
    "text_in_number": ("free_flow_kmh", lambda _, random: str(random.choice(("err", "--", "60km/h")))),
    "required_missing": ("segment_id", lambda _text, _random: ""),
    "impossible_time": ("interval_start", hour_25),
}


@dataclass(frozen=True)
class Speeds:
    """What an exact reader knows from a day's file. Columns of `rows`: segment (its number, that of its identifier),
    interval (from 0, of 288), speed_dkmh and free_dkmh (tenths of km/h; `NOBODY`), vehicles."""

    day: date
    rows: pd.DataFrame


def day_of_files(seed: int, scenario: RoadScenario, day: date, roads: Roads) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    rows = measured(seed, scenario, day, roads)
    name = f"road_speed_{day:%Y%m%d}.csv"
    file = DayFile(_form(day), seed, day, SENDER, name, rows, scenario.speed_rows, partial(Speeds, day))
    return file.sent_alone(scenario.files)


def measured(seed: int, scenario: RoadScenario, day: date, roads: Roads) -> pd.DataFrame:
    """What was measured on a day, by interval and segment; columns as `Speeds.rows`."""
    passed = traffic(seed, scenario, roads, day)
    heard = ~_missed(stream(seed, "detectors", day), scenario.detectors, len(passed.places)).T
    interval, place = np.nonzero(heard)
    segment = passed.places[place]
    return pd.DataFrame({
        "segment": (segment + 1).astype(np.int32), "interval": interval.astype(np.int16),
        "speed_dkmh": passed.speed_dkmh.T[heard], "free_dkmh": roads.free_dkmh[segment].astype(np.int16),
        "vehicles": passed.vehicles.T[heard],
    })  # fmt: skip


def _missed(random: np.random.Generator, rates: DetectorRates, detectors: int) -> np.ndarray:
    """Detectors × 288: what they do not report."""
    missed = random.random((detectors, INTERVALS), dtype=np.float32) < rates.missing_interval
    u = random.random((3, detectors))
    lasts = INTERVALS / 24 * (2 + 8 * u[1])
    begins = u[2] * (INTERVALS - lasts)
    number = np.arange(INTERVALS)
    out = (number >= begins[:, None]) & (number < (begins + lasts)[:, None])
    return missed | (out & (u[0] < rates.outage)[:, None])


def _tenths(values: pd.Series) -> np.ndarray:
    """Tenths of km/h as texts; each text is made once, for there are many values and few different ones."""
    texts = np.array(
        [f"{each / 10:.1f}" for each in range(int(values.to_numpy().max(initial=0)) + 1)], dtype=object
    )
    return texts[values.to_numpy()]


def _texts(day: date, rows: pd.DataFrame) -> pd.DataFrame:
    midnight = pd.Timestamp(day)
    starts = np.array([f"{midnight + timedelta(minutes=_MINUTES * number):%Y-%m-%d %H:%M:%S}" for number in range(INTERVALS)],
                      dtype=object)  # fmt: skip
    names = np.array(
        [f"S{number:05d}" for number in range(int(rows["segment"].to_numpy().max(initial=0)) + 1)],
        dtype=object,
    )
    counts = np.array(
        [str(number) for number in range(int(rows["vehicles"].to_numpy().max(initial=0)) + 1)], dtype=object
    )
    speed = _tenths(rows["speed_dkmh"])
    speed[(rows["speed_dkmh"] == NOBODY).to_numpy()] = NO_SPEED
    columns = (
        names[rows["segment"].to_numpy()], starts[rows["interval"].to_numpy()], speed, _tenths(rows["free_dkmh"]),
        counts[rows["vehicles"].to_numpy()],
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _too_low(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(speed_dkmh=np.rint(rows["speed_dkmh"] * SPEED_BIAS).astype(np.int16))


def _form(day: date) -> Form:
    return Form(
        "road speed", DEPARTMENT, FEED, HEADER, partial(_texts, day), _WRONG,
        ("free_flow_kmh", last_digit_changed), (("speed_kmh", NO_SPEED, "sentinel"),),
        removable="free_flow_kmh", mistaken=_too_low,
    )  # fmt: skip
