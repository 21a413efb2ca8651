"""What systems of hospitals recorded of visits, in the words and by the clock of all of them: read by both jobs about it."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns

STEPS = {
    "挂号": "register",
    "就诊": "see",
    "检查": "examine",
    "缴费": "pay",
    "取药": "collect",
}  # in their order
MEANS = {"电子卡": "card", "刷脸": "face", "实体卡": "plastic", "现金": "cash"}
PLACES = {"自助机": "machine", "窗口": "window", "手机": "phone", "诊室": "room"}
ORDERED = {"检查": "examination", "药品": "medicine", "检查和药品": "both", "无": "none"}
SEEN_BY = 20  # events that tell how far the clock of a system is off; with fewer it is taken to be right


def recorded(events: DataFrame) -> DataFrame:
    """Events of patients who are known, with `at`, the instant by the platform's clock; and step, means, place and ordered in
    English."""
    clock = ("_business_date", "hospital_id", "system")
    in_time = patterns.set_right(
        events, by=clock, at="event_at", received="received_at", least_count=SEEN_BY, name="at"
    )
    words = {"step": STEPS, "means": MEANS, "place": PLACES, "ordered": ORDERED}
    # Also events of nobody known tell of their clock.
    return in_time.filter(F.col("patient_id").isNotNull()).select(
        "_business_date", "hospital_id", "patient_id", "age_band", "event_id", "at",
        *[patterns.translated(codes, F.col(name)).alias(name) for name, codes in words.items()],
    )  # fmt: skip
