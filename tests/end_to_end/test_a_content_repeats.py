"""The same deliveries give the same content: repeated, killed, shuffled, split, sent again, in one go or day by day."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from tests.end_to_end import content, flow

# What the simulator's clock passes after the last delivery, so that every deadline has.
_LATER = timedelta(days=9)


def _marts(hashes: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in hashes.items() if name.startswith("marts.")}


def _undisturbed(deliveries) -> dict[str, str]:
    flow.send(deliveries)
    flow.land()
    flow.set_clock(max(each.arrived_at for each in deliveries) + _LATER)
    flow.everything()
    return content.table_hashes()


@pytest.fixture(scope="module")
def deliveries():
    return flow.some(flow.city(days=2).deliveries)


@pytest.fixture(scope="module")
def runs(lake_with_spark, deliveries):
    """What is in the lake after an undisturbed run, and after a second one: hashes of tables, objects."""
    lake_with_spark.rest()
    lake_with_spark.empty()
    first = _undisturbed(deliveries), content.objects()
    flow.everything()
    return first, (content.table_hashes(), content.objects())


@pytest.fixture(scope="module")
def expected(runs):
    """The content of every table after an undisturbed run."""
    return runs[0][0]


def test_a_second_run_changes_no_table_and_adds_no_object(runs):
    first, second = runs
    assert len(first[0]) > 10
    empty = {name for name, value in _marts(first[0]).items() if "(0 rows)" in value}
    # Those of which `some` has no rows.
    assert empty == {f"marts.fct_{name}_day" for name in ("appointment", "pharmacy", "visit", "care")}
    assert second == first


def test_killed_at_any_instant_of_any_stage_the_content_is_that_of_an_undisturbed_run(
    expected, deliveries, quiet_lake
):
    flow.set_clock(max(each.arrived_at for each in deliveries) + _LATER)
    usual = {"land": 0.6, "admit": 1.2, "conform": 6.0, "publish": 6.0}
    killed = 0
    for seed, part in enumerate(flow.parts(deliveries, 8)):
        flow.send(part)
        victim = list(flow.STAGES)[seed % 4]
        for name, stage in flow.STAGES.items():
            if name == victim:
                instant = random.Random(seed).uniform(0.02, usual[name])
                took = flow.in_child(stage, kill_after=instant)
                killed += took is None
            took = flow.in_child(stage)
            if took and took > 0.5:
                usual[name] = took

    assert killed >= 5, "too few runs were killed before they ended: the instants are wrong"
    assert content.table_hashes() == expected


def test_the_marts_do_not_depend_on_order_splitting_repetition_or_batching(expected, deliveries, quiet_lake):
    last = max(each.arrived_at for each in deliveries)

    # In another order, one stage run per few deliveries instead of one for all.
    mixed = flow.shuffled(deliveries, seed=7)
    flow.set_clock(last + _LATER)
    for part in flow.parts(mixed, 3):
        flow.send(part)
        flow.everything()
    assert _marts(content.table_hashes()) == _marts(expected)

    # Everything is sent again: facts for the ledger, no change to any mart.
    flow.send([flow.later(each, last + timedelta(hours=1 + n)) for n, each in enumerate(deliveries)])
    flow.everything()
    assert _marts(content.table_hashes()) == _marts(expected)


def test_a_delivery_of_two_days_is_the_same_as_one_for_each_and_a_day_at_a_time_as_all_at_once(
    expected, deliveries, quiet_lake
):
    last = max(each.arrived_at for each in deliveries)

    # Two one-day files of a station come as one of two days.
    joined, pairs = flow.joined(deliveries)
    assert pairs >= 2
    assert len(joined) == len(deliveries) - pairs
    assert _marts(_undisturbed(joined)) == _marts(expected)

    # Every day's arrivals are made before the next day's come; at the end all is asked for again.
    quiet_lake.empty()
    for day in sorted({each.arrived_at.date() for each in deliveries}):
        flow.send([each for each in deliveries if each.arrived_at.date() == day])
        flow.everything()
    flow.set_clock(last + _LATER)
    flow.everything()
    assert _marts(content.table_hashes()) == _marts(expected)
    flow.backfill_everything("to see that nothing changes")
    flow.everything()
    assert _marts(content.table_hashes()) == _marts(expected)
