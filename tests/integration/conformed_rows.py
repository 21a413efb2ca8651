"""Conformed tables written by hand: what publish reads, without the stages before it."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, timedelta

from citylake import lake, ledger
from citylake.clock import new_id
from citylake.ledger.deliveries import Delivery, bump, record_delivery
from citylake.ledger.partitions import Stale, declare_table, expected_inputs, record_made
from citylake.table import find_table

POLLUTANTS = ("pm25", "pm10", "so2", "no2", "co", "o3")
DISTRICTS = [
    ("330000", "浙江省", "Zhejiang", "province", None, date(1949, 10, 1), None),
    ("330100", "杭州市", "Hangzhou", "city", "330000", date(1949, 10, 1), None),
    ("330106", "西湖区", "Xihu", "district", "330100", date(1952, 1, 1), None),
    ("330110", "余杭区", "Yuhang", "district", "330100", date(2021, 4, 9), None),
    ("330108", "滨江区", "Binjiang", "district", "330100", date(1996, 12, 12), None),
]
DISTRICT_COLUMNS = (
    "district_code",
    "name_zh",
    "name_en",
    "level_type",
    "parent_code",
    "valid_from",
    "valid_to",
)


def stations(count: int = 4) -> list[dict]:
    """Half of them in Xihu and half in Binjiang, all since 2013."""
    return [
        {
            "station_id": f"S{number}", "station_name": f"station {number}",
            "district_code": "330106" if number % 2 == 0 else "330108",
            "longitude": 120.0, "latitude": 30.0, "valid_from": date(2013, 1, 1), "valid_to": None,
        }
        for number in range(count)
    ]  # fmt: skip


def air_quality(day: date, count: int = 4, *, mean: float = 30.0, hours: int = 24) -> list[dict]:
    """One row per station; pollutant k of station s has the mean `mean` + s + k."""
    rows = []
    for number, station in enumerate(stations(count)):
        row = {
            "station_id": station["station_id"], "station_name": station["station_name"],
            "district_code": station["district_code"], "_business_date": day, "hours_expected": 24,
        }  # fmt: skip
        for place, name in enumerate(POLLUTANTS):
            row[f"{name}_hours"] = hours
            row[f"{name}_mean_ugm3"] = mean + number + 10 * place if hours else None
        row |= {
            "stuck_hours": 0, "temperature_mean_celsius": 12.5, "wind_speed_mean_mps": 2.0, "rain_sum_mm": 0.0,
            "weather_hours": 24, "warning_pm25_above_pm10_hours": 0, "warning_orphan_station": False,
        }  # fmt: skip
        rows.append(row)
    return rows


def cases(day: date, total: int, new: int | None) -> list[dict]:
    """Country, province and city with the same numbers."""
    places = [
        ("country", "CN", "中国", None),
        ("province", "330000", "浙江省", "CN"),
        ("city", "330100", "杭州市", "330000"),
    ]
    return [
        {
            "area_type": kind, "area_code": code, "area_key": code, "area_name": name, "parent_code": parent,
            "_business_date": day, "confirmed_total": total, "suspected_total": 0, "cured_total": 0,
            "dead_total": 0, "confirmed_new": new, "cured_new": 0, "dead_new": 0,
            "previous_date": day - timedelta(days=1) if new is not None else None,
            "is_corrected": new is not None and new < 0, "warning_missing_code": False,
        }
        for kind, code, name, parent in places
    ]  # fmt: skip


def machines(count: int = 2) -> list[dict]:
    """Machines of one place."""
    return [
        {"machine_id": f"M{n}", "site_id": "H1", "installed_on": date(2020, 1, 1), "removed_on": None}
        for n in range(count)
    ]


def write_lists_of_services() -> None:
    """The lists without which the marts of governance wait: machines, their place, a guide to work, and the population."""
    place = {"site_id": "H1", "site_name": "hall", "kind": "大厅", "district_code": "330106"}
    guide = {"item_code": "S0001", "item_name": "permit", "kind": "承诺件", "promised_working_days": 5}
    people = {
        "year": 2026, "street_code": "330106001", "district_code": "330106", "age_band": "18-59", "person_count": 9,
    }  # fmt: skip
    for name, rows in (
        ("population", [people]),
        ("self_service_machine", machines()),
        ("service_site", [place]),
        ("service_item", [guide]),
    ):
        write(f"conformed.governance.{name}", rows, ["all"])


def write_hospitals() -> None:
    """The list without which the marts of health wait."""
    one = {"hospital_id": "H001", "hospital_name": "first", "level": "三级", "district_code": "330106"}
    write("conformed.health.hospital", [one], ["all"])


def machine_days(day: date, count: int = 2) -> list[dict]:
    """One row per machine in Xihu, up for 18 of 24 hours."""
    return [
        {"machine_id": each["machine_id"], "_business_date": day, "site_id": "H1", "district_code": "330106",
         "report_count": 24, "known_s": 86_400, "available_s": 64_800, "no_paper_s": 0, "fault_s": 21_600, "closed_s": 0,
         "max_temperature_celsius": 24.5}
        for each in machines(count)
    ]  # fmt: skip


def write(table_id: str, rows: list[dict], partitions: list[str], delivery_id: str | None = None) -> None:
    """Replace the partitions of a conformed table by rows, and count a new version of each.

    With a delivery, the ledger also knows that it caused them, as if it had been admitted and conformed.
    """
    import pyarrow

    table = _table(table_id)
    names = table.schema().column_names
    frame = pyarrow.Table.from_pylist(
        [{name: row.get(name) for name in names} for row in rows], schema=table.schema().as_arrow()
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyIceberg tells where there was nothing to replace
        if partitions == ["all"]:
            table.overwrite(frame)
        else:
            table.overwrite(frame, overwrite_filter=_within(partitions))
    run_id = new_id()
    if delivery_id:
        _record_delivery(table_id, partitions, delivery_id, run_id)
    with ledger.connect("conform") as connection:
        _declare(connection, table_id)
        for partition in partitions:
            used = expected_inputs(connection, table_id, [partition])
            record_made(
                connection, Stale(table_id, partition, run_id, "typed"), used, run_id, row_count=len(rows)
            )


def _declare(connection, table_id: str) -> None:
    table = find_table(table_id)
    declare_table(connection, table_id, "conformed", partitioned=table.partitioned, declaration={},
                  inputs=[item.for_ledger() for item in table.inputs.values()])  # fmt: skip


def _record_delivery(table_id: str, partitions: list[str], delivery_id: str, run_id: str) -> None:
    """A delivery of the feed that drives the table, and the versions that its admission counts."""
    driver = next(item.table for item in find_table(table_id).inputs.values() if item.drives)
    now = datetime.now(UTC)
    with ledger.connect("land") as connection:
        delivery = Delivery(
            delivery_id, driver.removeprefix("admitted."), "sender", f"{delivery_id}.csv", f"s3://inbox/{delivery_id}",
            delivery_id, f"s3://landing/{delivery_id}", 1, delivery_id, "none", "utf-8", now,
        )  # fmt: skip
        record_delivery(connection, delivery, run_id)
    with ledger.connect("admit") as connection:
        for partition in partitions:
            bump(connection, driver, partition, run_id, delivery_id=delivery_id)


def write_branch(table_id: str, branch: str, rows: list[dict], partitions: list[str]) -> None:
    """The table as it would be with other rows, on a branch; the ledger hears nothing of it."""
    import pyarrow

    table = _table(table_id)
    table.manage_snapshots().create_branch(table.current_snapshot().snapshot_id, branch).commit()
    frame = pyarrow.Table.from_pylist(rows, schema=table.schema().as_arrow())
    table.overwrite(frame, overwrite_filter=_within(partitions), branch=branch)


def _within(partitions: list[str]):
    from pyiceberg.expressions import In

    return In("_business_date", [date.fromisoformat(name) for name in partitions])


def _table(table_id: str):
    from pyiceberg.exceptions import NoSuchTableError
    from pyiceberg.partitioning import PartitionField, PartitionSpec
    from pyiceberg.transforms import DayTransform

    catalog = lake.catalog("conform")
    name = lake.identifier(table_id)
    try:
        return catalog.load_table(name)
    except NoSuchTableError:
        pass
    declared = find_table(table_id)
    schema = _schema(declared)
    spec = PartitionSpec()
    if declared.partitioned:
        field = schema.find_field("_business_date")
        spec = PartitionSpec(PartitionField(field.field_id, 1000, DayTransform(), "_business_date_day"))
    for depth in (1, 2):
        catalog.create_namespace_if_not_exists(name[:depth])
    return catalog.create_table(
        name, schema, lake.table_location(table_id), spec, properties={"format-version": "2"}
    )


def _schema(declared):
    from pyiceberg import types
    from pyiceberg.schema import Schema

    kinds = {
        "string": types.StringType(), "integer": types.LongType(), "double": types.DoubleType(),
        "boolean": types.BooleanType(), "date": types.DateType(), "timestamp": types.TimestampType(),
    }  # fmt: skip
    return Schema(*(
        types.NestedField(number, column.name, kinds[column.type], required=False)
        for number, column in enumerate(declared.columns, start=1)
    ))  # fmt: skip


def district_rows() -> list[dict]:
    """A city with three districts; no station stands in Yuhang."""
    return [dict(zip(DISTRICT_COLUMNS, row, strict=True)) for row in DISTRICTS]
