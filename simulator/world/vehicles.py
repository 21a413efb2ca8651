"""Motor vehicles and who owns them, street by street, as the register of 2026-01-01 has them; all invented.

A plate number below `size.fleet` has had a car on every day since the parking lots opened: an owner who changes the car
keeps the plate, as the rules allow. The other plates came later or are given up. Those cars park (`parking`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache

import numpy as np
import pandas as pd

from simulator.streams import stream
from simulator.world import size
from simulator.world.enterprises import enterprises
from simulator.world.people import people
from simulator.world.plates import is_new_energy, plates
from simulator.world.streets import streets
from simulator.world.tables import offsets, ordinals, shared_out

IN_USE_SINCE = date(2021, 6, 1)
_GREEN_PLATES = np.datetime64("2017-12-01", "D")  # the first new-energy plates in the city
_OLDEST = np.datetime64("2011-01-01", "D")
_END = np.datetime64(size.AS_OF)
_NEVER = np.datetime64("NaT", "D")
_REPLACED, _GIVEN_UP = 0.35, 0.5
_OF_ENTERPRISES = 0.12
_DRIVERS = (18, 80)
FUELS = ("petrol", "diesel", "electric", "plug_in_hybrid")
OWNERS = ("person", "enterprise")
KINDS = ("car", "van", "truck", "bus", "taxi")
_KIND_SHARES = {"person": (0.97, 0.02, 0.01, 0, 0), "enterprise": (0.52, 0.16, 0.22, 0.04, 0.06)}


def vehicle_blocks(seed: int, scale: float) -> Iterator[pd.DataFrame]:
    """Every vehicle, one street at a time."""
    return (vehicles(seed, scale, street.number) for street in streets())


def vehicles(seed: int, scale: float, street: int) -> pd.DataFrame:
    """The vehicles whose owners are in a street, by its number: one row per vehicle, a plate's cars one after the other.

    Columns: vehicle (whole number, over all streets), plate_number (what `plates` makes a plate of), plate, owner_type
    (person | enterprise), owner_id (resident id or credit code), street_code, kind, fuel, registered, deregistered (the
    first day without it; NaT: still registered).
    """
    number, is_in_use = _numbers(scale, street)
    random = stream(seed, "vehicles", street)
    is_of_enterprise, owner, owner_since = _owners(random, seed, scale, street, len(number))
    kind = np.where(is_of_enterprise, *(
        random.choice(len(KINDS), len(number), p=_KIND_SHARES[of]) for of in ("enterprise", "person")
    ))  # fmt: skip
    is_green = is_new_energy(number)
    fuel = _fuels(random.random(len(number)), is_green, kind)
    earliest = np.maximum(np.where(is_green, _GREEN_PLATES, _OLDEST), owner_since)
    registered, left = _lives(random, earliest, is_in_use)
    first = pd.DataFrame({
        "vehicle": number * 2, "plate_number": number, "plate": plates(seed, number),
        "owner_type": pd.Categorical.from_codes(is_of_enterprise.astype(int), OWNERS), "owner_id": owner,
        "street_code": streets()[street].code, "kind": pd.Categorical.from_codes(kind, KINDS),
        "fuel": pd.Categorical.from_codes(fuel, FUELS), "registered": registered, "deregistered": left,
    })  # fmt: skip
    again = is_in_use & ~np.isnat(left)
    second = first[again].assign(vehicle=number[again] * 2 + 1, registered=left[again], deregistered=_NEVER)
    whole = pd.concat([first, second]).sort_values("vehicle", ignore_index=True)
    return whole.astype({"registered": "datetime64[s]", "deregistered": "datetime64[s]"})


@lru_cache(maxsize=1)
def register(seed: int, scale: float) -> pd.DataFrame:
    """Every vehicle in numbers, for those who need them all: vehicle, plate_number, street (its number), and the places
    of owner_type, kind and fuel in `OWNERS`, `KINDS` and `FUELS`; registered and deregistered as ordinals, 0: still."""
    blocks = [_numbers_of(each, street) for street, each in enumerate(vehicle_blocks(seed, scale))]
    return pd.concat(blocks, ignore_index=True)


def _numbers_of(block: pd.DataFrame, street: int) -> pd.DataFrame:
    codes = {name: block[name].cat.codes.to_numpy(np.int8) for name in ("owner_type", "kind", "fuel")}
    days = {name: ordinals(block[name].to_numpy()) for name in ("registered", "deregistered")}
    return block[["vehicle", "plate_number"]].assign(street=np.int16(street), **codes, **days)


def _numbers(scale: float, street: int) -> tuple[np.ndarray, np.ndarray]:
    """The plate numbers of a street, and which of them always have a car."""
    in_use, others = _begins(scale)
    number = np.concatenate([np.arange(*each[street : street + 2]) for each in (in_use, others)])
    return number, number < size.fleet(scale)


@cache
def _begins(scale: float) -> tuple[np.ndarray, np.ndarray]:
    shares = np.array([each.share for each in streets()])
    fleet = size.fleet(scale)
    others = offsets(shared_out(size.plate_numbers(scale) - fleet, shares)) + fleet
    return offsets(shared_out(fleet, shares)), others


def _owners(
    random: np.random.Generator, seed: int, scale: float, street: int, count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether an enterprise owns each, the owner's number, and since when it can own one.

    No person owns two while another who may drive owns none.
    """
    here = people(seed, scale, street)
    age = size.AS_OF.year - here["birth_year"].to_numpy()
    drivers = here["resident_id"].to_numpy(dtype="U18")[(age > _DRIVERS[0]) & (age < _DRIVERS[1])]
    firms = enterprises(seed, scale, street)
    old = firms[firms["closed"].isna() & (firms["founded"] < np.datetime64(IN_USE_SINCE))]
    is_of_enterprise = (random.random(count) < _OF_ENTERPRISES) | (not len(drivers))
    is_of_enterprise &= bool(len(old))
    owner = np.full(count, "", dtype="U18")
    since = np.full(count, _OLDEST)
    if len(drivers):
        owner = random.permutation(drivers)[np.arange(count) % len(drivers)]
    if len(old):
        weights = old["employees"].to_numpy() / old["employees"].sum()
        chosen = random.choice(len(old), count, p=weights)
        owner = np.where(is_of_enterprise, old["credit_code"].to_numpy(dtype="U18")[chosen], owner)
        founded = old["founded"].to_numpy().astype("datetime64[D]")[chosen]
        since = np.where(is_of_enterprise, founded, since)
    return is_of_enterprise, owner, since


def _lives(
    random: np.random.Generator, earliest: np.ndarray, is_in_use: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Days of registration, before `IN_USE_SINCE` for plates in use, and of the end, NaT where there is none."""
    share, ended = random.random((2, len(earliest))), random.random(len(earliest))
    latest = np.where(is_in_use, np.datetime64(IN_USE_SINCE), _END)
    registered = earliest + _part(latest - earliest, share[0])
    left = registered + 1 + _part(_END - registered - 1, share[1])
    ends = (ended < np.where(is_in_use, _REPLACED, _GIVEN_UP)) & (left < _END)
    return registered, np.where(ends, left, _NEVER)


def _part(span: np.ndarray, share: np.ndarray) -> np.ndarray:
    return (np.maximum(span.astype(int), 0) * share).astype("timedelta64[D]")


def _fuels(share: np.ndarray, is_green: np.ndarray, kind: np.ndarray) -> np.ndarray:
    """Places in `FUELS`: heavy vehicles without a new-energy plate mostly burn diesel."""
    is_heavy = np.isin(kind, [KINDS.index("truck"), KINDS.index("bus")])
    burnt = (share < np.where(is_heavy, 0.9, 0.02)).astype(int)
    return np.where(is_green, np.where(share < 0.7, 2, 3), burnt)
