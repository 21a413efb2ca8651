"""The lines of the claims that are requested on a local day: one file, GB18030.

Of some lines that are for an examination nobody knows the one whose number they have.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.rows import last_digit_changed, month_13
from simulator.deliveries import Observation
from simulator.departments.exam_result import NUMBERS, exam_texts
from simulator.departments.hospital import DEPARTMENT
from simulator.departments.prescription import key_texts
from simulator.departments.settlement import SENDER, amount_texts, claim_texts
from simulator.streams import stream
from simulator.times import DAY_DS, day_text
from simulator.world.claims import requested_on
from simulator.world.encounters import NONE, Exchange

FEED = "health.settlement_line"
HEADER = ("行号", "结算单号", "检查编号", "金额", "申请日期")
_NOBODYS = NUMBERS // 2  # by which a number is greater that no examination of its day has
_WRONG = {
    "out_of_range": ("金额", lambda _, random: str(random.choice(("-0.01", "-35.00", "1000000.01")))),
    "required_missing": ("行号", lambda _text, _random: ""),
    "impossible_time": ("申请日期", month_13),
}


@dataclass(frozen=True)
class SettlementLines:
    """What an exact reader knows from a day's file. Columns of `rows`: line, claim and exam (keys; `NONE`: for no examination),
    amount_fen."""

    day: date
    rows: pd.DataFrame


def day_of_files(here: Exchange, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    name, rates = f"settlement_line_{day:%Y%m%d}.csv", here.scenario.line_rows
    file = DayFile(FORM, here.seed, day, SENDER, name, recorded(here, day), rates, partial(_known, day))
    return file.sent_alone(here.scenario.files)


def recorded(here: Exchange, day: date) -> pd.DataFrame:
    """The lines of a day as they are written down, by claim: columns as `SettlementLines.rows`, and requested_ds."""
    rows = requested_on(here, day).lines.sort_values(["requested_ds", "line"], ignore_index=True)
    drawn, exam = stream(here.seed, "line texts", day).random(len(rows)), rows["exam"].to_numpy()
    is_unknown = (exam != NONE) & (drawn < here.scenario.known.unknown_exam)
    return rows.assign(exam=exam + np.where(is_unknown, _NOBODYS, 0))


def _known(day: date, rows: pd.DataFrame) -> SettlementLines:
    return SettlementLines(day, rows[["line", "claim", "exam", "amount_fen"]])


def _without_exams(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(exam=NONE)


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    exams, has = np.full(len(rows), "", dtype=object), (rows["exam"] != NONE).to_numpy()
    exams[has] = exam_texts(rows["exam"][has])
    columns = (
        key_texts("L", rows["line"], 7, NUMBERS), claim_texts(rows["claim"]), exams, amount_texts(rows["amount_fen"]),
        day_text(rows["requested_ds"].to_numpy() // DAY_DS),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


FORM = Form(
    "settlement line", DEPARTMENT, FEED, HEADER, _texts, _WRONG, ("金额", last_digit_changed), encoding="gb18030",
    line_end="\r\n", removable="金额", mistaken=_without_exams,
)  # fmt: skip
