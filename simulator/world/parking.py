"""Cars that park: who came when to which lot, for how long, what is due and when it is paid.

The cars are registered ones (`vehicles`). On weekends and holidays, make-up working days excepted, scenic spots draw
more; heavy rain keeps visitors away from them and others longer in covered lots.

A day's arrivals depend on the seed and that day alone. A car comes to one lot at most once in four days, and stays
less than two, so that who left is never in doubt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.scenario import ParkingScenario
from simulator.streams import stream
from simulator.times import DAY_S
from simulator.world import weather
from simulator.world.calendar import is_free
from simulator.world.lots import Lot
from simulator.world.plates import plates as plates

LONGEST_S = 2 * DAY_S - 3_600
FREE_S = 15 * 60
LATEST_PAYMENT = timedelta(days=6)  # after leaving; nobody pays later in this city
HEAVY_RAIN_SCENIC_VISITS = 0.75  # of those of a dry day
HEAVY_RAIN_COVERED_STAY = 1.15  # of its length on a dry day: people wait until it is over
_LETTERS = "ABCR"  # of payments: of one bill, the rest of one, of all of a car's bills of a day, paid back
_A_DAY = 10**7  # numbers of a day's sessions and bills lie below
_CENTURY = 2_000 * 10**11  # bills name the year by two digits
# When cars arrive: shares of the day's by hour, on working days and on free ones.
_WORKING = np.array([1, .6, .4, .3, .4, 1, 3, 8, 9, 6, 5, 5, 5, 5, 5, 5, 5, 6, 7, 6, 5, 4, 3, 2])  # fmt: skip
_FREE = np.array([1.5, .8, .5, .4, .4, .6, 1, 2, 4, 7, 8, 7, 6, 7, 7, 6, 6, 6, 6, 6, 5, 4, 3, 2])  # fmt: skip


@dataclass(frozen=True)
class Paid:
    """Payments of some tickets: one row per payment and ticket.

    Columns: payment (its number, see `payment_texts`), paid_s (seconds since the day's midnight), is_refund, ticket,
    amount_cny.
    """

    rows: pd.DataFrame


# So many cohorts drive past the line of one day; payments keep their own.
@lru_cache(maxsize=4)
def arrivals(seed: int, scenario: ParkingScenario, here: tuple[Lot, ...], day: date) -> pd.DataFrame:
    """Everyone who drove in on `day`: one row per stay.

    Columns: session (its number), lot (its place in `here`), vehicle, entered_s and left_s (when the line was crossed,
    seconds since this day's midnight, tenths), entry_wait_s and exit_wait_s (from captured to crossed), is_free_flow,
    due_cny, ticket (its number, see `ticket_texts`; 0 where nothing is due).
    """
    random = stream(seed, "parking", day)
    free, heavy_rain = is_free(day), weather.city_day(seed, day).is_heavy_rain
    scenic = (1.6 if free else 0.7) * (HEAVY_RAIN_SCENIC_VISITS if heavy_rain else 1.0)
    expected = np.array([lot.spaces for lot in here]) * scenario.stays_per_space
    expected *= np.where([lot.is_scenic for lot in here], scenic, 0.9 if free else 1.0)
    counts = np.minimum(random.poisson(expected), here[0].fleet // 8)
    lot = np.repeat(np.arange(len(here)), counts)
    total = len(lot)
    weights = _FREE if free else _WORKING
    entered = (random.choice(24, total, p=weights / weights.sum()) + random.random(total)) * 3600
    stay = random.lognormal(np.log(160 * 60), 1.0, total)
    if heavy_rain:
        stay *= np.where([each.is_covered for each in here], HEAVY_RAIN_COVERED_STAY, 1.0)[lot]
    stay = np.clip(stay, 120, LONGEST_S)
    entered, stay = np.round(entered, 1), np.round(stay, 1)
    free_flow = np.array([each.is_free_flow(day) for each in here])[lot]
    waits = [_waits(random, scenario, free_flow) for _ in range(2)]
    price = np.array([each.price_cny for each in here])[lot]
    due = np.where(stay <= FREE_S, 0.0, np.minimum(np.ceil(stay / 3600) * price, 10 * price))
    session = int(f"{day:%Y%m%d}") * _A_DAY + np.arange(total)
    return pd.DataFrame({
        "session": session, "lot": lot,
        "vehicle": _vehicles(seed, day, counts, here[0].fleet), "entered_s": entered, "left_s": np.round(entered + stay, 1),
        "entry_wait_s": waits[0], "exit_wait_s": waits[1], "is_free_flow": free_flow, "due_cny": due,
        "ticket": np.where(due > 0, session - _CENTURY, 0),
    })  # fmt: skip


def ticket_texts(numbers: pd.Series) -> list[str]:
    """Bills' numbers as departments write them: T, the day and seven digits; '' for none."""
    return [f"T{number:013d}" if number else "" for number in numbers.tolist()]


def payment_texts(numbers: pd.Series) -> list[str]:
    """Payments' numbers as the platform writes them: that of the first bill, and a letter for the kind."""
    return [f"{number >> 2:013d}{_LETTERS[number & 3]}" for number in numbers.tolist()]


@lru_cache(maxsize=10)
def payments(seed: int, scenario: ParkingScenario, here: tuple[Lot, ...], day: date) -> Paid:
    """Everything paid and paid back for the tickets of those who drove in on `day`, by the time of paying."""
    stays = arrivals(seed, scenario, here, day)
    owing = stays[stays["ticket"] != 0].reset_index(drop=True)
    random = stream(seed, "paying", day)
    total = len(owing)
    share, uniform = random.random(total), random.random((3, total))
    habits = scenario.paying
    prepays = share < habits.before_leaving
    never = share >= 1 - habits.never
    after = np.minimum(random.exponential(20 * 3600, total) + 30, LATEST_PAYMENT.total_seconds() - DAY_S)
    at_exit = ~owing["is_free_flow"].to_numpy()
    left = owing["left_s"].to_numpy()
    paid = np.where(prepays, left - 60 - uniform[0] * 240, left + after)
    paid = np.floor(np.where(at_exit, left - 8, paid))
    pays = at_exit | ~never
    # Two of a vehicle's tickets in one payment: those that would be paid on one day are.
    in_parts = pays & ~at_exit & ~prepays & (uniform[1] < habits.in_two_parts)
    refunded = pays & ~in_parts & (uniform[2] < habits.refunded)
    rows = pd.DataFrame({"vehicle": owing["vehicle"], "ticket": owing["ticket"], "paid_s": paid,
                         "is_refund": False, "amount_cny": owing["due_cny"]})  # fmt: skip
    first = np.ceil(owing["due_cny"] / 2)
    whole = rows[pays].copy()
    whole.loc[in_parts[pays], "amount_cny"] = first[pays & in_parts]
    rest = rows[in_parts].assign(
        paid_s=paid[in_parts] + DAY_S / 2, amount_cny=(owing["due_cny"] - first)[in_parts]
    )
    back = rows[refunded].assign(paid_s=paid[refunded] + DAY_S, is_refund=True)
    later = whole[(~at_exit & ~prepays)[pays]]
    single = whole[(at_exit | prepays)[pays]]
    return Paid(_numbered([single, rest[rest["amount_cny"] > 0], back], later))


def _numbered(single: list[pd.DataFrame], later: pd.DataFrame) -> pd.DataFrame:
    """Payments with their numbers: what one vehicle pays on one day after leaving is one payment, at its last time."""
    parts = [
        each.assign(payment=each["ticket"] * 4 + _LETTERS.index(letter))
        for letter, each in zip("ABR", single, strict=True)
    ]
    parts.append(_together(later))
    whole = pd.concat(parts, ignore_index=True)
    columns = [whole[name].to_numpy() for name in ("ticket", "payment", "paid_s")]
    made = whole.drop(columns="vehicle").iloc[np.lexsort(columns)]
    return made.reset_index(drop=True)


def _together(later: pd.DataFrame) -> pd.DataFrame:
    """What one vehicle pays on one day: the number of its first bill, and its last time."""
    vehicle, paid, ticket = (later[name].to_numpy() for name in ("vehicle", "paid_s", "ticket"))
    key = vehicle * 64 + (paid // DAY_S).astype(np.int64)
    order = np.argsort(key, kind="stable")
    begins = np.flatnonzero(np.diff(key[order], prepend=-1))
    payment, at = np.empty(len(key), dtype=np.int64), np.empty(len(key))
    counts = np.diff(begins, append=len(key))
    if len(key):
        payment[order] = np.repeat(np.minimum.reduceat(ticket[order], begins), counts)
        at[order] = np.repeat(np.maximum.reduceat(paid[order], begins), counts)
    return later.assign(payment=payment * 4 + _LETTERS.index("C"), paid_s=at)


def _waits(random, scenario: ParkingScenario, free_flow: np.ndarray) -> np.ndarray:
    """Seconds from being captured to crossing the line."""
    barrier, free = scenario.entry_s.barrier, scenario.entry_s.free_flow
    normal = random.standard_normal(len(free_flow))
    median = np.where(free_flow, free.median, barrier.median)
    spread = np.where(free_flow, free.spread, barrier.spread)
    return np.maximum(np.round(median * np.exp(spread * normal), 1), 0.2)


def _vehicles(seed: int, day: date, counts: np.ndarray, fleet: int) -> np.ndarray:
    """Which car, by its plate number: of every lot's visitors of a day none comes again within four days.

    A quarter of the fleet, a prime, may come to a lot on a day, another quarter to the next lot.
    """
    random = stream(seed, "visitors", day)
    quarter = fleet // 4
    starts = random.integers(0, quarter, len(counts))
    steps = 2 * random.integers(0, quarter // 4, len(counts)) + 1
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    place = (np.repeat(starts, counts) + within * np.repeat(steps, counts)) % quarter
    return place * 4 + np.repeat((day.toordinal() + np.arange(len(counts))) % 4, counts)
