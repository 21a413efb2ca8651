"""The stale view touches each row a few times, whatever the planner believes of the tables."""

from __future__ import annotations

import pytest

FEEDS = ("environment.noise", "environment.wind", "environment.rain")
OUTPUT = "conformed.environment.noise_day"
DAYS = 800


@pytest.fixture
def years(by_hand):
    """Three feeds with years of days that arrive at once, after the planner last looked at nearly empty tables."""
    for feed in FEEDS:
        by_hand.feed(feed, senders=2, deadline="P1D")
    by_hand.table(OUTPUT, *({"input_table": f"admitted.{feed}", "drives": True} for feed in FEEDS),
                  {"input_table": "admitted.environment.noise_place", "as_of": True})  # fmt: skip
    for feed in (*FEEDS, "environment.noise_place"):
        if feed not in FEEDS:
            by_hand.feed(feed, delivers="everything")
        by_hand.arrives("first", feed, *(["2026-03-01"] if feed in FEEDS else ["all"]))
    by_hand.connection.execute("analyze")
    by_hand.connection.execute(
        "insert into ledger.versions (table_id, partition, version, fingerprint, run_id)"
        " select 'admitted.' || feed_id, to_char(date '2020-01-01' + day, 'YYYY-MM-DD'), 1, 'f', 'RUN'"
        " from unnest(%s::text[]) as feed_id, generate_series(1, %s) as day",
        (list(FEEDS), DAYS),
    )
    return by_hand


def nodes(plan: dict):
    """A plan's nodes, from the top."""
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


def test_rows_are_touched_a_few_times_and_nothing_is_computed_for_each_row(years):
    (row,) = years.connection.execute(
        "explain (analyze, format json) select * from ledger.stale where table_id = %s", (OUTPUT,)
    ).fetchall()
    plan = next(iter(row.values()))[0]["Plan"]
    touched = sum(node["Actual Rows"] * node["Actual Loops"] for node in nodes(plan))
    assert plan["Actual Rows"] == DAYS  # 2026-03-01 waits for its second sender
    assert touched < 60 * DAYS * len(FEEDS)
    repeated = {
        node["Node Type"] for node in nodes(plan) if "Agg" in node["Node Type"] and node["Actual Loops"] > 10
    }
    assert repeated == set()
