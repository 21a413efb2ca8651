"""Rows of the conformed tables of public transport, typed by hand, for marts without servers."""

from __future__ import annotations

from datetime import date, datetime, time


def ride(trip_id: str, day: date, mode: str = "metro", **more) -> dict:
    """A row of conformed.transport.transit_trip: one person by code at eight, seen at both ends; but for `more`."""
    return {
        "trip_id": trip_id, "mode": mode, "_business_date": day, "pay_type": "code", "user_id": trip_id,
        "boarded_at": datetime.combine(day, time(0)), "board_place": "M1" if mode == "metro" else "B1", "boarded_as": "given",
        "alighted_at": datetime.combine(day, time(1)), "alight_place": "M2" if mode == "metro" else "B2",
        "paired_as": "pair" if mode == "metro" else "next_boarding", "boarding_count": 1, "person_count": 1,
        "tap_count": 2 if mode == "metro" else 1, "unpaired_tap_count": 0,
    } | more  # fmt: skip


def station(station_id: str, district_code: str) -> dict:
    """A row of conformed.transport.metro_station."""
    return {"station_id": station_id, "station_name": f"station {station_id}", "lines": "1", "longitude": 120.1,
            "latitude": 30.2, "district_code": district_code}  # fmt: skip


def stop(stop_id: str, district_code: str) -> dict:
    """A row of conformed.transport.gtfs_stop."""
    return {"stop_id": stop_id, "stop_name": f"stop {stop_id}", "longitude": 120.1, "latitude": 30.2,
            "district_code": district_code}  # fmt: skip


def place(mode: str, place_id: str, since: date | None = None) -> dict:
    """A row of conformed.transport.payment_acceptance."""
    return {"mode": mode, "place_id": place_id, "accepted_from": since}


def residents(year: int, count: int, street: str = "330106001") -> dict:
    """A row of conformed.governance.population."""
    return {
        "year": year,
        "street_code": street,
        "district_code": street[:6],
        "age_band": "18-59",
        "person_count": count,
    }
