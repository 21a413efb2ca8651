"""Rows of the conformed tables of roads, typed by hand, for marts without servers."""

from __future__ import annotations

from datetime import date, timedelta

from tests.unit.parking_city import local


def road_segment(segment_id: str, district_code: str) -> dict:
    """A row of conformed.transport.road_segment."""
    return {
        "segment_id": segment_id, "road_name": f"road of {segment_id}", "district_code": district_code, "length_m": 800,
        "is_major": True, "monitored_from": date(2020, 1, 1), "longitude": 120.1, "latitude": 30.2,
        "centreline": "LINESTRING (120.09 30.2, 120.11 30.2)",
    }  # fmt: skip


def incident(
    incident_id: str, district_code: str | None, day: date, response_s: float | None = None, level: str = "III", **more
) -> dict:  # fmt: skip
    """A row of conformed.transport.incident_response of noon, on a listed segment if it has a district; but for `more`."""
    at = local(f"{day:%m-%d} 12:00")
    return {
        "incident_id": incident_id, "_business_date": day, "kind": "collision", "level": level, "segment_id": "S00001",
        "district_code": district_code, "centre_id": "C015", "reported_at": at, "response_s": response_s,
        "arrived_at": None if response_s is None else at + timedelta(seconds=response_s), "delay_vehicle_ms": 0,
        "touched_interval_count": 0, "segment_count": 1, "warning_unknown_segment": district_code is None,
    } | more  # fmt: skip


def escalated(incident_id: str, district_code: str, day: date, after_s: float | None) -> dict:
    """A row of conformed.transport.incident_response of level II that grew out of one of level III, if that is known."""
    return incident(incident_id, district_code, day, None, "II") | {
        "escalated_from": f"before {incident_id}", "escalation_s": after_s,
        "escalated_from_level": None if after_s is None else "III",
    }  # fmt: skip


def message(
    event_no: str, district_code: str | None, day: date, level: str = "III", *, is_in_time: bool | None = True,
    paired_as: str = "pair",
) -> dict:  # fmt: skip
    """A row of conformed.transport.incident_message."""
    return {
        "event_no": event_no, "message_id": f"M {event_no}", "_business_date": day, "incident_id": "E1", "level": level,
        "from_centre": "C002", "to_centre": "C015", "district_code": district_code, "is_in_time": is_in_time,
        "paired_as": paired_as,
    }  # fmt: skip


def segment_day(segment_id: str, district_code: str, day: date, **more) -> dict:
    """A row of conformed.transport.road_segment_day: a major road of 800 m, monitored, without any speed, but for `more`."""
    return {
        "segment_id": segment_id, "_business_date": day, "district_code": district_code, "length_m": 800, "is_major": True,
        "is_monitored": True, "interval_count": 0, "vehicle_count": 0, "travel_vehicle_ms": 0, "free_vehicle_ms": 0,
        "equal_speed_count": 0,
    } | more  # fmt: skip
