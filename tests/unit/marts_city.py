"""A small city typed by hand: conformed rows in a scratch file without servers, and the marts dbt makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from citylake.build import making, project
from citylake.build.periods import touched_periods
from citylake.build.plan import Plan
from citylake.build.scratch import Scratch
from citylake.table import load_tables

POLLUTANTS = ("pm25", "pm10", "so2", "no2", "co", "o3")
_DUCKDB = {"string": "varchar", "integer": "bigint", "double": "double", "boolean": "boolean", "date": "date",
           "timestamp": "timestamp"}  # fmt: skip

DISTRICTS = [
    {"district_code": "330000", "name_zh": "浙江省", "name_en": "Zhejiang", "level_type": "province",
     "valid_from": date(1949, 10, 1)},
    {"district_code": "330100", "name_zh": "杭州市", "name_en": "Hangzhou", "level_type": "city",
     "parent_code": "330000", "valid_from": date(1949, 10, 1)},
    {"district_code": "330106", "name_zh": "西湖区", "name_en": "Xihu", "level_type": "district",
     "parent_code": "330100", "valid_from": date(1952, 1, 1)},
    {"district_code": "330108", "name_zh": "滨江区", "name_en": "Binjiang", "level_type": "district",
     "parent_code": "330100", "valid_from": date(1996, 12, 12)},
    # Yuhang got other boundaries in the reform of April 2021.
    {"district_code": "330110", "name_zh": "余杭区", "name_en": "Yuhang", "level_type": "district",
     "parent_code": "330100", "valid_from": date(2001, 2, 2), "valid_to": date(2021, 4, 9)},
    {"district_code": "330110", "name_zh": "余杭区", "name_en": "Yuhang", "level_type": "district",
     "parent_code": "330100", "valid_from": date(2021, 4, 9)},
]  # fmt: skip


def station(station_id: str, district_code: str, valid_from: date, valid_to: date | None = None) -> dict:
    """A row of the list of stations."""
    return {
        "station_id": station_id, "station_name": f"station {station_id}", "district_code": district_code,
        "longitude": 120.1, "latitude": 30.2, "valid_from": valid_from, "valid_to": valid_to,
    }  # fmt: skip


def station_day(
    station_id: str | None, district_code: str | None, day: date, hours: int = 24, **means
) -> dict:
    """A row of conformed.environment.air_quality_day; a pollutant without a mean has no valid hour."""
    row = {
        "station_id": station_id, "station_name": f"station {station_id}", "district_code": district_code,
        "_business_date": day, "hours_expected": 24, "stuck_hours": 0, "weather_hours": hours,
        "temperature_mean_celsius": 12.5, "wind_speed_mean_mps": 2.0, "rain_sum_mm": 0.0,
        "warning_pm25_above_pm10_hours": 0, "warning_orphan_station": station_id is None,
    }  # fmt: skip
    for name in POLLUTANTS:
        row[f"{name}_hours"] = hours if name in means else 0
        row[f"{name}_mean_ugm3"] = means.get(name)
    return row


def case_day(area_type: str, code: str, parent: str | None, day: date, total: int, new: int | None) -> dict:
    """A row of conformed.health.case_day."""
    return {
        "area_type": area_type, "area_code": code, "area_key": code, "area_name": code, "parent_code": parent,
        "_business_date": day, "confirmed_total": total, "suspected_total": 0, "cured_total": 0, "dead_total": 0,
        "confirmed_new": new, "cured_new": 0 if new is not None else None, "dead_new": 0 if new is not None else None,
        "previous_date": day - timedelta(days=1) if new is not None else None,
        "is_corrected": new < 0 if new is not None else None, "warning_missing_code": False,
    }  # fmt: skip


def fill(connection, table_id: str, rows: Iterable[dict]) -> None:
    """Make a conformed table as declared, in the scratch file, with rows."""
    table = load_tables()[table_id]
    _, domain, name = table_id.split(".")
    connection.execute(f"create schema if not exists conformed_{domain}")
    columns = ", ".join(f'"{column.name}" {_DUCKDB[column.type]}' for column in table.columns)
    connection.execute(f"create table conformed_{domain}.{name} ({columns})")
    names = [column.name for column in table.columns]
    values = [[row.get(name) for name in names] for row in rows]
    if values:
        places = ", ".join("?" * len(names))
        connection.executemany(f"insert into conformed_{domain}.{name} values ({places})", values)


class City:
    """The built marts of one domain; `rows` reads them."""

    def __init__(self, scratch: Scratch, domain: str, marts: list):
        self.scratch, self.domain, self.marts = scratch, domain, marts
        self.connection = scratch.connection

    def value(self, code: str, period: str, area: str, group: str = "all") -> tuple:
        """(value, numerator, denominator, completeness, value_status) of one indicator value."""
        found = self.connection.execute(
            "select value, numerator, denominator, completeness, value_status from marts.fct_indicator_value"
            ' where code = ? and period = ? and area = ? and "group" = ?',
            [code, period, area, group],
        ).fetchall()
        assert len(found) == 1, found
        return found[0]


def build(domain: str, run_id: str, days: Iterable[date], conformed: dict[str, list[dict]]) -> City:
    """Build a domain's marts for days from typed rows; the caller closes `city.scratch`."""
    scratch = Scratch(domain, run_id, remote=False)
    scratch.__enter__()
    for source in project.inputs(domain):
        fill(scratch.connection, source.table_id, conformed.get(source.table_id, []))
    making.prepare(Plan(domain, periods=tuple(touched_periods(days))), scratch)
    return City(scratch, domain, making.run_models(domain, scratch))


def shown(value: float | None, numerator: float | None, denominator: float | None) -> tuple:
    """A value as it is published where its parts are known."""
    return (value, numerator, denominator, 100.0, "shown" if value is not None else "not_reported")


def published(city: City, code: str, period: str) -> set[tuple[str, str]]:
    """Area and group of every value of a code and period."""
    return set(city.connection.execute(
        'select area, "group" from marts.fct_indicator_value where code = ? and period = ?', [code, period]
    ).fetchall())  # fmt: skip
