"""The transport bureau's lists, whole each time: parking lots, and the barriers that stood or stand at them.

GB18030, Chinese headers; the list of lots has a title row above them. An empty last column is still in place, or not
yet joined.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from simulator.deliveries import Delivery
from simulator.world.lots import Lot

DEPARTMENT = "transport"
LOTS, BARRIERS = "transport.parking_lot", "transport.barrier_register"
SENDER = "transport-bureau"
LOT_HEADER = (
    "停车场编号",
    "停车场名称",
    "区划代码",
    "景区",
    "泊位数",
    "收费标准(元/小时)",
    "开放日期",
    "先离场后付费日期",
)
BARRIER_HEADER = ("道闸编号", "停车场编号", "安装日期", "拆除日期")


def lot_rows(lots: Iterable[Lot], day: date) -> list[tuple[str, ...]]:
    """The list of lots as texts on a day: what lies in the future is not in it yet."""
    return [
        (lot.identifier, lot.name, lot.district_code, "是" if lot.is_scenic else "否", str(lot.spaces),
         f"{lot.price_cny:.2f}", lot.opened.isoformat(), _past(lot.adopted, day))
        for lot in lots if lot.opened <= day
    ]  # fmt: skip


def barrier_rows(lots: Iterable[Lot], day: date) -> list[tuple[str, ...]]:
    """The register of barriers as texts on a day."""
    return [
        (barrier.identifier, lot.identifier, barrier.installed.isoformat(), _past(barrier.removed, day))
        for lot in lots for barrier in lot.barriers if barrier.installed <= day
    ]  # fmt: skip


def lot_delivery(lots: Iterable[Lot], at: datetime) -> Delivery:
    """The list of lots of an instant."""
    title = f"杭州市停车场名录（{at:%Y年%m月%d日}）"
    content = _content(LOT_HEADER, lot_rows(lots, at.date()), title)
    return Delivery(DEPARTMENT, f"停车场名录_{at:%Y%m%d}.csv", 1, SENDER, at, content)


def barrier_delivery(lots: Iterable[Lot], at: datetime) -> Delivery:
    """The register of barriers of an instant."""
    content = _content(BARRIER_HEADER, barrier_rows(lots, at.date()))
    return Delivery(DEPARTMENT, f"道闸登记_{at:%Y%m%d}.csv", 1, SENDER, at, content)


def _past(day: date | None, today: date) -> str:
    return day.isoformat() if day and day <= today else ""


def _content(header: tuple[str, ...], rows: list[tuple[str, ...]], title: str = "") -> bytes:
    lines = [*([title] if title else []), *(",".join(fields) for fields in (header, *rows))]
    return "".join(f"{line}\r\n" for line in lines).encode("gb18030")
