"""The port and shipping bureau's lists, whole each time: fairways, ships, and certificates of seaworthiness.

Fairways are GB18030 with their outlines as well-known text, ships UTF-8 with a byte order mark, certificates a workbook
with a title above the header and real dates. The same facts give the same bytes, in a workbook too.
"""

from __future__ import annotations

from datetime import date, datetime

from simulator import list_files
from simulator.deliveries import Delivery
from simulator.scenario import ShipScenario
from simulator.world.fairways import FAIRWAYS
from simulator.world.seaworthiness import NEVER, certificates
from simulator.world.ships import Fleet

DEPARTMENT = "transport"
FAIRWAY, SHIP, CERTIFICATE = "transport.fairway", "transport.ship", "transport.ship_certificate"
SENDER = "port-and-shipping-bureau"
FAIRWAY_HEADER = ("航道编号", "航道名称", "区划代码", "边界")
SHIP_HEADER = ("MMSI", "船名", "船号", "船舶类型", "船长(米)")
CERTIFICATE_HEADER = ("证书编号", "MMSI", "签发日期", "有效期至", "暂停起", "暂停止", "核定吃水(米)")
TITLE = "杭州市船舶适航证书一览"


def ship_rows(ships: Fleet) -> list[tuple[str, ...]]:
    """The list of ships as texts."""
    return [
        (str(ships.mmsi[each]), str(ships.name[each]), str(ships.hull[each]), str(ships.kind[each]),
         f"{ships.length_m[each]:.1f}")
        for each in range(len(ships)) if ships.listed[each]
    ]  # fmt: skip


def certificate_rows(seed: int, scenario: ShipScenario, ships: Fleet, day: date) -> list[tuple]:
    """The certificates as the bureau knows them on a day: number, MMSI, issued, last day, suspended from, until (None:
    not, or until further notice), draught in metres. What lies in the future is not in it yet."""
    known = certificates(seed, scenario, ships, day)
    known = known[known["issued"] <= day.toordinal()]
    columns = [
        known[name].tolist()
        for name in ("certificate", "mmsi", "issued", "expires", "suspended_from", "suspended_until", "deepest_m")
    ]  # fmt: skip
    rows = []
    for number, mmsi, issued, expires, since, until, deepest in zip(*columns, strict=True):
        is_suspended = NEVER < since <= day.toordinal()
        from_on = date.fromordinal(since) if is_suspended else None
        until_on = date.fromordinal(until) if is_suspended and until > NEVER else None
        dates = (date.fromordinal(issued), date.fromordinal(expires), from_on, until_on)
        rows.append((number, str(mmsi), *dates, deepest))
    return rows


def fairway_delivery(at: datetime) -> Delivery:
    """The list of fairways of an instant."""
    rows = [(each.identifier, each.name, each.district_code, each.text) for each in FAIRWAYS]
    return _delivery(f"航道_{at:%Y%m%d}.csv", at, list_files.csv_text(FAIRWAY_HEADER, rows).encode("gb18030"))


def ship_delivery(ships: Fleet, at: datetime) -> Delivery:
    """The list of ships of an instant."""
    content = list_files.csv_text(SHIP_HEADER, ship_rows(ships)).encode("utf-8-sig")
    return _delivery(f"船舶名录_{at:%Y%m%d}.csv", at, content)


def certificate_delivery(rows: list[tuple], at: datetime) -> Delivery:
    """The list of certificates of an instant, `rows` as `certificate_rows` makes them."""
    return _delivery(f"船舶适航证书_{at:%Y%m%d}.xlsx", at, workbook(rows))


def workbook(rows: list[tuple]) -> bytes:
    """The list of certificates as a workbook: the same rows give the same bytes."""
    return list_files.workbook("适航证书", TITLE, CERTIFICATE_HEADER, rows)


def _delivery(name: str, at: datetime, content: bytes) -> Delivery:
    return Delivery(DEPARTMENT, name, 1, SENDER, at, content)
