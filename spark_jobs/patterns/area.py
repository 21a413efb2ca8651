"""The areas in which a point lies."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark_jobs.patterns.bins import is_whole
from spark_jobs.patterns.history import latest

_LEAST_GROWN = 1e-9  # of a cell's width: what a coordinate divided by the width may be rounded by


def inside(
    rows: DataFrame, areas: DataFrame, *, longitude: str, latitude: str, outline: str, columns: Sequence[str],
    row_key: Sequence[str] = (), order: Sequence[str] = (), cell_degrees: float = 0.01,
) -> DataFrame:  # fmt: skip
    """`rows` with `columns` of the areas that hold their point: those in no area are left out.

    `outline` is the area as well-known text (POLYGON or MULTIPOLYGON, holes and all), in the coordinates of `longitude` and
    `latitude`; a point on the border is inside, as in ST_Covers. A row that lies in several areas comes out once for each; with
    `row_key` (columns that tell rows apart, without nulls) once, with the greatest in `order`. A null coordinate, an
    infinite one or a null outline is inside of nothing; an outline that is none fails.

    Joins on equal cells of `cell_degrees`, so that only rows in a cell that an area touches are looked at, by shapely (in
    Python, a batch of Arrow at a time, each outline parsed once a batch). Work grows with those rows, and with the
    cells of the areas: for a country choose larger ones. No time is looked at: a day made alone is that day.
    """
    known = areas.filter(is_whole([outline])).select(
        F.col(outline).alias("_outline"), F.struct(*columns).alias("_area"),
        F.struct(*order).alias("_order") if order else F.lit(None).alias("_order"),
        F.explode(_cells_of(cell_degrees)(F.col(outline))).alias("_cell"),
    )  # fmt: skip
    known = known.select(
        "_outline", "_area", "_order", F.col("_cell.x").alias("_cell_x"), F.col("_cell.y").alias("_cell_y")
    )
    x, y = F.col(longitude).cast("double"), F.col(latitude).cast("double")
    is_place = (F.abs(x) < F.lit(1e9)) & (
        F.abs(y) < F.lit(1e9)
    )  # neither null, nor infinite, nor not a number
    facts = rows.filter(is_place).select(
        F.struct(*rows.columns).alias("_row"), x.alias("_x"), y.alias("_y"),
        _cell(x, cell_degrees).alias("_cell_x"), _cell(y, cell_degrees).alias("_cell_y"),
    )  # fmt: skip
    # A row lies in one cell, so it meets an area once, however many cells that has.
    near = facts.join(known, on=["_cell_x", "_cell_y"], how="inner")
    found = near.filter(_covers()(F.col("_outline"), F.col("_x"), F.col("_y")))
    if row_key:
        keyed = found.select(
            "*", *[F.col(f"_row.{name}").alias(f"_key_{n}") for n, name in enumerate(row_key)]
        )
        found = latest(keyed, by=[f"_key_{n}" for n in range(len(row_key))], order=["_order"])
    return found.select("_row.*", *[F.col(f"_area.{name}").alias(name) for name in columns])


def _cell(coordinate: Column, width: float) -> Column:
    return F.floor(coordinate / F.lit(width))


def _cells_of(width: float):
    """The cells that an outline touches: those of its bounding box of which a tree says that they meet it."""

    def cells(outlines):
        import numpy as np
        import pyarrow as pa
        import shapely

        shapes, made = shapely.from_wkt(outlines.to_numpy(zero_copy_only=False)), []
        for shape in shapes:
            if shape.is_empty:
                made.append([])
                continue
            low_x, low_y, high_x, high_y = np.floor(np.array(shape.bounds) / width).astype(np.int64)
            x, y = (each.ravel() for each in np.meshgrid(
                np.arange(low_x, high_x + 1), np.arange(low_y, high_y + 1)
            ))  # fmt: skip
            grown = width * _LEAST_GROWN * np.maximum(1, np.maximum(np.abs(x), np.abs(y)))
            boxes = shapely.box(
                x * width - grown, y * width - grown, (x + 1) * width + grown, (y + 1) * width + grown
            )
            touched = np.sort(shapely.STRtree(boxes).query(shape, predicate="intersects"))
            made.append([{"x": int(x[each]), "y": int(y[each])} for each in touched])
        return pa.array(made, pa.list_(pa.struct([("x", pa.int64()), ("y", pa.int64())])))

    return F.arrow_udf(cells, "array<struct<x: bigint, y: bigint>>")  # type: ignore[call-overload]


def _covers():
    """Whether an outline holds a point, its border included."""

    def covers(outlines, x, y):
        import numpy as np
        import pyarrow as pa
        import shapely

        texts = outlines.dictionary_encode()
        shapes = shapely.from_wkt(texts.dictionary.to_numpy(zero_copy_only=False))
        shapely.prepare(shapes)
        longitude, latitude, which = (each.to_numpy(zero_copy_only=False) for each in (x, y, texts.indices))
        return pa.array(np.asarray(shapely.intersects_xy(shapes[which], longitude, latitude), dtype=bool))

    return F.arrow_udf(covers, "boolean")  # type: ignore[call-overload]
