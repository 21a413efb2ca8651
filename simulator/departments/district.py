"""The civil affairs bureau's list of districts: UTF-8 with BOM, English headers, the whole list each time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from simulator.deliveries import Delivery
from simulator.world.districts import District

DEPARTMENT = "governance"
FEED = "governance.district"
SENDER = "civil-affairs-bureau"
HEADER = ("code", "name", "name_en", "level", "parent_code", "valid_from", "valid_to")


def as_bytes(districts: Iterable[District]) -> bytes:
    """The list as the bureau writes it; an empty `valid_to` is still in force."""
    lines = [
        (each.code, each.name, each.name_en, each.level, each.parent_code, each.valid_from.isoformat(),
         each.valid_to.isoformat() if each.valid_to else "")
        for each in districts
    ]  # fmt: skip
    return "".join(",".join(fields) + "\r\n" for fields in (HEADER, *lines)).encode("utf-8-sig")


def delivery(districts: Iterable[District], arrived_at: datetime, named: date | None = None) -> Delivery:
    """The list, its name carrying the day of issue."""
    day = named or arrived_at.date()
    return Delivery(DEPARTMENT, f"district_{day:%Y%m%d}.csv", 1, SENDER, arrived_at, as_bytes(districts))
