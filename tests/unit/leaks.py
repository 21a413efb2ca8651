"""A small protected publication of counted persons, for attacks on it: two tables, as a domain's marts and values."""

from __future__ import annotations

import duckdb
import numpy as np

from citylake.indicator import Threshold
from citylake.privacy.disclosure import Protected, protect

LEAST = 10
PARTS = {"expected": (("asked(state=came)", "asked(state=missed)"),)}
DISTRICTS, CHANNELS, AGES = ("1", "2", "3", "4"), ("phone", "web", "desk"), ("60+", "<60")
_VALUE_PLACE = (("period_type", "period"), ("area_type", "area"), ("group_type", '"group"'))


def rule(**counts: str) -> Threshold:
    return Threshold(
        rule="threshold", least=LEAST, counts=counts, hides=(), dimensions={"district_code": "district"}
    )


TARGETS = [
    Protected(
        "m", ("came", "missed"), rule(came="asked(state=came)", missed="asked(state=missed)"),
        place=(("'day'", "day"), ("'district'", "district"), ("'channel'", "channel")),
    ),
    Protected(
        "v", ("value", "numerator", "denominator", "value_status"),
        Threshold(rule="threshold", least=LEAST, counts={"numerator": "asked(state=missed)", "denominator": "expected"}),
        "code = 'x1_missed_pct'", _VALUE_PLACE, 100,
    ),
]  # fmt: skip


def city(seed: int, size: float = 12):
    """Persons by day, district, channel, age and whether they came, and a connection to what is published of them."""
    random = np.random.default_rng(seed)
    persons = random.poisson(size * random.gamma(0.7, 1, (2, len(DISTRICTS), len(CHANNELS), len(AGES), 2)))
    connection = duckdb.connect()
    connection.execute(
        "create table m (day varchar, district varchar, channel varchar, came bigint, missed bigint)"
    )
    connection.execute(
        "create table v (code varchar, period_type varchar, period varchar, area_type varchar, area varchar,"
        ' group_type varchar, "group" varchar, value double, numerator double, denominator double, value_status varchar)'
    )
    for day in range(2):
        for district, name in enumerate(DISTRICTS):
            for channel, called in enumerate(CHANNELS):
                came, missed = persons[day, district, channel].sum(axis=0).tolist()
                connection.execute(
                    "insert into m values (?, ?, ?, ?, ?)", [str(day), name, called, came, missed]
                )
        for area, name in ((slice(None), "city"), *enumerate(DISTRICTS)):
            of_area = np.atleast_3d(persons[day][area]).reshape(-1, len(CHANNELS), len(AGES), 2).sum(axis=0)
            place = [str(day), "city" if name == "city" else "district", name]
            _value(connection, [*place, "all", "all"], of_area.sum(axis=(0, 1)))
            for channel, called in enumerate(CHANNELS):
                _value(connection, [*place, "channel", called], of_area[channel].sum(axis=0))
            for age, called in enumerate(AGES):
                _value(connection, [*place, "age_band", called], of_area[:, age].sum(axis=0))
    return persons, connection


def _value(connection, place: list[str], counts) -> None:
    came, missed = counts.tolist()
    expected = came + missed
    value = round(100 * missed / expected, 6) if expected else None
    connection.execute(
        "insert into v values ('x1_missed_pct', 'day', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [*place, value, missed, expected, "shown" if expected else "not_reported"],
    )


def protected(seed: int, size: float = 12):
    """The same, protected."""
    persons, connection = city(seed, size)
    protect(connection, TARGETS, PARTS)
    return persons, connection
