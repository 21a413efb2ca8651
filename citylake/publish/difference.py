"""What a staged request would change in the marts: made aside and compared, not published."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from citylake import ledger
from citylake.build.contract import Mart
from citylake.build.making import build_marts
from citylake.build.plan import Plan, pin, plan_request
from citylake.build.scratch import Scratch
from citylake.check.outcome import describe, evaluate_domain, failed
from citylake.ledger.requests import find_request, record_difference
from citylake.publish import writing
from citylake.publish.standing import KEY, VALUES

_LARGEST = 20


def stage_request(domain: str, request_id: str) -> dict:
    """Build a request's days aside, compare with what is published, and keep the difference with the request.

    The difference of each domain holds: partitions, checks_failed, warnings, marts (added, removed, changed
    and same rows of each), largest (the indicator values that would change most, relative to what they are).
    Returns domain, partitions and the domain's difference.
    Raises: WrongUse where there is no such request, ModelTestsFailed where a dbt test failed.
    """
    from citylake.publish.publication import ROLE, protect_marts

    with ledger.connect(ROLE) as connection:
        plan = plan_request(connection, domain, request_id)
    with ledger.run(ROLE, "stage", f"{domain} {request_id}") as run, Scratch(domain, run.run_id) as scratch:
        marts = build_marts(plan, scratch, pin(plan))
        results = evaluate_domain(domain, scratch.connection)
        protect_marts(scratch.connection, domain, marts)
        with ledger.connect(ROLE) as connection:
            difference = {
                "partitions": plan.size, "checks_failed": describe(failed(results, "critical")),
                "warnings": describe(failed(results, "warning")),
                "marts": {mart.name: _of_mart(connection, scratch, plan, mart) for mart in marts},
                "largest": _largest(connection, scratch, plan, marts),
            }  # fmt: skip
            request = find_request(connection, request_id) or {}
            record_difference(
                connection, request_id, {**(request.get("difference") or {}), domain: difference}
            )
    return {"domain": domain, "partitions": plan.size, "difference": difference}


def _of_mart(connection, scratch: Scratch, plan: Plan, mart: Mart) -> dict[str, int]:
    new = _by_key(mart, _scratch_rows(scratch, mart))
    old = _by_key(mart, _published_rows(connection, plan, mart))
    kept = set(new) & set(old)
    changed = sum(1 for key in kept if not _same(old[key], new[key]))
    removed = 0 if mart.keep_absent else len(set(old) - kept)
    return {
        "added": len(set(new) - kept),
        "removed": removed,
        "changed": changed,
        "same": len(kept) - changed,
    }


def _by_key(mart: Mart, rows: Iterable[dict]) -> dict[tuple, dict]:
    return {tuple(row[name] for name in mart.key): row for row in rows}


def _scratch_rows(scratch: Scratch, mart: Mart) -> list[dict]:
    names = mart.column_names
    listed = ", ".join(f'"{name}"' for name in names)
    return [
        dict(zip(names, row, strict=True))
        for row in scratch.connection.execute(f"select {listed} from marts.{mart.name}").fetchall()
    ]


def _published_rows(connection, plan: Plan, mart: Mart) -> list[dict]:
    exists = connection.execute(
        "select to_regclass(%s) is not null as found", (f"marts.{mart.name}",)
    ).fetchone()
    if not exists["found"]:
        return []
    if mart.publish == "indicators":
        return connection.execute(writing.PUBLISHED, writing.touched(plan)).fetchall()
    if mart.publish == "fact" and "_business_date" in mart.column_names:
        query = f"select * from marts.{mart.name} where _business_date = any(%s)"
        return connection.execute(query, (plan.days,)).fetchall()
    return connection.execute(f"select * from marts.{mart.name}").fetchall()


def _same(old: dict, new: dict) -> bool:
    # A column that is not published yet counts as unknown.
    return all(_plain(old.get(name)) == _plain(value) for name, value in new.items())


def _plain(value):
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _largest(connection, scratch: Scratch, plan: Plan, marts: list[Mart]) -> list[dict]:
    mart = next((mart for mart in marts if mart.publish == "indicators"), None)
    if not mart:
        return []
    new = _by_key(mart, _scratch_rows(scratch, mart))
    old = _by_key(mart, _published_rows(connection, plan, mart))
    found = []
    for key in set(new) | set(old):
        before, after = old.get(key, {}), new.get(key, {})
        if any(before.get(name) != after.get(name) for name in VALUES if name in ("value", "value_status")):
            found.append({
                **dict(zip(KEY, key, strict=True)),
                "old_value": before.get("value"), "new_value": after.get("value"),
                "old_status": before.get("value_status"), "new_status": after.get("value_status"),
            })  # fmt: skip
    found.sort(key=lambda row: (-_size(row["old_value"], row["new_value"]), [row[name] for name in KEY]))
    return found[:_LARGEST]


def _size(old: float | None, new: float | None) -> float:
    if old is None or new is None:
        return math.inf
    return abs(new - old) / (abs(old) or 1)
