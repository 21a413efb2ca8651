"""Orders of the cloud pharmacy with what became of them: the way to the door, and whether what is cold stayed so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs import patterns

KINDS = {"揽收": "picked_up", "签收": "delivered", "未签收": "failed", "退回": "returned"}
FOLLOWED = timedelta(hours=72)  # of an order; what happens later does not count
ISSUED_DAYS = 7  # before the order, as in the declaration's window
HOLDS = timedelta(minutes=15)  # of a reading that none follows
COLD_CELSIUS = (2.0, 8.0)
MEASURED_PCT = 80  # of the way, or nobody knows
EXCURSION_S = 600
_ORDER = ("order_id", "_business_date")


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per order."""
    orders = inputs["orders"].select(
        *_ORDER, "prescription_id", "pharmacy_id", "district_code", "ordered_at", "promised_at", "box_id"
    )
    # Every other side holds a row per order at most: nothing is multiplied.
    carried = patterns.once(orders.join(_carried(orders, inputs["events"]), on=list(_ORDER), how="left"))
    cold = F.col("box_id").isNotNull() & F.col("delivered_at").isNotNull()
    whole = carried.join(_prescribed(orders, inputs["prescriptions"]), on=list(_ORDER), how="left").join(
        _temperatures(carried.filter(cold), inputs["readings"]), on=list(_ORDER), how="left"
    )
    state = F.when(F.col("delivered_at").isNotNull(), "delivered").when(
        F.col("returned_at").isNotNull(), "returned"
    )
    measured = whole.withColumns(
        {name: F.when(cold, F.coalesce(name, F.lit(0))) for name in ("measured_s", "excursion_s")}
    )
    return measured.select(
        *_ORDER, "prescription_id", "_prescription.hospital_id", "pharmacy_id", "district_code",
        "_prescription.patient_id", "_prescription.age_band", "ordered_at", "promised_at", "picked_up_at", "delivered_at",
        "returned_at", F.coalesce("failed_count", F.lit(0)).alias("failed_count"), state.otherwise("open").alias("state"),
        "box_id", "measured_s", "excursion_s", _is_cold_kept().alias("is_cold_kept"),
    )  # fmt: skip


def _carried(orders: DataFrame, events: DataFrame) -> DataFrame:
    """Of orders that were picked up: picked_up_at, delivered_at, returned_at and failed_count."""
    at, ordered = F.col("event_at"), F.col("ordered_at")
    said = events.select("order_id", "event_at", patterns.translated(KINDS, F.col("kind")).alias("_kind"))
    followed = orders.select(*_ORDER, "ordered_at").join(said, on="order_id", how="inner")
    counted = followed.filter(at.between(ordered, ordered + F.lit(FOLLOWED)))
    of_order = Window.partitionBy(*_ORDER)

    def first(kind: str) -> Column:
        return F.min(F.when(F.col("_kind") == kind, at))

    # Where nobody was seen to pick it up nothing is left.
    on_way = counted.withColumn("picked_up_at", first("picked_up").over(of_order)).filter(
        at >= F.col("picked_up_at")
    )
    ended = on_way.withColumn("delivered_at", first("delivered").over(of_order))
    is_before = at <= F.coalesce("delivered_at", at)
    return ended.groupBy(*_ORDER, "picked_up_at", "delivered_at").agg(
        F.when(F.col("delivered_at").isNull(), first("returned")).alias("returned_at"),
        F.count_if((F.col("_kind") == "failed") & is_before).alias("failed_count"),
    )


def _prescribed(orders: DataFrame, prescriptions: DataFrame) -> DataFrame:
    """`_prescription` of each order that has one: hospital_id, patient_id and age_band of the one issued last."""
    issued = prescriptions.select(
        "prescription_id",
        "issued_at",
        "hospital_id",
        "patient_id",
        "age_band",
        F.col("_business_date").alias("_issued_on"),
    )
    near = orders.select(*_ORDER, "prescription_id").join(issued, on="prescription_id", how="inner")
    ordered_on = F.col("_business_date")
    in_time = F.col("_issued_on").between(F.date_sub(ordered_on, ISSUED_DAYS), ordered_on)
    told = F.struct("issued_at", "hospital_id", "patient_id", "age_band")
    return near.filter(in_time).groupBy(*_ORDER).agg(F.max(told).alias("_prescription"))


def _temperatures(orders: DataFrame, readings: DataFrame) -> DataFrame:
    """measured_s and excursion_s of each order, between picked_up_at and delivered_at, whose box was read."""
    of_box = Window.partitionBy("box_id").orderBy("read_at")
    # least takes no notice of a null: the last reading has none after it.
    until = F.least(F.lead("read_at").over(of_box), F.col("read_at") + F.lit(HOLDS))
    held = readings.select(
        "box_id",
        "read_at",
        "temperature_celsius",
        F.col("_business_date").alias("_read_on"),
        until.alias("_held_until"),
    )
    # A reading before the order was picked up may still hold when it is.
    since = orders.withColumn("_since", F.col("picked_up_at") - F.lit(HOLDS))
    # Repeats a reading where two orders claim the box.
    of_order = patterns.intervals(
        held, since, by=("box_id",), at="read_at", since="_since", until="delivered_at", longest=FOLLOWED + HOLDS,
        columns=(*_ORDER, "picked_up_at", "delivered_at"),
    )  # fmt: skip
    # Days are made from their own readings and those after, also where those of the day before are at hand.
    read = of_order.filter(F.col("_read_on") >= F.col("_business_date"))
    begins, ends = F.greatest("read_at", "picked_up_at"), F.least("_held_until", "delivered_at")
    within = F.greatest(F.lit(0), F.unix_micros(ends) - F.unix_micros(begins))
    measured = F.when(F.col("temperature_celsius").isNotNull(), within)
    excursion = F.when(~F.col("temperature_celsius").between(*COLD_CELSIUS), within)
    return read.groupBy(*_ORDER).agg(
        _seconds(measured).alias("measured_s"), _seconds(excursion).alias("excursion_s")
    )


def _seconds(microseconds: Column) -> Column:
    return (F.sum(microseconds) / F.lit(1_000_000)).cast("bigint")


def _is_cold_kept() -> Column:
    """Whether an order was warm or frozen for ten minutes at most; null where too little of its way was measured."""
    way_s = patterns.seconds_between("picked_up_at", "delivered_at")
    is_known = (way_s > 0) & (F.col("measured_s") * 100 >= way_s * MEASURED_PCT)
    return F.when(is_known, F.col("excursion_s") <= EXCURSION_S)
