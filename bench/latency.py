"""Object PUT complete in the inbox → row visible to a SQL reader, through Airflow, beside the verbs called by hand."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace

from bench.report import Section, table

SEED = 1


def measure(asked) -> Section:
    """Corrected station-days dropped 5 s apart into a running lake (`make run` first); then the same, verb by verb."""
    from citylake import settings

    by_airflow = [_one(n, by_hand=False) for n in range(asked.drops)]
    peers = max(5, asked.drops // 4)
    by_hand = [_one(asked.drops + n, by_hand=True) for n in range(peers)]
    rows = [_row("through Airflow", by_airflow), _row("verbs in one warm process, Airflow racing", by_hand)]
    return Section(
        "Inbox to published",
        f"{asked.drops} corrected station-days (24 rows each, seed {SEED}) PUT into the inbox of the lake"
        f" '{settings.current().city}', each 5 s after the one before was visible: seconds from the end of the PUT"
        " until `marts.fct_air_quality_day` shows the new value to a reader. The peer calls land, admit, conform and"
        " publish itself.\n\n" + table(["what", "median s", "p95 s", "slowest s", "drops"], rows),
    )


def _row(name: str, seconds: list[float]) -> list[object]:
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return [name, f"{statistics.median(ordered):.1f}", f"{p95:.1f}", f"{ordered[-1]:.1f}", len(ordered)]


def _one(number: int, *, by_hand: bool) -> float:
    from datetime import timedelta

    from citylake import lake
    from simulator.city import simulate
    from simulator.scenario import read

    delivery = next(
        each
        for each in simulate(SEED, read(), 1).deliveries
        if each.name.startswith("PRSA_Data_") and each.content
    )
    wanted = 100.0 + number % 97 + time.time() % 1
    content = _with_pm25(delivery.content, wanted)
    again = replace(delivery, content=content, sequence=1000 + number,
                    arrived_at=delivery.arrived_at + timedelta(days=30, seconds=time.time() % 1e6))  # fmt: skip
    time.sleep(5)
    lake.s3(f"department-{again.department}").put_object(
        Bucket=lake.INBOX, Key=again.key, Body=content,
        Metadata={"sender": again.sender, "arrived-at": again.arrived_at.isoformat()},
    )  # fmt: skip
    begun = time.monotonic()
    if by_hand:
        _by_hand()
    while not _visible(again.sender, wanted):
        if time.monotonic() - begun > 300:
            raise SystemExit(
                "a drop did not become visible within 300 s; see `citylake status` and `citylake stale`"
            )
        time.sleep(0.05)
    return time.monotonic() - begun


def _by_hand() -> None:
    from citylake.admit import admit_waiting
    from citylake.conform import conform
    from citylake.land import land
    from citylake.publish import publish_domain

    land()
    for feed in ("environment.air_quality_hourly", "environment.weather_hourly"):
        admit_waiting(feed)
    conform("conformed.environment.air_quality_day")
    publish_domain("environment")


def _with_pm25(content: bytes, value: float) -> bytes:
    """The file with the same PM2.5 in every record, so that the day's mean is that value."""
    head, *records = content.decode().splitlines()
    changed = []
    for record in records:
        fields = record.split(",")
        if len(fields) == 18:
            fields[5] = f"{value:.3f}"
        changed.append(",".join(fields))
    return "\n".join([head, *changed, ""]).encode()


def _visible(station: str, value: float) -> bool:
    import psycopg

    from citylake import settings

    with psycopg.connect(settings.current().postgres_dsn("bi")) as connection:
        found = connection.execute(
            "select 1 from marts.fct_air_quality_day where station_name = %s and abs(pm25_mean_ugm3 - %s) < 0.01",
            (station, value),
        ).fetchone()
    return found is not None
