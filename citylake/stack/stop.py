"""Stop one lake's servers: clients before the servers they use, as many together as possible."""

from __future__ import annotations

from citylake.stack import airflow, minio, postgres, spark, supervise
from citylake.stack.site import Site


def down(site: Site) -> None:
    """Stop every server, then the process manager. Safe to repeat."""
    if not supervise.answers(site):
        return
    # A task that is stopped says so to the api-server, and waits for it in vain when that is gone.
    supervise.stop(site, [airflow.SCHEDULER, airflow.TRIGGERER, airflow.DAG_PROCESSOR], seconds=20)
    supervise.stop(site, [airflow.API, spark.NAME], seconds=20)
    supervise.stop(site, [minio.NAME, postgres.NAME], seconds=25)
    supervise.shut_down(site)
