"""Build, check, protect and publish the marts of every domain where they are stale."""

from __future__ import annotations

from airflow.sdk import DAG, Asset, AssetAny, task
from tasks import DAG_DEFAULTS, call, stale

from citylake.build.project import domains, inputs, marts_id


def marts_dag(domain: str) -> DAG:
    """Publish one domain, whichever conformed table changed."""
    sources = [Asset(source.table_id) for source in inputs(domain)]
    with DAG(f"marts__{domain}", schedule=AssetAny(*sources, stale(marts_id(domain))), tags=["marts", domain],
             doc_md=f"The published marts of {domain}.", **DAG_DEFAULTS) as dag:  # fmt: skip

        @task(outlets=[Asset(marts_id(domain))])
        def publish():
            """Build, check, protect and publish what is stale, in one task."""
            from citylake.publish import publish_domain

            return call(publish_domain, domain, done="partitions")

        publish()
    return dag


for declared in domains():
    globals()[f"marts__{declared}"] = marts_dag(declared)
