"""Lakes for the proofs: with Spark and without Airflow, where the tests call the stages themselves."""

from __future__ import annotations

import pytest

from tests import servers
from tests.end_to_end import flow


@pytest.fixture(scope="session")
def _spark(storage):
    servers.start_spark()
    flow.preload()
    return storage


@pytest.fixture
def quiet_lake(_spark):
    """An empty lake with Spark, where nothing happens but what the test does."""
    _spark.rest()
    _spark.empty()
    servers.forget_settings()
    return _spark
