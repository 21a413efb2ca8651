"""Rows of the conformed tables of services, typed by hand, for marts without servers."""

from __future__ import annotations

from datetime import date, timedelta

from tests.unit.parking_city import local

HOUR = 3600


def item(item_code: str, promised: int = 5) -> dict:
    """A row of conformed.governance.service_item."""
    return {
        "item_code": item_code, "item_name": f"item {item_code}", "department_name": "civil affairs", "kind": "承诺件",
        "promised_working_days": promised,
    }  # fmt: skip


def site(site_id: str, district_code: str) -> dict:
    """A row of conformed.governance.service_site."""
    return {
        "site_id": site_id,
        "site_name": f"site {site_id}",
        "kind": "大厅",
        "district_code": district_code,
    }


def machine(machine_id: str, site_id: str) -> dict:
    """A row of conformed.governance.self_service_machine."""
    return {"machine_id": machine_id, "site_id": site_id, "installed_on": date(2020, 1, 1)}


def journey(application_no: str, district_code: str, day: date, channel: str = "online", **more) -> dict:
    """A row of conformed.governance.service_journey: one visit, one handling, a promise that was kept, but for `more`."""
    at = local(f"{day:%m-%d} 12:00")
    return {
        "application_no": application_no, "_business_date": day, "item_code": "S0001", "applicant_type": "person",
        "age_band": "18-59", "district_code": district_code, "channel": channel, "submitted_at": at, "accepted_at": at,
        "decided_at": at, "outcome": "granted", "contact_count": 1, "visit_count": 1, "channel_count": 1,
        "is_submission_recorded": True, "worked_days": 3, "promised_working_days": 5, "is_promise_kept": True,
    } | more  # fmt: skip


def unlisted(application_no: str, district_code: str, day: date, channel: str = "online") -> dict:
    """A row of conformed.governance.service_journey for an item that the guide does not know."""
    return journey(
        application_no, district_code, day, channel, item_code="S9999", promised_working_days=None,
        is_promise_kept=None,
    )  # fmt: skip


def machine_day(
    machine_id: str, district_code: str | None, day: date, up_h: float, down_h: float = 0, **more
) -> dict:
    """A row of conformed.governance.machine_day: so many hours up and out of order."""
    up_s, down_s = round(up_h * HOUR), round(down_h * HOUR)
    return {
        "machine_id": machine_id, "_business_date": day, "site_id": f"at {machine_id}", "district_code": district_code,
        "report_count": 24, "known_s": up_s + down_s, "available_s": up_s, "no_paper_s": 0, "fault_s": down_s, "closed_s": 0,
        "max_temperature_celsius": 24.5,
    } | more  # fmt: skip


def use(session_no: str, district_code: str | None, day: date, ended_as: str = "completed") -> dict:
    """A row of conformed.governance.machine_session of four minutes."""
    at = local(f"{day:%m-%d} 12:00")
    return {
        "session_no": session_no, "_business_date": day, "machine_id": "M1", "site_id": "H1", "district_code": district_code,
        "started_at": at, "ended_at": at + timedelta(minutes=4), "duration_s": 240.0, "age_band": "60-69",
        "item_code": "S0001", "steps": 4, "ended_as": ended_as, "is_abandoned": ended_as != "completed",
    }  # fmt: skip
