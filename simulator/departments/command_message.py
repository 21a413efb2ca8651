"""What the centres send each other, and acknowledge: one file a local day, GB18030, a record for either.

An acknowledgement has the number of its message; after midnight it stands in the next day's file.
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
from simulator.times import DAY_DS, time_text
from simulator.world import incidents
from simulator.world.command import CENTRES
from simulator.world.commands import messages
from simulator.world.roads import Roads

DEPARTMENT = "transport"
FEED = "transport.command_message"
SENDER = "traffic-command"
HEADER = ("流水号", "报文号", "事件编号", "级别", "发出中心", "接收中心", "动作", "时间")
SENT, ACKNOWLEDGED = "发出", "签收"
LEVELS = ("一级", "二级", "三级")
LATE_DS = 600  # by which acknowledgements were late in a file that is corrected
_WRONG = {
    "not_in_list": ("动作", lambda _, random: str(random.choice(("转发", "?")))),
    "required_missing": ("流水号", lambda _text, _random: ""),
    "impossible_time": ("时间", hour_25),
}


@dataclass(frozen=True)
class Messages:
    """What an exact reader knows from a day's file. Columns of `rows`: event and message (numbers), level (1 the city's),
    receiver (its identifier), is_sent (or acknowledged), acted_ds (tenths of seconds since the calendar's first day, local)."""

    day: date
    rows: pd.DataFrame


def day_of_files(seed: int, scenario: RoadScenario, day: date, roads: Roads) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    rows = acted(seed, scenario, day, roads)
    name = f"command_message_{day:%Y%m%d}.csv"
    file = DayFile(_form(day), seed, day, SENDER, name, rows, scenario.message_rows, partial(_known, day))
    return file.sent_alone(scenario.files)


def acted(seed: int, scenario: RoadScenario, day: date, roads: Roads) -> pd.DataFrame:
    """What was sent and acknowledged on a day, by time: event, message, incident, level, sender, receiver (identifiers),
    is_sent, acted_ds."""
    # What an incident of one day grows into and says is sent and acknowledged by the end of the next.
    begun = (day - timedelta(back) for back in range(incidents.LASTS_DAYS))
    whole = pd.concat([messages(seed, scenario, roads, each) for each in begun], ignore_index=True)
    names = np.array([each.identifier for each in CENTRES], dtype=object)
    whole = whole.assign(**{name: names[whole[name].to_numpy()] for name in ("sender", "receiver")})
    instants = ("sent_ds", "acknowledged_ds", "again_ds")
    parts = [
        whole.drop(columns=list(instants)).assign(acted_ds=whole[name], is_sent=name == "sent_ds")
        for name in instants
    ]
    events = pd.concat(parts, ignore_index=True)
    of_day = events[events["acted_ds"] // DAY_DS == day.toordinal()]  # what never comes is of no day
    made = of_day.sort_values(["acted_ds", "message", "is_sent"], ignore_index=True)
    return made.assign(event=[f"{day:%Y%m%d}{number + 1:06d}" for number in range(len(made))])


def _known(day: date, rows: pd.DataFrame) -> Messages:
    return Messages(day, rows[["event", "message", "level", "receiver", "is_sent", "acted_ds"]])


def _with_late_acknowledgements(day: date, rows: pd.DataFrame) -> pd.DataFrame:
    """Acknowledgements a minute late, within the day."""
    last = (day.toordinal() + 1) * DAY_DS - 10
    late = np.minimum(rows["acted_ds"] + LATE_DS, last)
    return rows.assign(acted_ds=rows["acted_ds"].where(rows["is_sent"], late))


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    columns = (
        rows["event"], rows["message"], rows["incident"],
        np.array(LEVELS, dtype=object)[rows["level"].to_numpy(np.int64) - 1], rows["sender"], rows["receiver"],
        np.where(rows["is_sent"], SENT, ACKNOWLEDGED), time_text(rows["acted_ds"], tenths=False),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(day: date) -> Form:
    return Form(
        "command message", DEPARTMENT, FEED, HEADER, _texts, _WRONG,
        ("时间", last_digit_changed), encoding="gb18030", line_end="\r\n",
        removable="动作", mistaken=partial(_with_late_acknowledgements, day),
    )  # fmt: skip
