"""A small department of its own for tests of conform: a feed of each way to deliver, and a job."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from citylake import feed, lake, ledger, settings, table
from citylake.conform.work import declare_tables
from citylake.ledger import partitions
from citylake.stack import start
from citylake.stack.sequence import Silent, run_all

DAILY, PLACE = "conformed.probe.daily", "conformed.probe.place"

_DEPARTMENT = """
title: {en: Probe, zh: 探针}
owner: probe@city.example
contact: probe@city.example
licence: CC-BY-4.0
purposes: [tests]
grade: 1
retention: P3650D
"""
_FORMAT = "format: {kind: csv, encoding: utf-8, may_be_empty: true}"
_COVERS = r"covers: {from_name: '_(?P<from>\d{8})-(?P<to>\d{8})\.csv$'}"
_FEEDS = {
    "reading": f"""
title: {{en: Readings, zh: 读数}}
grain: one row per place, day and copy
key: [place, day, copy]
partition: {{by: day}}
delivers: period
{_COVERS}
arrival: {{files: 'reading_*.csv', every: P1D, senders: 1, deadline: P1D}}
{_FORMAT}
columns:
  - {{name: place, type: string, required: true}}
  - {{name: day, type: date, required: true}}
  - {{name: copy, type: integer, required: true}}
  - {{name: value, type: integer}}
""",
    "place": f"""
title: {{en: Places, zh: 地点}}
grain: one row per place
key: [place]
delivers: everything
arrival: {{files: 'place_*.csv', every: P30D, deadline: P1D}}
{_FORMAT}
columns:
  - {{name: place, type: string, required: true}}
  - {{name: factor, type: integer}}
""",
    "note": f"""
title: {{en: Notes, zh: 备注}}
grain: one row per place and day
key: [place, day]
partition: {{by: day}}
delivers: additions
arrival: {{files: 'note_*.csv', every: P1D, deadline: PT0S}}
{_FORMAT}
columns:
  - {{name: place, type: string, required: true}}
  - {{name: day, type: date, required: true}}
  - {{name: text, type: string}}
""",
    "permit": f"""
title: {{en: Permits, zh: 许可}}
grain: one row per change of a permit
key: [permit]
delivers: {{changes: operation, delete: D}}
arrival: {{files: 'permit_*.csv', every: P1D, deadline: P1D}}
{_FORMAT}
columns:
  - {{name: permit, type: string, required: true}}
  - {{name: operation, type: string, required: true}}
  - {{name: holder, type: string}}
""",
}
_DAILY = """
title: {en: Daily, zh: 每日}
grain: one row per place and day
key: [place, _business_date]
inputs:
  readings: {from: admitted.probe.reading, before: P1D, drives: true}
  notes: {from: admitted.probe.note}
  places: {from: conformed.probe.place, as_of: true}
columns:
  - {name: place, type: string, description: Place}
  - {name: _business_date, type: date, description: Day}
  - {name: value, type: integer, description: Value of the day}
  - {name: before, type: integer, description: Value of the day before}
  - {name: share, type: double, description: 100 / value}
  - {name: factor, type: integer, description: Factor of the place}
  - {name: text, type: string, description: Note of the day}
"""
_DAILY_JOB = """
from pyspark.sql import functions as F


def conform(inputs, days):
    readings = inputs["readings"].select("place", "_business_date", "value")
    before = inputs["readings"].select(
        "place", F.date_add("_business_date", 1).alias("_business_date"), F.col("value").alias("before")
    )
    notes = inputs["notes"].select("place", "_business_date", "text")
    return (
        readings.join(before, on=["place", "_business_date"], how="left")
        .join(notes, on=["place", "_business_date"], how="left")
        .join(inputs["places"], on="place", how="left")
        .select("place", "_business_date", "value", "before", (F.lit(100.0) / F.col("value")).alias("share"),
                "factor", "text")
    )
"""


@dataclass
class Probe:
    """The department in a folder of its own, and the lake its deliveries go to."""

    folder: Path
    test_lake: object

    def write(self) -> None:
        """Write its declarations as they are at first."""
        for name, text in _FEEDS.items():
            self.declare(f"feeds/probe/{name}.yml", text)
        self.declare("feeds/probe/_department.yml", _DEPARTMENT)
        self.declare("spark_jobs/probe/daily.yml", _DAILY)
        self.declare("spark_jobs/probe/daily.py", _DAILY_JOB)

    def declare(self, path: str, text: str) -> None:
        """Change a file of the project and make this process read the declarations anew."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        feed.load_feeds.cache_clear()
        table.load_tables.cache_clear()

    def change_job(self, old: str, new: str, of: str = "py") -> None:
        """Edit the job of `daily`, or its declaration."""
        path = f"spark_jobs/probe/daily.{of}"
        text = (self.folder / path).read_text(encoding="utf-8")
        assert old in text
        self.declare(path, text.replace(old, new))

    def deliver(self, name: str, text: str, arrived: str) -> None:
        """An object into the inbox, and from there to admitted rows, as the verbs do it."""
        from citylake.admit import admit_waiting
        from citylake.land import land

        arrived_at = datetime.fromisoformat(f"{arrived}+08:00").isoformat()
        self.test_lake.root_s3().put_object(
            Bucket=lake.INBOX, Key=f"probe/{name}", Body=text.encode(), Metadata={"arrived-at": arrived_at}
        )
        for feed_id in land()["feeds"]:
            counts = admit_waiting(feed_id)
            assert counts["held"] == 0, f"{name} was held"

    def readings(self, values: dict[str, dict[str, int]], first: str, last: str, arrived: str) -> None:
        """Readings of place by day (mm-dd of 2026) for a covered period, as one delivery."""
        rows = [
            f"{place},2026-{day},1,{value}"
            for day, places in values.items()
            for place, value in places.items()
        ]
        name = f"reading_2026{first.replace('-', '')}-2026{last.replace('-', '')}.csv"
        self.deliver(name, "\n".join(["place,day,copy,value", *rows]) + "\n", f"2026-{arrived}")

    def rows(self, table_id: str, *columns: str, snapshot: int | None = None) -> list[tuple]:
        """The rows of a conformed table's main branch, or of a snapshot, sorted; dates as mm-dd."""
        found = lake.catalog("conform").load_table(lake.identifier(table_id))
        scan = found.scan(selected_fields=columns, snapshot_id=snapshot)
        rows = [tuple(_shown(row[name]) for name in columns) for row in scan.to_arrow().to_pylist()]
        return sorted(rows, key=repr)

    def versions(self, table_id: str) -> dict[str, int]:
        """Version by partition, days as mm-dd."""
        with ledger.connect("conform") as connection:
            rows = connection.execute(
                "select partition, version from ledger.versions where table_id = %s", (table_id,)
            ).fetchall()
        return {row["partition"].removeprefix("2026-"): row["version"] for row in rows}

    def stale(self, table_id: str) -> list[str]:
        """Stale partitions, newest first, days as mm-dd."""
        declare_tables()
        with ledger.connect("conform") as connection:
            return [item.partition.removeprefix("2026-") for item in partitions.stale(connection, table_id)]

    def branches(self, table_id: str) -> set[str]:
        """The branches of a table besides main."""
        return set(lake.catalog("conform").load_table(lake.identifier(table_id)).refs()) - {"main"}


def _shown(value):
    return value.isoformat()[5:] if hasattr(value, "isoformat") else value


def make(folder: Path, test_lake, monkeypatch) -> Probe:
    """A project with the probe's declarations only, in use by this process; Spark runs in the lake."""
    monkeypatch.setattr(settings, "PROJECT", folder)
    monkeypatch.delenv("SPARK_REMOTE", raising=False)
    probe = Probe(folder, test_lake)
    probe.write()
    start_spark(test_lake)
    return probe


def start_spark(test_lake) -> None:
    """Start Spark Connect beside the storage, unless it answers."""
    os.environ.pop("SPARK_REMOTE", None)
    wanted = ("jars", "spark")
    steps = [dataclasses.replace(step, needs=("jars",) if step.name == "spark" else ())
             for step in start._steps(test_lake.site) if step.name in wanted]  # fmt: skip
    run_all(steps, Silent())
