"""What the three agencies of law enforcement punish: each has its own codes; some are newer than the list of them."""

from __future__ import annotations

from dataclasses import dataclass

AGENCIES = ("highway", "road", "waterway")
CATEGORIES = (
    "overloading",
    "speeding",
    "unlicensed",
    "documents",
    "safety_equipment",
    "pollution",
    "obstruction",
)


@dataclass(frozen=True)
class Violation:
    """One of an agency's violations: the usual fine, how often it is found beside the others, and whether it is listed."""

    code: str
    title: str
    category: str
    fine_cny: int
    weight: float
    is_listed: bool = True


VIOLATIONS: dict[str, tuple[Violation, ...]] = {
    "waterway": (
        Violation("W-101", "船舶超载运输", "overloading", 8_000, 0.24),
        Violation("W-102", "船舶超速航行", "speeding", 1_500, 0.10),
        Violation("W-103", "无证驾驶船舶", "unlicensed", 5_000, 0.08),
        Violation("W-104", "船舶证书失效", "documents", 3_000, 0.14),
        Violation("W-105", "救生设备不足", "safety_equipment", 2_000, 0.16),
        Violation("W-106", "违法排放油污水", "pollution", 20_000, 0.10),
        Violation("W-107", "航道内违法停泊", "obstruction", 1_000, 0.12),
        Violation("W-108", "未按规定报告船位", "documents", 1_000, 0.06),
        Violation("W-109", "岸电使用违规", "pollution", 6_000, 1.0, is_listed=False),
    ),
    "highway": (
        Violation("1001", "超限运输", "overloading", 3_000, 0.30),
        Violation("1002", "擅自占用公路", "obstruction", 2_000, 0.10),
        Violation("1003", "损坏公路设施未报", "obstruction", 1_500, 0.07),
        Violation("1004", "超速行驶", "speeding", 300, 0.18),
        Violation("1005", "无超限运输通行证", "documents", 1_000, 0.13),
        Violation("1006", "遗洒污染公路", "pollution", 500, 0.12),
        Violation("1007", "防护设施缺失", "safety_equipment", 800, 0.06),
        Violation("1008", "无资质施工", "unlicensed", 10_000, 0.04),
        Violation("1019", "短途驳载超限", "overloading", 5_000, 0.7, is_listed=False),
        Violation("1020", "电子通行证过期", "documents", 500, 0.3, is_listed=False),
    ),
    "road": (
        Violation("D-01", "无道路运输经营许可", "unlicensed", 5_000, 0.16),
        Violation("D-02", "未取得从业资格", "unlicensed", 1_000, 0.10),
        Violation("D-03", "未携带营运证", "documents", 200, 0.26),
        Violation("D-04", "营运证未年审", "documents", 500, 0.12),
        Violation("D-05", "货车超载", "overloading", 2_000, 0.14),
        Violation("D-06", "动态监控显示超速", "speeding", 400, 0.10),
        Violation("D-07", "未安装定位装置", "safety_equipment", 800, 0.08),
        Violation("D-08", "站外揽客堵塞道路", "obstruction", 600, 0.04),
        Violation("D-15", "网约车无证经营", "unlicensed", 10_000, 1.0, is_listed=False),
    ),
}
