"""Cars that passed the lanes of toll plazas: one file a local day of leaving, separated by tabs, GB18030."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.layouts import TABS
from simulator.defects.rows import hour_25
from simulator.deliveries import Observation
from simulator.scenario.tolls import TollScenario
from simulator.times import time_text
from simulator.world.tolls import Tolls, lane_passages

DEPARTMENT = "transport"
FEED = "transport.toll_lane_passage"
SENDER = "expressway-operator"
HEADER = ("流水号", "收费站", "车道", "车道类型", "方向", "到达时间", "离开时间", "车型")
KINDS = ("人工", "ETC")  # of lanes, by whether it is for cars with a tag
WAYS = ("入", "出")
_LATER_DAY = "2099-12-31"
_WRONG = {
    "out_of_range": ("车道", lambda _, random: str(random.choice(("0", "-1", "31", "99")))),
    "text_in_number": ("车型", lambda _, random: str(random.choice(("一型", "?")))),
    "not_in_list": ("车道类型", lambda _, random: str(random.choice(("混合", "?")))),
    "required_missing": ("流水号", lambda _text, _random: ""),
    "impossible_time": ("离开时间", hour_25),
    "wrong_order": ("到达时间", lambda text, _: f"{_LATER_DAY}{text[10:]}"),
}  # fmt: skip


@dataclass(frozen=True)
class LanePassages:
    """What an exact reader knows from a day's file. Columns of `rows`: plaza (the number in its identifier less one), is_etc,
    gate_ds (tenths of seconds from arriving to leaving)."""

    day: date
    rows: pd.DataFrame


def day_of_files(seed: int, scenario: TollScenario, day: date, here: Tolls) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    rows = lane_passages(seed, scenario, here, day)
    rows = rows.assign(passage=np.arange(1, len(rows) + 1))
    name = f"toll_lane_passage_{day:%Y%m%d}.txt"
    file = DayFile(_form(day, here), seed, day, SENDER, name, rows, scenario.lane_rows, partial(_known, day))
    return file.sent_alone(scenario.files)


def _known(day: date, rows: pd.DataFrame) -> LanePassages:
    known = {"plaza": rows["plaza"].astype(np.int16), "is_etc": rows["is_etc"]}
    return LanePassages(
        day, pd.DataFrame(known | {"gate_ds": (rows["left_ds"] - rows["arrived_ds"]).astype(np.int32)})
    )


def _all_manual(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(is_etc=False)


def _another_class(text: str) -> str:
    return "2" if text == "1" else "1"


def _texts(day: date, here: Tolls, rows: pd.DataFrame) -> pd.DataFrame:
    columns = (
        [f"L{day:%Y%m%d}{number:07d}" for number in rows["passage"].tolist()], here.plaza[rows["plaza"].to_numpy()],
        rows["lane"].astype(str), np.array(KINDS, dtype=object)[rows["is_etc"].to_numpy().astype(int)],
        np.array(WAYS, dtype=object)[rows["way"].to_numpy()], time_text(rows["arrived_ds"]), time_text(rows["left_ds"]),
        rows["vehicle_class"].astype(str),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(day: date, here: Tolls) -> Form:
    return Form(
        "toll lane passage", DEPARTMENT, FEED, HEADER, partial(_texts, day, here), _WRONG, ("车型", _another_class),
        encoding="gb18030", line_end="\r\n", removable="车道类型", mistaken=_all_manual, layout=TABS,
    )  # fmt: skip
