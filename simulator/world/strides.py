"""Walks over whole numbers that meet none twice."""

from __future__ import annotations

from math import gcd


def coprime(stride: int, modulus: int) -> int:
    """The next stride that shares no factor with a modulus: multiples of it go round all its numbers."""
    while gcd(stride, modulus) > 1:
        stride += 1
    return stride


def prime_below(number: int) -> int:
    """The largest prime that is at most `number`, two at least: any stride goes round that many."""
    while number > 2 and any(number % each == 0 for each in range(2, int(number**0.5) + 1)):
        number -= 1
    return max(number, 2)
