"""Rows of the conformed tables of motorways, typed by hand, for marts without servers."""

from __future__ import annotations

from datetime import date, timedelta

from tests.unit.parking_city import local


def gantry(gantry_id: str, number: int, district_code: str = "330106") -> dict:
    """A row of conformed.transport.gantry: of one road, three kilometres apart."""
    return {
        "gantry_id": gantry_id, "road_no": "G2501", "direction": "上行", "sequence_no": number,
        "position_km": 3.0 * number, "district_code": district_code,
    }  # fmt: skip


def plaza(plaza_id: str, district_code: str) -> dict:
    """A row of conformed.transport.toll_plaza."""
    return {
        "plaza_id": plaza_id, "plaza_name": f"plaza {plaza_id}", "road_no": "G2501", "district_code": district_code,
        "lane_count": 6,
    }  # fmt: skip


def passed(passage_key: str, gantry_id: str, day: date, *, missed: bool = False, listed: bool = True) -> dict:
    """A row of conformed.transport.etc_gantry_passage: a gantry that read a car, or missed it."""
    return {
        "passage_key": passage_key, "_business_date": day, "trip_id": "T1" if listed else None,
        "passage_id": None if missed else passage_key, "tag_id": "tag", "gantry_id": gantry_id,
        "passed_at": local(f"{day:%m-%d} 12:00"), "is_imputed": missed, "warning_orphan_gantry": not listed,
    }  # fmt: skip


def through(
    passage_id: str, plaza_id: str, district_code: str | None, day: date, gate_s: float, kind: str = "etc",
    way: str = "entry",
) -> dict:  # fmt: skip
    """A row of conformed.transport.toll_passage: a car that passed a lane at noon."""
    at = local(f"{day:%m-%d} 12:00")
    return {
        "passage_id": passage_id, "_business_date": day, "plaza_id": plaza_id, "district_code": district_code,
        "lane_no": 1, "lane_kind": kind, "way": way, "arrived_at": at, "left_at": at + timedelta(seconds=gate_s),
        "gate_s": gate_s, "vehicle_class": 1,
    }  # fmt: skip
