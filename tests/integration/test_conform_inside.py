"""In which areas a point lies: borders, holes, nulls, several areas, none; and that nothing is compared with everything."""

from __future__ import annotations

import random

import pytest

from spark_jobs import patterns
from tests.local_spark import session

SQUARE = "POLYGON ((10 10, 20 10, 20 20, 10 20, 10 10))"
HOLED = "POLYGON ((30 10, 40 10, 40 20, 30 20, 30 10), (34 14, 36 14, 36 16, 34 16, 34 14))"
# A horseshoe that is open to the north, and two triangles apart.
HORSESHOE = "POLYGON ((50 10, 60 10, 60 20, 57 20, 57 13, 53 13, 53 20, 50 20, 50 10))"
TRIANGLES = "MULTIPOLYGON (((70 10, 80 10, 70 20, 70 10)), ((90 10, 95 10, 90 15, 90 10)))"
WEST = "POLYGON ((-20 -20, -10 -20, -10 -10, -20 -10, -20 -20))"
AREAS = [("square", SQUARE), ("holed", HOLED), ("horseshoe", HORSESHOE), ("triangles", TRIANGLES), ("west", WEST),
         ("nowhere", None), ("empty", "POLYGON EMPTY"), ("within", "POLYGON ((12 12, 14 12, 14 14, 12 14, 12 12))")]  # fmt: skip
POINTS: dict[str, tuple[float | None, float | None, set[str]]] = {
    "in the middle": (15.0, 15.0, {"square"}),
    "on an edge": (10.0, 15.0, {"square"}), "at a corner": (20.0, 20.0, {"square"}),
    "beside an edge": (9.999999, 15.0, set()), "in two areas": (13.0, 13.0, {"square", "within"}),
    "in a hole": (35.0, 15.0, set()), "on the edge of a hole": (34.0, 15.0, {"holed"}),
    "around a hole": (33.0, 15.0, {"holed"}),
    "between the arms": (55.0, 18.0, set()), "in an arm": (58.5, 18.0, {"horseshoe"}),
    "below the arms": (55.0, 12.0, {"horseshoe"}),
    "in one part": (72.0, 12.0, {"triangles"}), "in the other": (91.0, 11.0, {"triangles"}),
    "beyond a slope": (76.0, 15.0, set()),
    "on a slope": (75.0, 15.0, {"triangles"}), "south west": (-15.0, -15.0, {"west"}),
    "without a longitude": (None, 15.0, set()), "without a latitude": (15.0, None, set()),
    "not a number": (float("nan"), 15.0, set()), "infinite": (15.0, float("inf"), set()),
}  # fmt: skip


def inside(points: list[tuple], areas: list[tuple], **changes):
    return patterns.inside(
        session().createDataFrame(points, "name string, lon double, lat double"),
        session().createDataFrame(areas, "area string, outline string"),
        **({"longitude": "lon", "latitude": "lat", "outline": "outline", "columns": ("area",), "cell_degrees": 3.0} | changes),
    )  # fmt: skip


def test_points_are_in_the_areas_that_hold_them():
    found = inside([(name, lon, lat) for name, (lon, lat, _) in POINTS.items()], AREAS)
    assert found.columns == ["name", "lon", "lat", "area"]
    rows = [(row["name"], row["area"]) for row in found.collect()]
    assert sorted(rows) == sorted((name, area) for name, (_, _, areas) in POINTS.items() for area in areas)


def test_with_a_key_a_point_is_in_one_area_the_greatest_in_order():
    given = [("a", 13.0, 13.0), ("b", 15.0, 15.0), ("c", 0.0, 0.0)]
    found = inside(given, AREAS, row_key=("name",), order=("area",)).collect()
    assert sorted((row["name"], row["area"]) for row in found) == [("a", "within"), ("b", "square")]


def test_without_areas_nothing_is_inside():
    assert inside([("a", 15.0, 15.0)], []).collect() == []


@pytest.mark.parametrize("cell_degrees", [0.1, 0.7])
def test_the_size_of_cells_makes_no_difference(cell_degrees):
    """A thousand points about a star, many on its border and on the borders of cells, against the same without cells."""
    import shapely

    star = "POLYGON ((5 0, 6 3, 9 3, 6.5 5, 7.5 8, 5 6.3, 2.5 8, 3.5 5, 1 3, 4 3, 5 0))"
    chance = random.Random(1)
    points = [(str(n), round(chance.uniform(0, 10), 1), round(chance.uniform(0, 9), 1)) for n in range(1000)]
    found = inside(points, [("star", star)], cell_degrees=cell_degrees).collect()
    shape = shapely.from_wkt(star)
    assert {row["name"] for row in found} == {
        name for name, lon, lat in points if shape.covers(shapely.Point(lon, lat))
    }
    assert len(found) > 200


def test_an_outline_that_is_none_fails():
    with pytest.raises(Exception, match="ParseException"):
        inside([("a", 15.0, 15.0)], [("wrong", "POLYGON ((10 10, 20")]).collect()


def test_no_plan_compares_every_point_with_every_area(capsys):
    inside([("a", 15.0, 15.0)], AREAS, row_key=("name",), order=("area",)).explain()
    plan = capsys.readouterr().out
    assert "Physical Plan" in plan
    for quadratic in ("CartesianProduct", "BroadcastNestedLoopJoin"):
        assert quadratic not in plan
