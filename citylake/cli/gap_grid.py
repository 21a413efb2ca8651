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
_Line = tuple[str, dict[date, str]]
_LEAST_DAYS = 7  # drawn even where the terminal is too narrow for them


def picture(slots: list, feeds: dict[str, Any], first: date, last: date, width: int):
    """The slots as Rich text, as many of the newest days as there is room for, with a legend."""
    from rich.cells import cell_len, set_cell_size
    from rich.console import Group
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
    text.right_crop(1)
    return Group(text, _legend(lines, drawn[0]), *_left_out(room, first, last))


def _legend(lines: list[_Line], first: date):
    """What the letters that are drawn mean."""
    from rich.text import Text

    used = {status for _, cells in lines for day, status in cells.items() if first <= day}
    text = Text()
    for status, (mark, style) in MARKS.items():
        if status in used:
            text.append(mark, style=style)
            text.append(f" {status}  ", style="dim")
    return text


def _left_out(room: int, first: date, last: date) -> list:
    from rich.text import Text

    if room >= (last - first).days + 1:
        return []
    return [
        Text(f"These are the {room} days to {last}, as many as there is room for; --to shows others.", "dim")
    ]


def _cut(label: str, width: int) -> str:
    """A label that is too long keeps its end, which tells it from the others."""
    from rich.cells import cell_len

    while cell_len(label) > width:
        label = "~" + label[2:]
    return label


def _lines(slots: list, feeds: dict[str, Any], last: date) -> Iterator[_Line]:
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
        begins_soon = any(each.day == 1 for each in days[1:9])
        if day.day == 1 or (n == 0 and not begins_soon):
            months[n : n + 7] = f"{day:%Y-%m}"[: len(days) - n]
        if day.isoweekday() == 1:
            mondays[n : n + 2] = f"{day:%d}"[: len(days) - n]
    yield "".join(months)
    yield "".join(mondays)
