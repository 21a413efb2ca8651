"""Who is meant by a code and a name: Splink with declared weights beside the same decisions in words, as DuckDB SQL."""

from __future__ import annotations

import random
import time

from bench.report import Section, table

SEED, LISTED = 1, 90_000
CASES = (2_000, 20_000)
_HEADS = ["cases", "listed", "Splink s", "DuckDB s", "ratio", "linked", "the same links"]
_RULES = """
    with pairs as (
        select c.id, k.id as known_id, c.code = k.code as same_code, c.core = k.core as same_core,
            coalesce(length(c.code) = length(k.code) and list_sum(list_transform(
                list_zip(string_split(c.code, ''), string_split(k.code, '')),
                lambda p : (p[1] <> p[2])::int)) = 1, false) as near_code,
            coalesce(length(c.core) = length(k.core) and list_sum(list_transform(
                list_zip(string_split(c.core, ''), string_split(k.core, '')),
                lambda p : (p[1] <> p[2])::int)) = 1, false) as near_core
        from (
            select c.id as of, k.id as with from cases as c inner join known as k on c.code = k.code
            union select c.id, k.id from cases as c inner join known as k on c.core = k.core
            union select c.id, k.id from cases as c inner join known as k on c.code_odd = k.code_odd
            union select c.id, k.id from cases as c inner join known as k on c.code_even = k.code_even
        ) as met inner join cases as c on c.id = met.of inner join known as k on k.id = met.with
    ), ranked as (
        select id, known_id, case when same_code then 1 when same_core then 2 when near_code and near_core then 3 end as rule
        from pairs
    ), best as (select id, min(rule) as rule from ranked group by id)
    select id, any_value(known_id) as known_id from ranked inner join best using (id, rule) group by id having count(*) = 1
"""


def measure(asked) -> Section:  # noqa: ARG001
    """Both on the same tables, in this process; the register is that of a simulated city."""
    known = _known()
    lines = []
    for count in CASES:
        cases = _cases(known, count)
        began = time.perf_counter()
        ours = _linked(cases, known)
        between = time.perf_counter()
        theirs = _by_rules(cases, known)
        ended = time.perf_counter()
        seconds = (between - began, ended - between)
        lines.append([
            f"{count:,}", f"{LISTED:,}", *(f"{each:.2f}" for each in seconds), f"{seconds[0] / seconds[1]:.1f}",
            f"{len(ours):,}", "yes" if ours == theirs else f"no: {len(theirs):,}",
        ])  # fmt: skip
    return Section(
        "Linkage",
        f"Cases with a code, a name, both, or one character wrong in either, against the register of enterprises of seed {SEED}"
        " at scale 1, both with the halves by which candidates are found. The peer decides by rules in their order; it gives no"
        " score and no doubtful candidates.\n\n" + table(_HEADS, lines),
    )


def _known():
    import pandas as pd
    import pyarrow as pa

    from simulator.world.enterprises import enterprise_blocks
    from spark_jobs.transport.enforcement_link import core

    rows = pd.concat(list(enterprise_blocks(SEED, 1.0)), ignore_index=True).head(LISTED)
    columns = {
        "id": rows["credit_code"].tolist(), "code": rows["credit_code"].tolist(), "core": [core(each) for each in rows["name"]],
        "district": [each[:6] for each in rows["street_code"]],
    }  # fmt: skip
    return _halved(pa.table(columns))


def _halved(rows):
    from spark_jobs import patterns

    return patterns.halved(patterns.halved(rows, "code"), "core")


def _cases(known, count: int):
    import pyarrow as pa

    chance, rows = random.Random(SEED), []
    listed = known.select(["code", "core", "district"]).to_pylist()
    for number in range(count):
        one, kind = chance.choice(listed), number % 5
        code, core = one["code"], one["core"]
        if kind in (1, 4):
            code = None
        if kind in (2, 3):
            code = code[:11] + ("A" if code[11] != "A" else "B") + code[12:]
        if kind in (3, 4):
            core = core[:1] + "宝" + core[2:]
        rows.append({"id": f"c{number}", "code": code, "core": core, "district": one["district"]})
    return _halved(pa.Table.from_pylist(rows))


def _linked(cases, known) -> dict[str, str]:
    from spark_jobs.transport import enforcement_link as job

    pairs = job.patterns.scored(
        cases, known, comparisons=job.COMPARISONS, blocks=job.BLOCKS, prior=job.PRIOR, least=job.DOUBTFUL
    )
    made = job._decided(cases, known, pairs)
    return {
        row[0]: row[1].removeprefix("enterprise:")
        for row in made
        if row[4] == "linked" and row[3] != "elsewhere"
    }


def _by_rules(cases, known) -> dict[str, str]:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.register("cases", cases)
        connection.register("known", known)
        return dict(connection.execute(_RULES).fetchall())
