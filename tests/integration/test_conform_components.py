"""What hangs together: pairs, stars, chains, rings, and many at random."""

from __future__ import annotations

import random

from spark_jobs import patterns
from tests.local_spark import session


def components(*links: tuple) -> dict[tuple, object]:
    """(day, node) -> the least it hangs together with; links are (day, one, other)."""
    kind = "bigint" if links and isinstance(links[0][1], int) else "string"
    frame = session().createDataFrame(list(links), f"day bigint, one {kind}, other {kind}")
    found = patterns.components(frame, by=["day"], one="one", other="other", least="least")
    assert found.columns == ["day", "one", "least"]
    rows = [tuple(row) for row in found.collect()]
    by_node = {(day, node): least for day, node, least in rows}
    assert len(by_node) == len(rows), "one row for each"
    return by_node


def named(text: str, day: int = 1) -> dict[tuple, str]:
    """'ab c' as what hangs together: a and b of a, c of itself."""
    return {(day, node): min(group) for group in text.split() for node in group}


def test_a_pair_is_of_its_lesser_whichever_way_it_is_told_and_however_often():
    assert components((1, "a", "b")) == named("ab")
    assert components((1, "b", "a"), (1, "a", "b"), (1, "b", "a")) == named("ab")


def test_stars_around_the_least_the_greatest_and_one_between():
    assert components((1, "a", "b"), (1, "a", "c")) == named("abc")
    assert components((1, "c", "a"), (1, "c", "b")) == named("abc")
    assert components((1, "b", "a"), (1, "b", "c")) == named("abc")


def test_a_ring_and_whatever_has_two_ways_is_one():
    assert components((1, "a", "b"), (1, "b", "c"), (1, "c", "a")) == named("abc")
    assert components((1, "a", "d"), (1, "b", "d"), (1, "b", "c"), (1, "c", "e")) == named("abcde")


def test_two_that_share_nothing_stay_apart_and_days_do_not_meet():
    assert components((1, "a", "b"), (1, "c", "d"), (2, "b", "c")) == named("ab cd") | named("bc", 2)


def test_what_is_linked_to_itself_or_to_nothing_is_not_there():
    assert components((1, "a", "a"), (1, "b", None), (1, None, "c"), (1, "d", "e")) == named("de")
    assert components() == {}


def test_a_chain_of_three_hundred_is_one_in_whatever_order_it_is_numbered():
    numbers = list(range(300))
    for seed in (None, 1):
        if seed:
            random.Random(seed).shuffle(numbers)
        chain = [(1, one, other) for one, other in zip(numbers, numbers[1:], strict=False)]
        assert components(*chain) == {(1, number): 0 for number in numbers}


def test_at_random_it_is_what_walking_from_each_finds():
    chance = random.Random(7)
    links = [(day, chance.randrange(400), chance.randrange(400)) for day in (1, 2) for _ in range(180)]
    assert components(*links) == _walked(links)


def _walked(links: list[tuple]) -> dict[tuple, int]:
    """The least that a walk from each node meets."""
    beside: dict[tuple, set[int]] = {}
    for day, one, other in links:
        if one != other:
            beside.setdefault((day, one), set()).add(other)
            beside.setdefault((day, other), set()).add(one)
    found = {}
    for day, node in beside:
        seen, waiting = {node}, [node]
        while waiting:
            for each in beside[day, waiting.pop()] - seen:
                seen.add(each)
                waiting.append(each)
        found[day, node] = min(seen)
    return found
