"""Late corrections re-make what they touch and nothing else; readers never see half of a publication."""

from __future__ import annotations

import threading
from datetime import date, timedelta

from citylake import ledger, settings
from simulator.deliveries import local
from simulator.departments import case_report
from tests.end_to_end import content, flow


def _reports() -> list:
    return sorted((each.sent for each in case_report.shipped()), key=lambda each: each.arrived_at)


def _publish_cases(days: int):
    reports = _reports()[:days]
    others = [each for each in flow.city().deliveries if each.name.startswith(("district", "医院_"))]
    flow.send([*reports, *others])
    flow.land()
    flow.set_clock(local(date(2020, 3, 1), 0))
    flow.everything()
    return reports


def test_a_corrected_day_a_month_old_remakes_its_window_and_is_told_as_a_restatement(quiet_lake):
    reports = _publish_cases(32)
    old = next(each for each in reports if "2020-01-24" in each.name)
    was = "浙江省,330000,杭州市,330100,12,"
    assert was.encode() in old.content
    new = old.content.replace(was.encode(), "浙江省,330000,杭州市,330100,14,".encode())
    before = _case_versions()

    flow.send([flow.later(old, local(date(2020, 2, 23), 10), new)])
    flow.land()
    flow.admit()

    # The window of case_day reaches seven days back, so seven later days read the corrected one.
    window = [date(2020, 1, 24) + timedelta(days=n) for n in range(8)]
    assert flow.stale_partitions("conformed.health.case_day") == [
        ("conformed.health.case_day", day.isoformat()) for day in window
    ]

    flow.everything()

    after = _case_versions()
    assert sorted(p for p in after if after[p] != before[p]) == [day.isoformat() for day in window]
    with ledger.connect("publish") as connection:
        told = connection.execute(
            "select period, area, old_value, new_value, delivery_ids from marts.restatement"
            " where code = 'h5_new_case_count' and area = '330100' order by period"
        ).fetchall()
        delivery = connection.execute(
            "select delivery_id from ledger.deliveries where name like '%%2020-01-24%%' order by arrived_at desc"
        ).fetchone()["delivery_id"]
    # 12 became 14 on a day after 6: six new cases become eight; the day after (27) loses the two.
    assert [(row["period"], row["old_value"], row["new_value"]) for row in told] == [
        ("2020-01-24", 6, 8), ("2020-01-25", 15, 13),
    ]  # fmt: skip
    assert all(list(row["delivery_ids"]) == [delivery] for row in told)


def _case_versions() -> dict[str, int]:
    with ledger.connect("conform") as connection:
        rows = connection.execute(
            "select partition, version from ledger.versions where table_id = 'conformed.health.case_day'"
        )
        return {row["partition"]: row["version"] for row in rows}


def test_a_backfill_remakes_what_was_asked_and_changes_nothing(quiet_lake):
    from citylake.ledger.requests import request_backfill

    _publish_cases(5)
    hashes, before = content.table_hashes(), _case_versions()
    with ledger.connect("steward") as connection:
        request_backfill(
            connection, "conformed.health.case_day", "2020-01-21", "2020-01-22", "to see", staged=False
        )

    flow.everything()

    after = _case_versions()
    assert sorted(p for p in after if after[p] != before[p]) == ["2020-01-21", "2020-01-22"]
    assert content.table_hashes() == hashes


_JOIN = """
    select distinct indicators.publication_id as of_indicators, facts.publication_id as of_facts
    from marts.fct_indicator_value as indicators
    inner join marts.fct_case_day as facts on facts._business_date::text = indicators.period
    where indicators.system = 'h5' and indicators.period = '2020-01-24'
"""


def test_readers_joining_two_marts_see_one_publication_at_a_time(quiet_lake):
    from citylake.ledger.requests import request_backfill

    _publish_cases(6)
    stop, reads, mixed, seen = threading.Event(), [0, 0], [], set()

    def read(number: int, isolation: str) -> None:
        import psycopg

        with psycopg.connect(settings.current().postgres_dsn("bi")) as connection:
            while not stop.is_set() or reads[number] < 1000:
                connection.execute(f"set transaction isolation level {isolation}")
                found = connection.execute(_JOIN).fetchall()
                again = connection.execute(_JOIN).fetchall() if isolation == "repeatable read" else found
                connection.commit()
                reads[number] += 1
                if len(found) != 1 or found[0][0] != found[0][1] or again != found:
                    mixed.append((isolation, found, again))
                    return
                seen.add(found[0][0])

    readers = [
        threading.Thread(target=read, args=(n, level))
        for n, level in enumerate(("read committed", "repeatable read"))
    ]
    for reader in readers:
        reader.start()
    try:
        for _ in range(20):
            with ledger.connect("steward") as connection:
                request_backfill(
                    connection, "marts.health", "2020-01-24", "2020-01-24", "again", staged=False
                )
            flow.publish()
    finally:
        stop.set()
        for reader in readers:
            reader.join(60)

    assert not mixed
    assert min(reads) >= 1000
    assert len(seen) >= 20
