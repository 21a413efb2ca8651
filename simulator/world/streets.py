"""The streets, towns and townships of Hangzhou: real codes and names, before and after the reform of 2021.

District totals are the census of 2020; the share of a street within its district is invented: a street under an
urban subdistrict counts more than a town, a town more than a township, a development zone without residents of its
own little, each times a factor that depends on its code alone. Coordinates of streets are not at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

import numpy as np

from simulator.streams import stream
from simulator.world.districts import BEGINS, FUYANG, LINAN, REFORM
from simulator.world.tables import shared_out, typed

Kind = Literal["subdistrict", "town", "township", "zone"]
_WEIGHTS: dict[Kind, float] = {"subdistrict": 1.0, "town": 0.55, "township": 0.18, "zone": 0.03}
_SPREAD = 0.35


@dataclass(frozen=True)
class Vintage:
    """One code of a street and the district it lay in: from `valid_from` until the day before `valid_to`."""

    street_code: str
    district_code: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True)
class Street:
    """A street, town, township or zone of today; `number` is its place in the list, the block of every table by street.

    `share` is its part of the city's residents. `vintages` are in order, the last is in force: a street that the
    reform moved has two; what lay before 2013 is not known. The unit around Fuyang and Lin'an had another code once
    too, their streets' own earlier codes are not at hand, so their vintages begin with the present unit.
    """

    number: int
    code: str
    name: str
    kind: Kind
    district_code: str
    share: float
    vintages: tuple[Vintage, ...]

    def on(self, day: date) -> Vintage | None:
        """Its code and district on a day; None where they are not known."""
        for each in self.vintages:
            if each.valid_from <= day and (each.valid_to is None or day < each.valid_to):
                return each
        return None


@cache
def streets() -> tuple[Street, ...]:
    """All 196 of them, by present code."""
    before = {row["name"]: row["code"] for row in typed("hangzhou_admin", "streets_2020.csv")}
    rows = sorted(typed("hangzhou_admin", "streets_2023.csv"), key=lambda row: row["code"])
    shares = _shares([(row["code"], row["areaCode"]) for row in rows])
    return tuple(
        Street(number, row["code"], row["name"], _kind(row["code"]), row["areaCode"], shares[number],
               _vintages(row["code"], before[row["name"]]))
        for number, row in enumerate(rows)
    )  # fmt: skip


def residents(total: int) -> np.ndarray:
    """How many of `total` residents live in each street, by its number."""
    return shared_out(total, np.array([each.share for each in streets()]))


@cache
def districts() -> tuple[np.ndarray, np.ndarray]:
    """The codes of today's districts, and the shares of the residents that live in each."""
    codes, place = np.unique([each.district_code for each in streets()], return_inverse=True)
    shares = np.bincount(place, weights=[each.share for each in streets()])
    return codes.astype(object), shares / shares.sum()


def _kind(code: str) -> Kind:
    """By the last three digits, as the bureau numbers them."""
    number = int(code[6:])
    return (
        "subdistrict" if number < 100 else "town" if number < 200 else "township" if number < 400 else "zone"
    )


def _shares(codes: list[tuple[str, str]]) -> list[float]:
    census = {row["code"]: int(row["residents"]) for row in typed("hangzhou_admin", "census_2020.csv")}
    weights = np.array([
        _WEIGHTS[_kind(code)] * np.exp(_SPREAD * stream(0, "street share", int(code)).standard_normal())
        for code, _ in codes
    ])  # fmt: skip
    districts = np.array([district for _, district in codes])
    whole = sum(census.values())
    shares = np.zeros(len(codes))
    for code, people in census.items():
        here = districts == code
        shares[here] = people / whole * weights[here] / weights[here].sum()
    return shares.tolist()


def _vintages(code: str, before: str) -> tuple[Vintage, ...]:
    district, earlier = code[:6], before[:6]
    if code != before:
        return (Vintage(before, earlier, BEGINS, REFORM), Vintage(code, district, REFORM))
    since = {"330111": FUYANG, "330112": LINAN}.get(district, BEGINS)
    return (Vintage(code, district, since),)
