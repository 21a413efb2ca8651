"""Who runs the parking lots of the simulated city, and who stands above them."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from simulator.departments import market_lists
from simulator.truth import holdings as ownership
from simulator.truth import market as truth
from simulator.truth.holdings import Holdings
from simulator.world.lots import OPENED, lots
from simulator.world.market import Span, spans
from simulator.world.operators import candidates
from tests.unit.operator_market import market_city, market_with
from tests.unit.part_city import DEFAULT

SCALE = 0.1
ENDS = date(2030, 1, 1)


def _made(seed: int, changed: dict | None = None, scale: float = SCALE) -> tuple[Span, ...]:
    return spans(seed, market_with(changed), scale, lots(seed, DEFAULT.parking, scale))


def _on(made: tuple[Span, ...], day: date) -> list[Span]:
    today = day.toordinal()
    return [each for each in made if each.started <= today and (not each.stopped or today < each.stopped)]


@pytest.mark.parametrize("seed", [1, 2])
def test_spans_of_a_lot_begin_when_it_opens_and_follow_each_other(seed):
    here, made = lots(seed, DEFAULT.parking, SCALE), _made(seed)
    of_lot, gaps = defaultdict(list), Counter()
    for each in made:
        of_lot[each.lot].append(each)
    assert [each.record for each in made] == list(range(1, len(made) + 1))
    for place, lot in enumerate(here):
        first, *others = of_lot[place]
        assert first.started == lot.opened.toordinal()
        assert all(each.stopped > each.started for each in of_lot[place] if each.stopped)
        for before, after in zip([first, *others], others, strict=False):
            gaps[after.started - before.stopped] += 1
            assert after.operator != before.operator
            assert after.spaces >= before.spaces
        assert of_lot[place][-1].stopped == 0
        assert abs(of_lot[place][-1].spaces - lot.spaces) <= 0.11 * lot.spaces + 1
    assert min(gaps) == 0
    assert 1 <= max(gaps) <= 20
    assert 0.1 < 1 - gaps[0] / gaps.total() < 0.3


def test_operators_are_enterprises_that_are_open_and_were_there_before():
    made, who = _made(1), candidates(1, DEFAULT.market.large_groups, SCALE)
    assert all(who.founded[each.operator] <= each.started for each in made)
    allowed = {*who.small.tolist(), *(each for of in who.large for each in of)}
    assert {each.operator for each in made} <= allowed
    assert len(set(who.code)) == len(who.code) == 9000


@pytest.mark.parametrize("seed", [1, 2])
def test_somebody_enters_or_leaves_the_city_in_any_three_days_in_a_row(seed):
    city = market_city(seed, 1, SCALE)
    entries, exits = truth._movements(truth.happened(city))
    day, quiet = date(2022, 8, 1), 0
    moves = []
    while day < ENDS - timedelta(30):
        today = day.toordinal()
        moves.append(entries["330100", today] + exits["330100", today])
        quiet = 0 if moves[-1] else quiet + 1
        assert quiet < 3, day
        day += timedelta(1)
    assert 0.35 < sum(moves) / len(moves) < 0.5


def test_who_has_left_a_district_does_not_come_back():
    here, made = lots(1, DEFAULT.parking, SCALE), _made(1)
    there = defaultdict(list)
    for each in made:
        there[each.operator, here[each.lot].district_code].append(each)
    left = 0
    for of in there.values():
        of.sort(key=lambda each: each.started)
        ends = 0
        for each in of:
            # At every start another span still runs there, or ran until that day.
            assert not ends or ends >= each.started - 20
            ends = max(ends, each.stopped or ENDS.toordinal())
        left += all(each.stopped for each in of)
    assert left > 100


def test_the_market_grows_and_gets_more_operators():
    made = _made(1)
    operators, spaces = [], []
    for day in (date(2021, 9, 1), date(2022, 6, 1), date(2024, 3, 5), date(2026, 3, 5), date(2028, 3, 5)):
        on = _on(made, day)
        operators.append(len({each.operator for each in on}))
        spaces.append(sum(each.spaces for each in on))
    assert operators == sorted(set(operators))
    assert spaces == sorted(set(spaces))
    lots_of = Counter(each.operator for each in _on(made, date(2026, 3, 5)))
    assert sum(count <= 3 for count in lots_of.values()) > 0.8 * len(lots_of)
    assert max(lots_of.values()) >= 8


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_few_groups_run_several_operators_over_levels_and_half_is_no_majority(seed, monkeypatch):
    day, who = date(2026, 3, 5), candidates(seed, DEFAULT.market.large_groups, SCALE)
    operators = {who.code[each.operator] for each in _on(_made(seed), day)}
    rows = list(market_lists.holdings(seed, SCALE).itertuples(index=False, name=None))

    def groups() -> dict[str, str]:
        found = Holdings(rows)
        return {each: found.group_of(each, day.toordinal()) for each in operators}

    # The chosen groups are whole ones, and different; joint ventures, where there are any, follow.
    named = Holdings(rows)
    above_all = [
        {named.group_of(who.code[each], day.toordinal()) for each in of}
        for of in who.large[: DEFAULT.market.large_groups]
    ]
    assert [len(of) for of in above_all] == [1] * DEFAULT.market.large_groups
    assert len(set.union(*above_all)) == DEFAULT.market.large_groups
    founded = dict(zip(who.code, who.founded, strict=True))
    held = [row[1] for row in rows if row[2] > 500 and not row[4] and founded[row[1]] <= OPENED.toordinal()]
    largest = Counter(named.group_of(each, day.toordinal()) for each in held).most_common(4)
    assert [len(of) for of in who.large[:4]] == [min(count, 8) for _, count in largest]
    right = groups()
    assert sorted(Counter(right.values()).values())[-3] >= 2
    above = Holdings(rows)._above(len(Holdings(rows).changes))
    assert (
        sum(above.get(each) not in (None, group) for each, group in right.items()) >= 2
    )  # not held directly
    monkeypatch.setattr(ownership, "_HALF", 499)
    assert groups() != right
    half = {(row[1], row[4]) for row in rows if row[2] == 500}
    assert len(half) > 10


def test_a_city_of_hardly_any_enterprise_has_a_market_too():
    for scale in (0, 0.0001, 0.001):
        here = lots(1, DEFAULT.parking.model_copy(update={"lots": 80}), scale)
        made = spans(1, DEFAULT.market, scale, here)
        assert len({each.lot for each in made}) == 80
    assert spans(1, DEFAULT.market, 0, ()) == ()
