"""Rows of the conformed tables of law enforcement, typed by hand, for marts without servers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta


def case(case_no: str, district_code: str | None, day: date, agency: str = "road", **more) -> dict:
    """A row of conformed.transport.enforcement_case: found by a patrol two days before, of a vehicle that is caught the first
    time, 200 CNY that were paid; but for `more`."""
    closed = datetime.combine(day, time(4))
    return {
        "case_no": case_no, "agency": agency, "_business_date": day, "found_at": closed - timedelta(days=2),
        "closed_at": closed, "close_days": 2, "violation_code": "D-01", "category": "documents", "found_by": "patrol",
        "district_code": district_code, "offender_kind": "vehicle", "offender_id": f"vehicle:{case_no}",
        "linked_as": "plate", "is_repeat": False, "is_coordinated": False, "fine_cny": 200.0, "paid_cny": 200.0,
        "warning_unlisted_violation": False, "warning_doubtful_offender": False,
    } | more  # fmt: skip


def violation(agency: str, code: str, category: str) -> dict:
    """A row of conformed.transport.violation."""
    return {"agency": agency, "code": code, "violation_title": f"title {code}", "category": category}
