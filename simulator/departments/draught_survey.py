"""The port authority's draught surveys: one XML document a local day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from simulator.deliveries import Delivery, Observation, Reading, local
from simulator.scenario import ShipScenario
from simulator.streams import stream
from simulator.times import time_text
from simulator.world.seaworthiness import surveys
from simulator.world.ships import Fleet

DEPARTMENT = "transport"
FEED = "transport.draught_survey"
SENDER = "port-authority"


@dataclass(frozen=True)
class Surveys:
    """What a day's document holds: `rows` as `seaworthiness.surveys` makes them."""

    day: date
    rows: pd.DataFrame


def delivery_of(seed: int, scenario: ShipScenario, day: date, ships: Fleet) -> Observation:
    """The document of one day, the next morning; needs no other day."""
    rows = surveys(seed, scenario, ships, day)
    times = time_text(rows["surveyed_ds"], "T", tenths=False)
    records = [
        f'  <survey no="{number}"><mmsi>{mmsi}</mmsi><time>{time}+08:00</time>'
        f'<draught unit="m">{draught:.2f}</draught></survey>\n'
        for number, mmsi, time, draught in zip(rows["survey"], rows["mmsi"], times, rows["draught_m"], strict=True)
    ]  # fmt: skip
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<surveys date="{day.isoformat()}">\n'
    content = "".join((head, *records, "</surveys>\n")).encode()
    seconds = int(stream(seed, "survey file", day).integers(0, 9000))
    at = local(day + timedelta(1), 0, 30, timedelta(seconds=seconds))
    sent = Delivery(DEPARTMENT, f"draught_{day:%Y%m%d}.xml", 1, SENDER, at, content)
    return Observation(sent, (), (Reading(FEED, "admitted", len(rows)),), Surveys(day, rows))
