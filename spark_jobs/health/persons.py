"""Who is whom in records of hospitals: numbers that clerks mistyped, and what a day knows of the week before it.

Every day knows the encounters of itself and the seven before, so a day is the same whichever days are made with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs import patterns

KNOWN_DAYS = 7  # before the day, as in the declarations' windows


def linked(encounters: DataFrame, days: Sequence[date]) -> DataFrame:
    """_business_date (each of `days`), id_number and person_id of the numbers that are one person's with another.

    Two numbers are linked on a day that knows an encounter of each under one name, if the numbers are one character apart.
    A person is all that hangs together by links, and named by the least of its numbers. Whose number is linked to none is not
    in the result: that number is the person.
    """
    both = F.col("id_number_match").isNotNull() & F.col("name").isNotNull()
    wildcards = encounters.filter(both).withColumn("_wildcard", F.explode(F.split("id_number_match", " ")))
    # A number and a name meet others in one number for each wildcard: sixty-four bits of both.
    slots = wildcards.select(
        F.xxhash64("name", "_wildcard").alias("_meeting"), "id_number", F.col("_business_date").alias("_on")
    )
    # Whoever meets nobody else is left out by numbers alone: texts would be most of what is shuffled.
    number = F.xxhash64("id_number")
    met = slots.groupBy("_meeting").agg(F.min(number).alias("_least"), F.max(number).alias("_greatest"))
    few = patterns.once(
        slots.join(
            F.broadcast(met.filter("_least <> _greatest").select("_meeting")), on="_meeting", how="left_semi"
        ).distinct()
    )
    others = few.select("_meeting", F.col("id_number").alias("_other"), F.col("_on").alias("_other_on"))
    pairs = few.join(others, on="_meeting", how="inner").filter(F.col("id_number") < F.col("_other"))
    since, until = F.greatest("_on", "_other_on"), F.date_add(F.least("_on", "_other_on"), KNOWN_DAYS)
    knowing = F.filter(F.array(*[F.lit(day) for day in days]), lambda day: day.between(since, until))
    links = pairs.select(F.explode(knowing).alias("_business_date"), "id_number", "_other")
    return patterns.components(
        links, by=["_business_date"], one="id_number", other="_other", least="person_id"
    )


def with_person(rows: DataFrame, links: DataFrame) -> DataFrame:
    """`rows` of days (_business_date) with id_number, and person_id: null where the number is."""
    # A number is linked once a day: nothing is multiplied.
    joined = rows.join(links, on=["_business_date", "id_number"], how="left")
    return joined.withColumn("person_id", F.coalesce("person_id", "id_number"))


def histories(persons: DataFrame, encounters: DataFrame, links: DataFrame) -> DataFrame:
    """_business_date and person_id of `persons`, once for each encounter that the day knows of the person.

    `encounters` are of `known`; `persons` have no others columns than those two, and no nulls.
    """
    numbers = persons.distinct().join(links, on=["_business_date", "person_id"], how="left").select(
        "_business_date", "person_id", F.coalesce("id_number", "person_id").alias("id_number")
    )  # fmt: skip
    return numbers.join(encounters, on="id_number", how="inner").filter(is_known()).drop("id_number")


def known(rows: DataFrame) -> DataFrame:
    """`rows` with the days that know them: _known_since, their own, to _known_until, in place of _business_date."""
    return rows.select(
        *[name for name in rows.columns if name != "_business_date"], F.col("_business_date").alias("_known_since"),
        F.date_add("_business_date", KNOWN_DAYS).alias("_known_until"),
    )  # fmt: skip


def known_by(rows: DataFrame, key: str) -> DataFrame:
    """As `known`; of several rows with one key a day knows the one of the latest day. A key comes once a day."""
    of_key = Window.partitionBy(key).orderBy("_business_date")
    # least takes no notice of a null: the last of a key has none after it.
    until = F.least(
        F.date_sub(F.lead("_business_date").over(of_key), 1), F.date_add("_business_date", KNOWN_DAYS)
    )
    return known(rows.withColumn("_until", until)).withColumn("_known_until", F.col("_until")).drop("_until")


def looked_up(rows: DataFrame, others: DataFrame, key: str, columns: Sequence[str]) -> DataFrame:
    """`rows` of days with `columns` of the row of `others`, of `known_by(key)`, that the day knows; null where there is none."""
    told = others.select(
        F.col(key).alias("_key"), F.struct(*columns).alias("_told"), "_known_since", "_known_until"
    )
    # A day knows one row of a key at most: nothing is multiplied.
    joined = rows.join(told, on=(F.col(key) == F.col("_key")) & is_known(), how="left")
    return joined.select(*rows.columns, *[F.col(f"_told.{name}").alias(name) for name in columns])


def is_known() -> Column:
    """Whether the row's day knows what `known` says of it."""
    return F.col("_business_date").between(F.col("_known_since"), F.col("_known_until"))
