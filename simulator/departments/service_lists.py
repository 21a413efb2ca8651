"""The service bureau's lists, whole each time: the guide to work, the sites, and the self-service machines.

The guide is a workbook with a title above the header; sites are UTF-8 with a byte order mark, machines GB18030.
"""

from __future__ import annotations

from datetime import date, datetime

import numpy as np

from simulator.deliveries import Delivery
from simulator.list_files import csv_text, workbook
from simulator.world.services import NEVER, Services

DEPARTMENT = "governance"
ITEM, SITE, MACHINE = "governance.service_item", "governance.service_site", "governance.self_service_machine"
SENDER = "service-bureau"
ITEM_HEADER = ("事项编码", "事项名称", "主管部门", "办件类型", "承诺工作日")
SITE_HEADER = ("网点编号", "网点名称", "类型", "区划代码")
MACHINE_HEADER = ("机器编号", "网点编号", "启用日期", "停用日期")
TITLE = "杭州市政务服务事项办事指南"
HALL, SELF_SERVICE_POINT = "大厅", "自助点"


def item_rows(services: Services) -> list[tuple[str, str, str, str, int]]:
    """The guide to work: code, name, department, kind, promised working days."""
    columns = (services.item, services.item_name, services.department, services.promised)
    return [
        (code, name, department, "承诺件" if promised else "即办件", promised)
        for code, name, department, promised in zip(*(each.tolist() for each in columns), strict=True)
    ]


def site_rows(services: Services) -> list[tuple[str, ...]]:
    """The list of sites as texts."""
    kinds = np.where(services.is_hall, HALL, SELF_SERVICE_POINT)
    codes = services.districts[services.site_district]
    return [
        (site, f"政务服务{kind}{site[1:]}号", kind, district)
        for site, kind, district, listed in zip(services.site, kinds.tolist(), codes, services.is_listed_site, strict=True)
        if listed
    ]  # fmt: skip


def machine_rows(services: Services, day: date) -> list[tuple[str, ...]]:
    """The list of machines as texts on a day: what lies in the future is not in it yet."""
    today = day.toordinal()
    sites = services.site[services.machine_site]
    columns = (
        services.machine,
        sites,
        services.installed.tolist(),
        services.removed.tolist(),
        services.is_listed_machine,
    )
    return [
        (machine, site, date.fromordinal(installed).isoformat(),
         date.fromordinal(removed).isoformat() if NEVER < removed <= today else "")
        for machine, site, installed, removed, listed in zip(*columns, strict=True)
        if listed and installed <= today
    ]  # fmt: skip


def item_delivery(services: Services, at: datetime) -> Delivery:
    """The guide to work of an instant."""
    content = workbook("办事事项", TITLE, ITEM_HEADER, item_rows(services))
    return Delivery(DEPARTMENT, f"办事事项_{at:%Y%m%d}.xlsx", 1, SENDER, at, content)


def site_delivery(services: Services, at: datetime) -> Delivery:
    """The list of sites of an instant."""
    content = csv_text(SITE_HEADER, site_rows(services)).encode("utf-8-sig")
    return Delivery(DEPARTMENT, f"办事网点_{at:%Y%m%d}.csv", 1, SENDER, at, content)


def machine_delivery(services: Services, at: datetime) -> Delivery:
    """The list of machines of an instant."""
    content = csv_text(MACHINE_HEADER, machine_rows(services, at.date())).encode("gb18030")
    return Delivery(DEPARTMENT, f"自助机_{at:%Y%m%d}.csv", 1, SENDER, at, content)
