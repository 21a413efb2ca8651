"""The truth as tables: planted faults, what each feed makes of each delivery, indicators."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from simulator.city import City
from simulator.truth import air, cases, parking, ships

DEFECTS = pa.schema(
    [("feed", pa.string()), ("delivery_name", pa.string()), ("sequence", pa.int32()),
     ("source_row", pa.int64()), ("column", pa.string()), ("kind", pa.string()), ("result", pa.string()),
     ("detail", pa.string())]
)  # fmt: skip
DELIVERIES = pa.schema(
    [("feed", pa.string()), ("delivery_name", pa.string()), ("sequence", pa.int32()),
     ("arrived_at", pa.timestamp("us", "UTC")), ("outcome", pa.string()), ("records", pa.int64()),
     ("admitted", pa.int64()), ("quarantined", pa.int64()), ("held", pa.int64())]
)  # fmt: skip
_KEYS = ("code", "period_type", "period", "area_type", "area", "vintage", "group_type", "group")
_NUMBERS = ("world", "knowable", "numerator", "denominator", "tolerance", "completeness")
INDICATORS = pa.schema(
    [*((name, pa.string()) for name in _KEYS), ("as_of", pa.timestamp("us", "UTC")),
     *((name, pa.float64()) for name in _NUMBERS)]
)  # fmt: skip


def defects(city: City) -> pa.Table:
    """One row per planted fault and feed."""
    # By column: of a city's sentinels there are many.
    labels = city.labels
    columns = {name: [getattr(label, name) for label in labels] for name in DEFECTS.names}
    return pa.Table.from_pydict(columns, schema=DEFECTS)


def deliveries(city: City) -> pa.Table:
    """One row per delivery and feed: what becomes of it, and of its records."""
    rows = [
        {"feed": each.feed, "delivery_name": seen.sent.name, "sequence": seen.sent.sequence,
         "arrived_at": seen.sent.arrived_at, "outcome": each.outcome, "records": each.records,
         "admitted": each.admitted, "quarantined": each.quarantined, "held": each.held}
        for seen in city.observations if seen.delivery for each in seen.readings
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=DELIVERIES)


def indicators(city: City) -> pa.Table:
    """Every indicator at two instants: before and after the late data."""
    instants = (city.before_late_data, city.after_late_data)
    reported = [cases.indicators(city.observations, as_of) for as_of in instants]
    whole = pd.concat(
        [*(each.indicators(city, instants) for each in (air, parking, ships)), *reported], ignore_index=True
    ).sort_values(["as_of", *_KEYS], ignore_index=True)
    whole["as_of"] = pd.to_datetime(whole["as_of"], utc=True)
    return pa.Table.from_pandas(whole[INDICATORS.names], schema=INDICATORS, preserve_index=False)


def write(city: City, folder: Path) -> None:
    """Write the three tables as Parquet beside the deliveries; the lake never sees this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, made in (
        ("defects", defects(city)),
        ("deliveries", deliveries(city)),
        ("indicators", indicators(city)),
    ):
        pq.write_table(made, folder / f"{name}.parquet", compression="zstd")
