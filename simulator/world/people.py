"""Persons and households, street by street, as the registers of 2026-01-01 have them; all invented.

The age pyramid has the shape of the census of 2020 aged by five years: many of 25 to 45 who came to work, few
children, about a sixth of 60 and older, more of them in the counties. Numbers are no real person's (`identifiers`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

import numpy as np
import pandas as pd

from simulator.streams import stream
from simulator.world import identifiers, size
from simulator.world.households import RELATIONS, households
from simulator.world.streets import residents, streets
from simulator.world.tables import offsets

SEXES = ("female", "male")
# Residents in per mille by five years of age, from 0 to 4 up to 95 to 99.
PYRAMID = np.array([38, 50, 49, 46, 65, 86, 98, 102, 84, 70, 72, 70, 54, 42, 34, 20, 12, 6, 1.7, 0.3])
_OLDER = {
    "330111": 0.012,
    "330112": 0.012,
    "330122": 0.016,
    "330127": 0.018,
    "330182": 0.017,
}  # by year of age
_MIDDLE = 40
_MEN = ((70, 0.523), (80, 0.48), (200, 0.42))  # below an age
_LOCAL_SHARE = 0.6  # of households, registered in the province
# Where the others come from: province codes of GB/T 2260.
_PROVINCES = (34, 36, 41, 42, 52, 51, 43, 32, 61, 37)
_PROVINCE_SHARES = (0.24, 0.14, 0.14, 0.10, 0.10, 0.08, 0.06, 0.06, 0.04, 0.04)
_HOME = 33
_ORDERS = 499  # of men, and of women, born on one day in one area
_CARD_DIGITS = 10
_CARD_STRIDE, _CARD_START = 7_368_787_319, 1_234_567_891
_YEAR_DAYS = 365.2425


def people_blocks(seed: int, scale: float) -> Iterator[pd.DataFrame]:
    """Everyone, one street at a time."""
    return (people(seed, scale, street.number) for street in streets())


@lru_cache(maxsize=4)
def people(seed: int, scale: float, street: int) -> pd.DataFrame:
    """The residents of a street, by its number: one row per person, household by household, its head first.

    Columns: person (whole number, over all streets), household (its head's person), relation (head | partner | child |
    parent | other), street_code, sex (female | male), birth_date, birth_year, is_local (registered in the province),
    resident_id (18 characters), card_number (15 digits, the last a check digit).
    """
    first, beyond = person_range(scale, street)
    random = stream(seed, "people", street)
    lived = _days_lived(random, beyond - first, _ages(street))
    men = random.random(len(lived)) < _share_of_men(lived / _YEAR_DAYS)
    household, relation = households(random, (lived / _YEAR_DAYS).astype(int), men)
    order = np.lexsort((-lived, relation, household))
    household, relation, lived, men = household[order], relation[order], lived[order], men[order]
    heads = np.flatnonzero(relation == 0)
    province = np.where(
        random.random(len(heads)) < _LOCAL_SHARE, _HOME, random.choice(_PROVINCES, len(heads), p=_PROVINCE_SHARES)
    )[household]  # fmt: skip
    born = np.datetime64(size.AS_OF) - lived.astype("timedelta64[D]")
    person = np.arange(first, beyond)
    return pd.DataFrame({
        "person": person, "household": person[heads][household], "relation": pd.Categorical.from_codes(relation, RELATIONS),
        "street_code": streets()[street].code, "sex": pd.Categorical.from_codes(men.astype(int), SEXES),
        "birth_date": born.astype("datetime64[s]"), "birth_year": born.astype("datetime64[Y]").astype(int) + 1970,
        "is_local": province == _HOME, "resident_id": _resident_ids(street, province, born, men),
        "card_number": _card_numbers(seed, person),
    })  # fmt: skip


def person_range(scale: float, street: int) -> tuple[int, int]:
    """The numbers of a street's residents: from, and beyond the last."""
    begins = _begins(scale)
    return int(begins[street]), int(begins[street + 1])


@cache
def _begins(scale: float) -> np.ndarray:
    return offsets(residents(size.persons(scale)))


def _ages(street: int) -> np.ndarray:
    """Shares of the five-year groups in a street."""
    middles = np.arange(len(PYRAMID)) * 5 + 2.5
    weights = PYRAMID * np.exp(_OLDER.get(streets()[street].district_code, -0.002) * (middles - _MIDDLE))
    return weights / weights.sum()


def _days_lived(random: np.random.Generator, count: int, shares: np.ndarray) -> np.ndarray:
    """Whole days from birth to the register's day, one at least."""
    years = (random.choice(len(shares), count, p=shares) + random.random(count)) * 5
    return np.floor(years * _YEAR_DAYS).astype(np.int64) + 1


def _share_of_men(age: np.ndarray) -> np.ndarray:
    return np.select([age < below for below, _ in _MEN], [share for _, share in _MEN])


def _resident_ids(street: int, province: np.ndarray, born: np.ndarray, men: np.ndarray) -> np.ndarray:
    """Unique: areas differ by street, and within one the persons of a day of birth and sex are counted."""
    months, years = born.astype("datetime64[M]"), born.astype("datetime64[Y]")
    day = (born - months).astype(int) + 1
    calendar = (years.astype(int) + 1970) * 10_000 + ((months - years).astype(int) + 1) * 100 + day
    alike = pd.Series((calendar * 100 + province) * 2 + men)
    counted = alike.groupby(alike).cumcount().to_numpy()
    number = 1 + (counted + calendar * 37) % _ORDERS
    return identifiers.resident_ids(identifiers.area(province, street), calendar, 2 * number - men)


def _card_numbers(seed: int, person: np.ndarray) -> np.ndarray:
    """Citizen cards: 3301, ten digits that look nothing alike for neighbours, a check digit."""
    number = (person * _CARD_STRIDE + _CARD_START + seed) % 10**_CARD_DIGITS
    front = np.concatenate(
        [identifiers.characters("3301", len(person)), identifiers.digits(number, _CARD_DIGITS)], axis=1
    )
    return identifiers.texts(front, identifiers.luhn_check(front))
