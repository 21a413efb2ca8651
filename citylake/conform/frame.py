"""What a job returned, held against its declaration; and what was written, held against its key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from citylake.conform.days import ranges, within
from citylake.conform.inputs import SPARK_TYPES
from citylake.errors import WrongUse
from citylake.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# Casts that cannot lose anything, so a job need not write them.
_WIDENS = {"bigint": ("bigint", "int", "smallint", "tinyint"), "double": ("double", "float")}


def shaped(made: DataFrame, table: Table, days: list[date]) -> DataFrame:
    """The declared columns in declared order and type, of the days to make and no other.

    Raises: WrongUse with every column that differs.
    """
    from pyspark.sql import functions as F

    check_columns(table, {field.name: field.dataType.simpleString() for field in made.schema.fields})
    if table.partitioned:
        # A job that looks back returns rows of earlier days too; written, they would be there twice.
        made = made.filter(within("_business_date", ranges(days)))
    return made.select(*[F.col(column.name).cast(SPARK_TYPES[column.type]) for column in table.columns])


def check_columns(table: Table, found: dict[str, str]) -> None:
    """Compare column name -> Spark type with the declaration. Raises: WrongUse."""
    declared = {column.name: SPARK_TYPES[column.type] for column in table.columns}
    problems = [f"'{name}' is missing" for name in declared if name not in found]
    problems += [f"'{name}' is not declared" for name in found if name not in declared]
    problems += [
        f"'{name}' is {found[name]} where {kind} is declared"
        for name, kind in declared.items()
        if name in found and found[name] not in _WIDENS.get(kind, (kind,))
    ]
    if problems:
        raise WrongUse(
            "the job's columns are not the declared ones: " + ", ".join(problems),
            where=f"spark_jobs/{table.domain}/{table.name}.py",
            found=", ".join(found),
            expected=", ".join(declared),
            next_step=f"Change the final select of the job, or the columns in {table.name}.yml.",
        )


@dataclass(frozen=True)
class DayCount:
    """Rows of one day, and how many of them repeat the key of another."""

    rows: int
    repeated: int


def count_by_day(written: DataFrame, table: Table) -> dict[str, DayCount]:
    """Rows and repeated keys by partition, of the rows just written. Days without a row are not in it."""
    from pyspark.sql import functions as F

    partition = F.col("_business_date").cast("string") if table.partitioned else F.lit("all")
    # A struct, because count(distinct a, b) leaves out rows where any of them is null.
    keys = F.count_distinct(F.struct(*table.key))
    found = (
        written.groupBy(partition.alias("partition"))
        .agg(F.count(F.lit(1)).alias("rows"), keys.alias("keys"))
        .collect()
    )
    return {row["partition"]: DayCount(row["rows"], row["rows"] - row["keys"]) for row in found}


def is_same(made: DataFrame, there: DataFrame) -> bool:
    """Whether two frames of the same columns hold the same rows, each as often."""
    return made.exceptAll(there).isEmpty() and there.exceptAll(made).isEmpty()
