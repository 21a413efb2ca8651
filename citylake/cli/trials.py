"""`feed check <yaml> --sample <file>`: what would become of a file, shown."""

from __future__ import annotations

import json
from pathlib import Path

from citylake.cli import show
from citylake.cli.progress import doing
from citylake.feed import ALL, Feed

_RULES = (
    show.Field("rule", whole=True),
    show.Field("rows", whole=True),
    show.Field("record"),
    show.Field("example"),
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
    typed = trial.typed
    lines = [
        {
            "rule": rule,
            "rows": rows,
            "record": example["record"],
            "example": _shown(feed, rule, example["row"]),
        }
        for rule, rows in typed.rule_counts.items()
        for example in trial.examples[rule][:1]
    ]
    if trial.reasons:
        raise DataFailed(
            f"the file would be held: {trial.reasons[0]['kind']}", where=str(sample),
            found="; ".join(reason["text"] for reason in trial.reasons),
            next_step="Correct the feed file, or ask the department. Its bytes would be kept as they came.",
        )  # fmt: skip
    if as_json:
        show.rows(lines, _RULES, as_json)
        return
    show.say(f"{sample.name} as {feed.feed_id}", style="bold")
    show.say(f"  {typed.parsed:,} records: {typed.admitted:,} admitted, {typed.quarantined:,} quarantined")
    if typed.covers or typed.partitions:
        days = sorted(day for day in typed.partitions if day != ALL)
        if days:
            show.say(f"  {len(days)} days, {days[0]} to {days[-1]}")
    for name, count in sorted(typed.null_counts.items(), key=lambda item: -item[1]):
        show.say(f"  {name}: {count:,} missing values by a sentinel")
    for kind, names in trial.drift.items():
        show.say(f"  {kind}: {', '.join(map(str, names))}", style="yellow")
    if trial.first_rows:
        columns = [
            {"column": name, **{f"row_{n}": row[name] for n, row in enumerate(trial.first_rows[:3], start=1)}}
            for name in trial.first_rows[0]
        ]
        show.rows(columns, [show.Field(name) for name in columns[0]], False, title="The first admitted rows")
    if lines:
        show.rows(lines, _RULES, False, title="Why rows would be quarantined, each with one example")
    else:
        show.say("No row would be quarantined.", style="green")


def _shown(feed: Feed, rule: str, record: str) -> str:
    """Of a record the source columns that the rule is about; all of it where the rule is about the whole."""
    name = rule.rpartition(".")[0]
    sources = next((column.sources for column in feed.columns if column.name == name), ())
    values = json.loads(record)
    shown = {source: values[source] for source in sources if source in values} or values
    return ", ".join(f"{source} '{value}'" for source, value in shown.items())
