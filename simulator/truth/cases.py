"""The true daily new cases of the shipped reports: cumulative minus the day before's, corrections kept.

Where the day before was not reported, or its report does not list the place, there is no value.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd

from simulator.deliveries import Observation
from simulator.departments import case_report

CODE = "h5_new_case_count"
AREAS = (("city", "330100"), ("province", "330000"), ("country", "CN"))


def indicators(observations: tuple[Observation, ...], as_of: datetime) -> pd.DataFrame:
    """New confirmed cases a day in Hangzhou, Zhejiang and China, from what had arrived by an instant."""
    reported: dict[date, dict[str, int]] = {
        each.facts: _cumulative(case_report.records(each.sent.content))
        for each in observations
        if each.arrived_by(as_of) and each.readings[0].feed == case_report.FEED
    }
    rows = []
    for day, today in sorted(reported.items()):
        before = reported.get(day - timedelta(1))
        for area_type, area in AREAS:
            if before is not None and area in today and area in before:
                rows.append((day.isoformat(), area_type, area, float(today[area] - before[area])))
    found = pd.DataFrame(rows, columns=["period", "area_type", "area", "knowable"])
    return found.assign(
        code=CODE, period_type="day", vintage="all",
        group_type="all", group="all", as_of=as_of, world=found["knowable"],
        numerator=found["knowable"], denominator=1.0, completeness=100.0, tolerance=0.0,
    )  # fmt: skip


def _cumulative(records: list[dict[str, str]]) -> dict[str, int]:
    """Confirmed by code: cities and provinces by number, China as a whole by `CN`."""
    found = {}
    for each in records:
        level = next((name for name in ("city", "province") if each[name]), "country")
        code = each[f"{level}Code"]
        if code:
            found[code] = int(each["confirmed"])
    return found
