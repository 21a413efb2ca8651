"""The look of every page for stewards: one HTML file without anything from elsewhere."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

_STYLE = """
body { font: 18px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
body { color: #1a1a1a }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem; border-bottom: 1px solid #ccc }
.failed-critical { background: #fbe3e1 } .failed-warning { background: #fdf1d3 }
.failed-info { background: #e8eef7 }
code { font-size: .85em; overflow-wrap: anywhere }
"""


def page(title: str, parts: Iterable[str]) -> str:
    """A page of that title; the parts are HTML."""
    return "\n".join([
        "<!doctype html>", '<html lang="en"><head><meta charset="utf-8">', f"<title>{html.escape(title)}</title>",
        f"<style>{_STYLE}</style></head><body>", *parts, "</body></html>", "",
    ])  # fmt: skip


def table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of texts; numbers with thousands apart."""
    lines = ["<table>", "<tr>" + "".join(f"<th>{html.escape(each)}</th>" for each in heading) + "</tr>"]
    lines += ["<tr>" + "".join(f"<td>{_cell(each)}</td>" for each in row) + "</tr>" for row in rows]
    return "\n".join([*lines, "</table>"])


def _cell(value: object) -> str:
    return html.escape("" if value is None else f"{value:,}" if isinstance(value, int) else str(value))
