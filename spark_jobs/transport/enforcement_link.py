"""Whom the cases of law enforcement may be about, with how likely that is: links, and doubtful ones to be looked at.

An enterprise is compared by code, name and district with the register, by weights that are declared and not learnt: a code or
a whole name decides alone, one character that is wrong in each does together, less is doubtful. A ship or vehicle is found by
its number or by its match key.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs import patterns
from spark_jobs.patterns import Level
from spark_jobs.transport.enforcement import cases

if TYPE_CHECKING:
    import pyarrow as pa

# Codes and whole names are unique in the register: two enterprises hardly ever share one. A weight is log2(m / u).
COMPARISONS = {
    "code": (
        Level("code_l = code_r", m=0.80, u=4.5e-14),  # 44.0
        Level(patterns.one_apart("code"), m=0.08, u=2e-5),  # 12.0
        Level("", m=0.12, u=0.99998),  # -3.1
    ),
    "core": (
        Level("core_l = core_r", m=0.85, u=1e-10),  # 33.0
        Level(patterns.one_apart("core"), m=0.10, u=1.5e-3),  # 6.1
        Level("", m=0.05, u=0.9985),  # -4.3
    ),
    "district": (
        Level("district_l = district_r", m=0.65, u=0.08),  # 3.0
        Level("", m=0.35, u=0.92),  # -1.4
    ),
}
_HALVES = ("odd", "even")
BLOCKS = (
    "l.code = r.code", "l.core = r.core", *[f"l.code_{half} = r.code_{half}" for half in _HALVES],
    *[f"l.core_{half} = r.core_{half} and l.district = r.district" for half in _HALVES],
)  # fmt: skip
PRIOR = 2**-10  # of the pairs that are looked at about one in a thousand is of one enterprise
LINKED, DOUBTFUL = 0.98, 0.04  # least probabilities
CLEAR = 4.5  # by so much weight the best must be ahead: more than the district alone makes
_FORMS = ("股份有限公司", "有限责任公司", "有限公司", "合伙企业", "公司")
_CITIES = ("杭州市", "杭州")
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_SCHEMA = (
    "case_no string, candidate_id string, score double, linked_as string, decision string, agency string,"
    " offender_kind string, _business_date date"
)


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per case and whom it may be about."""
    found = patterns.once(cases(inputs))
    return (
        _enterprises(found.filter("offender_kind = 'enterprise'"), inputs["enterprises"])
        .unionByName(_ships(found.filter("offender_kind = 'ship'"), inputs["ships"]))
        .unionByName(_vehicles(found.filter("offender_kind = 'vehicle'"), inputs["vehicles"]))
    )


def core(name: str | None) -> str | None:
    """What is left of an enterprise's name without white space, brackets, the city at its start and the form at its end; None
    where nothing is."""
    if name is None:
        return None
    plain = _IN_BRACKETS.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)))
    plain = plain.removeprefix(next((each for each in _CITIES if plain.startswith(each)), ""))
    return plain.removesuffix(next((each for each in _FORMS if plain.endswith(each)), "")) or None


def _enterprises(rows: DataFrame, register: DataFrame) -> DataFrame:
    named = rows.select(
        "case_no", "owner_code", "owner_name", "district_code", "agency", "_business_date"
    ).toArrow()
    listed = register.select("credit_code", "enterprise_name", "district_code").toArrow()
    compared = _compared(named, "case_no", "owner_code", "owner_name")
    known = _compared(listed, "credit_code", "credit_code", "enterprise_name")
    pairs = patterns.scored(
        compared, known, comparisons=COMPARISONS, blocks=BLOCKS, prior=PRIOR, least=DOUBTFUL
    ) if named.num_rows and listed.num_rows else None  # fmt: skip
    made = _decided(compared, known, pairs)
    about = {
        row["case_no"]: (row["agency"], "enterprise", row["_business_date"]) for row in named.to_pylist()
    }
    return rows.sparkSession.createDataFrame([(*row, *about[row[0]]) for row in made], schema=_SCHEMA)


def _compared(rows: pa.Table, key: str, code: str, name: str) -> pa.Table:
    """id, code, core and district, and the halves that candidates are looked for by."""
    import pyarrow as pa

    cores = pa.array([core(each) for each in rows[name].to_pylist()], pa.string())
    columns = {"id": rows[key], "code": rows[code], "core": cores, "district": rows["district_code"]}
    return patterns.halved(patterns.halved(pa.table(columns), "code"), "core")


def _decided(
    compared: pa.Table, known: pa.Table, pairs: pa.Table | None
) -> Iterator[tuple[str, str, float | None, str | None, str]]:
    """case_no, candidate_id, score, linked_as, decision: of each case the one that is linked, or those that are doubtful."""
    values = {row["id"]: row for row in known.select(["id", "code", "core"]).to_pylist()}
    candidates = defaultdict(list)
    for pair in pairs.to_pylist() if pairs else ():
        candidates[pair["row_id"]].append(pair)
    for row in compared.to_pylist():
        here = sorted(candidates[row["id"]], key=lambda each: (-each["match_weight"], each["known_id"]))
        if not here:
            if row["code"]:
                yield row["id"], f"enterprise:{row['code']}", None, "elsewhere", "linked"
            continue
        best = here[0]
        ahead = best["match_weight"] - here[1]["match_weight"] if len(here) > 1 else CLEAR
        if best["match_probability"] >= LINKED and ahead >= CLEAR:
            as_listed = _linked_as(row, values[best["known_id"]])
            yield row["id"], f"enterprise:{best['known_id']}", best["match_probability"], as_listed, "linked"
        else:
            for each in here:
                yield row["id"], f"enterprise:{each['known_id']}", each["match_probability"], None, "doubtful"


def _linked_as(row: Mapping[str, str], listed: Mapping[str, str]) -> str:
    if row["code"] == listed["code"]:
        return "code"
    return "name" if row["core"] == listed["core"] else "scored"


def _ships(rows: DataFrame, register: DataFrame) -> DataFrame:
    listed = register.select(F.col("mmsi").alias("_mmsi"), "hull", "hull_match")
    by_number = rows.join(F.broadcast(listed.select("_mmsi")), on=F.col("mmsi") == F.col("_mmsi"), how="left")
    told = by_number.filter("_mmsi is not null")
    others = by_number.filter("_mmsi is null").drop("_mmsi")
    alike = patterns.alike(
        others, listed.withColumnsRenamed({"hull": "mark", "hull_match": "mark_match"}), key="mark",
        row_key=("case_no",), columns=("_mmsi",),
    )  # fmt: skip
    found = _best(alike, F.concat(F.lit("ship:"), F.col("_mmsi")))
    one = F.col("_count") == 1
    named = F.when(F.col("is_exact"), "hull").otherwise("one_character")
    joined = others.join(found, on="case_no", how="left").filter("mark is not null")
    unknown = F.col("_candidate").isNull()
    return _rows(told, F.concat(F.lit("ship:"), F.col("mmsi")), F.lit("mmsi"), F.lit(True)).unionByName(_rows(
        joined, F.coalesce("_candidate", F.concat(F.lit("hull:"), F.col("mark"))),
        F.when(unknown, "unlisted").when(one, named), unknown | one,
    ))  # fmt: skip


def _best(alike: DataFrame, candidate: Column) -> DataFrame:
    """case_no, `_candidate`, is_exact, `_count`: of each case the equal ones, else those one character apart."""
    of_case = Window.partitionBy("case_no")
    chosen = alike.withColumn("_exact", F.max("is_exact").over(of_case)).filter("is_exact = _exact")
    candidates = chosen.select("case_no", candidate.alias("_candidate"), "is_exact").distinct()
    return candidates.withColumn("_count", F.count("*").over(of_case))


def _vehicles(rows: DataFrame, register: DataFrame) -> DataFrame:
    read = rows.filter("mark is not null").withColumn("_found_on", patterns.local_day("found_at"))
    listed = register.select(
        F.col("plate").alias("mark"), F.col("plate_match").alias("mark_match"), F.col("plate").alias("_plate"),
        "registered_on", "deregistered_on",
    )  # fmt: skip
    alike = patterns.alike(
        read, listed, key="mark", row_key=("case_no", "_found_on"),
        columns=("_plate", "registered_on", "deregistered_on"),
    ).filter(
        "registered_on <= _found_on and (deregistered_on is null or deregistered_on > _found_on)"
    )  # fmt: skip
    found = _best(alike, F.concat(F.lit("vehicle:"), F.col("_plate")))
    listed_ones = found.filter("is_exact").select("case_no", F.lit(True).alias("_is_listed"))
    own = F.concat(F.lit("vehicle:"), F.col("mark"))
    # The plate is who it is: its owner may change the car and keep it.
    linked = read.join(listed_ones, on="case_no", how="left")
    doubtful = read.join(found.filter("not is_exact"), on="case_no", how="inner")
    as_listed = F.when(F.col("_is_listed"), "plate").otherwise("unlisted")
    return _rows(linked, own, as_listed, F.lit(True)).unionByName(
        _rows(doubtful, F.col("_candidate"), F.lit(None).cast("string"), F.lit(False))
    )


def _rows(found: DataFrame, candidate: Column, linked_as: Column, is_linked: Column) -> DataFrame:
    return found.select(
        "case_no", candidate.alias("candidate_id"), F.lit(None).cast("double").alias("score"), linked_as.alias("linked_as"),
        F.when(is_linked, "linked").otherwise("doubtful").alias("decision"), "agency", "offender_kind", "_business_date",
    )  # fmt: skip
