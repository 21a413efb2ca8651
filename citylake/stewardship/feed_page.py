"""The report about a feed as a page for people who do not use a terminal."""

from __future__ import annotations

import html
from datetime import datetime

from citylake.stewardship.feed_report import Report
from citylake.stewardship.page import page, table


def feed_page(found: Report, at: datetime) -> str:
    """One HTML file: counts first, then why rows were refused, what is missing, what changed, delivery by delivery."""
    feed, records = found.feed, found.records
    name = f"{feed.title.en} · {feed.title.zh}"
    days = f" Days {found.days[0]} to {found.days[1]}." if found.days else ""
    parts = [
        f"<h1>{html.escape(name)}</h1>",
        f"<p><code>{feed.feed_id}</code>: {html.escape(feed.grain)}. As of {at:%Y-%m-%d %H:%M} UTC,"
        f" {len(found.deliveries)} deliveries.{days}</p>",
        table(["Records", "Admitted", "Quarantined", "Held", "Erased"],
              [[records[fate] for fate in ("parsed", "admitted", "quarantined", "held", "erased")]]),
        "<h2>Why rows are in quarantine</h2>",
    ]  # fmt: skip
    parts += [_broken(found)] if found.broken else ["<p>No row is.</p>"]
    if found.warned:
        parts += ["<h2>Warnings about admitted rows</h2>", _warned(found)]
    if found.held:
        parts += ["<h2>Held: waits for a steward</h2>",
                  table(["Delivery", "File", "Reason"],
                        [[each["delivery_id"], each["name"], each["reason"]] for each in found.held])]  # fmt: skip
    if found.nulls:
        parts += [
            "<h2>Missing by a sentinel</h2>",
            table(["Column", "Values"], [[column, count] for column, count in found.nulls.items()]),
        ]
    if found.drift:
        parts += [
            "<h2>What changed</h2>",
            "<ul>",
            *(f"<li>{html.escape(each)}</li>" for each in found.drift),
            "</ul>",
        ]
    parts += ["<h2>Deliveries</h2>", _deliveries(found)]
    return page(f"Deliveries of {feed.feed_id}", parts)


def _broken(found: Report) -> str:
    rows = []
    for each in found.broken:
        shown = "; ".join(
            f"{row.name} record {row.source_row}: " + ", ".join(f"{k} '{v}'" for k, v in row.found.items())
            for row in each.examples
        )
        rows.append([each.rule, each.rows, each.meaning, shown, each.next_step])
    return table(["Rule", "Rows", "What it means", "Examples", "What to do"], rows)


def _warned(found: Report) -> str:
    rows = []
    for each in found.warned:
        shown = "; ".join(", ".join(f"{k} '{v}'" for k, v in row.items()) for row in each.examples)
        rows.append([each.name, "?" if each.rows is None else each.rows, each.meaning, shown, each.next_step])
    return table(["Warning", "Rows", "What it means", "Examples", "What to do"], rows)


def _deliveries(found: Report) -> str:
    return table(
        ["Arrived (UTC)", "File", "Result", "Records", "Admitted", "Quarantined", "Delivery"],
        [[f"{each['arrived_at']:%Y-%m-%d %H:%M}", each["name"], each["status"], each["records_parsed"],
          each["records_admitted"], each["records_quarantined"], each["delivery_id"]] for each in found.deliveries],
    )  # fmt: skip
