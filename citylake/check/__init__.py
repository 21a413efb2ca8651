"""Check: a domain's expectations, evaluated on what a run built, before anything is published.

`check` is the verb by hand; a publication uses `evaluate_domain`. Great Expectations is imported only when
it runs.
"""

from __future__ import annotations

from citylake.errors import DataFailed


def check(domain: str) -> dict:
    """Build what is stale of a domain into a scratch file, check it and publish nothing.

    Returns domain, partitions, checks, and the descriptions of those that failed by severity.
    Raises: DataFailed where a critical check failed.
    """
    from citylake.build.making import trial
    from citylake.check.outcome import describe, evaluate_domain, failed

    with trial(domain) as made:
        results = evaluate_domain(domain, made.scratch.connection)
        partitions = made.plan.size
    critical = failed(results, "critical")
    if critical:
        raise DataFailed(
            f"{domain}: {len(critical)} critical of {len(results)} checks failed", found=describe(critical)
        )
    by_severity = {
        kind: describe(failed(results, kind)) for kind in ("warning", "info") if failed(results, kind)
    }
    return {"domain": domain, "partitions": partitions, "checks": len(results), **by_severity}
