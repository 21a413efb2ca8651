"""Who lives with whom: households made of persons whose age and sex are given.

Every household has one head of full age; children live with heads of an age to be their parents, older people who
head no household with heads of an age to be their children.
"""

from __future__ import annotations

import numpy as np

MEAN_SIZE = 2.36  # the city's at the census of 2020
ADULT = 18
OLD = 60
RELATIONS = ("head", "partner", "child", "parent", "other")
HEAD, PARTNER, CHILD, PARENT, OTHER = range(len(RELATIONS))
_PARTNERED = 0.72
_GAP_YEARS = 3.0  # how far partners are apart
# Children of an age live with heads of an age: from, beyond.
_PARENTS = (((0, 7), (24, 43)), ((7, ADULT), (36, 57)))
_OF_THE_OLD = (25, 43)
_WIDEST_GAP = 45


def households(
    random: np.random.Generator, age: np.ndarray, men: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The household of each person, numbered by its head's place among the heads, and the relation to the head.

    `age` in whole years, `men` booleans. Where nobody is of age the oldest heads the household.
    """
    if not len(age):
        return np.zeros(0, dtype=int), np.zeros(0, dtype=int)
    heads = _heads(random, age)
    household = np.full(len(age), -1)
    relation = np.full(len(age), OTHER)
    household[heads], relation[heads] = np.arange(len(heads)), HEAD
    partnered = _partners(random, age, men, heads, household, relation)
    for (youngest, oldest), between in _PARENTS:
        children = np.flatnonzero((household < 0) & (age >= youngest) & (age < oldest))
        _place(random, children, age[heads], between, partnered, household)
        relation[children] = CHILD
    old = np.flatnonzero((household < 0) & (age >= OLD))
    _place(random, old, age[heads], _OF_THE_OLD, partnered, household)
    relation[old] = np.where(age[old] - age[heads][household[old]] >= ADULT, PARENT, OTHER)
    rest = np.flatnonzero(household < 0)
    household[rest] = random.integers(0, len(heads), len(rest))
    gap = age[heads][household[rest]] - age[rest]
    relation[rest] = np.where((gap >= ADULT) & (gap <= _WIDEST_GAP), CHILD, OTHER)
    return household, relation


def _heads(random: np.random.Generator, age: np.ndarray) -> np.ndarray:
    """The places of the heads, ascending; students and the very young rarely are."""
    adults = np.flatnonzero(age >= ADULT)
    if not len(adults):
        return np.array([int(np.argmax(age))])
    count = min(max(round(len(age) / MEAN_SIZE), 1), len(adults))
    late = random.random(len(adults)) + (age[adults] < 23)
    return np.sort(adults[np.argsort(late, kind="stable")[:count]])


def _partners(random, age, men, heads, household, relation) -> np.ndarray:
    """Give heads partners of the other sex and nearly their age; which heads have one, as booleans."""
    partnered = np.zeros(len(heads), dtype=bool)
    for sex in (True, False):
        wanted = np.flatnonzero(men[heads] == sex)
        free = np.flatnonzero((household < 0) & (age >= 20) & (men != sex))
        count = min(round(_PARTNERED * len(wanted)), len(free))
        chosen, partners = random.permutation(wanted)[:count], random.permutation(free)[:count]
        noisy = [age[who] + _GAP_YEARS * random.standard_normal(count) for who in (heads[chosen], partners)]
        chosen, partners = chosen[np.argsort(noisy[0])], partners[np.argsort(noisy[1])]
        household[partners], relation[partners] = chosen, PARTNER
        partnered[chosen] = True
    return partnered


def _place(random, persons, head_age, between, partnered, household) -> None:
    """Put persons into households whose head has an age from, up to and without, `between`; couples first."""
    fits = (head_age >= between[0]) & (head_age < between[1])
    for pool in (np.flatnonzero(fits & partnered), np.flatnonzero(fits), np.arange(len(head_age))):
        if len(pool):
            household[persons] = random.choice(pool, len(persons))
            return
