"""Which places are near: bounds, poles, where longitudes begin anew, nulls; and that nothing is compared with everything."""

from __future__ import annotations

import math
import random

import pytest

from spark_jobs import patterns
from tests.local_spark import session

M_PER_DEGREE = 6_371_008.8 * math.pi / 180  # 111 195.08 m
NAN, INFINITE = float("nan"), float("inf")


def near(rows: list[tuple], others: list[tuple], reach_m: float = 2000):
    """Rows and others are (name, longitude, latitude)."""
    return patterns.near(
        session().createDataFrame(rows, "name string, lon double, lat double"),
        session().createDataFrame(others, "other string, lon double, lat double"),
        longitude="lon", latitude="lat", reach_m=reach_m, columns=("other",),
    )  # fmt: skip


def test_what_is_no_farther_than_the_reach_is_near():
    def north(metres: float) -> tuple[float, float]:
        return 120.0, 30 + metres / M_PER_DEGREE

    others = [
        ("here", *north(0)),
        ("inside", *north(1999.9)),
        ("outside", *north(2000.1)),
        ("south", *north(-1500)),
    ]
    found = near([("a", 120.0, 30.0), ("far", 121.0, 30.0)], others)
    assert found.columns == ["name", "lon", "lat", "other", "distance_m"]
    assert sorted((row["name"], row["other"], row["distance_m"]) for row in found.collect()) == [
        ("a", "here", 0.0), ("a", "inside", 1999.9), ("a", "south", 1500.0),
    ]  # fmt: skip


def test_a_degree_of_longitude_is_half_as_long_at_sixty_degrees_and_nothing_at_a_pole():
    pairs = near([("a", 10.0, 60.0), ("pole", 0.0, 90.0)], [("b", 10.01, 60.0), ("c", 180.0, 90.0)])
    found = {row["name"]: (row["other"], row["distance_m"]) for row in pairs.collect()}
    assert found["a"] == ("b", pytest.approx(555.975, abs=0.002))
    assert found["pole"] == ("c", 0.0)


def test_places_on_both_sides_of_where_longitudes_begin_anew_are_near():
    (found,) = near([("a", 179.995, 0.0)], [("b", -179.995, 0.0)]).collect()
    assert found["distance_m"] == pytest.approx(1111.951, abs=0.001)


def test_of_two_that_are_equally_far_neither_is_nearer():
    east_and_west = [
        ("e", 120.0173, 30.0),
        ("w", 119.9827, 30.0),
        ("n", 120.0, 30.0173),
        ("s", 120.0, 29.9827),
    ]
    found = {row["other"]: row["distance_m"] for row in near([("a", 120.0, 30.0)], east_and_west).collect()}
    assert (found["e"] == found["w"], found["n"] == found["s"]) == (True, True)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(None, 30.0), (120.0, None), (NAN, 30.0), (120.0, INFINITE), (180.1, 30.0), (120.0, -90.1)],
)
def test_what_has_no_place_is_near_to_nothing(lon, lat):
    given = [("a", lon, lat), ("b", 120.0, 30.0)]
    assert [(row["name"], row["other"]) for row in near(given, given).collect()] == [("b", "b")]


def test_cells_make_no_difference():
    """Four hundred places within ten kilometres of one another, against the same without cells."""
    chance = random.Random(1)
    places = [(str(n), 120 + chance.random() / 10, 30 + chance.random() / 10) for n in range(400)]
    found = {(row["name"], row["other"]) for row in near(places, places).collect()}
    expected = {
        (name, other) for name, *here in places for other, *there in places if metres(*here, *there) <= 2000
    }
    assert found == expected
    assert 5_000 < len(found) < 40_000


def metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """The angle between two directions, by their product: another formula than the one under test."""
    a, b, east = math.radians(lat), math.radians(other_lat), math.radians(lon - other_lon)
    cosine = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(east)
    return 6_371_008.8 * math.acos(min(1.0, cosine))


def test_no_plan_compares_every_place_with_every_other(capsys):
    near([("a", 120.0, 30.0)], [("b", 120.0, 30.0)]).explain()
    plan = capsys.readouterr().out
    assert "Physical Plan" in plan
    for quadratic in ("CartesianProduct", "BroadcastNestedLoopJoin"):
        assert quadratic not in plan
