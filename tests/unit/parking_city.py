"""Rows of the conformed parking tables, typed by hand, for marts without servers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def local(text: str) -> datetime:
    """'03-01 10:00': local time (Asia/Shanghai) in 2026, as the scratch file holds it: UTC without an offset."""
    at = datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)
    return at.astimezone(UTC).replace(tzinfo=None)


def lot(lot_id: str, district_code: str, *, is_scenic: bool = False, spaces: int = 10) -> dict:
    """A row of conformed.transport.parking_lot."""
    return {
        "lot_id": lot_id, "lot_name": f"lot {lot_id}", "district_code": district_code, "is_scenic": is_scenic,
        "space_count": spaces, "price_cny": 5.0, "opened_on": date(2021, 6, 1),
    }  # fmt: skip


def entry(session_id: str, lot_id: str, day: date, wait_s: float | None, mode: str = "free_flow") -> dict:
    """A row of conformed.transport.parking_session that began on `day`, captured `wait_s` seconds before the line."""
    at = local(f"{day:%m-%d} 12:00")
    return {
        "session_id": session_id, "lot_id": lot_id, "_business_date": day, "entered_at": at,
        "left_at": at + timedelta(hours=1), "entry_wait_s": wait_s, "entry_mode": mode, "matched_as": "plate",
        "warning_misread_plate": False, "warning_unread_plate": False,
    }  # fmt: skip


def way_out(session_id: str, lot_id: str, day: date) -> dict:
    """A row of conformed.transport.parking_session of which no way in was seen."""
    return entry(session_id, lot_id, day, None) | {
        "entered_at": None, "entry_mode": None, "matched_as": "exit_only",
    }  # fmt: skip


def bill(
    bill_id: str, lot_id: str, left: str, due_cny: float, *bookings: tuple[str, str, float]
) -> list[dict]:
    """The rows of conformed.transport.parking_account of a bill: its charge, and (type, when, CNY) of what was paid for it."""
    same = {"bill_id": bill_id, "lot_id": lot_id, "left_at": local(left), "_business_date": _day(left)}
    rows = [
        same
        | {"booking_id": "charge", "booking_type": "charge", "booked_at": local(left), "amount_cny": due_cny}
    ]
    for number, (kind, at, cny) in enumerate(bookings):
        amount = cny if kind == "refund" else -cny
        rows.append(same | {
            "booking_id": f"{bill_id}-{number}", "booking_type": kind, "booked_at": local(at), "amount_cny": amount,
        })  # fmt: skip
    return rows


def lot_day(lot_id: str, district_code: str, day: date, **more) -> dict:
    """A row of conformed.transport.parking_lot_day of ten spaces: nothing seen, no barrier ever, not adopted, but for `more`."""
    return {
        "lot_id": lot_id, "_business_date": day, "district_code": district_code, "is_scenic": False, "space_count": 10,
        "is_adopted": False, "entry_count": 0, "exit_count": 0, "stay_count": 0, "parked_s": 0.0, "counted_hours": 0,
        "counted_mean_cars": None, "barrier_registered_count": 0, "barrier_standing_count": 0,
    } | more  # fmt: skip


def _day(text: str) -> date:
    return date.fromisoformat(f"2026-{text[:5]}")
