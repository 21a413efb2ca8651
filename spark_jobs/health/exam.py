"""Exams, and whether one repeats another of the same kind that a hospital elsewhere had made, and whose result was there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns
from spark_jobs.health import persons

RECOGNISED_DAYS = {"blood": 3, "urine": 3, "ecg": 5, "ultrasound": 5, "xray": 7, "ct": 7, "mri": 7}
_DAY_S = 86_400
_EXAM = ("exam_id", "encounter_id", "hospital_id", "exam", "taken_at", "result_at")
_ONE_PERSON = ("_business_date", "person_id")


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:
    """One row per exam."""
    links = persons.linked(inputs["encounters"], days)
    encounters = patterns.once(
        persons.known_by(
            inputs["encounters"].select("encounter_id", "id_number", "age_band", "_business_date"),
            "encounter_id",
        )
    )
    exams = inputs["exams"].select(*_EXAM, "_business_date")
    of_encounter = persons.looked_up(exams, encounters, "encounter_id", ["id_number", "age_band"])
    of_person = patterns.once(persons.with_person(of_encounter, links))
    # An exam has one row on its day in each: nothing is multiplied.
    found = of_person.join(
        _repeated(of_person, exams, encounters, links), on=["_business_date", "exam_id"], how="left"
    )
    is_repeat = F.col("repeats_exam_id").isNotNull()
    return found.select(
        *_EXAM, "_business_date", "person_id", "age_band", "repeats_exam_id", is_repeat.alias("is_repeat")
    )


def _repeated(of_person: DataFrame, exams: DataFrame, encounters: DataFrame, links: DataFrame) -> DataFrame:
    """_business_date, exam_id and repeats_exam_id of exams that repeat another."""
    known = of_person.filter(F.col("person_id").isNotNull())
    history = persons.histories(known.select(*_ONE_PERSON), encounters, links).select(
        *_ONE_PERSON, "encounter_id"
    )
    others = persons.known(exams).select(
        "encounter_id", "exam", F.col("exam_id").alias("_other_id"), F.col("hospital_id").alias("_elsewhere"),
        F.col("taken_at").alias("_taken_at"), F.col("result_at").alias("_result_at"), "_known_since", "_known_until",
    )  # fmt: skip
    had = history.join(others, on="encounter_id", how="inner").filter(persons.is_known()).drop("encounter_id")
    # A person has few exams of a kind in a week: pairs are few.
    pairs = known.select(*_ONE_PERSON, "exam", "exam_id", "hospital_id", "taken_at").join(
        had, on=[*_ONE_PERSON, "exam"], how="inner"
    )
    apart_s = patterns.seconds_between("_taken_at", "taken_at")
    was_there = (F.col("_result_at") <= F.col("taken_at")) & (
        apart_s <= patterns.translated(RECOGNISED_DAYS, F.col("exam")) * _DAY_S
    )
    is_another = (F.col("_elsewhere") != F.col("hospital_id")) & (F.col("_other_id") != F.col("exam_id"))
    latest = F.max(F.struct("_taken_at", "_other_id"))
    return (
        pairs.filter(was_there & is_another)
        .groupBy("_business_date", "exam_id")
        .agg(latest["_other_id"].alias("repeats_exam_id"))
    )
