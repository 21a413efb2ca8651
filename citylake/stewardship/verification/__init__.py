"""Verify: everything the lake holds of a simulated city against the simulator's truth, by full outer joins.

The truth lies beside the deliveries and never in the lake: planted defects, what becomes of each delivery, every
indicator at two instants, before and after the late data, and what nobody wrote down. Nothing of the simulator is imported here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from citylake import lake, ledger, settings
from citylake.errors import WrongUse
from citylake.stewardship.verification import answers, indicators, outcomes, rows
from citylake.stewardship.verification.answers import Measured
from citylake.stewardship.verification.difference import Difference

ROLE = "steward"
_TABLES = ("defects", "deliveries", "indicators", "answers")


@dataclass(frozen=True)
class Verified:
    """What was compared at an instant of the truth: how much of each kind, what differs, by code how far the best that
    can be known lies from what happened (`price`), and how often the lake is right about what nobody wrote down (`measured`)."""

    as_of: datetime
    compared: dict[str, int] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    price: tuple[dict, ...] = ()
    measured: tuple[Measured, ...] = ()


def verify(truth: Path) -> Verified:
    """Compare the lake with a folder of truth, at the instant whose deliveries have arrived. Changes nothing.

    Raises: WrongUse where the folder holds no truth.
    """
    missing = [name for name in _TABLES if not (truth / f"{name}.parquet").is_file()]
    if missing:
        raise WrongUse(
            "this folder holds no truth", where=str(truth), found=f"no {missing[0]}.parquet",
            expected="the folder `truth` that `python -m simulator --out` writes beside the deliveries",
        )  # fmt: skip
    connection = lake.connect_duckdb(ROLE, extensions=("httpfs", "avro", "iceberg"))
    try:
        for name in _TABLES:
            path = str(truth / f"{name}.parquet").replace("'", "''")
            connection.execute(f"create view truth_{name} as from read_parquet('{path}')")
        with ledger.connect(ROLE) as reading:
            as_of, deliveries, found = outcomes.compare(connection, reading)
            of_rows, wrong = rows.compare(connection)
            values, unlike, price = indicators.compare(connection, reading, as_of)
        measured = answers.measure(connection)
    finally:
        connection.close()
    compared = {"deliveries": deliveries, **of_rows, "indicator values": values}
    return Verified(as_of, compared, (*found, *wrong, *unlike), price, measured)


def truth_folder(seed: int | None = None) -> Path:
    """The truth of the latest run of this lake's city, or of the latest of a seed.

    Raises: WrongUse where there is none.
    """
    departments = settings.current().home / "departments"
    pattern = "*" if seed is None else f"{seed}-*"
    found = [path.parent for path in departments.glob(f"{pattern}/truth/indicators.parquet")]
    if not found:
        raise WrongUse(
            "there is no truth of a simulated city here", where=str(departments),
            found="nothing" if seed is None else f"none of seed {seed}",
            next_step="`citylake run` simulates a city and keeps its truth; or give --truth <folder>.",
        )  # fmt: skip
    return max(found, key=lambda path: path.stat().st_mtime)
