"""What is hidden beside small counts, so that nobody works them out; expected rows are typed by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from citylake.privacy.cells import Cells, Count
from citylake.privacy.suppression import rows_to_hide

LEAST = 10


def counts(*given: tuple[str, dict[str, str], int], table: str = "t") -> list[Count]:
    """Each in a row of its own: (population, place, persons)."""
    return [
        Count(whom, frozenset(place.items()), persons, (table, n))
        for n, (whom, place, persons) in enumerate(given)
    ]


def hidden(found: list[Count], parts=None) -> list[int]:
    return sorted(row for _, row in rows_to_hide(found, parts or {}, LEAST))


def test_without_a_total_only_the_small_one_is_hidden():
    assert hidden(counts(("p", {"age": "a"}, 3), ("p", {"age": "b"}, 20), ("p", {"age": "c"}, 0))) == [0]


def test_beside_a_small_one_whose_total_is_shown_the_least_other_is_hidden():
    found = counts(
        ("p", {}, 73),
        ("p", {"age": "a"}, 3),
        ("p", {"age": "b"}, 20),
        ("p", {"age": "c"}, 50),
        ("p", {"age": "d"}, 0),
    )
    assert hidden(found) == [1, 2]


def test_two_small_ones_whose_sum_is_known_need_a_third():
    # 3 + 4 = 7: neither could be 9.
    found = counts(("p", {}, 57), ("p", {"age": "a"}, 3), ("p", {"age": "b"}, 4), ("p", {"age": "c"}, 50))
    assert hidden(found) in ([0, 1, 2], [1, 2, 3])
    # 9 + 1: what one loses the other gains, and both may be anything.
    assert hidden(
        counts(("p", {}, 60), ("p", {"age": "a"}, 9), ("p", {"age": "b"}, 1), ("p", {"age": "c"}, 50))
    ) == [1, 2]


def test_where_nobody_else_is_the_total_goes_with_it():
    found = counts(
        ("p", {}, 12), ("p", {"age": "a"}, 12), ("p", {"age": "b"}, 0), ("q", {}, 4), ("q", {"age": "a"}, 4)
    )
    assert hidden(found) == [3, 4]


def test_over_two_grains_no_difference_tells():
    # Districts x ages, with both margins and the whole: one hidden beside it in its row and column would be told by theirs.
    table = {("1", "a"): 2, ("1", "b"): 30, ("1", "c"): 40, ("2", "a"): 50, ("2", "b"): 60, ("2", "c"): 70}
    found = counts(
        *[("p", {"district": d, "age": a}, n) for (d, a), n in table.items()],
        *[("p", {"district": d}, sum(n for (e, _), n in table.items() if e == d)) for d in "12"],
        *[("p", {"age": a}, sum(n for (_, e), n in table.items() if e == a)) for a in "abc"],
        ("p", {}, sum(table.values())),
    )  # fmt: skip
    assert hidden(found) == [0, 1, 3, 4]


def test_a_part_of_a_population_is_told_by_the_other_parts():
    parts = {"asked": (("came", "missed"),)}
    found = counts(("asked", {"age": "a"}, 40), ("came", {"age": "a"}, 36), ("missed", {"age": "a"}, 4))
    assert hidden(found, parts) == [1, 2]
    assert hidden(found) == [2]


def test_parts_may_be_places_of_another_population():
    parts = {"expected": (("asked(state=came)", "asked(state=missed)"),)}
    found = counts(
        ("expected", {}, 40),
        ("asked", {"state": "came"}, 36),
        ("asked", {"state": "missed"}, 4),
        ("asked", {"state": "off"}, 9),
    )
    assert hidden(found, parts) == [1, 2, 3]
    assert hidden(found[:3]) == [2]


def test_of_a_row_all_numbers_go_and_a_number_goes_from_all_rows():
    place = frozenset({("age", "a")})
    found = [
        Count("came", place, 36, ("mart", 1)), Count("missed", place, 4, ("mart", 1)),
        Count("missed", place, 4, ("values", 7)), Count("asked", place, 40, ("values", 7)),
        Count("came", place, 36, ("values", 8)),
    ]  # fmt: skip
    # The whole is told in no other row than 7, so 36 tells nothing.
    assert rows_to_hide(found, {"asked": (("came", "missed"),)}, LEAST) == {
        ("mart", 1),
        ("values", 7),
    }
    found.append(Count("asked", place, 40, ("other", 0)))
    assert rows_to_hide(found, {"asked": (("came", "missed"),)}, LEAST) == {
        ("mart", 1), ("values", 7), ("values", 8),
    }  # fmt: skip


def test_days_do_not_touch_each_other_and_an_unknown_value_is_one_too():
    found = counts(
        ("p", {"day": "1"}, 33), ("p", {"day": "1", "age": "a"}, 3), ("p", {"day": "1", "age": ""}, 30),
        ("p", {"day": "2"}, 30), ("p", {"day": "2", "age": "a"}, 15), ("p", {"day": "2", "age": "b"}, 15),
    )  # fmt: skip
    assert hidden(found) == [1, 2]


def test_whoever_has_no_value_is_taken_to_be_known():
    # 45 of 48 have an age: from the total, a and the three the small one could be told.
    found = counts(("p", {}, 48), ("p", {"age": "a"}, 40), ("p", {"age": "b"}, 5))
    assert hidden(found) == [1, 2]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([2, 8, 30]))
def test_of_no_small_count_more_can_be_told_than_that_it_is_small(seed, size):
    random = np.random.default_rng(seed)
    table = random.poisson(size * random.gamma(0.6, 1, (4, 3, 3)))
    found = []
    for axes in [(), (0,), (1,), (2,), (0, 1), (0, 2)]:
        margin = table.sum(axis=tuple({0, 1, 2} - set(axes)))
        for index in np.ndindex(margin.shape):
            place = {"dwa"[axis]: str(value) for axis, value in zip(axes, index, strict=True)}
            found.append(("p", place, int(margin[index])))
    system = Cells(counts(*found), {})
    cells, rows = system.cells, rows_to_hide(counts(*found), {}, LEAST)
    shown = [not cell.rows <= rows for cell in cells]
    told = ranges([cell.persons for cell in cells], shown, system.sums())
    for cell, is_shown, (low, high) in zip(cells, shown, told, strict=True):
        if 0 < cell.persons < LEAST:
            assert not is_shown
            assert low < 1 + 1e-5
            assert high > 9 - 1e-5


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_what_is_hidden_of_a_day_depends_on_no_order_and_on_no_other_day(seed):
    random = np.random.default_rng(seed)
    found = []
    for day in "12":
        # Three tables, some of whose populations are parts of others; many numbers are equal, so many ways are as cheap.
        table = random.choice([0, 3, 12, 12, 20], (3, 4))
        for number, (district, age) in enumerate(np.ndindex(table.shape)):
            place, came = {"day": day, "d": str(district)}, int(table[district, age])
            found += [
                ("asked", place | {"a": str(age)}, came + 12, number),
                ("came", place | {"a": str(age)}, came, number),
            ]
        found += [("came", {"day": day, "d": str(d)}, int(table[d].sum()), 90 + d) for d in range(3)]
        found += [("came", {"day": day, "a": str(a)}, int(table[:, a].sum()), 95 + a) for a in range(4)]
        found.append(("came", {"day": day}, int(table.sum()), 99))
    parts = {"asked": (("came", "missed"),)}

    def hidden_of(chosen: list) -> set:
        rows = [
            Count(whom, frozenset(at.items()), persons, (at["day"], row)) for whom, at, persons, row in chosen
        ]
        return rows_to_hide(rows, parts, LEAST)

    whole = hidden_of(found)
    assert hidden_of([found[n] for n in random.permutation(len(found))]) == whole
    assert hidden_of([each for each in found if each[1]["day"] == "2"]) == {
        row for row in whole if row[0] == "2"
    }


class Gave(dict):
    """What contributors gave to the amount `money`: (place of a, place of b) -> amounts."""

    def __contains__(self, population):
        return population == "money"

    def range_of(self, population, place, amount):
        ranked = sorted(self.at(place), reverse=True) + [0, 0]
        if 10 * (amount - ranked[0] - ranked[1]) >= ranked[0]:
            return None
        margin = max(-(-ranked[0] // 10), 1)
        return max(amount - margin, 0), amount + margin

    def at(self, place):
        """Of each contributor all that it gave there."""
        at = dict(place)
        inside = [of for (a, b), of in self.items() if at.get("a", a) == a and at.get("b", b) == b]
        return np.sum(inside, axis=0).tolist()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_nobody_can_tell_what_dominates_an_amount_to_within_a_tenth(seed):
    random = np.random.default_rng(seed)
    gave = Gave({
        (a, b): np.floor(random.pareto(0.8, 4) * 1_000 * (random.random(4) < 0.6)).astype(int)
        for a in "123" for b in "xyz"
    })  # fmt: skip
    places = [
        {},
        *({"a": a} for a in "123"),
        *({"b": b} for b in "xyz"),
        *({"a": a, "b": b} for a, b in gave),
    ]
    found = counts(*[("money", place, sum(gave.at(frozenset(place.items())))) for place in places])
    system = Cells(found, {})
    rows = rows_to_hide(found, {}, LEAST, gave)
    shown = [not cell.rows <= rows for cell in system.cells]
    told = ranges([cell.persons for cell in system.cells], shown, system.sums())
    for cell, (low, high) in zip(system.cells, told, strict=True):
        if needed := gave.range_of("money", cell.place, cell.persons):
            assert low <= needed[0] * (1 + 1e-6) + 1e-5
            assert high >= needed[1] * (1 - 1e-6) - 1e-5


def ranges(persons: list[int], shown: list[bool], relations) -> list[tuple[float, float]]:
    """Between what each number may lie, as far as one can tell from those shown: asked of each alone."""
    matrix = np.zeros((len(relations), len(persons)))
    for row, (whole, of) in enumerate(relations):
        matrix[row, whole] = 1
        matrix[row, list(of)] -= 1
    bounds = [(each, each) if is_shown else (0, None) for each, is_shown in zip(persons, shown, strict=True)]
    found = []
    for number in range(len(persons)):
        ends = []
        for sign in (1, -1):
            costs = np.zeros(len(persons))
            costs[number] = sign
            best = linprog(costs, A_eq=matrix, b_eq=np.zeros(len(relations)), bounds=bounds)
            ends.append(sign * best.fun if best.status == 0 else sign * -np.inf)
        found.append((ends[0], ends[1]))
    return found
