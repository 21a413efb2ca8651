"""`feed list|show|check|diff`: the declarations of what departments deliver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from citylake.cli import show

_LIST = (
    show.Field("feed", whole=True),
    show.Field("title_en", "title", only="wide"),
    show.Field("title_zh", "标题", only="wide"),
    show.Field("delivers", whole=True),
    show.Field("every", whole=True),
    show.Field("senders"),
    show.Field("deadline_after", "deadline", whole=True),
    show.Field("columns"),
    show.Field("rules", only="wide"),
    show.Field("owner", only="wide"),
    show.Field("version", only="json"),
)
_COLUMNS = (
    show.Field("name", "column"),
    show.Field("from", "from"),
    show.Field("type"),
    show.Field("required"),
    show.Field("optional"),
    show.Field("unit"),
    show.Field("allowed"),
    show.Field("privacy"),
)


def list_feeds(as_json: show.AsJson = False) -> None:
    """List the feed files."""
    from citylake.department import load_department
    from citylake.feed import load_feeds

    listed = [
        {
            "feed": feed.feed_id, "title_en": feed.title.en, "title_zh": feed.title.zh, "delivers": feed.mode,
            "every": _duration(feed.arrival.every), "senders": feed.arrival.senders,
            "deadline_after": _duration(feed.arrival.deadline), "columns": len(feed.columns),
            "rules": len(feed.rules), "owner": load_department(feed.department).owner, "version": feed.version,
        }
        for feed in load_feeds().values()
    ]  # fmt: skip
    show.rows(listed, _LIST, as_json, nothing="There is no feed file under feeds/.")


def _duration(value) -> str:
    hours, rest = divmod(int(value.total_seconds()), 3600)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (rest // 60, "min"), (rest % 60, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"


def show_feed(
    feed: Annotated[str, typer.Argument(help="The feed, <department>.<dataset>.")],
    as_json: show.AsJson = False,
) -> None:
    """Show one feed: what it is, its columns, its rules. As JSON: its columns."""
    from citylake.feed import find_feed

    found = find_feed(feed)
    if not as_json:
        _say_facts(found)
    show.rows([_column(column) for column in found.columns], _COLUMNS, as_json)
    for kind, conditions in (("rule", found.rules), ("warning", found.warnings)):
        if conditions and not as_json:
            fields = (show.Field("name", kind), show.Field("that"), show.Field("because"))
            show.rows([each.model_dump() for each in conditions], fields, as_json)


def _say_facts(feed) -> None:
    from citylake.department import load_department

    department = load_department(feed.department)
    facts = {
        "grain": feed.grain,
        "key": ", ".join(feed.key),
        "delivers": feed.mode,
        "partition": f"local day ({feed.day_zone}) of {feed.partition.by}"
        if feed.partition
        else "none: a reference feed",
        "arrival": f"{feed.arrival.told}, every {_duration(feed.arrival.every)}, {feed.arrival.senders} sender(s),"
        f" deadline {_duration(feed.arrival.deadline)} after the day",
        "format": f"{feed.format.kind}, {feed.format.encoding}, {feed.format.timezone}",
        "owner": f"{department.owner} ({department.title.en}), grade {department.grade}, {department.licence}",
        "file": f"feeds/{feed.department}/{feed.dataset}.yml, version {feed.version}",
    }
    show.say(f"{feed.feed_id}: {feed.title.en} · {feed.title.zh}", style="bold")
    for name, fact in facts.items():
        show.say(f"  {name:<10} {fact}")


def _column(column) -> dict:
    allowed = []
    if column.range:
        allowed.append(f"{column.range[0]:g} to {column.range[1]:g}")
    if column.one_of:
        allowed.append("one of " + ", ".join(column.one_of))
    if column.pattern:
        allowed.append(f"like {column.pattern}")
    if column.references:
        allowed.append(f"known in {column.references}")
    privacy = column.privacy
    return {
        "name": column.name, "from": " ".join(column.sources), "type": column.type, "required": column.required,
        "optional": column.optional,
        "unit": column.unit, "allowed": "; ".join(allowed) or None,
        "privacy": f"{privacy.kind}: {privacy.becomes}" if privacy else None,
    }  # fmt: skip


def check_feeds(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Feed files; all, and all tables, if none.")
    ] = None,
    sample: Annotated[
        Path | None,
        typer.Option(
            "--sample", help="A file of the department: show what would become of it. One feed file."
        ),
    ] = None,
    as_json: show.AsJson = False,
) -> None:
    """Check feed files and declarations of conformed tables; print every error of every file, exit 2.

    With --sample, one feed file is also tried on that file, without a running lake: what would be admitted and
    quarantined, with examples and what to do. As JSON: a line for each thing found.

    Questions of `feed new` that nobody has answered yet are counted; they are no error.
    """
    from citylake.errors import Problems, WrongUse
    from citylake.feed import load_feeds, read_feed
    from citylake.table import load_tables

    problems: list = []
    feeds = []
    for path in files or []:
        try:
            if not path.is_file():
                raise Problems([WrongUse("there is no such file", where=str(path))])
            feeds.append(read_feed(path.resolve()))
        except Problems as error:
            problems += error.problems
    if not files:
        for load in (load_feeds, load_tables):
            try:
                load()
            except Problems as error:
                problems += [each for each in error.problems if str(each) not in map(str, problems)]
    problems += problems or _wrong_conditions(feeds)
    if problems:
        raise Problems(problems)
    if sample:
        from citylake.cli.trials import show_trial

        if len(feeds) != 1:
            raise WrongUse("--sample needs one feed file", found=f"{len(feeds)} feed files",
                           next_step="Such as: citylake feed check feeds/health/case_report.yml --sample a.csv")  # fmt: skip
        show_trial(feeds[0], sample, as_json)
    else:
        checked = (
            f"{len(files)} file(s)" if files else f"{len(load_feeds())} feeds and {len(load_tables())} tables"
        )
        show.say(f"{checked}: no error.", style="green")
    _note_questions(files)


def _note_questions(files: list[Path] | None) -> None:
    """Say which of these files, of their departments' and of all where none are given still ask something."""
    from citylake.declaration import shown
    from citylake.department import feeds_folders
    from citylake.scaffold.writing import open_questions

    given = [path.resolve() for path in files or []]
    asked = [*given, *(path.with_name("_department.yml") for path in given)] or [
        path for folder in feeds_folders() for path in sorted(folder.glob("*/*.yml"))
    ]
    for path in dict.fromkeys(asked):
        number = open_questions(path.read_text("utf-8-sig")) if path.is_file() else 0
        if number:
            questions = "1 question is" if number == 1 else f"{number} questions are"
            show.note(f"{shown(path)}: {questions} still open at its top; answer, then delete.")


def _wrong_conditions(feeds: list) -> list:
    """Rules and warnings that cannot be evaluated, of these feeds, or of all where none are given."""
    from citylake.admit.rules import check_rules
    from citylake.errors import Problems
    from citylake.feed import load_feeds
    from citylake.stewardship.warned import check_warnings

    try:
        known = load_feeds()
    except Problems:  # of other files than those asked about: what warnings read of them is not known
        return [problem for feed in feeds for problem in check_rules(feed)]
    return [
        problem
        for feed in feeds or known.values()
        for problem in check_rules(feed) + check_warnings(feed, known | {feed.feed_id: feed})
    ]
