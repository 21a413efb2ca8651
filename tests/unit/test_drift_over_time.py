"""A month of clean deliveries raises no alarm, feed by feed as the city sends it."""

from __future__ import annotations

import io
from collections import defaultdict
from datetime import date

import pytest

from citylake.admit.drift import LATEST, Finding, Profile, Profiler, drift, findings, reasons_to_hold
from citylake.admit.reading import read
from citylake.feed import Feed, find_feed
from simulator import scenario
from simulator.city import simulate

DAYS, SENDERS = 30, 3
AIR, WEATHER, CASES = "environment.air_quality_hourly", "environment.weather_hourly", "health.case_report"
STATIONS, DISTRICTS = "environment.air_station", "governance.district"


@pytest.fixture(scope="module")
def month():
    """The deliveries of a simulated month by feed, of the first senders, in order of arrival: (sender, content)."""
    city = simulate(11, scenario.read(), DAYS, date(2026, 3, 1), scale=0.01)
    sent: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    for each in sorted(city.deliveries, key=lambda each: each.arrived_at):
        for feed in map(find_feed, (AIR, WEATHER, CASES, STATIONS, DISTRICTS)):
            if feed.takes(each.department, each.name):
                sent[feed.feed_id].append((feed.sender(each.name, each.sender), each.content))
    for feed_id, deliveries in sent.items():
        chosen = sorted({sender for sender, _ in deliveries})[:SENDERS]
        sent[feed_id] = [each for each in deliveries if each[0] in chosen]
    return sent


def seen(feed: Feed, content: bytes) -> Profile | None:
    """The profile of a delivery; None where it is held for what it is by itself."""
    from citylake.admit.reading import Unreadable

    try:
        reading = read(io.BytesIO(content), feed, "gzip" if content[:2] == b"\x1f\x8b" else "none")
        if reasons_to_hold(feed, drift(feed, reading.header), reading.header):
            return None
        profiler = Profiler(feed, reading)
        for _ in reading.batches:
            pass
    except Unreadable:
        return None
    return profiler.profile() if reading.records else None


def alarms(feed: Feed, deliveries: list[tuple[str, bytes]]) -> list[Finding]:
    """What is found in each delivery beside those of its sender before it."""
    told: list[Finding] = []
    before: dict[str, list[Profile]] = defaultdict(list)
    for sender, content in deliveries:
        now = seen(feed, content)
        if now is not None:
            told += findings(feed, now, before[sender][-LATEST:])
            before[sender].append(Profile.kept(now.records, now.as_kept(feed)))
    return told


@pytest.mark.parametrize("feed_id", [AIR, WEATHER, CASES, STATIONS, DISTRICTS])
def test_a_month_of_a_city_raises_no_alarm(month, feed_id):
    assert len(month[feed_id]) >= (DAYS if feed_id not in (STATIONS, DISTRICTS) else 1)
    assert alarms(find_feed(feed_id), month[feed_id]) == []
