"""Rows of the conformed tables about whole processes at hospitals, typed by hand, for marts without servers."""

from __future__ import annotations

from datetime import date, timedelta

from tests.unit.parking_city import local

STEPS = ("see", "examine", "pay", "collect")
DONE_AT = ("seen_at", "examined_at", "paid_at", "collected_at")
DUE = {
    None: {"see"}, "none": {"see"}, "examination": {"see", "examine", "pay"}, "medicine": {"see", "pay", "collect"},
    "both": set(STEPS),
}  # fmt: skip


def whole(
    visit_id: str, hospital_id: str, day: date, ordered: str | None = "both", *, minutes: float = 60, dropped: str | None = None,
    means: str = "card", place: str = "machine", **more,
) -> dict:  # fmt: skip
    """A row of conformed.health.visit_process: begun at nine, all that is due done by one means at one place until so many
    minutes later, or until the step before `dropped`; but for `more`."""
    begun = local(f"{day:%m-%d} 09:00")
    ended = begun + timedelta(minutes=minutes)
    until = STEPS.index(dropped) if dropped else len(STEPS)
    done = {step for number, step in enumerate(STEPS) if step in DUE[ordered] and number < until}
    row = {
        "visit_id": visit_id, "_business_date": day, "hospital_id": hospital_id, "patient_id": f"of {visit_id}",
        "age_band": "18-59", "registered_at": begun, "ordered": ordered, "register_means": means, "register_place": place,
        "dropped_step": dropped, "ended_at": ended, "process_s": None if dropped else minutes * 60.0,
    }  # fmt: skip
    for step, at in zip(STEPS, DONE_AT, strict=True):
        row |= {at: ended, f"{step}_means": means, f"{step}_place": place} if step in done else {}
    return row | more


def face(transaction_id: str, hospital_id: str, day: date, outcome: str = "accepted") -> dict:
    """A row of conformed.health.face_transaction: accepted, wrongly or rightly rejected."""
    at = local(f"{day:%m-%d} 09:00")
    return {
        "transaction_id": transaction_id, "_business_date": day, "hospital_id": hospital_id, "step": "register",
        "patient_id": f"of {transaction_id}", "first_at": at, "last_at": at, "attempt_count": 1,
        "is_accepted": outcome == "accepted", "is_falsely_rejected": outcome == "wrongly",
        "matched_event_id": "E1" if outcome == "wrongly" else None,
    }  # fmt: skip
