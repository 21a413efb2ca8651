"""Encounters at hospitals as parts of episodes: those of one person that follow each other within three days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs import patterns
from spark_jobs.health import persons

KINDS = {"门诊": "outpatient", "急诊": "emergency", "住院": "inpatient"}
CONTINUES_WITHIN = timedelta(hours=72)  # after the end of what came before
_ONE_PERSON = ("_business_date", "person_id")
_IN_ORDER = ("started_at", "encounter_id")
_TOLD = ("encounter_id", "hospital_id", "age_band", "kind", "started_at", "ended_at")


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:
    """One row per encounter."""
    encounters = inputs["encounters"].withColumn("kind", patterns.translated(KINDS, F.col("kind")))
    links = persons.linked(encounters, days)
    somebodys = encounters.filter(F.col("id_number").isNotNull())
    of_day = persons.with_person(somebodys.select("_business_date", "id_number"), links).select(*_ONE_PERSON)
    history = persons.histories(
        of_day, persons.known(somebodys.select(*_TOLD, "id_number", "_business_date")), links
    )
    followed = _episodes(history).filter("_known_since = _business_date").drop("_known_since", "_known_until")
    nobodys = encounters.filter(F.col("id_number").isNull()).select(
        *_TOLD, "_business_date", F.lit(None).cast("string").alias("person_id"), F.col("encounter_id").alias("episode_id"),
        F.lit(1).alias("episode_position"), F.lit(False).alias("is_other_hospital"),
    )  # fmt: skip
    return followed.unionByName(nobodys)


def _episodes(history: DataFrame) -> DataFrame:
    """`history` with episode_id, episode_position and is_other_hospital, by what each day knows of a person."""
    in_order = Window.partitionBy(*_ONE_PERSON).orderBy(*_IN_ORDER)
    before = in_order.rowsBetween(Window.unboundedPreceding, -1)
    # Of all that came before: an earlier episode ended before this one began, or it would be this one.
    until = F.max(F.coalesce("ended_at", "started_at")).over(before)
    begins = F.coalesce(F.col("started_at") > until + F.lit(CONTINUES_WITHIN), F.lit(True))
    numbered = history.withColumn("_begins", begins.cast("int")).withColumn(
        "_episode", F.sum("_begins").over(in_order)
    )
    of_episode = Window.partitionBy(*_ONE_PERSON, "_episode").orderBy(*_IN_ORDER)
    return numbered.withColumns({
        "episode_id": F.first("encounter_id").over(of_episode), "episode_position": F.row_number().over(of_episode),
        "is_other_hospital": _was_elsewhere(of_episode),
    }).drop("_begins", "_episode")  # fmt: skip


def _was_elsewhere(of_episode) -> Column:
    """Whether any row before was of another hospital: then the least or the greatest of them differs."""
    before = of_episode.rowsBetween(Window.unboundedPreceding, -1)
    here = F.col("hospital_id")
    differs = (F.min("hospital_id").over(before) != here) | (F.max("hospital_id").over(before) != here)
    return F.coalesce(differs, F.lit(False))
