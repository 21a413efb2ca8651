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
    show.Field("feed", only="json"),
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

    An archive, workbook or JSON document of several tables gives a feed file for each.
    """
    from citylake.admit.reading import Unreadable
    from citylake.cli.trials import show_trial
    from citylake.errors import WrongUse
    from citylake.feed import read_feed
    from citylake.scaffold import propose_all

    if not sample.is_file():
        raise WrongUse("there is no such file", where=str(sample))
    department, dataset = _named(name, sample)
    with doing(f"reading {sample.name}"):
        try:
            proposals = propose_all(sample, department, dataset, timezone)
        except Unreadable as error:
            raise WrongUse("the sample cannot be read", where=str(sample), found=f"{error.kind}: {error.detail}",
                           next_step="Write the feed file by hand: docs/how_to/add_a_feed.md") from error  # fmt: skip
    paths = _write(proposals, replace)
    if as_json:
        show.rows([row for proposal in proposals for row in _columns(proposal)], _COLUMNS, as_json)
        return
    for proposal, path in zip(proposals, paths, strict=True):
        _say(proposal)
        show_trial(read_feed(path), sample, as_json=False)
    show.say("\nWritten:", style="bold")
    for path in paths:
        show.say(f"  {path}")
    if len(paths) > 1:
        show.say(f"{len(paths)} tables, a feed each; delete the files of those that nobody wants.")
    show.say(f"Next: answer the questions in it, then citylake feed check {paths[0]} --sample {sample}")


def _named(name: str, sample: Path) -> tuple[str, str]:
    """Department and dataset, the latter from the file's name where none is given. Raises: WrongUse."""
    from citylake.errors import WrongUse
    from citylake.scaffold import dataset_of

    department, _, dataset = name.partition(".")
    dataset = dataset or dataset_of(sample)
    if not all(re.fullmatch(r"[a-z][a-z0-9_]*", part) for part in (department, dataset)):
        raise WrongUse("that is not the name of a feed", found=f"'{name}'", expected="<department>.<dataset> in lower case",
                       next_step="For example: --name environment.noise_hourly")  # fmt: skip
    return department, dataset


def _write(proposals: list[Proposal], replace: bool) -> list[Path]:
    """The feed files, all or none, and the department's where there is none. Raises: WrongUse for one that is there."""
    from citylake.department import feeds_folder, feeds_folders
    from citylake.errors import WrongUse
    from citylake.scaffold.writing import department_file, feed_file

    department = proposals[0].department
    folders = feeds_folders()
    home = next((f for f in folders if (f / department / "_department.yml").exists()), None)
    folder = (home or feeds_folder()) / department
    paths = [folder / f"{proposal.dataset}.yml" for proposal in proposals]
    there = [str(path) for path in paths if path.exists()]
    if there and not replace:
        raise WrongUse("the feed is there already", where=", ".join(there),
                       next_step="Edit it, or give --replace to begin anew, or another --name.")  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    if home is None:
        (folder / "_department.yml").write_text(department_file(department), encoding="utf-8")
        show.note(
            f"{folder / '_department.yml'}: a new department; answer the questions in it. A lake that runs learns of"
            " it by `citylake up`, which makes the department's keys."
        )
    for path, proposal in zip(paths, proposals, strict=True):
        path.write_text(feed_file(proposal), encoding="utf-8")
    return paths


def _columns(proposal: Proposal) -> list[dict]:
    return [
        {"feed": f"{proposal.department}.{proposal.dataset}", "name": c.name,
         "from": c.source if isinstance(c.source, str) else " ".join(c.source), "type": c.type,
         "evidence": "; ".join(c.evidence)}
        for c in proposal.columns
    ]  # fmt: skip


def _say(proposal: Proposal) -> None:
    from citylake.scaffold.writing import REFERENCE

    show.say(f"\n{proposal.department}.{proposal.dataset}", style="bold")
    for key, guess in proposal.form.items():
        show.say(f"{key} {guess.value}: {guess.evidence}")
    show.say(f"key {', '.join(proposal.key)}: {proposal.key_evidence}")
    show.say(
        f"partition {proposal.partition}: the local day of it"
        if proposal.partition
        else f"no partition: {REFERENCE}"
    )
    show.say(f"files {proposal.arrival_files.value}: {proposal.arrival_files.evidence}")
    show.rows(_columns(proposal), _COLUMNS, False)
    if proposal.questions:
        show.say("Questions (they stand in the file too):", style="bold")
        for question in proposal.questions:
            show.say(f"  ? {question}", style="yellow")
