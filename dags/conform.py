"""Make the conformed tables again where they are stale."""

from __future__ import annotations

from airflow.sdk import DAG, Asset, AssetAny, task
from tasks import DAG_DEFAULTS, call, stale

from citylake.table import Table, load_tables


def conform_dag(table: Table) -> DAG:
    """Make the stale partitions of one conformed table, whichever input changed."""
    inputs = [Asset(name) for name in sorted({item.table for item in table.inputs.values()})]
    with DAG(f"conform__{table.name}", schedule=AssetAny(*inputs, stale(table.table_id)),
             tags=["conform", table.domain], description=table.title.en, doc_md=table.grain,
             **DAG_DEFAULTS) as dag:  # fmt: skip

        @task(outlets=[Asset(table.table_id)], pool="spark")
        def conform():
            """Make every stale partition, newest first."""
            from citylake.conform import conform as verb

            return call(verb, table.table_id, done="partitions")

        conform()
    return dag


for declared in load_tables().values():
    globals()[f"conform__{declared.name}"] = conform_dag(declared)
