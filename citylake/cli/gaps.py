"""`gaps` and `ledger delays`: what should have come and has not, and how late deliveries come."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer

from citylake.cli import show

_SHOWN_DAYS = 31  # without --from


class Status(StrEnum):
    """What became of a slot: stewardship's words, whose package is too slow to import on the way to the help."""

    missing = "missing"
    held = "held"
    quarantined = "quarantined"
    waiting = "waiting"
    late = "late"
    due = "due"
    came = "came"


_TOLD = (Status.missing, Status.held, Status.quarantined, Status.waiting, Status.late)
_COLOURS = {
    "missing": "bold red",
    "held": "yellow",
    "quarantined": "magenta",
    "waiting": "cyan",
    "late": "blue",
}

_GAPS = (
    show.Field("slot", whole=True),
    show.Field("feed", dotted=True),
    show.Field("department", only="json"),
    show.Field("sender"),
    show.Field("status", whole=True),
    show.Field("expected", only="json"),
    show.Field("came", only="json"),
    show.Field("late", only="json"),
    show.Field("missing_runs", only="json"),
    show.Field("facts", "what came", is_layout=True),
    show.Field("deadline_at", "deadline (UTC)"),
    show.Field("arrived_at", "arrived (UTC)", only="wide"),
    show.Field("delivery_id", "delivery", only="wide", whole=True),
)


def gaps(
    feed: Annotated[str | None, typer.Option("--feed", help="Of this feed only.")] = None,
    department: Annotated[str | None, typer.Option("--department", help="Of this department only.")] = None,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day; 31 days to the last one if none."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="The last day, included; today if none."),
    ] = None,
    status: Annotated[
        list[Status] | None,
        typer.Option(
            "--status",
            help="With this status only; may be given more than once. All but due and came if none.",
        ),
    ] = None,
    fail: Annotated[
        bool, typer.Option("--fail", help="Exit 1 where something is missing, for monitoring.")
    ] = False,
    tell: Annotated[
        bool,
        typer.Option(
            "--tell", help="Tell new and closed gaps once, as maintenance__gaps does, and show nothing else."
        ),
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many lines of the table.")] = 40,
    as_json: show.AsJson = False,
) -> None:
    """Show what should have come and has not: a picture of the last weeks, then what is missing, held or late.

    A slot is a business day; of weekly, monthly and reference feeds the day by which a delivery is expected. It is
    missing when its deadline has passed. Time is the lake's own clock.
    """  # fmt: skip
    from citylake import ledger
    from citylake.errors import WrongUse
    from citylake.ledger.arrivals import clock
    from citylake.stewardship.gaps import gaps as find

    if tell:
        _tell()
        return
    feeds = _feeds(feed, department)
    with ledger.connect("steward") as connection:
        now = clock(connection)
        until = last.date() if last else _latest_day(feeds, now)
        since = first.date() if first else until - timedelta(days=_SHOWN_DAYS - 1)
        if since > until:
            raise WrongUse("the first day is after the last", found=f"{since} to {until}",
                           expected="--from before --to")  # fmt: skip
        found = find(connection, feeds.values(), since, until)
    chosen = [slot for slot in found if slot.status in (status or _TOLD)]
    if as_json:
        show.rows([_row(slot, feeds) for slot in chosen], _GAPS, as_json)
    else:
        _show(found, chosen, feeds, since, until, limit)
    if fail and any(slot.status == Status.missing for slot in found):
        raise typer.Exit(1)


def _feeds(feed: str | None, department: str | None) -> dict:
    """The feeds asked for. Raises: WrongUse that names what exists."""
    from citylake.errors import WrongUse
    from citylake.feed import find_feed, load_feeds

    if feed:
        return {feed: find_feed(feed)}
    known = load_feeds()
    chosen = {name: each for name, each in known.items() if department in (None, each.department)}
    if not chosen:
        raise WrongUse(f"there is no feed of the department '{department}'",
                       expected="one of " + ", ".join(sorted({each.department for each in known.values()})))  # fmt: skip
    return chosen


def _latest_day(feeds: dict, now: datetime | None) -> date:
    """The local day of the feed that is ahead; any day where nothing ever came."""
    from citylake.stewardship.gaps.days import local_day

    return (
        max((local_day(feed, now) for feed in feeds.values()), default=date.min) if now else date(2000, 1, 31)
    )


def _row(slot, feeds: dict) -> dict:
    return {
        "slot": slot.slot, "feed": slot.feed, "department": feeds[slot.feed].department, "sender": slot.sender,
        "status": slot.status.value, "expected": slot.expected, "came": slot.came, "late": slot.late,
        "missing_runs": slot.runs or None, "deadline_at": slot.deadline_at, "arrived_at": slot.arrived_at,
        "delivery_id": slot.delivery,
    }  # fmt: skip


def _show(found: list, chosen: list, feeds: dict, since: date, until: date, limit: int) -> None:
    from rich.text import Text

    from citylake.cli.gap_grid import picture

    if found:
        show.console().print(picture(found, feeds, since, until, show.console().width))
        show.console().print()
    never = sorted(feeds.keys() - {slot.feed for slot in found})
    if never:
        show.say(f"Nothing is expected in these days, or nothing ever came: {', '.join(never)}", style="dim")
    lines = _lines(chosen, feeds)
    for line in lines:
        line["status"] = Text(line["status"], style=_COLOURS.get(line["status"], ""))
    show.rows(lines[:limit], _GAPS, False, nothing="Nothing of that kind in these days.")
    if len(lines) > limit:
        show.say(f"The newest {limit} of {len(lines)} lines; --limit shows more.", style="dim")


def _lines(chosen: list, feeds: dict) -> list[dict]:
    """The slots as lines of a table: the senders of a feed's slot that share their fate are one line."""
    lines: dict[tuple, dict] = {}
    for slot in chosen:
        name = slot.sender or (
            f"{slot.senders} not known yet" if feeds[slot.feed].arrival.senders > 1 else "not known yet"
        )
        is_alone = slot.expected > slot.senders or slot.delivery  # has facts of its own
        key = (slot.slot, slot.feed, slot.status, slot.sender if is_alone else None)
        if key in lines:
            lines[key]["sender"] += f", {name}"
            continue
        lines[key] = _row(slot, feeds) | {"sender": name, "facts": _facts(slot)}
    return list(lines.values())


def _facts(slot) -> str:
    """Of a day of hours or minutes how many came, which did not, and how many were late."""
    if slot.expected <= slot.senders:
        return ""
    parts = [f"{show.text(slot.came)} of {show.text(slot.expected)}"]
    parts += [f"missing {_short(slot.runs)}"] if slot.missing else []
    parts += [f"{show.text(slot.late)} late"] if slot.late else []
    return "; ".join(parts)


def _short(runs: str, most: int = 6) -> str:
    listed = runs.split(", ")
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")


def _tell() -> None:
    from citylake.stewardship.gaps import tell

    told = tell()
    for line in told["lines"]:
        show.say(line)
    show.say(f"{told['told']} told, {told['closed']} closed.", style="dim")


_DELAYS = (
    show.Field("feed", dotted=True),
    show.Field("deliveries", whole=True),
    show.Field("count"),
    *(
        show.Field(f"{name}_shown", name, only=only, whole=True, is_layout=True)
        for name, only in (("p50", None), ("p90", "wide"), ("p95", "wide"), ("p99", None), ("max", "wide"))
    ),
    show.Field("deadline_shown", "deadline", whole=True, is_layout=True),
    *(show.Field(f"{name}_s", only="json") for name in ("p50", "p90", "p95", "p99", "max", "deadline")),
    show.Field("in_time_pct", "in time %"),
    show.Field("hint", only="wide"),
)


def delays(
    feed: Annotated[str | None, typer.Option("--feed", help="Of this feed only.")] = None,
    as_json: show.AsJson = False,
) -> None:
    """Show how long after the end of their slot deliveries came, beside the declared deadline.

    Corrections are counted apart. What came before its slot had ended has a delay below zero. As JSON: in seconds.
    """
    from citylake import ledger
    from citylake.stewardship.gaps.delays import delays as find

    with ledger.connect("steward") as connection:
        found = find(connection, _feeds(feed, None).values())
    listed = [
        {name: getattr(each, name) for name in ("feed", "deliveries", "count", "in_time_pct", "hint")}
        | {f"{name}_s": getattr(each, name).total_seconds() for name in _DURATIONS}
        | {f"{name}_shown": _duration(getattr(each, name)) for name in _DURATIONS}
        for each in found
    ]
    show.rows(listed, _DELAYS, as_json, nothing="No feed has delivered for a slot that was expected.")
    if not as_json and not show.is_wide():
        for each in found:
            if each.hint:
                show.say(f"{each.feed}: {each.hint}.")


_DURATIONS = ("p50", "p90", "p95", "p99", "max", "deadline")


def _duration(value: timedelta) -> str:
    """In the two greatest units: `2 d 3 h`, `3 h 20 min`, `45 s`."""
    seconds = int(abs(value.total_seconds()))
    units = [
        (seconds // 86_400, "d"),
        (seconds // 3_600 % 24, "h"),
        (seconds // 60 % 60, "min"),
        (seconds % 60, "s"),
    ]
    parts = [f"{number} {unit}" for number, unit in units if number][:2]
    return ("-" if value < timedelta(0) else "") + (" ".join(parts) or "0 s")
