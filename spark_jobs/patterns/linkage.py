"""Rows that may be about the same thing though it is written in different ways, with how likely that is, by Splink."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Level:
    """How alike two values are (DuckDB SQL over `<column>_l` and `<column>_r`; empty: none of the levels before), how
    often this is so of the same thing (`m`), and how often of two different ones (`u`)."""

    sql: str
    m: float
    u: float


def one_apart(column: str) -> str:
    """Values of one length that differ in one character; DuckDB's distances of texts count bytes."""
    characters = [f"string_split({column}_{side}, '')" for side in "lr"]
    differs = "lambda pair : (pair[1] <> pair[2])::int"
    different = f"list_sum(list_transform(list_zip({', '.join(characters)}), {differs}))"
    return f"length({column}_l) = length({column}_r) and {different} = 1"


def halved(table: pa.Table, column: str) -> pa.Table:
    """`table` with `<column>_odd` and `<column>_even`: every other character, from the first and from the second.

    Of two values that differ in one character one of them is the same, which is what candidates are looked for by; characters
    that most values begin or end with are in both.
    """
    import pyarrow as pa

    texts = table[column].to_pylist()
    for name, begin in (("odd", 0), ("even", 1)):
        part = [None if text is None else text[begin::2] for text in texts]
        table = table.append_column(f"{column}_{name}", pa.array(part, pa.string()))
    return table


def scored(
    rows: pa.Table, known: pa.Table, *, comparisons: Mapping[str, Sequence[Level]], blocks: Sequence[str], prior: float,
    least: float,
) -> pa.Table:  # fmt: skip
    """row_id, known_id, match_weight (base 2, the prior in it) and match_probability, `least` or more, of pairs that a rule
    of `blocks` (SQL over the rows `l` and `r`) finds.

    Both tables have `id` (a text, a key) and the columns compared, null where nothing is known, which tells neither for nor
    against. Weights are declared, not trained: the same rows have the same scores. In this process, by DuckDB: `rows` are
    meant to be few, `known` a register that fits into memory.
    """
    import duckdb
    from splink import DuckDBAPI, Linker

    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        api = DuckDBAPI(connection)
        tables = [
            api.register(table, dataset_display_name=name) for name, table in (("a", rows), ("b", known))
        ]
        # A log of Splink's own tells how to train.
        linker = Linker(tables, _settings(comparisons, blocks, prior), log_level=None)
        found = linker.inference.predict(least, warning_mode="never").as_pyarrow_table()
    # Of a link only the first table's rows are at the left.
    names = {"id_l": "row_id", "id_r": "known_id"}
    return found.select([*names, "match_weight", "match_probability"]).rename_columns(
        [*names.values(), "match_weight", "match_probability"]
    )


def _settings(
    comparisons: Mapping[str, Sequence[Level]], blocks: Sequence[str], prior: float
) -> dict[str, Any]:
    return {
        "link_type": "link_only", "unique_id_column_name": "id", "probability_two_random_records_match": prior,
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule} for rule in blocks],
        "comparisons": [_comparison(column, levels) for column, levels in comparisons.items()],
        "retain_matching_columns": False, "retain_intermediate_calculation_columns": False,
    }  # fmt: skip


def _comparison(column: str, levels: Sequence[Level]) -> dict[str, Any]:
    nothing = {"sql_condition": f"{column}_l is null or {column}_r is null", "is_null_level": True}
    weighed = [
        {"sql_condition": each.sql or "ELSE", "m_probability": each.m, "u_probability": each.u}
        for each in levels
    ]
    return {"output_column_name": column, "comparison_levels": [nothing, *weighed]}
