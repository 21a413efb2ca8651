"""What becomes of claims: one XML document a local day, an element an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.layouts import XmlRecords
from simulator.defects.rows import hour_25, last_digit_changed
from simulator.deliveries import Observation
from simulator.departments.clinic_session import hospital_texts
from simulator.departments.encounter import encounter_texts
from simulator.departments.hospital import DEPARTMENT
from simulator.departments.prescription import key_texts
from simulator.times import DAY_DS, time_text
from simulator.world.claims import ENDS_DAYS, requested_on
from simulator.world.encounters import NEVER, Exchange, encounter_keys

FEED = "health.settlement"
SENDER = "settlement-centre"
HEADER = ("@no", "claim_id", "encounter_id", "hospital_id", "kind", "event_at", "amount_cny")
KINDS = ("申请", "结算", "拒付", "冲正")
REQUESTED, SETTLED, REJECTED, REVERSED = range(len(KINDS))
_TIMES = ("requested_ds", "settled_ds", "rejected_ds", "reversed_ds")  # in the order of `KINDS`
_HUNDREDFOLD = 100
_WRONG = {
    "out_of_range": ("amount_cny", lambda _, random: str(random.choice(("-0.01", "-120.50", "1000000.01")))),
    "not_in_list": ("kind", lambda _, random: str(random.choice(("暂停", "?")))),
    "required_missing": ("@no", lambda _text, _random: ""),
    "impossible_time": ("event_at", hour_25),
}


@dataclass(frozen=True)
class SettlementEvents:
    """What an exact reader knows from a day's file. Columns of `rows`: event, claim and encounter (keys), hospital (the number in
    its identifier less one), kind (place in `KINDS`), at_ds (tenths of seconds since the calendar's first day, local),
    amount_fen."""

    day: date
    rows: pd.DataFrame


def day_of_files(here: Exchange, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    name, rates = f"settlement_{day:%Y%m%d}.xml", here.scenario.settlement_rows
    file = DayFile(
        _form(day), here.seed, day, SENDER, name, recorded(here, day), rates, partial(SettlementEvents, day)
    )
    return file.sent_alone(here.scenario.files)


def recorded(here: Exchange, day: date) -> pd.DataFrame:
    """The events of a day, by time: columns as `SettlementEvents.rows`."""
    claims = pd.concat(
        [requested_on(here, day - timedelta(back)).claims for back in range(ENDS_DAYS, -1, -1)],
        ignore_index=True,
    )
    made = []
    for kind, column in enumerate(_TIMES):
        at = claims[column].to_numpy()
        of_day = (at != NEVER) & (at // DAY_DS == day.toordinal())
        rows = claims.loc[of_day, ["claim", "encounter", "hospital", "amount_fen"]]
        made.append(rows.assign(kind=kind, at_ds=at[of_day]))
    whole = pd.concat(made, ignore_index=True).sort_values(["at_ds", "claim", "kind"], ignore_index=True)
    return whole.assign(event=encounter_keys(day.toordinal(), np.arange(1, len(whole) + 1)))


def claim_texts(keys: pd.Series) -> list[str]:
    """Numbers of claims as they are written."""
    return key_texts("C", keys, 6)


def amount_texts(fen: pd.Series) -> list[str]:
    """Amounts in CNY as they are written."""
    return [f"{each // 100}.{each % 100:02d}" for each in fen.tolist()]


def _a_hundredfold(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(amount_fen=rows["amount_fen"] * _HUNDREDFOLD)


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    columns = (
        key_texts("E", rows["event"], 7), claim_texts(rows["claim"]), encounter_texts(rows["encounter"]),
        hospital_texts(rows["hospital"]), np.array(KINDS, dtype=object)[rows["kind"].to_numpy()],
        time_text(rows["at_ds"], "T", tenths=False), amount_texts(rows["amount_fen"]),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(day: date) -> Form:
    return Form(
        "settlement", DEPARTMENT, FEED, HEADER, _texts, _WRONG, ("amount_cny", last_digit_changed), removable="kind",
        mistaken=_a_hundredfold, layout=XmlRecords("events", "event", f'date="{day:%Y%m%d}"'),
    )  # fmt: skip
