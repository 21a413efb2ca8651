"""Rows of the conformed tables of ships, typed by hand, for marts without servers."""

from __future__ import annotations

from datetime import date, timedelta

from tests.unit.parking_city import local

OUTLINE = "POLYGON ((120.1 30.2, 120.2 30.2, 120.2 30.3, 120.1 30.2))"


def fairway(fairway_id: str, district_code: str) -> dict:
    """A row of conformed.transport.fairway."""
    return {
        "fairway_id": fairway_id, "fairway_name": f"fairway {fairway_id}", "district_code": district_code,
        "outline": OUTLINE,
    }  # fmt: skip


def ship(mmsi: str) -> dict:
    """A row of conformed.transport.ship."""
    return {
        "mmsi": mmsi, "ship_name": f"ship {mmsi}", "hull": "0" * 32, "hull_match": "1" * 16, "ship_type": "货船",
        "length_m": 45.5,
    }  # fmt: skip


def passage(passage_id: str, fairway_id: str, day: date, rule: str = "in_force", **more) -> dict:
    """A row of conformed.transport.ship_passage: a passage without a capture, of five minutes at noon, but for `more`."""
    at = local(f"{day:%m-%d} 12:00")
    return {
        "passage_id": passage_id, "fairway_id": fairway_id, "_business_date": day, "mmsi": "413000001", "track_key": "T1",
        "entered_at": at, "left_at": at + timedelta(minutes=5), "position_count": 6, "matched_as": "ais_only",
        "rule": rule, "is_seaworthy": rule == "in_force", "warning_misread_hull": False, "warning_unread_hull": False,
    } | more  # fmt: skip


def alone(capture_id: str, fairway_id: str, day: date) -> dict:
    """A row of conformed.transport.ship_passage of a capture that belongs to no passage."""
    return passage(capture_id, fairway_id, day) | {
        "mmsi": None, "track_key": None, "entered_at": None, "left_at": None, "position_count": None, "rule": None,
        "is_seaworthy": None, "matched_as": "capture_only", "capture_id": capture_id, "captured_on": day,
    }  # fmt: skip


def capture(
    capture_id: str, fairway_id: str, day: date, matched_as: str = "exact", by: str | None = None,
    wait_s: float | None = None,
) -> dict:  # fmt: skip
    """A row of conformed.transport.ship_capture, judged where `by` and `wait_s` are given."""
    at = local(f"{day:%m-%d} 12:00")
    return {
        "capture_id": capture_id, "fairway_id": fairway_id, "_business_date": day, "captured_at": at,
        "passage_id": None if matched_as == "capture_only" else f"of {capture_id}", "matched_as": matched_as,
        "judged_by": by, "judgement_wait_s": wait_s, "warning_misread_hull": matched_as == "one_character",
        "warning_unread_hull": False,
    }  # fmt: skip


def track(
    track_key: str, day: date, *, positions: int = 60, km: float = 12.0, speed_kn: float | None = 9.5
) -> dict:
    """A row of conformed.transport.ship_track of an hour at noon."""
    at = local(f"{day:%m-%d} 12:00")
    return {
        "track_key": track_key, "mmsi": "413000001", "_business_date": day, "started_at": at,
        "ended_at": at + timedelta(hours=1), "position_count": positions, "distance_km": km, "max_speed_kn": speed_kn,
    }  # fmt: skip
