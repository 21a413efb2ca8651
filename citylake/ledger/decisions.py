"""What stewards decided about held deliveries."""

from __future__ import annotations

from citylake.clock import new_id
from citylake.ledger.runs import caller


def held(connection, feed_id: str | None = None) -> list[dict]:
    """Deliveries whose latest attempt was held, oldest first, each with the decision about it, if there is one."""
    return connection.execute(
        "select deliveries.delivery_id, deliveries.feed_id, deliveries.sender, deliveries.name, deliveries.arrived_at,"
        " outcomes.attempt, outcomes.records_held, outcomes.reasons, decisions.decision, decisions.because,"
        " decisions.decided_by, decisions.decided_at"
        " from ledger.outcomes inner join ledger.deliveries on deliveries.delivery_id = outcomes.delivery_id"
        " left join ledger.decisions"
        " on decisions.delivery_id = outcomes.delivery_id and decisions.attempt = outcomes.attempt"
        " where outcomes.status = 'held' and (%(feed)s::text is null or deliveries.feed_id = %(feed)s)"
        " and not exists (select 1 from ledger.expired_deliveries as expired where expired.delivery_id = deliveries.delivery_id)"
        " order by deliveries.arrived_at, deliveries.delivery_id",
        {"feed": feed_id},
    ).fetchall()


def decide(connection, delivery_id: str, attempt: int, decision: str, because: str) -> dict | None:
    """Note a decision (release or reject); the other one, where somebody decided before, and then nothing is noted."""
    made = connection.execute(
        "insert into ledger.decisions (decision_id, delivery_id, attempt, decision, because, decided_by)"
        " values (%s, %s, %s, %s, %s, %s) on conflict (delivery_id, attempt) do nothing returning decision_id",
        (new_id(), delivery_id, attempt, decision, because, caller()),
    ).fetchone()
    if made:
        return None
    return connection.execute(
        "select * from ledger.decisions where delivery_id = %s and attempt = %s", (delivery_id, attempt)
    ).fetchone()


def is_released(connection, delivery_id: str) -> bool:
    """Whether a steward released the delivery, in whatever attempt: its later admissions honour it."""
    found = connection.execute(
        "select 1 from ledger.decisions where delivery_id = %s and decision = 'release'", (delivery_id,)
    ).fetchone()
    return found is not None
