"""Who holds the majority of whom, and who stands at the top: chains, rings, halves, spans that end, one that holds a fifth."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from spark_jobs import patterns
from tests.local_spark import session

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 10)
LONG_AGO = date(2015, 1, 1)
HOLDINGS = "holder string, held string, share double, since date, until date"


def day(number: int) -> date:
    return date(2026, 3, number)


def holding(
    holder: str, held: str, share: float | None = 60.0, since: date = LONG_AGO, until: date | None = None
) -> tuple:
    return (holder, held, share, since, until)


def majorities(*holdings: tuple) -> set[tuple]:
    """(held, holder, since, until)."""
    found = patterns.majority(
        session().createDataFrame(list(holdings), HOLDINGS), holder="holder", held="held", share="share", since="since",
        until="until", above=50,
    )  # fmt: skip
    assert found.columns == ["held", "holder", "since", "until"]
    rows = [tuple(row) for row in found.collect()]
    assert len(set(rows)) == len(rows)
    return set(rows)


def tops(links: list[tuple], first: date = FIRST, last: date = LAST) -> dict[tuple[str, date], str]:
    """(below, day) -> top; links are (below, above, since, until)."""
    frame = session().createDataFrame(links, "below string, above string, since date, until date")
    found = patterns.tops(frame, first, last, below="below", above="above", since="since", until="until")
    assert found.columns == ["below", "above", "since", "until"]
    by_day: dict[tuple[str, date], str] = {}
    for below, above, since, until in found.collect():
        assert first <= since < until <= last + timedelta(days=1)
        for number in range((until - since).days):
            key = (below, since + timedelta(days=number))
            assert key not in by_day, "one top on a day"
            by_day[key] = above
    return by_day


def on(found: dict[tuple[str, date], str], when: date) -> dict[str, str]:
    return {below: top for (below, at), top in found.items() if at == when}


def link(below: str, above: str, since: date = LONG_AGO, until: date | None = None) -> tuple:
    return (below, above, since, until)


def test_a_half_is_no_majority_and_a_tenth_of_a_per_cent_more_is():
    assert majorities(holding("A", "X", 50.0), holding("B", "X", 50.0), holding("A", "Y", 50.1)) == {
        ("Y", "A", LONG_AGO, None)
    }


def test_shares_of_one_holder_are_summed_while_both_are_held():
    assert majorities(holding("A", "X", 30.0, day(1), day(8)), holding("A", "X", 20.1, day(4))) == {
        ("X", "A", day(4), day(8))
    }
    # Together they are 50 and no more, whatever doubles make of it.
    assert (
        majorities(*(holding("A", "X", each, day(n)) for n, each in enumerate((0.1, 42.2, 7.7), 1))) == set()
    )


def test_a_majority_begins_and_ends_with_its_span_and_may_pass_to_another():
    assert majorities(
        holding("A", "X", 70.0, day(1), day(5)), holding("B", "X", 70.0, day(7)), holding("C", "X", 20.0, day(2), day(9))
    ) == {
        ("X", "A", day(1), day(2)), ("X", "A", day(2), day(5)), ("X", "B", day(7), day(9)), ("X", "B", day(9), None),
    }  # fmt: skip


def test_of_two_that_cannot_both_have_more_than_half_the_one_with_more_counts_then_the_least():
    assert majorities(holding("A", "X", 60.0), holding("B", "X", 61.0)) == {("X", "B", LONG_AGO, None)}
    assert majorities(holding("B", "X", 60.0), holding("A", "X", 60.0)) == {("X", "A", LONG_AGO, None)}


def test_nobody_stands_above_itself_and_an_unknown_share_is_none():
    assert majorities(holding("X", "X", 100.0), holding("A", "Y", None)) == set()


def test_chains_of_every_length_lead_to_their_end():
    for length in (1, 2, 3, 4, 5, 8, 9, 31):
        names = [f"{chr(64 + length)}{n:02}" for n in range(length + 1)]
        found = on(tops([link(*pair) for pair in zip(names, names[1:], strict=False)]), FIRST)
        assert found == dict.fromkeys(names, names[-1]), length


def test_the_least_of_a_ring_is_the_top_of_all_in_it_and_below_it():
    ring = [link(*each, LONG_AGO, date(2026, 4, 1)) for each in ("MK", "KZ", "ZM")]
    assert on(tops([*ring, link("A", "Z"), link("B", "A")]), LAST) == dict.fromkeys("MKZAB", "K")
    # Beside a chain that is longer than the ring, and one that is shorter.
    chain = [link(f"C{n}", f"C{n + 1}") for n in range(9)]
    found = on(tops([*ring, *chain, link("D0", "D1")]), FIRST)
    assert found == dict.fromkeys("MKZ", "K") | {f"C{n}": "C9" for n in range(10)} | {"D0": "D1", "D1": "D1"}


@pytest.mark.parametrize("length", [1, 2, 3, 4, 6, 7, 16, 17])
def test_a_ring_of_any_length_has_one_top(length: int):
    names = [f"R{(5 * n) % 17:02}" for n in range(length)]
    found = on(tops([link(name, names[(n + 1) % length]) for n, name in enumerate(names)]), FIRST)
    assert found == (dict.fromkeys(names, min(names)) if length > 1 else {})


def test_a_link_leads_from_its_first_day_to_the_day_before_its_last():
    found = tops([link("X", "H", day(3), day(6)), link("H", "G", day(5), date(2026, 4, 1))])
    assert [found["X", day(n)] for n in range(1, 8)] == ["X", "X", "H", "H", "G", "X", "X"]
    assert [found["H", day(n)] for n in range(1, 8)] == ["H", "H", "H", "H", "G", "G", "G"]
    assert {found["G", day(n)] for n in range(1, 11)} == {"G"}


def test_what_passes_from_one_to_another_is_never_below_both():
    found = tops([link("X", "A", LONG_AGO, day(4)), link("X", "B", day(4), day(6)), link("X", "A", day(8))])
    assert [found["X", day(n)] for n in range(1, 11)] == [*"AAABBXX", *"AAA"]


def test_what_was_over_before_and_begins_after_is_not_there():
    assert tops([link("X", "A", LONG_AGO, FIRST), link("Y", "B", LAST + timedelta(days=1))]) == {}


def test_one_may_stand_above_a_fifth_of_all():
    """Two hundred of a thousand in one group, ten deep; against a walk up, one enterprise and day at a time."""
    chance = random.Random(3)
    links = []
    for n in range(1, 1000):
        big = n < 200
        above = chance.randrange(max(0, n - 20), n) if big else chance.randrange(200, n) if n > 200 else None
        if above is None:
            continue
        since = LONG_AGO if big else day(chance.randint(1, 6))
        until = None if big or chance.random() < 0.5 else since + timedelta(days=chance.randint(1, 4))
        links.append(link(f"E{n:03}", f"E{above:03}", since, until))
    found = tops(links)
    for when in (FIRST, day(4), day(5), LAST):
        above_of = {
            below: above
            for below, above, since, until in links
            if since <= when and (not until or when < until)
        }
        for below in {name for each in links for name in each[:2]}:
            top = below
            while top in above_of:
                top = above_of[top]
            assert found.get((below, when), below) == top
    assert sum(top == "E000" for (_, at), top in found.items() if at == LAST) == 200


def test_no_plan_compares_every_enterprise_with_every_other(capsys):
    frame = session().createDataFrame([link("A", "B")], "below string, above string, since date, until date")
    patterns.tops(frame, FIRST, LAST, below="below", above="above", since="since", until="until").explain()
    majority = session().createDataFrame([holding("A", "B")], HOLDINGS)
    patterns.majority(
        majority, holder="holder", held="held", share="share", since="since", until="until", above=50
    ).explain()
    plan = capsys.readouterr().out
    assert "Physical Plan" in plan
    for quadratic in ("CartesianProduct", "BroadcastNestedLoopJoin"):
        assert quadratic not in plan
