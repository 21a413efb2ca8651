"""`quality feed <feed>`: what came of a feed's deliveries, in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from citylake.cli import show
from citylake.cli.warned import say_warned, warned_findings

if TYPE_CHECKING:
    from citylake.stewardship.feed_report import Report

_DELIVERIES = (
    show.Field("arrived_at", "arrived (UTC)"),
    show.Field("name", "file"),
    show.Field("status", whole=True),
    show.Field("records_parsed", "records"),
    show.Field("records_admitted", "admitted"),
    show.Field("records_quarantined", "quarantined"),
    show.Field("delivery_id", "delivery", only="wide", whole=True),
)
_FOUND = (
    show.Field("about", whole=True),
    show.Field("what"),
    show.Field("count"),
    show.Field("meaning"),
    show.Field("example"),
    show.Field("next_step"),
)


def feed_quality(
    feed: Annotated[str, typer.Argument(help="The feed, <department>.<dataset>.")],
    delivery: Annotated[str | None, typer.Option("--delivery", help="Of this delivery only.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Of the newest so many deliveries.")] = 30,
    page: Annotated[
        Path | None, typer.Option("--html", help="Write the report as a page to this file, too.")
    ] = None,
    as_json: show.AsJson = False,
) -> None:
    """Report what came of a feed's deliveries: admitted, quarantined and why, missing values, drift, what is held.

    Each rule with what it means, rows that broke it and what to do; then warnings about admitted rows. Values of
    personal columns stay sealed. As JSON: a line for each finding.
    """
    from citylake.clock import wall_now
    from citylake.stewardship.feed_page import feed_page
    from citylake.stewardship.feed_report import report

    found = report(feed, delivery, limit)
    if page:
        page.write_text(feed_page(found, wall_now()), encoding="utf-8")
    if as_json:
        show.rows(_findings(found), _FOUND, as_json)
        return
    _say(found)
    if page:
        show.say(f"Written: {page}")


def _say(found: Report) -> None:
    records = found.records
    show.say(f"{found.feed.feed_id}: {found.feed.title.en}", style="bold")
    days = f", {found.days[2]:,} days, {found.days[0]} to {found.days[1]}" if found.days else ""
    show.say(
        f"  {len(found.deliveries):,} {'delivery' if len(found.deliveries) == 1 else 'deliveries'}{days}"
        f"{'; counts are of the latest, which is all there is' if found.feed.mode == 'everything' else ''}\n"
        f"  {records['parsed']:,} records = {records['admitted']:,} admitted + {records['quarantined']:,} quarantined"
        f" + {records['held']:,} held + {records['erased']:,} erased\n"
    )
    show.rows(found.deliveries[:10], _DELIVERIES, False, title="Deliveries, the newest first")
    for delivery in found.held:
        show.say(f"Held: {delivery['name']}: {delivery['reason']}", style="yellow")
        show.say(
            f"  Correct the feed file, then citylake admit {delivery['delivery_id']}; or citylake quarantine"
            f" release|reject {delivery['delivery_id']} --because …"
        )
    for rule in found.broken:
        show.say(
            f"\n{rule.rule}: {rule.rows:,} {'row' if rule.rows == 1 else 'rows'}. {rule.meaning[:1].upper()}{rule.meaning[1:]}.",
            style="bold",
        )
        for row in rule.examples:
            shown = ", ".join(f"{name} '{value}'" for name, value in row.found.items())
            show.say(f"  {row.name}, record {row.source_row}: {shown}")
        show.say(f"  → {rule.next_step}")
    if not found.broken:
        show.say("No row is in quarantine.", style="green")
    say_warned(found.warned)
    if found.nulls:
        show.say(f"\nMissing by a sentinel: {show.counts(found.nulls)}")
    for change in found.drift:
        show.say(f"Changed: {change}", style="yellow")


def _findings(found: Report) -> list[dict]:
    listed = [{"about": "records", "what": fate, "count": count} for fate, count in found.records.items()]
    listed += [
        {"about": "rule", "what": each.rule, "count": each.rows, "meaning": each.meaning, "next_step": each.next_step,
         "example": "; ".join(f"record {row.source_row} of {row.name}: {row.found}" for row in each.examples[:1])}
        for each in found.broken
    ]  # fmt: skip
    listed += [
        {
            "about": "missing",
            "what": name,
            "count": count,
            "meaning": "values that a sentinel said to be missing",
        }
        for name, count in found.nulls.items()
    ]
    listed += warned_findings(found.warned)
    listed += [{"about": "drift", "what": each} for each in found.drift]
    return listed + [
        {"about": "held", "what": each["delivery_id"], "meaning": each["reason"], "example": each["name"]}
        for each in found.held
    ]
