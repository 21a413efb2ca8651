"""How a DAG calls a verb: who called is recorded, nothing to do is a skip, wrong data is no retry."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, AssetAlias

# One writer per table: a DAG's next run waits for the one before.
DAG_DEFAULTS = {
    "start_date": datetime(2026, 1, 1, tzinfo=UTC),
    "catchup": False,
    "max_active_runs": 1,
    "default_args": {
        "retries": 4,
        "retry_delay": timedelta(seconds=5),
        "execution_timeout": timedelta(minutes=30),
    },
}
# Assets whose names are known only at run time: which feeds landed, which tables are stale.
WOKEN = AssetAlias("woken")


def landed(feed_id: str) -> Asset:
    """The asset that wakes the admission of a feed."""
    return Asset(f"landed.{feed_id}")


def stale(table_id: str) -> Asset:
    """The asset by which the sweep wakes an output."""
    return Asset(f"stale.{table_id}")


def call(verb: Callable[..., dict], *arguments: str, done: str | None = None) -> dict:
    """Call a verb in a task.

    `done` names the count that is zero when there was nothing to do: the task is then skipped, and a
    skipped task wakes nobody. Wrong data or declarations fail at once; a server that does not answer
    is tried again.
    """
    from airflow.sdk import get_current_context
    from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

    from citylake.errors import DataFailed, WrongUse

    instance = get_current_context()["ti"]
    os.environ.update(
        CITYLAKE_AIRFLOW_DAG=instance.dag_id,
        CITYLAKE_AIRFLOW_RUN=instance.run_id,
        CITYLAKE_AIRFLOW_TASK=instance.task_id,
        CITYLAKE_AIRFLOW_TRY=str(instance.try_number),
    )
    try:
        result = verb(*arguments)
    except (DataFailed, WrongUse) as error:
        raise AirflowFailException(str(error)) from error
    if done and not result[done]:
        raise AirflowSkipException("nothing to do")
    return result
