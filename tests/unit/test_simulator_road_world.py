"""What happens on the simulated roads: segments, incidents, messages and traffic."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from simulator.departments import command_message, incident, road_speed
from simulator.times import DAY_DS
from simulator.world import commands, incidents
from simulator.world.command import CENTRES
from simulator.world.roads import roads
from simulator.world.traffic import traffic
from tests.unit.part_city import DEFAULT, with_changes

DAY = date(2026, 3, 5)  # a Thursday


def test_a_larger_citys_segments_begin_with_a_smaller_ones_and_have_others_nearby():
    small, large = roads(1, DEFAULT.roads, 0.01), roads(1, DEFAULT.roads, 1.0)
    assert (len(small), len(large), small.incidents, large.incidents) == (60, 1200, 12, 400)
    for name in (
        "identifier",
        "name",
        "district_code",
        "length_m",
        "longitude",
        "centreline",
        "monitored_from",
    ):
        assert list(getattr(small, name)) == list(getattr(large, name)[:60])
    east = large.longitude * 96_000
    north = large.latitude * 111_195
    near = [(np.hypot(east - e, north - n) <= 2000).sum() for e, n in zip(east, north, strict=True)]
    assert min(near) >= 2
    assert 8 < np.mean(near) < 30
    assert set(large.district_code) == {each.district_code for each in CENTRES}
    assert 118.3 < large.longitude.min() < large.longitude.max() < 120.9
    assert 29.1 < large.latitude.min() < large.latitude.max() < 30.6
    monitored = large.monitored(DAY)
    assert 1050 < len(monitored) < len(large.monitored(date(2026, 7, 1))) < 1200
    assert large.is_listed[monitored].all()


def test_incidents_escalate_by_a_level_also_over_midnight():
    network = roads(1, DEFAULT.roads, 10.0)
    made = incidents.begun(1, DEFAULT.roads, network, DAY)
    first = made[made["grew_from_ds"] == 0]
    grown = made[made["grew_from_ds"] > 0]
    later = (grown["reported_ds"] - grown["grew_from_ds"]) / 10
    assert (later.min(), later.max()) == (pytest.approx(120, abs=20), pytest.approx(2400, abs=20))
    named = grown.merge(made, left_on="escalated_from", right_on="incident", suffixes=("", "_before"))
    assert 0 < len(grown) - len(named) < 0.04 * len(grown)  # the others name one that does not exist
    assert (named["level_before"] - named["level"] == 1).all()
    assert (named["segment_before"] == named["segment"]).all()
    assert (named["reported_ds_before"] == named["grew_from_ds"]).all()
    assert len(grown[grown["level"] == 2]) / len(made[made["level"] == 3]) == pytest.approx(0.12, abs=0.015)
    assert len(grown[grown["level"] == 1]) / len(made[made["level"] == 2]) == pytest.approx(0.08, abs=0.02)
    assert (first["reported_ds"] // DAY_DS == DAY.toordinal()).all()
    assert (grown["reported_ds"] // DAY_DS > DAY.toordinal()).any()
    assert made["incident"].is_unique
    of_day = incidents.reported(1, DEFAULT.roads, network, DAY)
    assert (of_day["reported_ds"] // DAY_DS == DAY.toordinal()).all()
    assert (of_day["incident"].str[2:10] == "20260304").any()
    assert len(incidents.reported(1, DEFAULT.roads, roads(1, DEFAULT.roads, 0.0), DAY)) >= 12


def test_what_happens_after_midnight_is_not_known_to_a_file_of_the_evening():
    network = roads(1, DEFAULT.roads, 2.0)
    rows = incident.recorded(1, DEFAULT.roads, DAY, network)
    world = incidents.reported(1, DEFAULT.roads, network, DAY)
    end = (DAY.toordinal() + 1) * DAY_DS
    for name in ("dispatched_ds", "arrived_ds", "cleared_ds"):
        assert rows[name].max() < end
        assert (rows[name] == world[name])[world[name] < end].all()
        assert (rows[name] == 0)[world[name] >= end].all()
    assert (world["arrived_ds"] >= end).any()


def test_messages_go_one_level_at_a_time_and_are_mostly_acknowledged():
    network = roads(1, DEFAULT.roads, 10.0)
    made = commands.messages(1, DEFAULT.roads, network, DAY)
    about = incidents.begun(1, DEFAULT.roads, network, DAY).set_index("incident")["level"]
    counts = made.groupby("incident").size()
    for level, count in ((1, 4), (2, 2), (3, 1)):
        assert set(counts[about[about == level].index]) == {count}
    levels = np.array([each.level for each in CENTRES])
    assert (levels[made["receiver"]] == made["level"]).all()
    assert set(np.abs(levels[made["receiver"]] - levels[made["sender"]])) == {1}
    districts = np.array([each.district_code for each in CENTRES])
    is_local = (made["level"] != 1) & (levels[made["sender"]] != 1)
    assert (districts[made["receiver"]] == districts[made["sender"]])[is_local].all()
    assert (made["acknowledged_ds"] == 0).mean() == pytest.approx(0.03, abs=0.01)
    assert (made["again_ds"] > 0).mean() == pytest.approx(0.01, abs=0.005)
    wait = (made["acknowledged_ds"] - made["sent_ds"])[made["acknowledged_ds"] > 0]
    assert 10 <= wait.min() <= wait.max() <= 72_000
    assert made["message"].is_unique
    acted = command_message.acted(1, DEFAULT.roads, DAY + timedelta(1), network)
    before = set(made["message"])
    alone = acted[~acted["is_sent"] & ~acted["message"].isin(acted.loc[acted["is_sent"], "message"])]
    assert 0 < len(alone) < 100  # sent before midnight, acknowledged after it
    assert set(alone["message"]) <= before
    assert acted["event"].is_unique


def test_speeds_follow_the_hour_the_day_and_incidents_nearby():
    network = roads(1, DEFAULT.roads, 1.0)
    thursday, sunday = (traffic(1, DEFAULT.roads, network, day) for day in (DAY, date(2026, 3, 8)))
    ratio = [
        np.where(each.vehicles > 0, each.speed_dkmh, np.nan) / network.free_dkmh[each.places, None]
        for each in (thursday, sunday)
    ]
    rush, night = slice(18 * 12, 19 * 12), slice(2 * 12, 4 * 12)
    assert np.nanmean(ratio[0][:, rush]) < 0.75 < 0.9 < np.nanmean(ratio[0][:, night])
    assert np.nanmean(ratio[1][:, rush]) > np.nanmean(ratio[0][:, rush]) + 0.1
    assert 0.005 < (thursday.vehicles == 0).mean() < 0.03
    assert thursday.vehicles[:, rush].mean() > 8 * thursday.vehicles[:, night].mean()
    calm = roads(1, DEFAULT.roads, 0.0)
    known = incidents.reported(1, DEFAULT.roads, calm, DAY)
    gravest = known[known["arrived_ds"] > 0].sort_values("level").iloc[0]
    at = int(gravest["arrived_ds"] % DAY_DS // 3000)
    passed = traffic(1, DEFAULT.roads, calm, DAY)
    district = calm.district_code == calm.district_code[gravest["segment"]]
    place = list(passed.places).index(gravest["segment"])
    others = ~district[passed.places]
    relative = passed.speed_dkmh[:, at] / calm.free_dkmh[passed.places]
    assert relative[place] < np.median(relative[others]) - 0.15


def test_detectors_miss_intervals_and_hours_at_their_rates():
    network = roads(1, DEFAULT.roads, 1.0)
    missing = {}
    for name, rates in (
        ("both", {}),
        ("single", {"outage": 0.0}),
        ("none", {"outage": 0.0, "missing_interval": 0.0}),
    ):
        rows = road_speed.measured(1, with_changes(DEFAULT.roads, {"detectors": rates}), DAY, network)
        missing[name] = 1 - len(rows) / len(network.monitored(DAY)) / 288
        assert not rows.duplicated(["segment", "interval"]).any()
        assert set(rows["segment"] - 1) == set(network.monitored(DAY))
    assert missing["none"] == 0
    assert missing["single"] == pytest.approx(0.01, abs=0.001)
    assert missing["both"] - missing["single"] == pytest.approx(0.01 * 6 / 24, abs=0.0015)


def test_wet_days_have_more_incidents_and_floods_and_slower_traffic():
    network, seen = roads(1, DEFAULT.roads, 1.0), []
    for back in range(40):
        day = date(2026, 6, 30) - timedelta(back)
        first = incidents.begun(1, DEFAULT.roads, network, day)
        first = first[first["grew_from_ds"] == 0]
        seen.append((incidents._is_wet(1, day), len(first), (first["kind"] == "flooding").sum()))
    whole = pd.DataFrame(seen, columns=["wet", "count", "floods"]).groupby("wet").mean()
    assert whole.loc[True, "count"] == pytest.approx(1.25 * whole.loc[False, "count"], rel=0.08)
    assert whole.loc[False, "floods"] == 0 < whole.loc[True, "floods"]
