"""Cases of law enforcement as one: three agencies write them in three ways."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns

AGENCIES = {"waterway": "水路", "highway": "公路", "road": "道路"}
FOUND_BY = {
    "cctv": "monitoring", "ais": "monitoring", "patrol": "patrol", "report": "report", "transfer": "transfer",
    "1": "monitoring", "2": "patrol", "3": "report", "4": "transfer",
    "电子监控": "monitoring", "巡查": "patrol", "举报": "report", "移送": "transfer",
}  # fmt: skip
_MARKS = {"waterway": "hull", "highway": "plate", "road": "plate"}


def cases(inputs: Mapping[str, DataFrame]) -> DataFrame:
    """The cases of `waterway`, `highway` and `road` under each other.

    case_no, agency, _business_date (local day of closing), found_at, closed_at, violation_code, found_by, district_code,
    owner_code, owner_name, mark and mark_match (match keys of the ship's hull or the vehicle's plate), mmsi, fine_cny, paid_cny,
    offender_kind (enterprise where a code or a name of one is written, else ship or vehicle).
    """
    whole: DataFrame | None = None
    for agency in AGENCIES:
        rows = _cases_of(inputs[agency], agency)
        whole = rows if whole is None else whole.unionByName(rows)
    assert whole is not None
    names = F.coalesce("owner_code", "owner_name")
    otherwise = F.when(F.col("agency") == "waterway", "ship").otherwise("vehicle")
    return whole.withColumn("offender_kind", F.when(names.isNotNull(), "enterprise").otherwise(otherwise))


def _cases_of(rows: DataFrame, agency: str) -> DataFrame:
    mark = _MARKS[agency]
    return rows.select(
        "case_no", F.lit(agency).alias("agency"), "_business_date", "found_at", "closed_at", "violation_code",
        patterns.translated(FOUND_BY, F.col("found_by")).alias("found_by"), "district_code", "owner_code", "owner_name",
        F.col(mark).alias("mark"), F.col(f"{mark}_match").alias("mark_match"),
        F.col("mmsi") if agency == "waterway" else F.lit(None).cast("string").alias("mmsi"), "fine_cny", "paid_cny",
    )  # fmt: skip
