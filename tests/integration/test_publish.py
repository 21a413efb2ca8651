"""What is stale is published in one transaction; what changes later is restated with its cause."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date, timedelta

import pytest

from citylake.catalog import indicators as catalog
from citylake.publish import publish_domain
from tests.integration import conformed_rows as typed
from tests.integration.published import content, query

DAYS = [date(2026, 3, 1) + timedelta(days=number) for number in range(28)]
NAMES = [day.isoformat() for day in DAYS]
AIR = "conformed.environment.air_quality_day"
CASES = "conformed.health.case_day"


@pytest.fixture(scope="module")
def first(lake):
    """Districts, stations, 28 days of air and cases, a day of machines, published once: the three summaries."""
    typed.write("conformed.governance.district", typed.district_rows(), ["all"])
    typed.write_lists_of_services()
    typed.write_hospitals()
    typed.write("conformed.governance.machine_day", typed.machine_days(DAYS[0]), NAMES[:1])
    typed.write("conformed.environment.air_station", typed.stations(), ["all"])
    typed.write(AIR, [row for day in DAYS for row in typed.air_quality(day)], NAMES, "first-air")
    typed.write(
        CASES, [row for number, day in enumerate(DAYS) for row in typed.cases(day, 10 * number, 10)], NAMES
    )
    return {domain: publish_domain(domain) for domain in ("governance", "environment", "health")}


def test_everything_stale_is_published_and_told(first):
    air = first["environment"]
    assert air["partitions"] == 28
    assert air["rows"]["fct_air_quality_day"] == 28 * 4
    assert air["checks"] == 14
    assert air["warnings"] == 0
    assert first["governance"]["partitions"] == 1
    assert set(air["seconds"]) == {"pin", "build", "check", "protect", "report", "publish"}


def test_readers_see_values_and_their_declarations(first):
    rows = query(
        "select value, numerator, denominator, completeness, value_status, name_en, v.publication_id"
        " from marts.fct_indicator_value as v inner join marts.dim_indicator using (code)"
        " where code = 'e1_pm25_ugm3' and period = '2026-03' and area = '330100'"
    )
    # Stations at 30, 31, 32, 33 for 28 of 31 days.
    assert rows == [{
        "value": 31.5, "numerator": 3528.0, "denominator": 112.0, "completeness": 90.32, "value_status": "shown",
        "name_en": "Fine particulate matter (PM2.5) concentration",
        "publication_id": first["environment"]["publication_id"],
    }]  # fmt: skip


def test_the_examples_of_the_reference_page_show_values(first):
    page = (catalog.folder() / "environment.md").read_text(encoding="utf-8")
    examples = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    assert len(examples) == 6
    assert [len(query(example)) for example in examples] == [28] * 6


def test_every_published_value_begins_its_history(first):
    rows = query(
        "select count(*) as values, count(h.history_id) as kept"
        " from marts.fct_indicator_value as v left join marts.indicator_history as h using"
        ' (code, period_type, period, area_type, area, vintage, group_type, "group", publication_id)'
    )
    assert rows[0]["values"] == rows[0]["kept"] > 0
    assert query("select * from marts.restatement") == []


def test_nothing_stale_imports_no_engine(first):
    program = (
        "import sys; from citylake.publish import publish_domain; print(publish_domain('environment')['partitions'],"
        " [name for name in ('dbt', 'great_expectations', 'duckdb', 'pyiceberg') if name in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd="."
    )
    assert told.stdout.strip() == "0 []"


def test_foreign_keys_are_checked_at_the_end_and_columns_are_described(first, lake):
    with lake.superuser() as connection:
        keys = connection.execute(
            "select count(*) as found, bool_and(condeferred) as deferred from pg_constraint"
            " where contype = 'f' and connamespace = 'marts'::regnamespace"
        ).fetchone()
        bare = connection.execute(
            "select c.relname, a.attname from pg_class as c inner join pg_attribute as a on a.attrelid = c.oid"
            " where c.relnamespace = 'marts'::regnamespace and c.relkind = 'r' and a.attnum > 0"
            " and c.relname ~ '^(dim|fct)_' and col_description(c.oid, a.attnum) is null"
        ).fetchall()
    assert keys == {"found": 14, "deferred": True}
    assert bare == []


def test_bi_reads_marts_and_nothing_else(first):
    import psycopg

    for forbidden in ("select * from ledger.runs", "delete from marts.fct_case_day", "select * from marts._forms",
                      "create table marts.mine (a integer)"):  # fmt: skip
        with pytest.raises(psycopg.Error):
            query(forbidden)


def test_the_same_input_published_again_gives_the_same_marts_and_no_history(first, lake):
    with lake.superuser() as connection:
        before = content(connection)
        history = connection.execute("select count(*) as rows from marts.indicator_history").fetchone()
        typed.write(AIR, [row for day in DAYS for row in typed.air_quality(day)], NAMES)
        assert publish_domain("environment")["partitions"] == 28
        assert content(connection) == before
        assert (
            connection.execute("select count(*) as rows from marts.indicator_history").fetchone() == history
        )
    assert query("select * from marts.restatement") == []


def test_a_corrected_day_restates_itself_its_month_and_names_its_delivery(first):
    day = date(2026, 3, 10)
    typed.write(AIR, typed.air_quality(day, mean=86.0), [day.isoformat()], "correction-10")
    done = publish_domain("environment")
    assert done["partitions"] == 1
    rows = query(
        "select period, old_value, new_value, delivery_ids, change_type, publication_id from marts.restatement"
        " where code = 'e1_pm25_ugm3' and area = '330100' order by period"
    )
    # The day rises by 56; the month by 56 / 28.
    expected = {
        "delivery_ids": ["correction-10"],
        "change_type": "corrected",
        "publication_id": done["publication_id"],
    }
    assert rows == [
        {"period": "2026-03", "old_value": 31.5, "new_value": 33.5, **expected},
        {"period": "2026-03-10", "old_value": 31.5, "new_value": 87.5, **expected},
    ]
    touched = query("select distinct _business_date from marts.fct_air_quality_day where publication_id = %s",
                    done["publication_id"])  # fmt: skip
    assert touched == [{"_business_date": day}]


def test_a_new_day_extends_its_month_and_restates_no_day(first):
    day = date(2026, 3, 29)
    typed.write(AIR, typed.air_quality(day), [day.isoformat()], "day-29")
    done = publish_domain("environment")
    rows = query("select distinct period, change_type from marts.restatement where publication_id = %s",
                 done["publication_id"])  # fmt: skip
    assert rows == [{"period": "2026-03", "change_type": "extended"}]


def test_a_value_that_vanished_is_not_reported_in_its_history(first):
    day = DAYS[-1]
    rows = [row for row in typed.cases(day, 270, 10) if row["area_type"] != "city"]
    typed.write(CASES, rows, [day.isoformat()], "without-the-city")
    done = publish_domain("health")
    assert query("select * from marts.fct_indicator_value where code = 'h5_new_case_count' and area = '330100'"
                 " and period = %s", day.isoformat()) == []  # fmt: skip
    restated = query("select area, old_value, new_value, new_value_status, delivery_ids from marts.restatement"
                     " where publication_id = %s", done["publication_id"])  # fmt: skip
    assert restated == [{"area": "330100", "old_value": 10.0, "new_value": None, "new_value_status": "not_reported",
                         "delivery_ids": ["without-the-city"]}]  # fmt: skip


def test_a_renamed_district_changes_and_a_dropped_one_goes_when_nothing_refers_to_it(first):
    def codes():
        return [
            row["district_code"] for row in query("select district_code from marts.dim_district order by 1")
        ]

    rows = [dict(row) for row in typed.district_rows()]
    rows[2]["name_en"] = "West Lake"
    typed.write("conformed.governance.district", [*rows, rows[3] | {"district_code": "330199"}], ["all"])
    publish_domain("governance")
    assert query("select name_en from marts.dim_district where district_code = '330106'") == [
        {"name_en": "West Lake"}
    ]
    assert codes() == ["330000", "330100", "330106", "330108", "330110", "330199"]
    # Binjiang's stations still stand in it: its row stays until they are made again.
    typed.write("conformed.governance.district", rows[:4], ["all"])
    publish_domain("governance")
    assert codes() == ["330000", "330100", "330106", "330108", "330110"]
    assert publish_domain("environment")["warnings"] == 1
    assert query(
        "select distinct district_key from marts.fct_air_quality_day where district_code = '330108'"
    ) == [{"district_key": None}]
    typed.write("conformed.governance.district", rows[:4], ["all"])
    publish_domain("governance")
    assert codes() == ["330000", "330100", "330106", "330110"]


def test_a_standard_code_sits_on_a_full_year_of_the_city_only(first):
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(274)]  # 75.07 % of 365
    assert query("select * from marts.standard_indicator") == []
    names = [day.isoformat() for day in days]
    typed.write(AIR, [row for day in days for row in typed.air_quality(day)], names, "year-2025")
    publish_domain("environment")
    rows = query(
        "select standard_code, year, city_code, value, completeness from marts.standard_indicator order by 1"
    )
    assert [row["standard_code"] for row in rows] == [
        f"iso37120:2014/8.{number}" for number in (1, 2, 4, 5, 6)
    ]
    assert rows[0] == {"standard_code": "iso37120:2014/8.1", "year": "2025", "city_code": "330100", "value": 31.5,
                       "completeness": 75.07}  # fmt: skip


def test_a_threshold_hides_small_counts_in_the_values_and_in_their_history(first, monkeypatch):
    from citylake.indicator import Threshold, load_indicators
    from citylake.publish import publication

    file = load_indicators()["health"]
    rule = Threshold(rule="threshold", least=20, counts={"numerator": "ill", "denominator": "reports"})
    strict = {code: item.model_copy(update={"disclosure": rule}) for code, item in file.indicators.items()}
    changed = {"health": file.model_copy(update={"indicators": strict})}
    monkeypatch.setattr(publication, "load_indicators", lambda: changed)
    day = DAYS[5]
    typed.write(CASES, typed.cases(day, 50, 10), [day.isoformat()], "again")
    done = publish_domain("health")
    assert done["rows"]["fct_indicator_value"] == done["hidden"] > 0
    for table in ("fct_indicator_value", "indicator_history"):
        rows = query(f"select distinct value, numerator, denominator, value_status from marts.{table}"
                     " where publication_id = %s and code = 'h5_new_case_count'", done["publication_id"])  # fmt: skip
        assert rows == [{"value": None, "numerator": None, "denominator": None, "value_status": "hidden"}]
