"""The simulator is a function of its seed: same bytes again, any day alone, no day knows another."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from simulator import scenario, writer
from simulator.city import City, simulate
from simulator.departments.air_quality import day_of_files
from simulator.truth import tables
from simulator.world.air import air_day
from simulator.world.stations import STATIONS, stations

DEFAULT = scenario.read()
FIRST = date(2026, 3, 5)


def _written(city: City, folder: Path) -> dict[str, bytes]:
    writer.prepare(folder)
    writer.write(city.deliveries, folder)
    tables.write(city, folder / "truth")
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_gives_the_same_bytes_and_the_same_truth(tmp_path):
    one = _written(simulate(7, DEFAULT, 3, scale=0.01), tmp_path / "one")
    two = _written(simulate(7, DEFAULT, 3, scale=0.01), tmp_path / "two")
    assert one == two
    assert len(one) > 60
    assert _written(simulate(8, DEFAULT, 3, scale=0.01), tmp_path / "two") != one


def test_a_day_made_alone_is_the_day_made_within_a_longer_range():
    long = simulate(3, DEFAULT, 9, date(2026, 3, 9), scale=0.01)
    for day in (date(2026, 3, 1), date(2026, 3, 5), date(2026, 3, 9)):
        alone = day_of_files(3, DEFAULT, day, STATIONS)
        names = {label.delivery_name for each in alone for label in each.labels}
        names |= {each.delivery.name for each in alone if each.delivery}
        within = [each for each in long.observations if _name(each) in names]
        by_name = lambda each: (_name(each), each.delivery.sequence if each.delivery else 0)  # noqa: E731
        assert sorted(alone, key=by_name) == sorted(within, key=by_name)
        assert len(alone) >= 11


def _name(observation) -> str:
    return observation.delivery.name if observation.delivery else observation.labels[0].delivery_name


def test_more_stations_leave_the_others_as_they_were():
    few = {
        each.delivery.key: each.delivery
        for each in day_of_files(1, DEFAULT, FIRST, stations())
        if each.delivery
    }
    world, larger = air_day(1, FIRST, stations()), air_day(1, FIRST, stations(24))
    assert len(larger.stations) == 22  # Zhijiang and its neighbour open a day later
    assert larger.stations[11].name == "Wushan2"
    assert np.array_equal(world.pollutants, larger.pollutants[:11])
    assert not np.array_equal(larger.pollutants[0], larger.pollutants[11])
    assert len(few) >= 9


def test_the_world_is_plausible_and_continuous_over_midnight():
    days = [air_day(5, FIRST + timedelta(number), STATIONS) for number in range(20)]
    values = np.concatenate([each.pollutants[:11] for each in days], axis=1)
    assert np.all(values[..., 0] <= values[..., 1])
    assert np.all(values > 0)
    assert not np.any(values == 999)
    assert 20 < values[..., 0].mean() < 60
    temperature = np.concatenate([each.weather[:11, :, 0] for each in days], axis=1)
    steps = np.abs(np.diff(temperature, axis=1))
    assert steps[:, 23::24].max() <= steps.max() <= 3
    same = (np.diff(values[..., [0, 1, 2, 3, 5]], axis=1) == 0).reshape(-1)
    assert same.mean() < 0.05


def test_several_deliveries_of_one_name_have_their_own_places():
    city = simulate(1, DEFAULT, 3, scale=0.01)
    keys = [each.key for each in city.deliveries]
    assert len(keys) == len(set(keys))
    again = [each for each in city.deliveries if each.sequence == 2]
    assert again
    assert all(each.key == f"{each.department}/again-2/{each.name}" for each in again)
    for late in again:
        first = next(each for each in city.deliveries if each.name == late.name and each.sequence == 1)
        assert first.arrived_at < late.arrived_at


def test_a_folder_with_other_things_in_it_is_refused(tmp_path):
    import pytest

    from citylake.errors import WrongUse

    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(WrongUse, match="not empty and holds no earlier deliveries"):
        writer.prepare(tmp_path)
    assert (tmp_path / "thesis.txt").exists()
