"""A publication killed at a random instant leaves no trace that a reader sees; the next one repairs."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from datetime import date, timedelta

import pytest

from citylake.publish import publish_domain
from tests.integration import conformed_rows as typed
from tests.integration.published import content, query

DAYS = [date(2026, 3, 1) + timedelta(days=number) for number in range(3)]
NAMES = [day.isoformat() for day in DAYS]
AIR = "conformed.environment.air_quality_day"
SEEDS = range(int(os.environ.get("CITYLAKE_KILL_SEEDS", "5")))
# Five pollutants x (city, two districts) x (three days, the month, the year).
CHANGED_VALUES = 5 * 3 * 5


def _processes():
    """Processes that have the engines in memory, like an Airflow worker's."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(
        ["dbt.cli.main", "dbt.adapters.duckdb", "great_expectations", "pyiceberg.catalog.sql"]
    )
    return processes


def _write(level: float) -> None:
    typed.write(AIR, [row for day in DAYS for row in typed.air_quality(day, mean=level)], NAMES)


def _history() -> int:
    return query("select count(*) as rows from marts.indicator_history")[0]["rows"]


@pytest.fixture(scope="module")
def seconds(lake):
    """How long an undisturbed publication takes, in such a process."""
    typed.write("conformed.governance.district", typed.district_rows(), ["all"])
    typed.write("conformed.environment.air_station", typed.stations(), ["all"])
    _write(20.0)
    publish_domain("environment")
    _write(21.0)
    begun = _history()
    for attempt in range(2):  # the first pays for the imports
        process = _processes().Process(target=publish_domain, args=("environment",))
        started = time.monotonic()
        process.start()
        process.join()
        took = time.monotonic() - started
        assert process.exitcode == 0
        if attempt == 0:
            assert _history() - begun == CHANGED_VALUES
            _write(22.0)
    return took


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_publication_is_repaired_by_the_next(seconds, lake, seed):
    level = 40.0 + seed
    _write(level)
    begun = _history()
    with lake.superuser() as connection:
        before = content(connection)
        process = _processes().Process(target=publish_domain, args=("environment",))
        process.start()
        time.sleep(random.Random(seed).uniform(0.1, 1.0) * seconds)  # noqa: S311 - not for a secret
        process.kill()
        process.join()
        after = content(connection)
        # All of it or nothing: never the facts without the values, or the values without their history.
        changed = {name for name in before if before[name] != after[name]}
        assert changed in (set(), {"fct_air_quality_day", "fct_indicator_value", "indicator_history"})
        publish_domain("environment")
        repaired = content(connection)
        _write(level)
        publish_domain("environment")
        assert content(connection) == repaired
    assert _history() - begun == CHANGED_VALUES
    values = query("select distinct value - %s as above from marts.fct_indicator_value where code = 'e1_pm25_ugm3'"
                   " and area = '330100' and period_type = 'day'", level)  # fmt: skip
    assert values == [{"above": 1.5}]
    assert publish_domain("environment")["partitions"] == 0
