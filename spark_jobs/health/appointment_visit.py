"""What became of appointments: kept, cancelled or not, booked again after cancelling, beyond the places of their session; and who
came without one.

What is known of an appointment by the end of a day is read from its events of that day and the 14 before it, so each day reads
the same whichever days are made with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs import patterns

DAYS_BEFORE = 14  # of an appointment's events, from the day
BOOKED_AGAIN_WITHIN = timedelta(hours=24)
CALLED_OFF = "停诊"
SPECIALTIES = {
    "内科": "internal", "外科": "surgery", "儿科": "paediatrics", "妇产科": "obstetrics", "眼科": "eye", "中医科": "tcm",
}  # fmt: skip
_SAID = ("patient_id", "age_band", "way", "channel", "hospital_id", "specialty", "session_id")
_OF_DAY = ["_business_date", "appointment_id"]
_ONE_NEED = ["_business_date", "patient_id", "hospital_id", "specialty"]
_IN_ORDER = ("booked_at", "appointment_id")


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per appointment for a session of the day, and per arrival that belongs to none."""
    sessions = inputs["sessions"].select(
        "session_id", "slot_start", "slot_end", "capacity", (F.col("status") == CALLED_OFF).alias("_is_closed"),
        "_business_date",
    )  # fmt: skip
    appointments = patterns.once(_appointments(inputs["events"]))
    booked = patterns.once(_known(appointments.join(sessions, on="session_id", how="inner")))
    came = patterns.once(_came(inputs["arrivals"], booked))
    # An appointment has one row a day in each of them: nothing is multiplied.
    chained = booked.join(_chains(appointments, booked), on=_OF_DAY, how="left")
    whole = chained.join(came, on=_OF_DAY, how="left")
    walked_in = _walked_in(inputs["arrivals"], came, sessions)
    return _visits(whole).unionByName(walked_in, allowMissingColumns=True)


def _appointments(events: DataFrame) -> DataFrame:
    """A row for each event that booked an appointment, with all that booked it (`_bookings`) and cancelled it, in order."""
    at, on = F.col("event_at").alias("at"), F.col("_business_date").alias("on")
    booking, cancellation = F.struct(at, "event_id", on, *_SAID), F.struct(at, on)
    named = events.withColumn("specialty", patterns.translated(SPECIALTIES, F.col("specialty")))
    of_one = named.groupBy("appointment_id").agg(
        F.array_sort(F.collect_list(F.when(F.col("event") == "booked", booking))).alias("_bookings"),
        F.array_sort(F.collect_list(F.when(F.col("event") == "cancelled", cancellation))).alias("_cancellations"),
    )  # fmt: skip
    return of_one.withColumn("_booking", F.explode("_bookings")).select(
        "*", *[F.col(f"_booking.{name}").alias(name) for name in _SAID]
    )


def _known(rows: DataFrame) -> DataFrame:
    """Of `rows` those whose `_booking` is what booked the appointment as known on `_business_date`, with booked_at and
    cancelled_at."""
    day = F.col("_business_date")
    in_time = F.filter("_bookings", lambda each: each["on"].between(F.date_sub(day, DAYS_BEFORE), day))
    # Each is of one event, and of an appointment one is the first: so an appointment comes once a day.
    first = rows.filter(F.get(in_time, F.lit(0))["event_id"] == F.col("_booking.event_id"))
    booked_at = F.col("_booking.at")
    after = F.filter("_cancellations", lambda each: (each["at"] >= booked_at) & (each["on"] <= day))
    return first.select(
        *[name for name in rows.columns if not name.startswith("_book") and name != "_cancellations"],
        booked_at.alias("booked_at"), F.get(after, F.lit(0))["at"].alias("cancelled_at"),
    )  # fmt: skip


def _chains(appointments: DataFrame, booked: DataFrame) -> DataFrame:
    """appointment_id and _business_date with chain_booked_at and chain_position, where somebody is known to have booked."""
    needs = booked.filter(F.col("patient_id").isNotNull()).select(_ONE_NEED).dropDuplicates()
    of_need = _known(appointments.join(needs, on=_ONE_NEED[1:], how="inner"))
    in_order = Window.partitionBy(*_ONE_NEED).orderBy(*_IN_ORDER)
    cancelled_at, booked_at = F.lag("cancelled_at").over(in_order), F.col("booked_at")
    continues = (cancelled_at <= booked_at) & (booked_at - cancelled_at <= F.lit(BOOKED_AGAIN_WITHIN))
    begun = of_need.withColumn("_begins", F.when(continues, 0).otherwise(1))
    numbered = begun.withColumn("_chain", F.sum("_begins").over(in_order))
    of_chain = Window.partitionBy(*_ONE_NEED, "_chain").orderBy(*_IN_ORDER)
    return numbered.select(
        *_OF_DAY, F.first("booked_at").over(of_chain).alias("chain_booked_at"),
        F.row_number().over(of_chain).alias("chain_position"),
    )  # fmt: skip


def _is_cancelled() -> Column:
    return F.coalesce(F.col("cancelled_at") <= F.col("slot_start"), F.lit(False))


def _came(arrivals: DataFrame, booked: DataFrame) -> DataFrame:
    """appointment_id and _business_date with arrival_id, arrived_at and seen_at of the first arrival that may belong to it."""
    open_ = booked.filter(~F.col("_is_closed") & ~_is_cancelled())
    first = F.min(F.struct("arrived_at", "arrival_id", "seen_at")).alias("_first")
    return (
        arrivals.join(open_, on=_OF_DAY, how="left_semi").groupBy(*_OF_DAY).agg(first)
        .select(*_OF_DAY, "_first.*")
    )  # fmt: skip


def _walked_in(arrivals: DataFrame, came: DataFrame, sessions: DataFrame) -> DataFrame:
    """Arrivals that belong to no appointment, of days with sessions."""
    held = F.broadcast(sessions.select("_business_date").dropDuplicates())
    alone = arrivals.join(came, on=["_business_date", "arrival_id"], how="left_anti").join(
        held, on="_business_date", how="left_semi"
    )
    return alone.select(
        F.col("arrival_id").alias("visit_id"), "_business_date", F.lit("walk_in").alias("state"), "hospital_id", "arrived_at",
        "seen_at",
    )  # fmt: skip


def _visits(whole: DataFrame) -> DataFrame:
    """Appointments with what became of them."""
    is_kept = ~F.col("_is_closed") & ~_is_cancelled()
    place = F.row_number().over(
        Window.partitionBy("_business_date", "session_id", is_kept).orderBy(*_IN_ORDER)
    )
    began = F.greatest("arrived_at", "slot_start")
    waited = F.greatest(patterns.seconds_between(began, "seen_at"), F.lit(0.0))
    return whole.select(
        F.col("appointment_id").alias("visit_id"), "_business_date",
        F.when(F.col("_is_closed"), "closed").when(_is_cancelled(), "cancelled")
        .when(F.col("arrived_at").isNotNull(), "attended").otherwise("no_show").alias("state"),
        *_SAID, "slot_start", "slot_end", "booked_at", "cancelled_at",
        F.coalesce("chain_booked_at", "booked_at").alias("chain_booked_at"),
        F.coalesce("chain_position", F.lit(1)).alias("chain_position"),
        (is_kept & (place > F.col("capacity"))).alias("is_overbooked"), "arrived_at", "seen_at",
        F.when(F.col("seen_at").isNotNull(), waited).alias("wait_arrival_s"),
    )  # fmt: skip
