"""What the three agencies of law enforcement have in common: what they write down about who it was, and what is known of it.

A plate or a ship's number may be read wrong or not at all; an enterprise's name is typed in many ways, and its code may
lack or have a wrong character.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.deliveries import Observation
from simulator.departments import camera_capture, parking_event
from simulator.scenario import EnforcementScenario
from simulator.setting import Setting
from simulator.streams import stream
from simulator.world import enforcement as world
from simulator.world.enforcement import WAYS
from simulator.world.enterprises import FORMS, SYLLABLES
from simulator.world.identifiers import CREDIT_LETTERS
from simulator.world.offenders import NOBODY, Offenders, offenders, plates_of
from simulator.world.ships import Fleet
from simulator.world.violations import VIOLATIONS

DEPARTMENT = "transport"
LATER = timedelta(46)  # by which a case is found too late: more than any takes
UNREAD_HULLS = ("", "未识别")
UNREAD_PLATE = "无牌"
_CITY = "杭州"
_WORDS = tuple(word for _, word, _ in FORMS)
_SURNAMES, _GIVEN = tuple("王李张刘陈杨赵黄周吴徐孙"), tuple("伟芳敏静强磊洋勇艳杰")
_KNOWN = [
    "case", "found_ds", "closed_ds", "violation", "way", "district", "mark", "mmsi", "owner_code", "owner_name", "fine_cny",
    "paid_cny",
]  # fmt: skip


@dataclass(frozen=True)
class Cases:
    """What an exact reader knows from a day's file of an agency. Columns of `rows`: case (its number), found_ds and closed_ds
    (tenths of seconds since the calendar's first day, local), violation (its code), way (place in `WAYS`), district (code),
    mark (plate or number on the ship, '' unread), mmsi, owner_code and owner_name (texts, '' none), fine_cny, paid_cny."""

    agency: str
    day: date
    rows: pd.DataFrame


@dataclass(frozen=True)
class Enforcement:
    """What cases are made of: the rates of all, and whose they may be."""

    seed: int
    scenario: EnforcementScenario
    who: Offenders
    ships: Fleet


def given_by(setting: Setting) -> Enforcement:
    """That of a city."""
    who = offenders(setting.seed, setting.scale)
    return Enforcement(setting.seed, setting.scenario.enforcement, who, setting.ships)


def files_of(
    agency: str, form: Form, sender: str, name: str, given: Enforcement, day: date
) -> list[Observation]:
    """All files of an agency and local day, the later ones that belong to it too; needs no other day."""
    rows, rates = recorded(agency, given, day), getattr(given.scenario, f"{agency}_rows")
    file = DayFile(form, given.seed, day, sender, name, rows, rates, partial(_known, agency, day))
    return file.sent_alone(given.scenario.files)


def recorded(agency: str, given: Enforcement, day: date) -> pd.DataFrame:
    """The cases of a day as they are written down, by time: columns as the world's, and mark, mmsi, owner_code, owner_name,
    person; violation is its code."""
    cases = world.closed(given.seed, given.scenario, agency, day, given.who, given.ships)
    random = stream(given.seed, "identities", agency, day)
    u = random.random((4, len(cases)))
    if agency == "waterway":
        mark, mmsi = _of_ships(given, cases, u, random)
    else:
        mark, mmsi = _of_vehicles(given, cases, u, random), np.full(len(cases), "", dtype=object)
    code, name = _owners(given, cases, u[2], random)
    codes = np.array([each.code for each in VIOLATIONS[agency]], dtype=object)
    return cases.assign(
        violation=codes[cases["violation"].to_numpy()], mark=mark, mmsi=mmsi, owner_code=code, owner_name=name,
        person=_persons(u[3]), has_unit=u[1] < given.scenario.unit_in_text,
    )  # fmt: skip


def _of_ships(
    given: Enforcement, cases: pd.DataFrame, u: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    ship, rates = cases["mover"].to_numpy(), given.scenario.marks
    hull = given.ships.hull[ship].astype(object)
    for row in np.flatnonzero(u[0] < rates.misread_hull).tolist():
        hull[row] = camera_capture.misread(hull[row], 1, random)
    hull[u[0] > 1 - rates.unread_hull] = ""
    mmsi = given.ships.mmsi[ship].astype(str).astype(object)
    mmsi[u[1] < given.scenario.without_mmsi] = ""
    return hull, mmsi


def _of_vehicles(
    given: Enforcement, cases: pd.DataFrame, u: np.ndarray, random: np.random.Generator
) -> np.ndarray:  # fmt: skip
    rates, afar = given.scenario.marks, cases["is_from_elsewhere"].to_numpy()
    plate = plates_of(given.seed, cases["mover"].to_numpy(), afar)
    for row in np.flatnonzero(u[0] < rates.misread_plate).tolist():
        plate[row] = parking_event.misread(plate[row], random)
    plate[u[0] > 1 - rates.unread_plate] = ""
    return plate


def _owners(
    given: Enforcement, cases: pd.DataFrame, drawn: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Codes and names as they are written down, '' where the case is of no enterprise or one of them is left out."""
    code, name = (np.full(len(cases), "", dtype=object) for _ in range(2))
    of_one = np.flatnonzero(cases["enterprise"].to_numpy() != NOBODY)
    if not len(of_one):
        return code, name
    rates = given.scenario.names
    edges = np.cumsum([rates.name_typed, rates.no_code, rates.wrong_code, rates.wrong_both, rates.wrong_name])
    # From elsewhere all are written as they are.
    afar = cases["is_enterprise_from_elsewhere"].to_numpy()[of_one]
    manner = np.where(
        afar, len(edges), np.searchsorted(edges / (1 - rates.elsewhere), drawn[of_one], side="right")
    )
    codes, names = world.enterprises_of(given.seed, cases.iloc[of_one], given.who)
    for row, how, right, called in zip(
        of_one.tolist(), manner.tolist(), codes.tolist(), names.tolist(), strict=True
    ):
        code[row], name[row] = _MANNERS[how](right, called, random)
    return code, name


def typed_another_way(name: str, random: np.random.Generator) -> str:
    """A listed name without its form or city, with more of the city, brackets or spaces."""
    form = next(each for each in _WORDS[::-1] if name.endswith(each))
    core = name[len(_CITY) : -len(form)]
    return (
        f"{_CITY}{core}", f"{core}{form}", f"{_CITY}市{core}{form}", f"{core}（{_CITY}）{form}",
        f"{_CITY} {core}\u3000{form}", f"{_CITY}{core}（{form}）",
    )[int(random.integers(6))]  # fmt: skip


def one_wrong_in_code(code: str, random: np.random.Generator) -> str:
    """A code with one character taken for another."""
    place, other = int(random.integers(len(code))), str(random.choice(list(CREDIT_LETTERS)))
    if other == code[place]:
        other = CREDIT_LETTERS[(CREDIT_LETTERS.index(other) + 1) % len(CREDIT_LETTERS)]
    return code[:place] + other + code[place + 1 :]


def one_wrong_in_name(name: str, random: np.random.Generator) -> str:
    """A listed name with one of its three syllables taken for another."""
    place, other = len(_CITY) + int(random.integers(3)), str(random.choice(SYLLABLES))
    if other == name[place]:
        other = "雨"
    return name[:place] + other + name[place + 1 :]


def _with_wrong_code(code: str, name: str, random: np.random.Generator) -> tuple[str, str]:
    called = typed_another_way(name, random) if random.integers(2) else name
    return one_wrong_in_code(code, random), called


# In the order of `NameRates`; last, as it is listed.
_MANNERS: tuple[Callable[[str, str, np.random.Generator], tuple[str, str]], ...] = (
    lambda code, name, random: (code, typed_another_way(name, random)),
    lambda _, name, random: ("", typed_another_way(name, random)),
    _with_wrong_code,
    lambda code, name, random: (one_wrong_in_code(code, random), one_wrong_in_name(name, random)),
    lambda _, name, random: ("", one_wrong_in_name(name, random)),
    lambda code, name, _: (code, name),
)


def _persons(drawn: np.ndarray) -> np.ndarray:
    """Names that nobody has, as those of the maintainers of stations: with 金雀 in them, so that a leak is found."""
    surname = np.array(_SURNAMES, dtype=object)[np.floor(drawn * len(_SURNAMES)).astype(np.int64)]
    given = np.array(_GIVEN, dtype=object)[np.floor(drawn * 997 % 1 * len(_GIVEN)).astype(np.int64)]
    return surname + "金雀" + given


def _known(agency: str, day: date, rows: pd.DataFrame) -> Cases:
    return Cases(agency, day, rows[_KNOWN])


def fines_ten_times(rows: pd.DataFrame) -> pd.DataFrame:
    """The fines of a file that is corrected later."""
    return rows.assign(fine_cny=rows["fine_cny"] * 10)


def way_words(rows: pd.DataFrame, words: tuple[str, ...]) -> np.ndarray:
    """The ways in which cases were found, in an agency's words; these in the order of `WAYS`."""
    assert len(words) == len(WAYS)
    return np.array(words, dtype=object)[rows["way"].to_numpy(np.int64)]


def whole_texts(numbers: pd.Series) -> list[str]:
    """Whole numbers as texts."""
    return list(map(str, numbers.tolist()))


def negative(_: str, random: np.random.Generator) -> str:
    """Less than nothing."""
    return str(-50 * int(random.integers(1, 20)))


def nothing(_text: str, _random: np.random.Generator) -> str:
    """No text at all."""
    return ""
