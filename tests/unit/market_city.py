"""Rows of the conformed tables of the parking market, typed by hand, for marts without servers."""

from __future__ import annotations

from datetime import date

LONG_AGO = date(2021, 6, 1)


def run_lot(
    lot_id: str, district_code: str, day: date, operator: str, *, spaces: int = 10, group: str | None = None,
    price: float | None = 5.0,
) -> dict:  # fmt: skip
    """A row of conformed.transport.parking_market; an operator without a group is its own."""
    return {
        "lot_id": lot_id, "_business_date": day, "record_no": f"R-{lot_id}", "operator_code": operator,
        "operator_name": f"name {operator}", "group_code": group or operator, "district_code": district_code,
        "space_count": spaces, "listed_space_count": spaces, "price_cny": price, "started_on": LONG_AGO,
    }  # fmt: skip


def span(
    record_no: str, operator: str, lot_id: str, since: date = LONG_AGO, until: date | None = None
) -> dict:
    """A row of conformed.transport.parking_operator."""
    return {
        "record_no": record_no, "operator_code": operator, "operator_name": f"name {operator}", "lot_id": lot_id,
        "space_count": 10, "price_cny": 5.0, "started_on": since, "stopped_on": until,
    }  # fmt: skip


def vehicles(district_code: str, day: date, count: int) -> dict:
    """A row of conformed.transport.vehicle_day."""
    return {"district_code": district_code, "_business_date": day, "vehicle_count": count}
