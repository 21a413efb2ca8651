"""Held deliveries: what waits for a steward, and what the steward decides."""

from __future__ import annotations

from citylake import ledger
from citylake.errors import WrongUse
from citylake.feed import find_feed
from citylake.ledger import decisions
from citylake.ledger.requests import request_readmission

ROLE = "steward"
# Reasons that a steward can overrule: the rows are readable and only differ from those before.
RELEASABLE = frozenset(
    {
        "unit_changed",
        "type_changed",
        "lost_leading_zeros",
        "code_level",
        "shifted",
        "ballooned",
        "shrunk",
        "added_column",
        "renamed",
    }
)


def held(feed_id: str | None = None) -> list[dict]:
    """Deliveries that are held, oldest first, each with its reasons and the decision, if there is one.

    Raises: WrongUse for a feed that does not exist.
    """
    if feed_id:
        find_feed(feed_id)
    with ledger.connect(ROLE) as connection:
        return decisions.held(connection, feed_id)


def release(delivery_id: str, because: str) -> dict:
    """Admit a held delivery as it is: what it differs in is accepted, now and whenever it is admitted again.

    Returns the delivery. Raises: WrongUse where it is not held, cannot be read as declared, or is decided already.
    """
    delivery = _held(delivery_id)
    others = sorted({reason["kind"] for reason in delivery["reasons"]} - RELEASABLE)
    if others:
        raise WrongUse(
            "this delivery cannot be released: it cannot be read as declared", where=delivery["name"],
            found="; ".join(reason["text"] for reason in delivery["reasons"]),
            expected="a difference that a steward can accept: " + ", ".join(sorted(RELEASABLE)),
            next_step="Correct the feed file and ask for `citylake admit " + delivery_id + "`, or ask the department again.",
        )  # fmt: skip
    with ledger.connect(ROLE) as connection:
        _refuse_second(
            decisions.decide(connection, delivery_id, delivery["attempt"], "release", because), delivery
        )
        request_readmission(connection, find_feed(delivery["feed_id"]).admitted, delivery_id, because)
    return delivery


def reject(delivery_id: str, because: str) -> dict:
    """Never admit this delivery; its bytes stay. Returns it. Raises: WrongUse as `release`."""
    delivery = _held(delivery_id)
    with ledger.connect(ROLE) as connection:
        _refuse_second(
            decisions.decide(connection, delivery_id, delivery["attempt"], "reject", because), delivery
        )
    return delivery


def _held(delivery_id: str) -> dict:
    found = next((row for row in held() if row["delivery_id"] == delivery_id), None)
    if found is None:
        raise WrongUse(
            f"no delivery '{delivery_id}' is held", next_step="`citylake quarantine held` lists those that are.",
        )  # fmt: skip
    return found


def _refuse_second(earlier: dict | None, delivery: dict) -> None:
    if earlier:
        words = {"release": "released", "reject": "rejected"}
        raise WrongUse(
            f"{earlier['decided_by']} {words[earlier['decision']]} this delivery on {earlier['decided_at']:%Y-%m-%d %H:%M}",
            where=delivery["name"], found=earlier["because"], next_step="Speak with them; a decision stands.",
        )  # fmt: skip
