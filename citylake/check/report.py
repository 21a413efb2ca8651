"""The steward's page about one run's checks: one HTML file without anything from elsewhere."""

from __future__ import annotations

import html
from collections.abc import Iterable
from datetime import datetime

from citylake.check.evaluation import Result
from citylake.stewardship.page import page as html_page


def page(domain: str, publication_id: str, at: datetime, results: Iterable[Result]) -> str:
    """The page as text: failed checks of each table first, each with its description."""
    results = list(results)
    failed = [item for item in results if not item.success]
    verdict = "refused" if any(item.severity == "critical" for item in failed) else "passed"
    parts = [
        f"<h1>Quality of {html.escape(domain)}: {verdict}</h1>",
        f"<p>Publication {publication_id}, {at:%Y-%m-%d %H:%M} UTC.",
        f"{len(results)} checks, {len(failed)} failed.</p>",
    ]  # fmt: skip
    for table in dict.fromkeys(item.table for item in results):
        chosen = sorted((item for item in results if item.table == table), key=lambda item: item.success)
        parts += [f"<h2>{html.escape(table)}</h2><table>",
                  "<tr><th>Result</th><th>Severity</th><th>Check</th><th>Observed</th></tr>",
                  *map(_row, chosen), "</table>"]  # fmt: skip
    return html_page(f"Quality of {domain}, {publication_id}", parts)


def _row(item: Result) -> str:
    kind = "" if item.success else f' class="failed-{item.severity}"'
    observed = ", ".join(
        f"{name.replace('_', ' ')} {_number(value)}" for name, value in item.observed.items()
    )
    return (
        f"<tr{kind}><td>{'✓ passed' if item.success else '✗ failed'}</td><td>{item.severity}</td>"
        f"<td>{html.escape(item.description)}<br><code>{html.escape(item.expected)}</code></td>"
        f"<td>{html.escape(observed)}</td></tr>"
    )


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
