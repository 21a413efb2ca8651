"""Rows of the conformed tables of records across hospitals, typed by hand, for marts without servers."""

from __future__ import annotations

from datetime import date, timedelta

from tests.unit.parking_city import local


def encounter(encounter_id: str, hospital_id: str, day: date, **more) -> dict:
    """A row of conformed.health.care_episode: an hour of an adult's, with nothing before, but for `more`."""
    start = local(f"{day:%m-%d} 09:00")
    return {
        "encounter_id": encounter_id, "_business_date": day, "hospital_id": hospital_id, "person_id": f"of {encounter_id}",
        "age_band": "18-59", "kind": "outpatient", "started_at": start, "ended_at": start + timedelta(hours=1),
        "episode_id": encounter_id, "episode_position": 1, "is_other_hospital": False,
    } | more  # fmt: skip


def exam(exam_id: str, hospital_id: str, day: date, *, repeats: str | None = None, **more) -> dict:
    """A row of conformed.health.exam: an adult's, with a result, that repeats none but `repeats`."""
    taken = local(f"{day:%m-%d} 09:30")
    return {
        "exam_id": exam_id, "_business_date": day, "encounter_id": "J1", "hospital_id": hospital_id, "exam": "blood",
        "person_id": f"of {exam_id}", "age_band": "18-59", "taken_at": taken, "result_at": taken + timedelta(hours=1),
        "repeats_exam_id": repeats, "is_repeat": repeats is not None,
    } | more  # fmt: skip


def claim(
    claim_id: str, hospital_id: str, day: date, *, after_s: int | None = 600, elsewhere: int = 1, is_reversed: bool = False,
    **more,
) -> dict:  # fmt: skip
    """A row of conformed.health.settlement_claim: an adult's, of two lines, `elsewhere` of them with an exam of another hospital,
    settled so many seconds after it was requested (None: never)."""
    asked = local(f"{day:%m-%d} 11:00")
    settled = None if after_s is None else asked + timedelta(seconds=after_s)
    return {
        "claim_id": claim_id, "_business_date": day, "encounter_id": "J1", "hospital_id": hospital_id, "age_band": "18-59",
        "requested_at": asked, "settled_at": settled, "rejected_at": None,
        "reversed_at": asked + timedelta(hours=5) if is_reversed else None, "amount_cny": 80.5, "lines": 2, "lines_known": 2,
        "lines_elsewhere": elsewhere,
    } | more  # fmt: skip


def access(access_id: str, hospital_id: str, day: date, **more) -> dict:
    """A row of conformed.health.record_access: the first for an adult, who is treated; found."""
    return {
        "access_id": access_id, "_business_date": day, "hospital_id": hospital_id, "age_band": "18-59", "reason": "treatment",
        "requested_at": local(f"{day:%m-%d} 09:00"), "is_found": True, "is_first": True,
    } | more  # fmt: skip
