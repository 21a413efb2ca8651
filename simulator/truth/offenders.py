"""Who the offender of a case is, as far as anyone can tell: by plain comparison of what is written down with the lists.

An enterprise, where a code or a name of one is written: (1) the code is listed; (2) the name's core is that of exactly one
listed enterprise; (3) exactly one listed enterprise differs by one character in its code and by one in its core; (4) some
differ by one in the code, or by one in the core and are of the case's district: nobody can tell; (5) none does: an
enterprise of elsewhere, by its code.

Else a vehicle, by its plate, listed or not; or a ship: by its MMSI if that is listed, by the number on it if that is listed,
by the only listed number one character apart (of several nobody can tell), else by the number itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulator.world.streets import streets

_FORMS = ("股份有限公司", "有限责任公司", "有限公司", "合伙企业", "公司")
_CITIES = ("杭州市", "杭州")
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_CODE = re.compile("[0-9A-Z]{18}")
# What stands between the characters of a plate or a ship's number.
_BETWEEN = re.compile(r"[\s.·•・\-‐-―−]+")


@dataclass(frozen=True)
class Linked:
    """Who it is (None: nobody can tell), and by what."""

    offender: str | None
    by: str


def core(name: str) -> str:
    """What is left of an enterprise's name without spaces, brackets, the city at its start and the form at its end."""
    plain = _IN_BRACKETS.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)))
    city = next((each for each in _CITIES if plain.startswith(each)), "")
    plain = plain[len(city) :]
    form = next((each for each in _FORMS if plain.endswith(each)), "")
    return plain[: len(plain) - len(form)]


def mark(text: str) -> str:
    """A plate or a ship's number in the form in which differently typed ones are one."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


def is_one_apart(one: str, other: str) -> bool:
    """Whether two texts of one length differ in one character."""
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


class Enterprises:
    """The listed enterprises, to be asked who a code and a name mean."""

    def __init__(self, rows: pd.DataFrame):
        """`rows`: credit_code, name, street (its number)."""
        of_street = np.array([each.district_code for each in streets()], dtype=object)
        self.codes = rows["credit_code"].tolist()
        self.cores = [core(name) for name in rows["name"].tolist()]
        self.districts = of_street[rows["street"].to_numpy()].tolist()
        self._by_code = {code: place for place, code in enumerate(self.codes)}
        self._by_core: dict[str, list[int]] = defaultdict(list)
        # Of two texts that differ in one place either the first or the second half is the same.
        self._by_half: dict[tuple[bool, str], list[int]] = defaultdict(list)
        self._by_size: dict[tuple[str, int], list[int]] = defaultdict(list)
        for place, code in enumerate(self.codes):
            middle = len(code) // 2
            self._by_half[True, code[:middle]].append(place)
            self._by_half[False, code[middle:]].append(place)
        for place, text in enumerate(self.cores):
            self._by_core[text].append(place)
            self._by_size[self.districts[place], len(text)].append(place)
        self._spelled: dict[tuple[str, int], np.ndarray] = {}

    def who(self, code: str, name: str, district: str) -> Linked:
        """Whom a code and a name ('' none) in a case found in a district mean."""
        if code in self._by_code:
            return Linked(f"enterprise:{code}", "code")
        text = core(name)
        called = self._by_core.get(text, []) if text else []
        if len(called) == 1:
            return Linked(f"enterprise:{self.codes[called[0]]}", "name")
        by_code = self._codes_near(code)
        both = [place for place in by_code if is_one_apart(self.cores[place], text)]
        if len(both) == 1:
            return Linked(f"enterprise:{self.codes[both[0]]}", "scored")
        if by_code or self._is_core_near(text, district):
            return Linked(None, "doubtful")
        return Linked(f"enterprise:{code}", "elsewhere") if _CODE.fullmatch(code) else Linked(None, "")

    def _codes_near(self, code: str) -> list[int]:
        middle = len(code) // 2
        some = {
            *self._by_half.get((True, code[:middle]), ()),
            *self._by_half.get((False, code[middle:]), ()),
        }
        return sorted(place for place in some if is_one_apart(self.codes[place], code))

    def _is_core_near(self, text: str, district: str) -> bool:
        key = (district, len(text))
        if key not in self._by_size or not text:
            return False
        if key not in self._spelled:
            self._spelled[key] = _letters(self.cores[place] for place in self._by_size[key])
        return bool(((self._spelled[key] != _letters([text])).sum(axis=1) == 1).any())


def _letters(texts: Iterable[str]) -> np.ndarray:
    """Texts of one length as rows of characters."""
    made = np.array(list(texts))
    return made.view(np.uint32).reshape(len(made), -1)


class Ships:
    """The listed ships, to be asked whom an MMSI and a number on a ship mean."""

    def __init__(self, rows: Iterable[tuple[str, ...]]):
        """`rows`: MMSI, name, number on the ship, and more."""
        listed = [(each[0], mark(each[2])) for each in rows]
        self._listed = {mmsi for mmsi, _ in listed}
        self._by_hull: dict[str, list[str]] = defaultdict(list)
        for mmsi, hull in listed:
            self._by_hull[hull].append(mmsi)

    def who(self, mmsi: str, hull: str) -> Linked:
        """Whom they mean ('' none)."""
        text = mark(hull)
        if mmsi in self._listed:
            return Linked(f"ship:{mmsi}", "mmsi")
        if not text:
            return Linked(None, "")
        near = self._by_hull.get(text) or [
            each for other, of in self._by_hull.items() if is_one_apart(other, text) for each in of
        ]
        if len(near) == 1:
            return Linked(f"ship:{near[0]}", "hull" if text in self._by_hull else "one_character")
        return Linked(None, "doubtful") if near else Linked(f"hull:{text}", "unlisted")


def vehicle(plate: str) -> Linked:
    """Whom a plate means ('' none)."""
    text = mark(plate)
    return Linked(f"vehicle:{text}", "plate") if text else Linked(None, "")


def offenders(agency: str, rows: pd.DataFrame, enterprises: Enterprises, ships: Ships) -> np.ndarray:
    """The offender of each case (None: nobody can tell), `rows` as `Cases.rows`."""
    columns = (rows[name].tolist() for name in ("owner_code", "owner_name", "district", "mmsi", "mark"))
    found = []
    for code, name, district, mmsi, text in zip(*columns, strict=True):
        if code or name:
            found.append(enterprises.who(code, name, district).offender)
        elif agency == "waterway":
            found.append(ships.who(mmsi, text).offender)
        else:
            found.append(vehicle(text).offender)
    return np.array(found, dtype=object)
