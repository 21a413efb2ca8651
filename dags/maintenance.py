"""Wake what events missed: deadlines that passed, lost events, requests."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, task
from tasks import DAG_DEFAULTS, WOKEN, call, landed, stale

with DAG(
    "maintenance__sweep", schedule=timedelta(minutes=2), tags=["maintenance"], doc_md=__doc__, **DAG_DEFAULTS
):

    @task(outlets=[WOKEN])
    def sweep(*, outlet_events):
        """Ask the ledger what waits or is stale, and wake the DAGs that make it."""
        from citylake.conform import declare_tables
        from citylake.ledger.sweep import sweep as verb
        from citylake.publish import declare_marts

        # An output that was never made is seen only once it is declared.
        declare_tables()
        declare_marts()
        found = call(verb, done="found")
        for feed_id in found["feeds"]:
            outlet_events[WOKEN].add(landed(feed_id))
        for table_id in found["tables"]:
            outlet_events[WOKEN].add(stale(table_id))
        return found

    sweep()

with DAG(
    "maintenance__gaps", schedule=timedelta(minutes=5), tags=["maintenance"],
    doc_md="Tell each delivery that did not come once, when its deadline has passed, and once more when it came.",
    **DAG_DEFAULTS,
):  # fmt: skip

    @task
    def tell():
        """Log what has become missing and what no longer is; skipped where there is neither."""
        from citylake.stewardship.gaps import tell as verb

        return call(verb, done="found")

    tell()

with DAG(
    "maintenance__retention", schedule=timedelta(days=1), tags=["maintenance"],
    doc_md="Delete what is past retention, everywhere in the lake, and certify it.", **DAG_DEFAULTS,
):  # fmt: skip

    @task
    def enforce():
        """Seal what reads those days, delete rows, files and bytes; skipped where nothing is past."""
        from citylake.retain import enforce as verb

        return call(verb, done="certificates")

    enforce()
