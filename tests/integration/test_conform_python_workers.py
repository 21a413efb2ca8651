"""The lake's own Spark server: Python of this project in its workers, and sessions beside one another."""

from __future__ import annotations

import sys

from citylake.conform.session import session
from spark_jobs import patterns
from tests.integration.probe import start_spark


def test_workers_have_the_python_and_the_packages_of_the_project(lake):
    start_spark(lake)
    with session() as spark:
        from pyspark.sql import functions as F

        def where(values):
            import sys

            import pyarrow as pa
            import shapely

            return pa.array([f"{sys.prefix} {shapely.__version__[0]}"] * len(values), pa.string())

        found = spark.range(1).select(F.arrow_udf(where, "string")(F.col("id")).alias("told")).collect()
    assert found[0]["told"] == f"{sys.prefix} 2"


def test_what_is_computed_once_belongs_to_the_session_it_was_computed_in(lake):
    start_spark(lake)
    with session(), session() as spark:
        assert [row.id for row in patterns.once(spark.range(2)).filter("id > 0").collect()] == [1]
