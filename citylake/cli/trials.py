"""`feed check <yaml> --sample <file>`: what would become of a file, shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from citylake.cli import show
from citylake.cli.progress import doing
from citylake.cli.warned import say_warned, warned_findings
from citylake.feed import ALL, Feed
from citylake.stewardship.quarantine import shown, sources
from citylake.stewardship.wording import drifted, meaning

if TYPE_CHECKING:
    from citylake.admit.trial import Trial

_FOUND = (
    show.Field("about", whole=True),
    show.Field("what"),
    show.Field("count"),
    show.Field("record"),
    show.Field("example"),
    show.Field("meaning"),
    show.Field("next_step"),
)


def show_trial(feed: Feed, sample: Path, as_json: bool) -> None:
    """Try the file and show it. Raises: WrongUse where there is no such file; DataFailed where it would be held."""
    from citylake.admit.trial import try_file
    from citylake.errors import DataFailed, WrongUse

    if not sample.is_file():
        raise WrongUse("there is no such file", where=str(sample))
    if feed.arrival.files and not feed.takes(feed.department, sample.name):
        show.note(f"The inbox would not know '{sample.name}': arrival.files is '{feed.arrival.files}'.")
    with doing(f"trying {sample.name}"):
        trial = try_file(feed, sample.resolve())
    if trial.reasons:
        raise DataFailed(
            f"the file would be held: {trial.reasons[0]['kind']}", where=str(sample),
            found="; ".join(reason["text"] for reason in trial.reasons),
            next_step="Correct the feed file, or ask the department. Its bytes would be kept as they came.",
        )  # fmt: skip
    if as_json:
        show.rows(_findings(feed, trial), _FOUND, as_json)
        return
    _say_counts(feed, sample, trial)
    if trial.first_rows:
        columns = [
            {"column": name, **{f"row_{n}": row[name] for n, row in enumerate(trial.first_rows[:3], start=1)}}
            for name in trial.first_rows[0]
        ]
        show.rows(
            columns,
            [show.Field(name) for name in columns[0]],
            False,
            title="The first admitted rows (times in UTC)",
        )
    _say_broken(feed, trial)
    say_warned(trial.warned)


def _say_counts(feed: Feed, sample: Path, trial: Trial) -> None:
    typed = trial.typed
    show.say(f"{sample.name} as {feed.feed_id}", style="bold")
    show.say(f"  {typed.parsed:,} records: {typed.admitted:,} admitted, {typed.quarantined:,} quarantined")
    days = sorted(day for day in typed.partitions if day != ALL)
    if days:
        show.say(f"  {len(days)} {'day' if len(days) == 1 else 'days'}, {days[0]} to {days[-1]}")
    for name, count in sorted(typed.null_counts.items(), key=lambda item: -item[1]):
        show.say(f"  {name}: {count:,} missing values by a sentinel")
    for kind, what in trial.drift.items():
        show.say(f"  {drifted(kind, what)}", style="yellow")
    local = [column.name for column in feed.columns if column.type == "timestamp"]
    if local and "timezone" not in feed.format.model_fields_set:
        told = f"{', '.join(local)}: times without an offset are read as {feed.format.timezone}; format.timezone says another"
        show.say(f"  {told}", style="yellow")


def _say_broken(feed: Feed, trial: Trial) -> None:
    """Why rows would be quarantined: each rule with its meaning, examples and what to do."""
    if not trial.typed.rule_counts:
        show.say("No row would be quarantined.", style="green")
        return
    show.say("Why rows would be quarantined (records are counted from 1, the header not):", style="bold")
    for rule, rows in sorted(trial.typed.rule_counts.items(), key=lambda item: -item[1]):
        means, next_step = meaning(rule, feed)
        show.say(
            f"\n  {rule}: {rows:,} {'row' if rows == 1 else 'rows'}. {means[:1].upper()}{means[1:]}.",
            style="yellow",
        )
        for example in trial.examples.get(rule, [])[:3]:
            show.say(f"    record {example['record']}: {_shown(feed, rule, example['row'])}")
        show.say(f"    → {next_step}")


def _findings(feed: Feed, trial: Trial) -> list[dict]:
    """A flat line for each thing found, counts first."""
    typed = trial.typed
    listed: list[dict] = [
        {"about": "records", "what": fate, "count": getattr(typed, fate)}
        for fate in ("parsed", "admitted", "quarantined")
    ]
    for rule, rows in typed.rule_counts.items():
        means, next_step = meaning(rule, feed)
        first = next(iter(trial.examples.get(rule, [])), None)
        listed.append({
            "about": "rule", "what": rule, "count": rows, "meaning": means, "next_step": next_step,
            "record": first and first["record"], "example": first and _shown(feed, rule, first["row"]),
        })  # fmt: skip
    listed += [{"about": "missing", "what": name, "count": n} for name, n in typed.null_counts.items() if n]
    listed += warned_findings(trial.warned)
    return listed + [{"about": "drift", "what": drifted(kind, what)} for kind, what in trial.drift.items()]


def _shown(feed: Feed, rule: str, record: str) -> str:
    """Of a record the source columns that the rule is about, sealed where personal; all where it is about the whole."""
    values = {name: shown(value) for name, value in json.loads(record).items()}
    found = {source: values[source] for source in sources([rule], feed) if source in values} or values
    return ", ".join(f"{source} '{value}'" for source, value in found.items())
