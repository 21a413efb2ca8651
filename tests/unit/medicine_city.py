"""Rows of the conformed tables of the cloud pharmacy, typed by hand, for marts without servers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta


def delivery(order_id: str, district_code: str, day: date, hours: float | None = 1.0, **more) -> dict:
    """A row of conformed.health.delivery: ordered at eight and promised by ten, delivered after `hours`; but for `more`.

    Without hours it is open. In a box where `is_cold_kept` is given.
    """
    ordered = datetime.combine(day, time(0))
    done = ordered + timedelta(hours=hours) if hours is not None else None
    row = {
        "order_id": order_id, "_business_date": day, "prescription_id": f"R {order_id}", "hospital_id": "H1",
        "pharmacy_id": "Y1", "district_code": district_code, "patient_id": order_id, "age_band": "60-69",
        "ordered_at": ordered, "promised_at": ordered + timedelta(hours=2), "picked_up_at": ordered + timedelta(minutes=20),
        "delivered_at": done, "returned_at": None, "failed_count": 0, "state": "delivered" if done else "open",
    }  # fmt: skip
    if "is_cold_kept" in more:
        row |= {"box_id": "B1", "measured_s": 1800, "excursion_s": 0}
    return row | more
