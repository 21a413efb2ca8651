"""Lakes for the proofs: with Spark and without Airflow, where the tests call the stages themselves."""

from __future__ import annotations

import pytest

from tests import servers
from tests.end_to_end import flow


@pytest.fixture(scope="session")
def lake_with_spark(storage):
    """A lake with Spark, as another test left it."""
    servers.start_spark()
    flow.preload()
    return storage


@pytest.fixture
def quiet_lake(lake_with_spark):
    """An empty lake with Spark, where nothing happens but what the test does."""
    lake_with_spark.rest()
    lake_with_spark.empty()
    servers.forget_settings()
    return lake_with_spark
