"""Whose numbers are one person's, by what was typed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

NOBODY = -1
_LENGTH = 18
_CHARACTERS = "0123456789X"
_WEIGHTS = np.array([2 ** (17 - place) % 11 for place in range(17)])  # GB 11643
_CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)


def persons(numbers: list[str], names: list[str]) -> list[int]:
    """Of whom each number is, beside the name that was typed with it ('' where there is none): a whole number a person, `NOBODY`
    where there is no number.

    Two numbers are one person's if they differ in one character and some name was typed with both; and whoever is one person with
    somebody who is.
    """
    typed: dict[str, set[str]] = defaultdict(set)
    for number, name in zip(numbers, names, strict=True):
        if number:
            typed[number].add(name)
    chief = {number: number for number in typed}

    def of(number: str) -> str:
        while chief[number] != number:
            number = chief[number]
        return number

    for wrong in _with_wrong_check(typed):
        for other in _one_character_off(wrong):
            if other in typed and (typed[wrong] & typed[other]) - {""}:
                chief[of(wrong)] = of(other)
    number_of = {each: place for place, each in enumerate(dict.fromkeys(map(of, typed)))}
    return [number_of[of(number)] if number else NOBODY for number in numbers]


def _with_wrong_check(numbers: Iterable[str]) -> list[str]:
    """Those that nobody has. Two numbers with right check characters differ in two characters at least: of two that differ in
    one, one is among these."""
    whole = [each for each in numbers if len(each) == _LENGTH and each.isascii() and each[:-1].isdigit()]
    others = [
        each for each in numbers if not (len(each) == _LENGTH and each.isascii() and each[:-1].isdigit())
    ]
    if not whole:
        return others
    characters = np.array(whole, dtype=f"S{_LENGTH}").view(np.uint8).reshape(len(whole), _LENGTH)
    remainder = (characters[:, :-1].astype(np.int64) - ord("0")) @ _WEIGHTS % 11
    is_wrong = _CHECKS[remainder] != characters[:, -1]
    return [*others, *(whole[place] for place in np.flatnonzero(is_wrong).tolist())]


def _one_character_off(number: str) -> Iterable[str]:
    return (
        number[:place] + other + number[place + 1 :]
        for place in range(len(number))
        for other in _CHARACTERS
        if other != number[place]
    )
