"""How large the city is at a scale: at scale 10 it is Hangzhou, at scale 1 a tenth of it.

A tenth, because the parking lots of scale 1 (85 000 spaces, 185 000 stays a day) are those of about a tenth of the
city: persons, cars and spaces then stand to each other as they do there, and scale 1 is still made in seconds.
"""

from __future__ import annotations

from datetime import date

from simulator.world.strides import prime_below

PERSONS_PER_SCALE = 1_240_000  # Hangzhou: about 12.4 million residents
ENTERPRISES_PER_SCALE = 90_000  # about 0.9 million
PLATES_PER_PERSON = 0.33  # about 4.1 million motor vehicles
IN_USE_SHARE = 0.8
# Registers of persons, enterprises and vehicles are those of this day; nobody is born, founded or registered later.
AS_OF = date(2026, 1, 1)


def persons(scale: float) -> int:
    """Residents."""
    return max(round(PERSONS_PER_SCALE * scale), 1)


def enterprises(scale: float) -> int:
    """Enterprises that are or were."""
    return max(round(ENTERPRISES_PER_SCALE * scale), 1)


def plate_numbers(scale: float) -> int:
    """Number plates that a car bears or once bore."""
    return max(round(persons(scale) * PLATES_PER_PERSON), 40)


def fleet(scale: float) -> int:
    """Number plates below which each has a car on every day since the parking lots opened.

    Four times a prime, so that a quarter of them can be gone round with any stride.
    """
    return 4 * prime_below(int(plate_numbers(scale) * IN_USE_SHARE) // 4)
