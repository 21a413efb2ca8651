"""Domains that publish at the same time share their dimensions and end where one after the other ends."""

from __future__ import annotations

from datetime import date, timedelta

from citylake.publish import publish_domain
from tests.integration import conformed_rows as typed
from tests.integration.published import content
from tests.integration.test_publish_killed import _processes

DAYS = [date(2026, 3, 1) + timedelta(days=number) for number in range(3)]
NAMES = [day.isoformat() for day in DAYS]
DOMAINS = ("governance", "environment", "health")


def _write() -> None:
    typed.write("conformed.governance.district", typed.district_rows(), ["all"])
    typed.write_lists_of_services()
    typed.write_hospitals()
    typed.write(
        "conformed.governance.machine_day", [r for day in DAYS for r in typed.machine_days(day)], NAMES
    )
    typed.write("conformed.environment.air_station", typed.stations(), ["all"])
    typed.write(
        "conformed.environment.air_quality_day", [r for day in DAYS for r in typed.air_quality(day)], NAMES
    )
    typed.write("conformed.health.case_day", [row for day in DAYS for row in typed.cases(day, 10, 1)], NAMES)


def test_three_domains_publish_their_first_marts_at_once(lake):
    _write()
    running = [_processes().Process(target=publish_domain, args=(domain,)) for domain in DOMAINS]
    for process in running:
        process.start()
    for process in running:
        process.join()
    assert [process.exitcode for process in running] == [0, 0, 0]
    with lake.superuser() as connection:
        at_once = content(connection)
        lake.empty()
        _write()
        assert [publish_domain(domain)["partitions"] for domain in DOMAINS] == [3, 3, 3]
        assert content(connection) == at_once
