"""Rows of the conformed tables of registration by time slot, typed by hand, for marts without servers."""

from __future__ import annotations

from datetime import date, timedelta

from tests.unit.parking_city import local


def hospital(hospital_id: str, district_code: str) -> dict:
    """A row of conformed.health.hospital."""
    return {"hospital_id": hospital_id, "hospital_name": f"hospital {hospital_id}", "level": "三级",
            "district_code": district_code}  # fmt: skip


def appointment(
    visit_id: str, hospital_id: str, day: date, *, ahead: int = 1, waited_min: float | None = 10, **more
) -> dict:
    """A row of conformed.health.appointment_visit: kept, booked at noon so many days ahead, come as the slot began and seen so
    much later (None: left before), but for `more`."""
    start, booked = local(f"{day:%m-%d} 09:00"), local(f"{day:%m-%d} 12:00") - timedelta(days=ahead)
    return {
        "visit_id": visit_id, "_business_date": day, "state": "attended", "patient_id": f"of {visit_id}", "age_band": "18-59",
        "way": "general", "channel": "app", "hospital_id": hospital_id, "specialty": "internal", "session_id": "S1",
        "slot_start": start, "slot_end": start + timedelta(minutes=30), "booked_at": booked, "cancelled_at": None,
        "chain_booked_at": booked, "chain_position": 1, "is_overbooked": False, "arrived_at": start,
        "seen_at": None if waited_min is None else start + timedelta(minutes=waited_min),
        "wait_arrival_s": None if waited_min is None else waited_min * 60,
    } | more  # fmt: skip


def missed(visit_id: str, hospital_id: str, day: date, state: str = "no_show", **more) -> dict:
    """An appointment to which nobody came; cancelled or closed as `state` says."""
    nobody = {"arrived_at": None, "seen_at": None, "wait_arrival_s": None}
    return appointment(visit_id, hospital_id, day, state=state, **nobody, **more)


def walk_in(visit_id: str, hospital_id: str, day: date) -> dict:
    """One who came without an appointment."""
    at = local(f"{day:%m-%d} 09:00")
    return {"visit_id": visit_id, "_business_date": day, "state": "walk_in", "hospital_id": hospital_id, "arrived_at": at,
            "seen_at": at + timedelta(minutes=20)}  # fmt: skip
