"""Which files, hours and values of the air stations are struck on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from simulator.scenario import AirScenario
from simulator.streams import count_on, stream
from simulator.world.air import POLLUTANTS, WEATHER

# Kinds whose file carries no readable rows for one of its feeds: no other fault is planted in them.
UNREADABLE = ("missing_file", "empty_file", "removed_column")
SENTINELS = ("PM2.5", "PM10")
CELLS = (*POLLUTANTS, *WEATHER, "wd")
STUCK_COLUMNS = ("PM2.5", "PM10", "SO2", "NO2", "O3")  # CO moves in tens and stands still by itself
_TEXTS = ("err", "<2", "故障", "**", "1.2.3")


@dataclass(frozen=True)
class Fault:
    """One fault of one file. `values` are the texts put into `columns`; `hours` one hour, or a window."""

    kind: str
    station: int
    hours: tuple[int, ...]
    columns: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Faults of one day: at most one a file in `files` (station index → kind), any number in `faults`."""

    files: dict[int, str]
    faults: tuple[Fault, ...]

    def of(self, station: int) -> tuple[Fault, ...]:
        """The faults inside one station's file."""
        return tuple(each for each in self.faults if each.station == station)


def plan(seed: int, rates: AirScenario, day: date, stations: int, nominal: int) -> Plan:
    """The faults of `stations` files of 24 hours; how many follows from `nominal`, the register's length.

    No two faults touch one row, so that what becomes of each is decidable.
    """
    random = stream(seed, "air", day, "plan")
    files = _files(seed, rates, day, random, stations, nominal)
    readable = np.array([index for index in range(stations) if files.get(index) not in UNREADABLE])
    free = np.zeros((stations, 24), dtype=bool)
    free[readable] = True
    faults = _windows(seed, rates, day, random, readable, free, nominal)
    faults += _rows(seed, rates, day, random, free, nominal)
    faults += _cells(seed, rates, day, random, free, nominal)
    return Plan(files, tuple(faults))


def _files(seed, rates, day, random, stations, nominal) -> dict[int, str]:
    order = iter(random.permutation(stations))
    struck = {}
    for kind, rate in rates.files.model_dump().items():
        for _ in range(count_on(seed, kind, day, rate, nominal)):
            if (index := next(order, None)) is not None:
                struck[int(index)] = kind
    return struck


def _windows(seed, rates, day, random, readable, free, nominal) -> list[Fault]:
    """Stuck sensors and outages: hours in a row of one file, which no other fault touches."""
    order = iter(random.permutation(readable))
    found = []
    for kind, shortest, longest in (("stuck_sensor", 6, 12), ("outage", 5, 10)):
        for _ in range(count_on(seed, kind, day, getattr(rates.sensors, kind), nominal)):
            length = int(random.integers(shortest, longest + 1))
            start = int(random.integers(0, 25 - length))
            column = str(random.choice(STUCK_COLUMNS))
            if (station := next(order, None)) is None:
                continue
            hours = tuple(range(start, start + length))
            free[station, hours] = False
            columns = (column,) if kind == "stuck_sensor" else POLLUTANTS
            found.append(Fault(kind, int(station), hours, columns))
    return found


def _rows(seed, rates, day, random, free, nominal) -> list[Fault]:
    """Faults that cost a row, one a row."""
    order = iter(random.permutation(np.argwhere(free)))
    found: list[Fault] = []
    for kind, rate in rates.rows.model_dump().items():
        for number in range(count_on(seed, kind, day, rate, nominal * 24)):
            if (site := next(order, None)) is None:
                return found
            station, hour = map(int, site)
            free[station, hour] = False
            columns, values = _row_values(kind, random, is_weather=number % 2 == 1)
            found.append(Fault(kind, station, (hour,), columns, values))
    return found


def _row_values(
    kind: str, random: np.random.Generator, is_weather: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of a faulty row and what stands in them. Draws the same numbers for every kind."""
    text = str(random.choice(_TEXTS))
    number = int(random.integers(5001, 9999))
    negative = f"-{random.integers(1, 30)}"
    pollutant = str(random.choice(POLLUTANTS))
    weather = str(random.choice(WEATHER))
    extra = bool(random.integers(2))
    too_much = {"TEMP": "88.8", "PRES": f"{number}", "DEWP": "-99.9", "RAIN": "-0.4", "WSPM": "327.6"}
    impossible = ((pollutant,), (negative,)) if number % 2 else (("PM10",), (str(number),))
    return {
        "out_of_range": ((weather,), (too_much[weather],)) if is_weather else impossible,
        "text_in_number": ((weather if is_weather else pollutant,), (text,)),
        "two_faults": (("PM10", "SO2"), (str(number), text)),
        "not_in_list": (("wd",), ('"C"' if extra else '"VRB"',)),
        "required_missing": (("hour",), ("NA",)),
        "impossible_time": (("hour",), ("24",)),
        "wrong_column_count": ((), ("one more",) if extra else ("one less",)),
    }.get(kind, ((), ()))  # fmt: skip


def _cells(seed, rates, day, random, free, nominal) -> list[Fault]:
    """Values that become null: the instrument's cap, and NA."""
    found: list[Fault] = []
    order = iter(random.permutation(np.argwhere(free)))
    for number in range(count_on(seed, "sentinel_999", day, rates.sensors.sentinel_999, nominal * 24)):
        if (site := next(order, None)) is None:
            break
        found.append(Fault("sentinel_999", int(site[0]), (int(site[1]),), (SENTINELS[number % 2],), ("999",)))
    taken = {(each.station, each.hours[0], each.columns[0]) for each in found}
    sites = np.argwhere(np.repeat(free[:, :, None], len(CELLS), axis=2))
    wanted = count_on(seed, "missing_value", day, rates.sensors.missing_value, nominal * 24 * len(CELLS))
    for station, hour, cell in random.permutation(sites)[: wanted + len(taken)]:
        if wanted and (int(station), int(hour), CELLS[cell]) not in taken:
            found.append(Fault("missing_value", int(station), (int(hour),), (CELLS[cell],), ("NA",)))
            wanted -= 1
    return found
