"""What devices that know faces are shown: one file of attempts a local day, JSON lines, by the clock of their platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.layouts import JsonLines
from simulator.defects.rows import hour_25, last_digit_changed
from simulator.deliveries import Observation
from simulator.departments.appointment import NOBODY, number_texts
from simulator.departments.clinic_session import hospital_texts
from simulator.departments.hospital import DEPARTMENT
from simulator.streams import stream
from simulator.times import time_text
from simulator.world.card_hospitals import STEPS, CardPlatform
from simulator.world.patients import Patients, patients
from simulator.world.visit_steps import visit_day

FEED = "health.face_match"
SENDER = "face-platform"
HEADER = (
    "id", "transaction", "attempt", "hospital", "step", "device", "at", "score", "accepted", "claimed",
)  # fmt: skip
UNMEASURED = "-1"
_DEVICES = 6  # at a hospital for a step
_BETWEEN_S = (4, 9)  # attempts
_ACCEPTED, _REJECTED, _OTHER = (800, 999), (550, 799), (50, 600)  # scores in tenths
_MISTAKEN = 100  # times too small
_WRONG = {
    "out_of_range": ("score", lambda _, random: str(random.choice(("-5.0", "100.1", "327.6")))),
    "not_in_list": ("step", lambda _, random: str(random.choice(("triage", "?")))),
    "required_missing": ("id", lambda _text, _random: ""),
    "impossible_time": ("at", hour_25),
}


@dataclass(frozen=True)
class FaceMatches:
    """What an exact reader knows from a day's file. Columns of `rows`: match and transaction (the numbers in their
    identifiers), hospital (the number in its identifier less one), step (place in `STEPS`), at_ds (tenths of seconds since the
    calendar's first day, local), is_accepted, patient (place in `Patients`, `NOBODY`)."""

    day: date
    rows: pd.DataFrame


def day_of_files(here: CardPlatform, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    rows, rates = recorded(here, day), here.scenario.match_rows
    name = f"face_match_{day:%Y%m%d}.jsonl"
    form = _form(day, patients(here.seed, here.scale))
    file = DayFile(form, here.seed, day, SENDER, name, rows, rates, partial(_known, day))
    return file.sent_alone(here.scenario.files)


def recorded(here: CardPlatform, day: date) -> pd.DataFrame:
    """The attempts of a day, by time: columns as `FaceMatches.rows`, and attempt, device (its number), score (NaN: not
    measured)."""
    rates, shown = here.scenario.recorded, visit_day(here, day).transactions
    random = stream(here.seed, "face matches", day)
    count = shown["attempts"].to_numpy()
    rows = shown.loc[shown.index.repeat(count)].reset_index(drop=True)
    u = random.random((4, len(rows)))
    device = 1 + np.floor(random.random(len(shown)) * _DEVICES).astype(np.int64)
    # From the last attempt of a transaction backwards.
    left = np.repeat(np.cumsum(count), count) - 1 - np.arange(len(rows))
    is_last = left == 0
    least, most = _BETWEEN_S
    gap_s = random.integers(least, most + 1, len(shown))
    is_accepted = rows["is_accepted"].to_numpy() & is_last
    bounds = np.array([_OTHER, _REJECTED, _ACCEPTED])[np.where(rows["is_right"], 1 + is_accepted, 0)]
    tenths = bounds[:, 0] + np.floor(u[0] * (bounds[:, 1] - bounds[:, 0] + 1))
    whole = rows.assign(
        attempt=rows["attempts"] - left, at_ds=rows["last_ds"] - 10 * left * np.repeat(gap_s, count), is_accepted=is_accepted,
        device=np.repeat(device, count), score=np.where(u[1] < rates.unmeasured, np.nan, tenths / 10),
        patient=np.where(u[2] < rates.no_claim, NOBODY, rows["patient"]),
    ).sort_values(["at_ds", "transaction", "attempt"], ignore_index=True)  # fmt: skip
    return whole.assign(match=np.arange(1, len(whole) + 1))


def transaction_texts(day: date, numbers: pd.Series) -> list[str]:
    """Identifiers of the transactions of a day."""
    return [f"F{day:%Y%m%d}{number:07d}" for number in numbers.tolist()]


def _known(day: date, rows: pd.DataFrame) -> FaceMatches:
    names = ("match", "transaction", "hospital", "step", "at_ds", "is_accepted", "patient")
    return FaceMatches(day, rows[list(names)])


def _a_hundredth(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(score=rows["score"] / _MISTAKEN)


def _score_text(score: float) -> str:
    return UNMEASURED if score != score else f"{round(score, 3):g}"


def _texts(day: date, who: Patients, rows: pd.DataFrame) -> pd.DataFrame:
    places = zip(*(rows[name].tolist() for name in ("hospital", "step", "device")), strict=True)
    columns = (
        [f"M{day:%Y%m%d}{number:07d}" for number in rows["match"].tolist()], transaction_texts(day, rows["transaction"]),
        rows["attempt"].astype(str), hospital_texts(rows["hospital"]), np.array(STEPS, dtype=object)[rows["step"].to_numpy()],
        [f"FD{hospital + 1:03d}-{step + 1}-{device:02d}" for hospital, step, device in places],
        time_text(rows["at_ds"], "T", tenths=False) + "+08:00", list(map(_score_text, rows["score"].tolist())),
        np.where(rows["is_accepted"], "true", "false").astype(object), number_texts(who, rows["patient"]),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(day: date, who: Patients) -> Form:
    return Form(
        "face match", DEPARTMENT, FEED, HEADER, partial(_texts, day, who), _WRONG, ("device", last_digit_changed),
        (("score", UNMEASURED, "unmeasured"),), removable="accepted", mistaken=_a_hundredth,
        layout=JsonLines(numbers=("attempt", "score"), truths=("accepted",)),
    )  # fmt: skip
