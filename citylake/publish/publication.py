"""One publication of a domain: what is stale, built, checked, protected, then written in one transaction."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Iterator
from datetime import timedelta

from citylake import lake, ledger
from citylake.build import project
from citylake.build.contract import Mart
from citylake.build.making import build_marts
from citylake.build.models import ModelTestsFailed
from citylake.build.plan import Plan, declare, pin, plan_stale
from citylake.build.scratch import Scratch
from citylake.check.evaluation import Result
from citylake.check.outcome import blamed_partitions, describe, evaluate_domain, failed
from citylake.check.report import page
from citylake.clock import new_id, wall_now
from citylake.errors import DataFailed, ServerUnavailable
from citylake.indicator import load_indicators
from citylake.ledger import partitions, publications
from citylake.privacy.cells import Parts
from citylake.privacy.disclosure import Hidden, Protected, protect
from citylake.publish import schema, writing
from citylake.publish.servers import answering

ROLE = "publish"
_LOCK_WAIT = timedelta(minutes=30)
_ATTEMPTS = 3


class Refused(DataFailed):
    """A publication that was not allowed; its partitions are blocked."""


def publish_stale(domain: str) -> dict:
    """Publish what is stale of a domain; where some partitions are refused, the others nevertheless."""
    refused: Refused | None = None
    with answering(), only_publisher(domain) as connection:
        with connection.transaction():
            declare(connection, domain)
        done = {"domain": domain, "partitions": 0, "publication_id": None}
        for _ in range(_ATTEMPTS):
            plan = _read_plan(connection, domain)
            if not plan.size:
                break
            try:
                done = _publish(connection, plan)
                break
            except Refused as error:
                refused = refused or error
    if refused:
        raise refused
    return done


@contextlib.contextmanager
def only_publisher(domain: str) -> Iterator:
    """The connection of the one run that may publish this domain now; another waits here.

    The lock is PostgreSQL's and falls with the connection, so a killed run leaves none behind.
    Raises: ServerUnavailable where another run holds it for too long.
    """
    import psycopg

    with ledger.connect(ROLE, autocommit=True) as connection:
        connection.execute(f"set lock_timeout = {int(_LOCK_WAIT.total_seconds() * 1000)}")
        try:
            connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", (f"publish {domain}",))
        except psycopg.errors.LockNotAvailable as error:
            raise ServerUnavailable(
                f"another run has been publishing this domain for {_LOCK_WAIT}", where=domain,
                next_step="See who in ledger.runs (verb publish, status running); then try again.",
            ) from error  # fmt: skip
        yield connection


def _read_plan(connection, domain: str) -> Plan:
    import psycopg

    # One snapshot of the ledger for all the questions, or a version could slip in between them.
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction():
            return plan_stale(connection, domain)
    finally:
        connection.isolation_level = None


def _publish(connection, plan: Plan) -> dict:
    """One attempt, recorded as one run. Raises: Refused."""
    publication_id = new_id()
    watch = Stopwatch()
    with ledger.run(ROLE, "publish", plan.domain) as run:
        with Scratch(plan.domain, run.run_id) as scratch:
            marts, results = _make(connection, plan, scratch, run.run_id, publication_id, watch)
            hidden = protect_marts(scratch.connection, plan.domain, marts)
            watch.lap("protect")
            report = _report(plan.domain, publication_id, results)
            watch.lap("report")
            with connection.transaction():
                schema.ensure(connection, marts)
                counts = writing.write(connection, scratch.connection, plan, marts, publication_id)
                _record(connection, plan, scratch, marts, run.run_id, publication_id, counts, results, report)
            watch.lap("publish")
        run.rows = sum(counts.values())
        told = [f"{stage}={seconds}s" for stage, seconds in watch.laps.items()]
        run.message = " ".join([*told, *(f"{name}={share}" for name, share in hidden.shown_pct.items())])
    return {
        "domain": plan.domain, "partitions": plan.size, "publication_id": publication_id, "rows": counts,
        "hidden": sum(hidden.rows.values()), **hidden.shown_pct, "checks": len(results),
        "warnings": len(failed(results, "warning")), "seconds": watch.laps,
    }  # fmt: skip


def _make(connection, plan: Plan, scratch: Scratch, run_id: str, publication_id: str, watch: Stopwatch):
    """Build and check; a failure is recorded as a refused publication."""
    pinned = pin(plan)
    watch.lap("pin")
    try:
        marts = build_marts(plan, scratch, pinned)
    except ModelTestsFailed as error:
        _refuse(connection, plan, run_id, publication_id, [], str(error))
        raise Refused(**vars(error)) from error
    watch.lap("build")
    results = evaluate_domain(plan.domain, scratch.connection)
    watch.lap("check")
    critical = failed(results, "critical")
    if critical:
        blamed = blamed_partitions(critical, [item.partition for item in plan.stale])
        chosen = dataclasses.replace(
            plan, stale=tuple(item for item in plan.stale if item.partition in blamed)
        )
        report = _refuse(connection, chosen, run_id, publication_id, results, describe(critical))
        raise Refused(
            f"{plan.domain}: {len(critical)} critical of {len(results)} checks failed; {len(blamed)} of"
            f" {plan.size} partitions are blocked and keep their last good version",
            where=", ".join(blamed[:10]), found=describe(critical),
            next_step=f"See {report}. They are tried again when their inputs change, or after"
            f" `citylake backfill marts.{plan.domain} …`.",
        )  # fmt: skip
    return marts, results


def protect_marts(connection, domain: str, marts: list[Mart]) -> Hidden:
    """Hide in a domain's marts, as they were built, what would tell of persons or of who gave money. Raises: WrongUse."""
    file = load_indicators().get(domain)
    return protect(connection, targets(domain, marts), populations(domain), file.amounts if file else {})


# An indicator's numbers are divided by these.
_VALUE_PLACE = (("period_type", "period"), ("area_type", "area"), ("group_type", '"group"'))


def targets(domain: str, marts: list[Mart]) -> list[Protected]:
    """What disclosure control is applied to: every mart by its rule, each indicator by its own."""
    found = [
        Protected(f"marts.{mart.name}", tuple(mart.column_names), mart.disclosure, place=_place(mart))
        for mart in marts
    ]
    values = next((mart for mart in marts if mart.publish == "indicators"), None)
    if values and domain in load_indicators():
        found += [
            Protected(
                f"marts.{values.name}",
                tuple(values.column_names),
                item.disclosure,
                f"code = '{code}'",
                _VALUE_PLACE,
                item.scale,
            )  # fmt: skip
            for code, item in load_indicators()[domain].indicators.items()
        ]
    return found


def populations(domain: str) -> Parts:
    """Which populations are sums of which, as the domain's indicators declare them."""
    file = load_indicators().get(domain)
    return file.populations if file else {}


def _place(mart: Mart) -> tuple[tuple[str, str], ...]:
    """What a mart's numbers are divided by: its key."""
    called = {"_business_date": "day", **getattr(mart.disclosure, "dimensions", {})}
    return tuple((f"'{called.get(name, name)}'", f'"{name}"') for name in mart.key)


def _report(domain: str, publication_id: str, results: list[Result]) -> str | None:
    """Put the steward's page into the bucket of reports; returns its address."""
    if not results:
        return None
    key = lake.report_key("quality", domain, publication_id, "index.html")
    body = page(domain, publication_id, wall_now(), results).encode()
    lake.s3(ROLE).put_object(Bucket=lake.REPORTS, Key=key, Body=body, ContentType="text/html; charset=utf-8")
    return lake.report_uri(key)


def _refuse(
    connection, plan: Plan, run_id: str, publication_id: str, results: list[Result], reason: str
) -> str | None:
    """Record that the plan's partitions may not be published, and block them on these inputs."""
    report = _report(plan.domain, publication_id, results)
    with connection.transaction():
        publications.record_publication(
            connection, publication_id, plan.domain, "refused", run_id, row_counts={},
            partitions=[{"partition": item.partition, "reason": item.reason} for item in plan.stale],
        )  # fmt: skip
        publications.record_checks(connection, run_id, map(dataclasses.asdict, results), report)
        partitions.block(connection, list(plan.stale), reason[:2000], run_id, read_at=plan.read_at)
    return report


def _record(
    connection, plan: Plan, scratch: Scratch, marts, run_id, publication_id, counts, results, report
) -> None:
    """The ledger's part of the publication's transaction."""
    rows = _rows_by_day(scratch, marts)
    used: dict[str, list[dict]] = {item.partition: [] for item in plan.stale}
    for row in plan.inputs:
        used[row["partition"]].append(row)
    made: list[dict] = []
    for item in plan.stale:
        count = rows.get(item.partition, 0) if plan.days else sum(counts.values())
        version = partitions.record_made(
            connection, item, used[item.partition], run_id, row_count=count, read_at=plan.read_at
        )
        made.append({"partition": item.partition, "version": version, "reason": item.reason})
    publications.record_publication(
        connection, publication_id, plan.domain, "published", run_id, partitions=made, row_counts=counts
    )
    publications.record_causes(
        connection, publication_id, project.marts_id(plan.domain),
        [(item["partition"], item["version"]) for item in made],
    )  # fmt: skip
    publications.record_checks(connection, run_id, map(dataclasses.asdict, results), report)


def _rows_by_day(scratch: Scratch, marts: list[Mart]) -> dict[str, int]:
    found: dict[str, int] = {}
    for mart in marts:
        if mart.publish == "fact" and "_business_date" in mart.column_names:
            rows = scratch.connection.execute(
                f"select _business_date::varchar, count(*) from marts.{mart.name} group by all"
            )
            for day, count in rows.fetchall():
                found[day] = found.get(day, 0) + count
    return found


class Stopwatch:
    """Wall seconds of each stage."""

    def __init__(self):
        self.laps: dict[str, float] = {}
        self._since = time.monotonic()

    def lap(self, stage: str) -> None:
        """End a stage that began where the one before ended."""
        now = time.monotonic()
        self.laps[stage] = round(now - self._since, 2)
        self._since = now
