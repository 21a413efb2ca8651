"""How far places are from one another, and which lie near."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

_EARTH_M = 6_371_008.8  # mean radius (IUGG)
_MICROMETRES = 6  # digits
_AXES = ("_cell_x", "_cell_y", "_cell_z")


def great_circle_m(longitude: str, latitude: str, other_longitude: str, other_latitude: str) -> Column:
    """Metres between two places on a sphere, by the haversine formula; null where any of the degrees is null."""
    lat, other = F.radians(latitude), F.radians(other_latitude)
    east = F.radians(longitude) - F.radians(other_longitude)
    half = F.pow(F.sin((lat - other) / 2), 2) + F.cos(lat) * F.cos(other) * F.pow(F.sin(east / 2), 2)
    # least takes no notice of a null: a place that is not known would be half way around the world.
    return F.when(half.isNotNull(), F.lit(2 * _EARTH_M) * F.asin(F.least(F.lit(1.0), F.sqrt(half))))


def near(
    rows: DataFrame, others: DataFrame, *, longitude: str, latitude: str, reach_m: float, columns: Sequence[str]
) -> DataFrame:  # fmt: skip
    """`rows` with `columns` and `distance_m` of every row of `others` no farther than `reach_m`, once for each.

    Both hold `longitude` and `latitude`, WGS 84 degrees; rows without a place, and those with nothing near, are left out.
    Distances are great circles in whole micrometres, so that the last bit of a sine does not say which of two is nearer.

    Joins on equal cells of space: cubes as wide as the reach, cut from the axes of the earth. No two places that are
    near lie more than one cube apart along an axis, at the poles and where longitudes begin anew neither; so `others` stand
    in 27 cells each, and only rows in one of them are looked at. No time is looked at: a day made alone is that day.
    """
    known = _placed(others, longitude, latitude, reach_m).select(
        F.col(longitude).alias("_longitude"), F.col(latitude).alias("_latitude"), F.struct(*columns).alias("_other"), *_AXES
    )  # fmt: skip
    for axis in _AXES:
        known = known.withColumn(axis, F.explode(F.sequence(F.col(axis) - 1, F.col(axis) + 1)))
    # A row lies in one cell, so it meets another once.
    pairs = _placed(rows, longitude, latitude, reach_m).join(known, on=list(_AXES), how="inner")
    distance = F.round(great_circle_m(longitude, latitude, "_longitude", "_latitude"), _MICROMETRES)
    found = pairs.withColumn("distance_m", distance).filter(F.col("distance_m") <= reach_m)
    return found.select(
        *rows.columns, *[F.col(f"_other.{name}").alias(name) for name in columns], "distance_m"
    )


def _placed(rows: DataFrame, longitude: str, latitude: str, reach_m: float) -> DataFrame:
    """Rows with a place, and the cube that it lies in."""
    lon, lat = F.radians(longitude), F.radians(latitude)
    axes = (F.cos(lat) * F.cos(lon), F.cos(lat) * F.sin(lon), F.sin(lat))
    width = F.lit(reach_m + 1)  # a chord is no longer than its arc; a metre more than what rounding may add
    is_place = (F.abs(longitude) <= 180) & (F.abs(latitude) <= 90)  # not of a null, nor of what is no number
    return rows.filter(is_place).withColumns(
        {name: F.floor(F.lit(_EARTH_M) * axis / width) for name, axis in zip(_AXES, axes, strict=True)}
    )
