"""Deliveries as departments send them, and what the lake made of them."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta

import boto3

from citylake import lake, ledger, settings
from citylake.land import land

HEADER = '"No","year","month","day","hour","PM2.5","PM10","SO2","NO2","CO","O3","TEMP","PRES","DEWP","RAIN","wd","WSPM","station"'
CASES = "date,country,countryCode,province,provinceCode,city,cityCode,confirmed,suspected,cured,dead"
STATIONS = "站点编号,站点名称,区划代码,经度,纬度,启用日期,停用日期,维护人,联系电话"
AIR, WEATHER, STATION, CASE = (
    "environment.air_quality_hourly", "environment.weather_hourly", "environment.air_station", "health.case_report",
)  # fmt: skip
NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)


def put(
    department: str, name: str, content: bytes | str, *, at: datetime = NOON, sender: str | None = None
) -> None:
    """Drop an object in a department's inbox, with that department's own keys."""
    place = settings.current()
    access, secret = place.s3_keys(f"department-{department}")
    client = boto3.client("s3", endpoint_url=place.s3_endpoint, region_name=place.s3_region,
                          aws_access_key_id=access, aws_secret_access_key=secret)  # fmt: skip
    told = {"arrived-at": at.isoformat()} | ({"sender": sender} if sender else {})
    body = content.encode() if isinstance(content, str) else content
    client.put_object(Bucket="inbox", Key=f"{department}/{name}", Body=body, Metadata=told)


def deliver(department: str, name: str, content: bytes | str, **told) -> list[str]:
    """Drop an object and land it; returns the ids of its deliveries by feed."""
    known = {row["delivery_id"] for row in query("select delivery_id from ledger.deliveries")}
    put(department, name, content, **told)
    land()
    rows = query("select delivery_id from ledger.deliveries order by feed_id, landed_at")
    return [row["delivery_id"] for row in rows if row["delivery_id"] not in known]


def air_name(station: str, first: date, last: date | None = None) -> str:
    """The name of a station's file."""
    return f"PRSA_Data_{station}_{first:%Y%m%d}-{last or first:%Y%m%d}.csv"


def air_file(station: str, day: date, hours: int = 24, *, pm25: float = 30, days: int = 1) -> str:
    """A station's file: every value is good; PM2.5 grows by one an hour."""
    lines = [HEADER]
    for n in range(hours * days):
        at = datetime(day.year, day.month, day.day) + timedelta(days=n // hours, hours=n % hours)  # noqa: DTZ001
        time = f"{at.year},{at.month},{at.day},{at.hour}"
        lines.append(f'{n + 1},{time},{pm25 + n % 24},60,6,38,900,22,8.4,1021.6,3.1,0,"NNE",1.8,"{station}"')
    return "\n".join(lines) + "\n"


def query(statement: str, **parameters) -> list[dict]:
    """Rows of the ledger, as the steward sees it."""
    with ledger.connect("steward") as connection:
        return connection.execute(statement, parameters).fetchall()


def outcome(delivery_id: str) -> dict:
    """The last outcome of a delivery."""
    (row,) = query("select * from ledger.outcomes where delivery_id = %(id)s", id=delivery_id)
    return row


def rows(table_id: str, *columns: str, delivery_id: str | None = None) -> list[dict]:
    """The rows of an Iceberg table in order of delivery and place; none where there is no table."""
    from pyiceberg.exceptions import NoSuchTableError

    try:
        table = lake.catalog("steward").load_table(lake.identifier(table_id))
    except NoSuchTableError:
        return []
    found = table.scan(selected_fields=columns or ("*",)).to_arrow().to_pylist()
    chosen = [row for row in found if delivery_id in (None, row.get("_delivery_id"))]
    return sorted(chosen, key=lambda row: (row.get("_delivery_id", ""), row.get("_source_row", 0)))


def content_hash(*table_ids: str) -> dict[str, str]:
    """Of each table one hash of its rows, whatever their order and files."""
    found = {}
    for table_id in table_ids:
        lines = sorted(json.dumps(row, default=str, sort_keys=True) for row in rows(table_id))
        found[table_id] = f"{len(lines)} rows {hashlib.sha256(chr(10).join(lines).encode()).hexdigest()[:16]}"
    return found


def both(feed_id: str) -> tuple[str, str]:
    """The tables of a feed's admitted and quarantined rows."""
    return f"admitted.{feed_id}", f"quarantine.{feed_id}"
