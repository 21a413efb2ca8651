"""A frame that is computed once, however often a plan names it."""

from __future__ import annotations

from pyspark.sql import DataFrame


def once(frame: DataFrame) -> DataFrame:
    """The same rows, computed now and kept on the executors until nobody holds the result.

    Spark makes a frame anew wherever a plan names it, and plans what it is made of as often: of a frame named four times that is
    itself made of another named four times, sixteen times. Where an executor is lost the job fails, and is repeated as a whole.
    """
    return frame.localCheckpoint(eager=True)
