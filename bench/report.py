"""The page of figures: what, where, on what, from which commit."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from citylake import settings
from citylake.ledger.runs import code_version

PAGE = settings.PROJECT / "docs" / "reference" / "benchmarks.md"
_HEAD = (
    "# Benchmarks\n\nWritten by `make bench`; never edited."
    " Each figure stands beside a peer on the same work in the same run.\n"
)


@dataclass(frozen=True)
class Section:
    """One measurement: its name, and its figures as Markdown."""

    name: str
    text: str


def table(head: list[str], rows: list[list[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def machine() -> str:
    """Cores, memory, processor and system, in a line."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    return (
        f"{cores} cores ({model.group(1) if model else platform.machine()}), {pages:.0f} GiB, Python"
        f" {platform.python_version()}; load average {load:.1f} at the end"
    )


def write(sections: list[Section]) -> Path:
    """Put the sections into the page; those measured earlier and not now stay as they were."""
    kept = {}
    if PAGE.exists():
        for part in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
            name, _, text = part.partition("\n")
            kept[name] = text.strip()
    stamp = f"Commit {code_version()}, {date.today().isoformat()}; {machine()}."  # noqa: DTZ011
    for section in sections:
        kept[section.name] = f"{stamp}\n\n{section.text}"
    PAGE.write_text(
        _HEAD + "".join(f"\n## {name}\n\n{text}\n" for name, text in sorted(kept.items())), encoding="utf-8"
    )
    return PAGE
