"""The gap grid as a picture: a line per feed or sender, a character per day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

# Letters and not only colours, and plain ones: a Chinese terminal draws squares and dots twice as wide.
MARKS = {
    "came": ("=", "green"),
    "late": ("l", "blue"),
    "due": (".", "dim"),
    "waiting": ("w", "cyan"),
    "quarantined": ("Q", "magenta"),
    "held": ("H", "yellow"),
    "missing": ("X", "bold red"),
}
_LEAST_DAYS = 7  # drawn even where the terminal is too narrow for them


def picture(slots: list, feeds: dict[str, Any], first: date, last: date, width: int):
    """The slots as Rich text, as many of the newest days as there is room for, with a legend."""
    from rich.cells import cell_len, set_cell_size
    from rich.text import Text

    lines = list(_lines(slots, feeds, last))
    room = max(min((last - first).days + 1, width - 24), _LEAST_DAYS)
    label_width = min(max(cell_len(label) for label, _ in lines), max(width - room - 2, 12))
    drawn = [last - timedelta(days=room - 1 - n) for n in range(room)]
    text = Text(no_wrap=True, overflow="crop")
    for head in _heads(drawn):
        text.append(" " * label_width + "  " + head.rstrip() + "\n", style="dim")
    for label, cells in lines:
        text.append(
            set_cell_size(_cut(label, label_width), label_width) + "  ", style="" if cells else "bold"
        )
        for day in drawn:
            mark, style = MARKS.get(cells.get(day, ""), (" ", ""))
            text.append(mark, style=style)
        text.append("\n")
    text.append(" " * label_width + "  ")
    used = {status for _, cells in lines for day, status in cells.items() if drawn[0] <= day}
    for status, (mark, style) in MARKS.items():
        if status in used:
            text.append(mark, style=style)
            text.append(f" {status}  ", style="dim")
    if room < (last - first).days + 1:
        text.append(
            f"\nThe {room} days to {last}: there is no room for those before; --to shows them.", style="dim"
        )
    return text


def _cut(label: str, width: int) -> str:
    """A label that is too long keeps its end, which tells it from the others."""
    from rich.cells import cell_len

    while cell_len(label) > width:
        label = "~" + label[2:]
    return label


def _lines(slots: list, feeds: dict[str, Any], last: date) -> Iterator[tuple[str, dict[date, str]]]:
    """Label and marks by day: one line for a feed of one sender, else a heading and one for each sender."""
    for feed_id in sorted({slot.feed for slot in slots}):
        of_feed = [slot for slot in slots if slot.feed == feed_id]
        if feeds[feed_id].arrival.senders == 1:
            yield feed_id, _cells(of_feed, last)
            continue
        yield feed_id, {}
        for sender in sorted({slot.sender for slot in of_feed}, key=lambda name: (name is None, name)):
            mine = [slot for slot in of_feed if slot.sender == sender]
            yield f"  {sender or 'not known yet'}", _cells(mine, last)


def _cells(slots: list, last: date) -> dict[date, str]:
    """The status of each day. What is awaited by a day that has gone is missing on every day since."""
    from citylake.stewardship.gaps.slot import WORST_FIRST

    cells: dict[date, str] = {}
    for slot in sorted(slots, key=lambda slot: WORST_FIRST[slot.status], reverse=True):
        cells[slot.drawn_on] = slot.status.value
        if slot.is_awaited and slot.status.value == "missing":
            days = range(slot.drawn_on.toordinal(), last.toordinal() + 1)
            cells |= {date.fromordinal(day): "missing" for day in days}
    return cells


def _heads(days: list[date]) -> Iterator[str]:
    """Two lines over the days: the month where it begins, and the day of each Monday."""
    months, mondays = [" "] * len(days), [" "] * len(days)
    for n, day in enumerate(days):
        if (n == 0 or day.day == 1) and not any(each != " " for each in months[max(n - 7, 0) : n + 1]):
            months[n : n + 7] = f"{day:%Y-%m}"[: len(days) - n]
        if day.isoweekday() == 1:
            mondays[n : n + 2] = f"{day:%d}"[: len(days) - n]
    yield "".join(months)
    yield "".join(mondays)
