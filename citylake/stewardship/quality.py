"""Checks of the tables as they last came out."""

from __future__ import annotations


def latest_checks(connection, domain: str | None = None) -> list[dict]:
    """The results of each domain's latest checked run, those that failed first, the severe before the mild.

    `domain` is the subject of the runs.
    """
    return connection.execute(
        """
        with ranked as (
            select
                runs.subject, check_results.*,
                dense_rank() over (
                    partition by runs.subject, check_results.table_name
                    order by runs.started_at desc, runs.run_id desc
                ) as newest
            from ledger.check_results
            inner join ledger.runs on runs.run_id = check_results.run_id
        )

        select
            subject, table_name, check_id, description, severity, success, observed, report_uri, checked_at, run_id
        from ranked
        where newest = 1 and (%(domain)s::text is null or subject = %(domain)s)
        order by success, severity <> 'critical', subject, table_name, check_id
        """,
        {"domain": domain},
    ).fetchall()
