"""What is published together is attacked: nothing is recovered of it, and every leak that is planted is found."""

from __future__ import annotations

import numpy as np
import pytest

from citylake.privacy.attack import Statement, attack
from citylake.privacy.cells import read
from citylake.publish.statements import statements
from tests.unit.leaks import AGES, CHANNELS, DISTRICTS, LEAST, PARTS, TARGETS, city, protected

READ_PARTS = {whole: tuple(tuple(map(read, way)) for way in ways) for whole, ways in PARTS.items()}


def said(connection) -> list[Statement]:
    return [each for target in TARGETS for each in statements(connection, target)]


def recovered(found: list[Statement]) -> list[str]:
    return [each.about for each in attack(found, READ_PARTS, LEAST)]


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_recovered_of_what_is_protected(seed):
    _, connection = protected(seed)
    found = said(connection)
    assert sum(each.persons is None for each in found) > 20
    assert recovered(found) == []


def test_where_few_come_nothing_is_recovered_either():
    _, connection = protected(1, size=1.5)
    assert recovered(said(connection)) == []


def test_hiding_the_small_ones_alone_is_not_enough():
    _, connection = city(0)
    connection.execute("update m set came = null where came between 1 and 9")
    connection.execute("update m set missed = null where missed between 1 and 9")
    connection.execute(
        "update v set value = null, numerator = null, denominator = null, value_status = 'hidden'"
        " where numerator between 1 and 9 or denominator between 1 and 9"
    )
    assert len(recovered(said(connection))) > 10


def _places(connection, table: str, condition: str) -> list[tuple]:
    return connection.execute(f"select rowid from {table} where {condition}").fetchall()


def shown_again(connection, seed: int, table: str, columns: tuple[str, ...], condition: str) -> None:
    """Rows as they were before they were protected."""
    _, before = city(seed)
    for (row,) in _places(before, table, condition):
        values = before.execute(f"select {', '.join(columns)} from {table} where rowid = {row}").fetchone()
        connection.execute(
            f"update {table} set {', '.join(f'{name} = ?' for name in columns)} where rowid = {row}", values
        )


VALUE = ("value", "numerator", "denominator", "value_status")
LARGE = "least(came, missed) >= 10"
BIG = "least(numerator, denominator - numerator) >= 10"


def small_ones_of_a_mart(connection, persons, seed):
    shown_again(connection, seed, "m", ("came", "missed"), "came between 1 and 9")


def small_ones_of_the_values(connection, persons, seed):
    shown_again(connection, seed, "v", VALUE, "numerator between 1 and 9")


def one_number_of_a_hidden_row(connection, persons, seed):
    shown_again(connection, seed, "m", ("came",), "came >= 10")


def nothing_hidden_beside_in_the_mart(connection, persons, seed):
    shown_again(connection, seed, "m", ("came", "missed"), LARGE)
    shown_again(connection, seed, "v", VALUE, f"group_type <> 'age_band' and {BIG}")


def nothing_hidden_beside_over_districts(connection, persons, seed):
    shown_again(connection, seed, "v", VALUE, BIG)


def a_value_with_its_denominator(connection, persons, seed):
    shown_again(
        connection, seed, "v", ("value", "denominator"), "numerator between 1 and 9 and denominator >= 10"
    )


def a_value_with_its_numerator(connection, persons, seed):
    shown_again(connection, seed, "v", ("value", "numerator"), BIG)


def the_other_part_of_a_whole(connection, persons, seed):
    for place, came, missed in _by_age(persons):
        if 0 < missed < 10 <= came:
            yield Statement("share who came", "asked", place | {"state": "came"}, came)
            yield Statement("share who came", "expected", place, came + missed)


def _by_age(persons):
    """Place of (day, district, age) with who came and missed."""
    for (day, district, age), came in np.ndenumerate(persons.sum(axis=2)[..., 0]):
        place = {"day": str(day), "district": DISTRICTS[district], "age_band": AGES[age]}
        yield place, int(came), int(persons[day, district, :, age, 1].sum())


def _cells(persons):
    """Place of (day, district, channel) with who came and missed."""
    for (day, district, channel), came in np.ndenumerate(persons.sum(axis=3)[..., 0]):
        place = {"day": str(day), "district": DISTRICTS[district], "channel": CHANNELS[channel]}
        yield place, int(came), int(persons[day, district, channel, :, 1].sum())


def another_mart_of_the_same_persons(connection, persons, seed):
    for place, came, missed in _cells(persons):
        if 0 < missed < 10 <= came:
            yield Statement("another mart", "expected", place, came + missed)
            yield Statement("another mart", "asked", place | {"state": "came"}, came)


def a_finer_grain(connection, persons, seed):
    # By district, channel and age, where the mart shows all ages together.
    for (day, district, channel), old in np.ndenumerate(persons[..., 0, 1]):
        young = int(persons[day, district, channel, 1, 1])
        place = {
            "day": str(day),
            "district": DISTRICTS[district],
            "channel": CHANNELS[channel],
            "state": "missed",
        }
        if 0 < old < 10 <= young:
            yield Statement("finer", "asked", place | {"age_band": "60+"}, None)
            yield Statement("finer", "asked", place | {"age_band": "<60"}, young)


def a_month_beside_its_days(connection, persons, seed):
    missed = {tuple(sorted(place.items())): n for place, _, n in _cells(persons)}
    for place, _, few in _cells(persons):
        other = place | {"day": "1" if place["day"] == "0" else "0"}
        many = missed[tuple(sorted(other.items()))]
        if 0 < few < 10 <= many:
            of_month = {name: value for name, value in place.items() if name != "day"} | {"state": "missed"}
            yield Statement("day", "asked", other | {"state": "missed"}, many)
            yield Statement("month", "asked", of_month, few + many, {"day": ("0", "1")})


def a_version_that_showed_it(connection, persons, seed):
    _, before = city(seed)
    yield from (each for each in said(before) if each.persons is not None and each.persons < 10)


def two_of_few_whose_sum_is_shown(connection, persons, seed):
    place = {"day": "9", "state": "missed"}
    yield Statement("all", "asked", place, 37)
    yield Statement("web", "asked", place | {"channel": "web"}, 30)
    yield Statement("desk", "asked", place | {"channel": "desk"}, None)
    yield Statement("phone", "asked", place | {"channel": "phone"}, None)


def two_margins_that_cross(connection, persons, seed):
    for district, (web, desk) in {"1": (3, None), "2": (40, 50)}.items():
        place = {"day": "8", "state": "came", "district": district}
        yield Statement("cell", "asked", place | {"channel": "web"}, None if web == 3 else web)
        yield Statement("cell", "asked", place | {"channel": "desk"}, desk)
    yield Statement("margin", "asked", {"day": "8", "state": "came", "channel": "web"}, 43)


LEAKS = [
    small_ones_of_a_mart, small_ones_of_the_values, one_number_of_a_hidden_row, nothing_hidden_beside_in_the_mart,
    nothing_hidden_beside_over_districts, a_value_with_its_denominator, a_value_with_its_numerator, the_other_part_of_a_whole,
    another_mart_of_the_same_persons, a_finer_grain, a_month_beside_its_days, a_version_that_showed_it,
    two_of_few_whose_sum_is_shown, two_margins_that_cross,
]  # fmt: skip


@pytest.mark.parametrize("leak", LEAKS)
def test_every_leak_is_found(leak):
    persons, connection = protected(0)
    more = list(leak(connection, persons, 0) or ())
    assert recovered([*said(connection), *more]) != []
