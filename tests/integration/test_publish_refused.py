"""What fails a critical check or a dbt test is not published; what is good beside it is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from citylake import ledger
from citylake.errors import DataFailed
from citylake.ledger.requests import accept, request_backfill
from citylake.publish import publish_domain
from tests.integration import conformed_rows as typed
from tests.integration.published import query

DAYS = [date(2026, 3, 1) + timedelta(days=number) for number in range(28)]
AIR = "conformed.environment.air_quality_day"
BAD, NEW = date(2026, 3, 15), date(2026, 3, 29)


def _value(period: str) -> dict:
    (row,) = query("select value, denominator, publication_id from marts.fct_indicator_value"
                   " where code = 'e1_pm25_ugm3' and area = '330100' and period = %s", period)  # fmt: skip
    return row


@pytest.fixture(scope="module")
def refused(lake):
    """A good publication, then one bad day together with one good new day: (first summary, the error)."""
    typed.write("conformed.governance.district", typed.district_rows(), ["all"])
    typed.write("conformed.environment.air_station", typed.stations(), ["all"])
    typed.write(
        AIR, [row for day in DAYS for row in typed.air_quality(day)], [day.isoformat() for day in DAYS]
    )
    first = publish_domain("environment")
    typed.write(AIR, typed.air_quality(BAD, mean=5000.0), [BAD.isoformat()], "in-another-unit")
    typed.write(AIR, typed.air_quality(NEW), [NEW.isoformat()], "a-good-day")
    with pytest.raises(DataFailed) as error:
        publish_domain("environment")
    return first, error.value


def test_the_error_says_what_failed_which_days_and_where_to_look(refused):
    text = str(refused[1])
    assert text.startswith("2026-03-15: environment: ")
    assert "1 of 2 partitions are blocked and keep their last good version" in text
    assert "fct_air_quality_day: A station's day mean of PM2.5 lies between 0 and 1000 ug/m3" in text
    assert "s3://reports/quality/environment/" in text


def test_the_bad_day_keeps_its_last_good_version(refused):
    assert _value("2026-03-15") == {
        "value": 31.5, "denominator": 4.0, "publication_id": refused[0]["publication_id"]
    }  # fmt: skip


def test_the_good_day_is_published_all_the_same(refused):
    assert _value("2026-03-29")["value"] == 31.5
    assert _value("2026-03-29")["publication_id"] != refused[0]["publication_id"]


def test_a_blocked_day_counts_in_no_month(refused):
    # 28 of the 29 days x 4 stations: the bad day is left out.
    assert _value("2026-03")["denominator"] == 28 * 4
    assert _value("2026-03")["value"] == 31.5


def test_the_ledger_knows_the_refusal_its_checks_and_the_block(refused):
    rows = query("select status, partitions from ledger.publications order by published_at", role="steward")
    assert [row["status"] for row in rows] == ["published", "refused", "published"]
    assert [item["partition"] for item in rows[1]["partitions"]] == ["2026-03-15"]
    failed = query(
        "select r.table_name, r.severity, r.report_uri from ledger.check_results as r"
        " where not r.success and r.severity = 'critical' order by r.table_name", role="steward"
    )  # fmt: skip
    assert {row["table_name"] for row in failed} == {"fct_air_quality_day", "int_air_quality_checks"}
    assert query("select partition from ledger.blocks", role="steward") == [{"partition": "2026-03-15"}]


def test_the_stewards_page_is_in_the_bucket_and_holds_no_value(refused, lake):
    (row,) = query("select distinct report_uri from ledger.check_results where not success and severity = 'critical'",
                   role="steward")  # fmt: skip
    bucket, key = row["report_uri"].removeprefix("s3://").split("/", 1)
    body = lake.root_s3().get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    assert "Quality of environment: refused" in body
    assert "5000" not in body
    assert "5003" not in body


def test_a_blocked_day_is_not_tried_again_by_itself(refused):
    assert publish_domain("environment")["partitions"] == 0


def test_a_request_tries_it_again_and_it_is_refused_again(refused):
    with ledger.connect("steward") as connection:
        request = request_backfill(
            connection, "marts.environment", "2026-03-15", "2026-03-15", "look again", staged=True
        )
        accept(connection, request)
    with pytest.raises(DataFailed):
        publish_domain("environment")
    assert publish_domain("environment")["partitions"] == 0


def test_the_corrected_day_is_published_and_counts_again(refused):
    typed.write(AIR, typed.air_quality(BAD, mean=58.0), [BAD.isoformat()], "corrected-unit")
    assert publish_domain("environment")["partitions"] == 1
    assert _value("2026-03-15")["value"] == 59.5
    assert _value("2026-03")["denominator"] == 29 * 4
    assert query("select partition from ledger.blocks", role="steward") == []
    causes = query("select delivery_ids from marts.restatement where period = '2026-03-15'"
                   " and code = 'e1_pm25_ugm3' and area = '330100'")  # fmt: skip
    assert causes == [{"delivery_ids": ["corrected-unit", "in-another-unit"]}]


def test_a_failed_dbt_test_refuses_all_and_keeps_what_was_published(refused):
    before = _value("2026-03-02")
    day = date(2026, 3, 2)
    typed.write(AIR, typed.air_quality(day) * 2, [day.isoformat()], "twice")
    with pytest.raises(DataFailed) as error:
        publish_domain("environment")
    assert "is_key_fct_air_quality_day" in str(error.value)
    assert _value("2026-03-02") == before
    assert publish_domain("environment")["partitions"] == 0
