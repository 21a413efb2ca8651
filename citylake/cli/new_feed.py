"""`feed new <file>`: a feed file from an unknown sample."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from citylake.cli import show
from citylake.cli.progress import doing

if TYPE_CHECKING:
    from citylake.scaffold import Proposal

_COLUMNS = (
    show.Field("name", "column"),
    show.Field("from", "from"),
    show.Field("type"),
    show.Field("evidence"),
)


def new_feed(
    sample: Annotated[Path, typer.Argument(help="A file as the department sends it; it may be compressed.")],
    name: Annotated[
        str,
        typer.Option(
            "--name", help="<department>.<dataset>, or the department alone: the file's name says the rest."
        ),
    ],
    timezone: Annotated[
        str | None,
        typer.Option("--timezone", help="Where times without an offset are local, such as Europe/Berlin."),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over a feed file that is there.")] = False,
    as_json: show.AsJson = False,
) -> None:
    """Write a feed file from a sample, say what speaks for each guess, ask what the sample does not tell, and try it.

    Reads encoding, delimiter, titles, header, footer, types, keys, missing values, time formats, units in headers, and
    what looks like persons. Needs no running lake. The file is valid as it stands; the questions stand on top of it.
    """
    from citylake.admit.reading import Unreadable
    from citylake.cli.trials import show_trial
    from citylake.errors import WrongUse
    from citylake.feed import feeds_folder, read_feed
    from citylake.scaffold import dataset_of, propose
    from citylake.scaffold.writing import department_file, feed_file

    if not sample.is_file():
        raise WrongUse("there is no such file", where=str(sample))
    department, _, dataset = name.partition(".")
    dataset = dataset or dataset_of(sample)
    if not all(re.fullmatch(r"[a-z][a-z0-9_]*", part) for part in (department, dataset)):
        raise WrongUse("that is not the name of a feed", found=f"'{name}'", expected="<department>.<dataset> in lower case",
                       next_step="For example: --name environment.noise_hourly")  # fmt: skip
    path = feeds_folder() / department / f"{dataset}.yml"
    if path.exists() and not replace:
        raise WrongUse(
            "the feed is there already",
            where=str(path),
            next_step="Edit it, or give --replace to begin anew.",
        )
    with doing(f"reading {sample.name}"):
        try:
            proposal = propose(sample, department, dataset, timezone)
        except Unreadable as error:
            raise WrongUse("the sample cannot be read", where=str(sample), found=f"{error.kind}: {error.detail}",
                           next_step="Write the feed file by hand: docs/how_to/add_a_feed.md") from error  # fmt: skip
    _write(path, department_file(department), feed_file(proposal))
    _say(proposal, as_json)
    if not as_json:
        show_trial(read_feed(path), sample, as_json=False)
        show.say(
            f"\n{path}\nNext: answer the questions in it, then citylake feed check {path} --sample {sample}"
        )


def _write(path: Path, department: str, feed: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.parent / "_department.yml"
    if not own.exists():
        own.write_text(department, encoding="utf-8")
        show.note(f"{own}: a new department; say who answers for it.")
    path.write_text(feed, encoding="utf-8")


def _say(proposal: Proposal, as_json: bool) -> None:
    columns = [
        {"name": c.name, "from": c.source if isinstance(c.source, str) else " ".join(c.source), "type": c.type,
         "evidence": "; ".join(c.evidence)}
        for c in proposal.columns
    ]  # fmt: skip
    if as_json:
        show.rows(columns, _COLUMNS, as_json)
        return
    for key, guess in proposal.form.items():
        show.say(f"{key} {guess.value}: {guess.evidence}")
    show.say(f"key {', '.join(proposal.key)}: {proposal.key_evidence}")
    show.rows(columns, _COLUMNS, False)
    if proposal.questions:
        show.say("Questions (they stand in the file too):", style="bold")
        for question in proposal.questions:
            show.say(f"  ? {question}", style="yellow")
