"""Lists a steward reads: deliveries, quarantined rows, checks, indicators."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from citylake.cli import show

Limit = Annotated[int, typer.Option("--limit", min=1, help="At most so many.")]


class Status(StrEnum):
    """What became of a delivery."""

    waiting = "waiting"
    admitted = "admitted"
    held = "held"
    repeated = "repeated"
    unknown = "unknown"


_DELIVERIES = (
    show.Field("delivery_id", "delivery", whole=True),
    show.Field("feed_id", "feed", only="wide", dotted=True),
    show.Field("sender", only="wide"),
    show.Field("name", "file"),
    show.Field("arrived_at", "arrived (UTC)", only="wide"),
    show.Field("status", whole=True),
    show.Field("size_bytes", "bytes", only="json"),
    show.Field("records_parsed", "parsed"),
    show.Field("records_admitted", "admitted", only="wide"),
    show.Field("records_quarantined", "quarantined"),
    show.Field("records_held", "held", only="wide"),
    show.Field("records_erased", "erased", only="json"),
    show.Field("rules", "rules broken", only="wide"),
    show.Field("reasons", "why held", only="json"),
    show.Field("repeats", only="json"),
    show.Field("landing_uri", only="json"),
    show.Field("sha256", only="json"),
)


def deliveries(
    feed: Annotated[str | None, typer.Option("--feed", help="Of this feed only.")] = None,
    status: Annotated[Status | None, typer.Option("--status", help="With this outcome only.")] = None,
    limit: Limit = 100,
    as_json: show.AsJson = False,
) -> None:
    """List deliveries and what became of them, newest arrival first."""
    from citylake import ledger
    from citylake.ledger.listings import list_deliveries

    with ledger.connect("steward") as connection:
        found = list_deliveries(connection, feed_id=feed, status=status and status.value, limit=limit)
    for row in found:
        row["rules"] = show.counts(row["rule_counts"])
        row["reasons"] = "; ".join(reason["text"] for reason in row["reasons"])
    if as_json:
        show.rows(found, _DELIVERIES, as_json)
        return
    inbox = _in_inbox(feed) if status in (None, Status.waiting) else 0
    nothing = (
        "No such delivery." if inbox is not None else "No such delivery yet; landing takes some seconds."
    )
    show.rows(found, _DELIVERIES, as_json, nothing=nothing)
    if any(row["status"] == "repeated" for row in found):
        show.say(
            "repeated: the same bytes again from the same sender; nothing is admitted twice.", style="dim"
        )
    if inbox:
        still = "1 file still stands" if inbox == 1 else f"{inbox:,} files still stand"
        show.say(f"{still} in the inbox; landing takes some seconds.", style="yellow")
    for row in found:
        if row["status"] == "held":
            show.say(f"{row['delivery_id']} {row['name']}: held, {row['reasons']}\n")
    if len(found) == limit:
        show.say(f"The newest {limit}; --limit shows more.", style="dim")


def _in_inbox(feed_id: str | None) -> int | None:
    """How many objects, of the feed or of all, are not landed yet; None where that cannot be seen from here."""
    from botocore.exceptions import ClientError

    from citylake import lake
    from citylake.errors import CitylakeError
    from citylake.feed import load_feeds

    try:
        keys = [item["Key"] for item in lake.list_objects("land", lake.INBOX)]
        feed = load_feeds().get(feed_id) if feed_id else None
    except (CitylakeError, ClientError):
        return None  # a steward elsewhere need not have the keys of landing
    if feed_id is None:
        return len(keys)
    return sum(1 for key in keys if feed and feed.takes(key.partition("/")[0], key.rpartition("/")[2]))


_QUARANTINED = (
    show.Field("delivery_id", only="json"),
    show.Field("feed_id", only="json"),
    show.Field("name", only="json"),
    show.Field("source_row", "record"),
    show.Field("rules", "rules broken", style="yellow"),
    show.Field("shown", "found", is_layout=True),
    show.Field("whole", "the whole record", only="wide", is_layout=True),
    show.Field("found", only="json"),
    show.Field("record", only="json"),
    show.Field("differs", only="json"),
)


def quarantine(
    feed: Annotated[str | None, typer.Option("--feed", help="Of this feed only.")] = None,
    delivery: Annotated[str | None, typer.Option("--delivery", help="Of this delivery only.")] = None,
    rule: Annotated[
        str | None, typer.Option("--rule", help="That broke this rule, as it is printed.")
    ] = None,
    limit: Limit = 100,
    as_json: show.AsJson = False,
) -> None:
    """List quarantined rows with every rule they broke, newest delivery first.

    Records are numbered as in the file, the header not counted. Values of personal columns stay sealed. Of
    rows with the same key and other values (`key_conflict`) it shows where they differ.
    """
    from citylake.stewardship.quarantine import quarantined

    found = quarantined(feed_id=feed, delivery_id=delivery, rule=rule, limit=limit)
    listed = [_quarantined(row) for row in found]
    if as_json or not listed:
        show.rows(listed, _QUARANTINED, as_json, nothing="Nothing is in quarantine.")
        return
    for delivery_id in dict.fromkeys(row["delivery_id"] for row in listed):
        of_delivery = [row for row in listed if row["delivery_id"] == delivery_id]
        first = of_delivery[0]
        show.rows(
            of_delivery, _QUARANTINED, as_json, title=f"{first['feed_id']} · {first['name']} · {delivery_id}"
        )
    if len(listed) == limit:
        show.say(f"The newest {limit}; --limit shows more.", style="dim")


def _quarantined(row) -> dict:
    """A quarantined row: as a reader likes it, and as JSON text for programs."""
    import json

    texts = {key: json.dumps(getattr(row, key), ensure_ascii=False) for key in ("found", "record", "differs")}
    differs = "; ".join(f"{name}: {' | '.join(values)}" for name, values in row.differs.items())
    found = f"{_pairs(row.found)}, differs in {differs}" if differs else _pairs(row.found)
    pairs = {"shown": found, "whole": _pairs(row.record)}
    return vars(row) | {"rules": ", ".join(row.rules)} | texts | pairs


def _pairs(record: dict) -> str:
    return ", ".join(f"{name}={value}" for name, value in record.items())


_CHECKS = (
    show.Field("subject", "domain", only="wide"),
    show.Field("table_name", "table", whole=True, only="wide"),
    show.Field("description", "check"),
    show.Field("severity", whole=True),
    show.Field("result", whole=True),
    show.Field("found", "not as expected", whole=True),
    show.Field("element_count", only="json"),
    show.Field("unexpected_count", only="json"),
    show.Field("checked_at", "checked (UTC)", only="wide"),
    show.Field("check_id", only="json"),
    show.Field("report_uri", only="json"),
    show.Field("run_id", only="json"),
)


def quality(
    domain: Annotated[str | None, typer.Option("--domain", help="Of this domain only.")] = None,
    as_json: show.AsJson = False,
) -> None:
    """Show how the tables' checks came out in each domain's latest run, those that failed first."""
    from citylake import ledger
    from citylake.stewardship.quality import latest_checks

    with ledger.connect("steward") as connection:
        found = latest_checks(connection, domain)
    for row in found:
        row["result"] = "passed" if row["success"] else "failed"
        row["found"] = _observed(row["observed"])
        row |= {key: row["observed"].get(key) for key in ("element_count", "unexpected_count")}
    if as_json or show.is_wide() or not found:
        show.rows(found, _CHECKS, as_json, nothing="No check has run yet.")
    else:
        for name in dict.fromkeys(row["table_name"] for row in found):
            show.rows([row for row in found if row["table_name"] == name], _CHECKS, as_json, title=name)
    failed = sum(1 for row in found if not row["success"])
    if found and not as_json:
        show.say(f"{len(found)} checks, {failed} failed.", style="red" if failed else "green")


def _observed(observed: dict) -> str:
    """What a check saw, as one would say it: how many rows were not as expected, or the value."""
    if "unexpected_count" in observed:
        return f"{show.text(observed['unexpected_count'])} of {show.text(observed.get('element_count'))} rows"
    if "observed_value" in observed:
        return show.text(observed["observed_value"])
    return _pairs(observed)


_INDICATORS = (
    show.Field("code", "indicator"),
    show.Field("name_en", "name", only="wide"),
    show.Field("name_zh", "名称", only="wide"),
    show.Field("period_type", only="json"),
    show.Field("period", whole=True),
    show.Field("area_type", only="json"),
    show.Field("area"),
    show.Field("vintage", only="json"),
    show.Field("group_type", only="json"),
    show.Field("group", only="json"),
    show.Field("value"),
    show.Field("unit"),
    show.Field("numerator", only="wide"),
    show.Field("denominator", only="wide"),
    show.Field("completeness", "complete %"),
    show.Field("value_status", "status"),
    show.Field("publication_id", only="json"),
)


def indicators(
    code: Annotated[str | None, typer.Option("--code", help="This indicator only.")] = None,
    period: Annotated[
        str | None, typer.Option("--period", help="2026-03-01, 2026-03 or 2026; the latest if none.")
    ] = None,
    area: Annotated[
        str | None, typer.Option("--area", help="A code, or a type such as district; the city if none.")
    ] = None,
    as_json: show.AsJson = False,
) -> None:
    """Show published indicator values with their units: the latest day, month and year of the city."""
    from citylake import ledger
    from citylake.catalog.published import latest_values

    with ledger.connect("bi") as connection:
        found = latest_values(connection, code=code, period=period, area=area)
    show.rows(found, _INDICATORS, as_json, nothing="No such value is published.")
