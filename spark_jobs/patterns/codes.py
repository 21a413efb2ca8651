"""One list of codes in place of another."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F


def translated(values: Mapping[str, str] | Mapping[str, int], code: Column) -> Column:
    """What `values` says for a code; null where it does not know the code, or the code is null."""
    return F.create_map(*[F.lit(each) for pair in values.items() for each in pair])[code]
