"""Build: plain tables for the touched periods, made by dbt in a run's scratch file.

`build` is the verb by hand; a publication uses the parts in `making`. dbt is imported only when it runs.
"""

from __future__ import annotations


def build(domain: str) -> dict:
    """Build what is stale of a domain into a scratch file that stays, and publish nothing.

    Where nothing is stale, the newest published partition is built. Returns domain, partitions, rows by
    mart, and the file: not protected yet, so it is readable by its owner only; the next run removes it.
    Raises: ModelTestsFailed where a dbt test failed, ModelsFailed where a model did not run.
    """
    from citylake.build.making import rows_by_mart, trial

    with trial(domain) as made:
        made.scratch.keep()
        return {
            "domain": domain, "partitions": made.plan.size, "rows": rows_by_mart(made.scratch, made.marts),
            "file": str(made.scratch.file),
        }  # fmt: skip
