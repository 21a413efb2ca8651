"""The truth as tables: planted faults, what each feed makes of each delivery, indicators, and what nobody wrote down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from simulator.city import City
from simulator.deliveries import Delivery, Label, Reading
from simulator.departments import case_report
from simulator.evidence import Evidence
from simulator.truth import (
    air,
    cases,
    enforcement,
    market,
    parking,
    pharmacy,
    processes,
    records,
    roads,
    services,
    ships,
    tolls,
    transit,
    visits,
)

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
ANSWERS = pa.schema([(name, pa.string()) for name in ("table", "key", "column", "answer")])
_BY_ANSWER = [(name, "ascending") for name in ANSWERS.names[:3]]  # whatever days they were made by
_ROWS = 2**17  # of faults at a time


def defects(city: City) -> pa.Table:
    """One row per planted fault and feed."""
    return defects_of(city.labels)


def defects_of(labels: Iterable[Label]) -> pa.Table:
    """The rows of some faults."""
    # By column: of a city's sentinels there are many.
    found = list(labels)
    columns = {name: [getattr(label, name) for label in found] for name in DEFECTS.names}
    return pa.Table.from_pydict(columns, schema=DEFECTS)


def deliveries(city: City) -> pa.Table:
    """One row per delivery and feed: what becomes of it, and of its records."""
    return deliveries_of(
        row for seen in city.observations if seen.delivery for row in rows_of(seen.sent, seen.readings)
    )


def rows_of(sent: Delivery, readings: tuple[Reading, ...]) -> list[dict]:
    """What feeds make of a delivery, as rows."""
    return [
        {"feed": each.feed, "delivery_name": sent.name, "sequence": sent.sequence,
         "arrived_at": sent.arrived_at, "outcome": each.outcome, "records": each.records,
         "admitted": each.admitted, "quarantined": each.quarantined, "held": each.held}
        for each in readings
    ]  # fmt: skip


def deliveries_of(rows: Iterable[dict]) -> pa.Table:
    """The table of such rows."""
    return pa.Table.from_pylist(list(rows), schema=DELIVERIES)


def indicators(city: Evidence) -> pa.Table:
    """Every indicator at two instants: before and after the late data."""
    return indicators_with(city, [indicators_of(city, city.days)])


def indicators_of(city: Evidence, days: tuple[date, ...]) -> pd.DataFrame:
    """Those of days that the days around each decide."""
    instants = _instants(city)
    made = (
        each.indicators(city, instants, days)
        for each in (
            parking,
            ships,
            roads,
            services,
            enforcement,
            tolls,
            transit,
            pharmacy,
            visits,
            processes,
            records,
        )  # fmt: skip
    )
    return pd.concat(list(made), ignore_index=True)


def indicators_with(city: Evidence, of_days: Iterable[pd.DataFrame]) -> pa.Table:
    """Every indicator, given those of the days."""
    instants, reports = _instants(city), tuple(case_report.shipped())
    reported = [cases.indicators(reports, as_of) for as_of in instants]
    days = list(of_days)
    longer = transit.periods(pd.concat(days, ignore_index=True))
    whole = pd.concat(
        [air.indicators(city, instants), market.indicators(city, instants), *days, longer, *reported], ignore_index=True
    ).sort_values(["as_of", *_KEYS], ignore_index=True)  # fmt: skip
    whole["as_of"] = pd.to_datetime(whole["as_of"], utc=True)
    return pa.Table.from_pandas(whole[INDICATORS.names], schema=INDICATORS, preserve_index=False)


def answers_of(city: Evidence, days: tuple[date, ...]) -> pa.Table:
    """What rows of conformed tables should say that no delivery says; one row per table, key and column."""
    made = [each.answers(city, days) for each in (enforcement, transit, processes, records)]
    return pa.Table.from_pandas(pd.concat(made)[ANSWERS.names], schema=ANSWERS, preserve_index=False)


def _instants(city: Evidence) -> tuple[datetime, ...]:
    return city.before_late_data, city.after_late_data


def write(city: City, folder: Path) -> None:
    """Write the tables as Parquet beside the deliveries; the lake never sees this folder."""
    write_tables(folder, [defects(city)], deliveries(city), indicators(city), answers_of(city, city.days))


def write_tables(
    folder: Path, faults: Iterable[pa.Table], sent: pa.Table, made: pa.Table, answers: pa.Table
) -> None:
    """Write the tables as Parquet; the one of faults piece by piece, in the order given."""
    folder.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(folder / "defects.parquet", DEFECTS, compression="zstd") as writer:
        waiting: list[pa.Table] = []
        for each in faults:
            waiting.append(each)
            while sum(map(len, waiting)) >= _ROWS:
                whole = pa.concat_tables(waiting).combine_chunks()
                writer.write_table(whole.slice(0, _ROWS))
                waiting = [whole.slice(_ROWS)]
        writer.write_table(pa.concat_tables([DEFECTS.empty_table(), *waiting]).combine_chunks())
    for name, table in (("deliveries", sent), ("indicators", made), ("answers", answers.sort_by(_BY_ANSWER))):
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
