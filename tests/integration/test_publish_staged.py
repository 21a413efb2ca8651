"""A staged request shows what it would change; publications of one domain wait for each other; marts only grow."""

from __future__ import annotations

import dataclasses
import threading
from datetime import date, timedelta

import pytest

from citylake import lake as places
from citylake import ledger, settings
from citylake.build.contract import Mart, MartColumn, Reference
from citylake.errors import WrongUse
from citylake.indicator import NoRule
from citylake.ledger.requests import find_request, request_backfill
from citylake.publish import publish_domain, schema
from citylake.publish.publication import only_publisher
from tests.integration import conformed_rows as typed
from tests.integration.published import content, query

DAYS = [date(2026, 3, 1) + timedelta(days=number) for number in range(3)]
AIR = "conformed.environment.air_quality_day"


@pytest.fixture(scope="module")
def published(lake):
    typed.write("conformed.governance.district", typed.district_rows(), ["all"])
    typed.write("conformed.environment.air_station", typed.stations(), ["all"])
    typed.write(
        AIR, [row for day in DAYS for row in typed.air_quality(day)], [day.isoformat() for day in DAYS]
    )
    publish_domain("environment")
    return lake


def _stage(day: date, rows: list[dict]) -> str:
    """A staged request whose branch holds other rows for a day."""
    with ledger.connect("steward") as connection:
        request_id = request_backfill(
            connection, AIR, day.isoformat(), day.isoformat(), "what if", staged=True
        )
    typed.write_branch(AIR, f"request_{request_id.lower()}", rows, [day.isoformat()])
    return request_id


def test_a_staged_request_is_compared_and_nothing_is_published(published):
    request_id = _stage(DAYS[1], typed.air_quality(DAYS[1], mean=60.0))
    with published.superuser() as connection:
        before = content(connection)
        done = publish_domain("environment", request_id)
        assert content(connection) == before
        assert connection.execute("select count(*) as n from ledger.publications").fetchone() == {"n": 1}
    found = done["difference"]
    assert found["partitions"] == 1
    assert found["marts"]["fct_air_quality_day"] == {"added": 0, "removed": 0, "changed": 4, "same": 0}
    # One day, its month and its year: six indicators in the city and two districts; five follow the level.
    # Month and year are incomplete before and after, so their values stay null, but their sums change.
    assert found["marts"]["fct_indicator_value"] == {"added": 0, "removed": 0, "changed": 45, "same": 9}
    assert found["largest"][0] == {
        "code": "e1_pm25_ugm3", "period_type": "day", "period": "2026-03-02", "area_type": "district",
        "area": "330106", "vintage": "1952-01-01", "group_type": "all", "group": "all",
        "old_value": 31.0, "new_value": 61.0, "old_status": "shown", "new_status": "shown",
    }  # fmt: skip
    assert len(found["largest"]) == 15
    with ledger.connect("steward") as connection:
        assert find_request(connection, request_id)["difference"]["environment"]["marts"] == found["marts"]


def test_a_staged_request_says_which_critical_checks_would_refuse_it(published):
    request_id = _stage(DAYS[2], typed.air_quality(DAYS[2], mean=5000.0))
    found = publish_domain("environment", request_id)["difference"]
    assert "A station's day mean of PM2.5 lies between 0 and 1000 ug/m3" in found["checks_failed"]
    assert query("select * from ledger.blocks", role="steward") == []


def test_a_request_that_is_not_there_is_wrong_use(published):
    with pytest.raises(WrongUse, match="there is no request 'nothing'"):
        publish_domain("environment", "nothing")


def test_a_second_publisher_waits_and_finds_nothing_to_do(published):
    typed.write(AIR, typed.air_quality(DAYS[0], mean=33.0), [DAYS[0].isoformat()])
    done: list[dict] = []
    waiting = threading.Thread(target=lambda: done.append(publish_domain("environment")))
    with only_publisher("environment") as connection:
        waiting.start()
        waiting.join(timeout=1)
        assert waiting.is_alive()
        assert done == []
        assert connection.execute("select 1 as one").fetchone() == {"one": 1}
    waiting.join(timeout=120)
    assert done[0]["partitions"] == 1
    assert publish_domain("environment")["partitions"] == 0


def test_no_key_of_the_object_store_is_written_anywhere(published, monkeypatch):
    from citylake.build import scratch

    monkeypatch.setattr(scratch.Scratch, "__exit__", lambda self, *_: self.connection.close())
    typed.write(AIR, typed.air_quality(DAYS[0], mean=34.0), [DAYS[0].isoformat()])
    publish_domain("environment")
    (folder,) = sorted(scratch.scratch_folder().glob("environment-*"))[-1:]
    secret = settings.current().secret("s3.publish").encode()
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert {"run_results.json", "dbt.log", "scratch.duckdb", "profiles.yml"} <= {
        path.name for path in written
    }
    assert [path for path in written if secret in path.read_bytes()] == []
    assert folder.stat().st_mode & 0o077 == 0


def _mart(**changes) -> Mart:
    columns = (MartColumn("code", "varchar", "A code"), MartColumn("amount", "double", "An amount"))
    usual = Mart("dim_trial", "shared", "One row per trial.", "dimension", columns, ("code",), (),
                 NoRule(rule="none", because="nobody is in it"), False)  # fmt: skip
    return dataclasses.replace(usual, **changes)


def _ensure(*marts: Mart) -> None:
    with ledger.connect("publish") as connection:
        schema.ensure(connection, list(marts))


def test_a_contract_may_add_columns_and_references(published):
    _ensure(_mart())
    more = (*_mart().columns, MartColumn("seen_at", "timestamp with time zone", "When it was seen (UTC)"),
            MartColumn("parent_code", "varchar", "Code of the parent"))  # fmt: skip
    grown = _mart(columns=more, references=(Reference("parent_code", "dim_trial", "code"),))
    _ensure(grown)
    _ensure(grown)
    with published.superuser() as connection:
        columns = connection.execute(
            "select column_name, data_type from information_schema.columns where table_name = 'dim_trial' order by 1"
        ).fetchall()
        keys = connection.execute(
            "select count(*) as n from pg_constraint where contype = 'f' and conrelid = 'marts.dim_trial'::regclass"
        ).fetchone()
    assert {row["column_name"]: row["data_type"] for row in columns} == {
        "amount": "double precision", "code": "text", "parent_code": "text", "publication_id": "text",
        "seen_at": "timestamp with time zone",
    }  # fmt: skip
    assert keys == {"n": 1}


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"columns": (MartColumn("code", "varchar", "A code"), MartColumn("amount", "bigint", "An amount"))},
         "amount: double precision would become bigint"),
        ({"key": ("code", "amount")}, r"the key \['code'\] would become \['amount', 'code'\]"),
    ],
)  # fmt: skip
def test_a_contract_may_not_change_a_type_or_a_key(published, changed, found):
    with pytest.raises(WrongUse, match=found):
        _ensure(_mart(**changed))


def test_a_table_that_someone_dropped_is_made_again(published):
    _ensure(_mart(name="dim_lost"))
    with published.superuser() as connection:
        connection.execute("drop table marts.dim_lost")
        _ensure(_mart(name="dim_lost"))
        assert connection.execute("select count(*) as n from marts.dim_lost").fetchone() == {"n": 0}


def test_what_stands_beside_the_marts_follows_the_code_and_keeps_its_rows(published):
    with published.superuser() as connection:
        before = content(connection)
        connection.execute("update marts._forms set form = 'of an older version'")
        publish_domain("environment")
        _ensure()
        assert content(connection) == before
        forms = connection.execute("select object_name from marts._forms where form <> 'of an older version'")
        names = {row["object_name"] for row in forms.fetchall()}
    assert {"indicator_history", "restatement", "standard_indicator"} <= names
    assert query("select count(*) as n from marts.restatement")[0]["n"] >= 0


def test_the_place_of_reports_is_built_in_one_module():
    assert (
        places.report_key("quality", "environment", "P", "index.html") == "quality/environment/P/index.html"
    )
