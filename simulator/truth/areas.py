"""Indicators of days by area: districts in the vintage of the day, and the city; at instants, beside what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TypeVar

import numpy as np
import pandas as pd

from simulator.evidence import Evidence
from simulator.world.districts import CITY, District

TOLERANCE = 1e-6  # relative: values are kept to six decimals
KEY = ["code", "period", "area_type", "area", "vintage", "group_type", "group"]
Known = TypeVar("Known")  # what a day's indicators are made of
Measure = Callable[[pd.DataFrame], tuple[float, float, float]]  # numerator, denominator, completeness


def at_instants(
    world: pd.DataFrame, known_at: Callable[[datetime], pd.DataFrame], instants: tuple[datetime, ...]
) -> pd.DataFrame:
    """What happened beside what can be known at each instant; both as `Areas.rows` makes them."""
    happened = world[[*KEY, "value"]].rename(columns={"value": "world"})
    made = []
    for as_of in instants:
        known = known_at(as_of).rename(columns={"value": "knowable"})
        made.append(happened.merge(known, on=KEY, how="outer").assign(as_of=as_of))
    whole = pd.concat(made, ignore_index=True)
    numbers = ["numerator", "denominator", "completeness"]
    whole[numbers] = whole[numbers].fillna(0.0)
    return whole.assign(period_type="day", tolerance=TOLERANCE)


def by_day(
    city: Evidence, instants: tuple[datetime, ...], days: tuple[date, ...] | None,
    happened: Callable[[Evidence, date], pd.DataFrame], known_at: Callable[[Evidence, date, datetime], Known],
    table: Callable[[Known, date], pd.DataFrame],
) -> pd.DataFrame:  # fmt: skip
    """`at_instants` of days (all of the city's, if None), each for itself: what happened, beside the `table` of what is known."""

    def of_day(day: date) -> pd.DataFrame:
        return at_instants(
            happened(city, day), lambda as_of: table(known_at(city, day, as_of), day), instants
        )

    return pd.concat([of_day(day) for day in days or city.days], ignore_index=True)


def divisible(made: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """All rows together; an indicator without anything to divide by is no row of its own."""
    whole = pd.concat(list(made), ignore_index=True)
    return whole[whole["denominator"] > 0].reset_index(drop=True)


def percentile_of(column: str, share: float) -> Measure:
    """The least value that at least this share of the rows do not exceed, over one."""

    def measure(rows: pd.DataFrame) -> tuple[float, float, float]:
        return float(np.quantile(rows[column], share, method="inverted_cdf")), 1.0, 100.0

    return measure


def share_of(column: str) -> Measure:
    """How many rows have it (a column of true and false), over all."""
    return lambda rows: (float(rows[column].sum()), float(len(rows)), 100.0)


def percentile_of_persons(column: str, percent: int) -> Measure:
    """The least value that at least so many per cent of the rows do not exceed, times their number, over it: a number of
    persons, so that few of them can be hidden."""

    def measure(rows: pd.DataFrame) -> tuple[float, float, float]:
        ordered = sorted(rows[column].tolist())
        least = float(ordered[-(-percent * len(ordered) // 100) - 1])
        return least * len(ordered), float(len(ordered)), 100.0

    return measure


def of_city(rows: pd.DataFrame) -> pd.DataFrame:
    """Of `Areas.rows` those of the whole city: what is rare is told of it alone."""
    return rows[rows["area_type"] == "city"]


class Areas:
    """Places rows of a day in districts and the city. `places` has the place by which rows are placed, and district.

    Groups are told for the areas of the types `groups_in`.
    """

    def __init__(
        self, vintages: Iterable[District], day: date, places: pd.DataFrame, *,
        groups_in: tuple[str, ...] = ("district", "city"),
    ):  # fmt: skip
        self.day, self.groups_in = day, groups_in
        in_force = {
            each.code: each.valid_from.isoformat()
            for each in vintages
            if each.valid_from <= day and (each.valid_to is None or each.valid_to > day)
        }
        vintage = places["district"].map(in_force)
        self.places = places.assign(
            district=places["district"].astype("category"), vintage=vintage.astype("category")
        )
        (self.place,) = set(places.columns) - {"district"}

    def rows(
        self,
        code: str,
        rows: pd.DataFrame,
        measure: Measure,
        scale: float,
        *groups: tuple[str, str],
    ) -> pd.DataFrame:
        """The indicator of every area, and of every group there: for each of `groups` (a name, and a column of words)."""
        place = self._places_of(rows[self.place])
        placed = rows[place >= 0].assign(
            **{name: self.places[name].array[place[place >= 0]] for name in ("district", "vintage")}
        )
        made = []
        for area_type, keys in (("district", ["district", "vintage"]), ("city", [])):
            for group_type, column in (("all", None), *(groups if area_type in self.groups_in else ())):
                by = [*keys, *([column] if column else [])]
                for key, of in placed.groupby(by, observed=True) if by else [((), placed)]:
                    at = dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True))
                    if not len(of):
                        continue
                    numerator, denominator, completeness = measure(of)
                    made.append({
                        "code": code, "period": self.day.isoformat(), "area_type": area_type,
                        "area": at.get("district", CITY), "vintage": at.get("vintage", "all"),
                        "group_type": group_type, "group": at.get(column, "all") if column else "all",
                        "value": scale * numerator / denominator if denominator else np.nan,
                        "numerator": numerator, "denominator": denominator, "completeness": completeness,
                    })  # fmt: skip
        return pd.DataFrame(made, columns=[*KEY, "value", "numerator", "denominator", "completeness"])

    def _places_of(self, column: pd.Series) -> np.ndarray:
        """Where each place lies in `places`, -1 where it does not; asked once a place where the column is categorical."""
        known = pd.Index(self.places[self.place])
        if isinstance(column.dtype, pd.CategoricalDtype):
            found = np.append(known.get_indexer(column.cat.categories), -1)
            return found[column.cat.codes.to_numpy()]
        return known.get_indexer(column)
