"""`verify`: the lake of a simulated city against the simulator's truth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from citylake.cli import show
from citylake.cli.progress import bar
from citylake.errors import DataFailed

if TYPE_CHECKING:
    from citylake.cli.self_test import Proved
    from citylake.stewardship.verification.answers import Measured

_DIFFERENCES = (
    show.Field("kind", whole=True),
    show.Field("about", dotted=True),
    show.Field("expected"),
    show.Field("found", style="red"),
)
_PRICE = (
    show.Field("code", "indicator", whole=True),
    show.Field("known", "days and areas known"),
    show.Field("happened", "of"),
    show.Field("gap", "mean distance to what happened"),
)
_MEASURED = (
    show.Field("table", dotted=True, whole=True),
    show.Field("column", whole=True),
    show.Field("asked", "rows"),
    show.Field("precision", "right of those given"),
    show.Field("recall", "right of all"),
)
_SHOWN = 40
_MISSED = "not reported"
_PROVED = (
    show.Field("fault"),
    show.Field("file", dotted=True),
    show.Field("old", only="json"),
    show.Field("new", only="json"),
    show.Field("differences"),
    show.Field("told", "first told"),
    show.Field("seconds", only="wide"),
)


def verify(
    seed: Annotated[
        int | None,
        typer.Option(help="Of the simulated city; needed where this lake holds several runs of it."),
    ] = None,
    truth: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder of the truth, where it is not beside the deliveries."),
    ] = None,
    prove: Annotated[
        bool,
        typer.Option(
            "--self-test", help="Break one thing after the other in a lake made for it: is each reported?"
        ),
    ] = False,
    as_json: show.AsJson = False,
) -> None:
    """Compare everything the lake made of a simulated city with what the simulator knows.

    Every delivery's outcome and counts, every planted defect by record, column and reason, every null, every published
    value with numerator, denominator and completeness; and that each indicator is in truth, declarations and lake.
    Compared with the truth of the instant whose deliveries have arrived. Prints how far the best that can be known lies from
    what happened, and how often conform jobs are right about what nobody wrote down (who it was, where somebody got off).
    Exit 1 where something differs. As JSON: the differences.

    With --self-test, this lake is not touched: a small city is made in a lake of its own, twenty-odd things that people get wrong
    are broken one at a time, and exit is 1 where one of them is not reported. Takes about twenty minutes.
    """
    if prove:
        _self_test(1 if seed is None else seed, as_json)
        return
    from citylake.stewardship import verification

    found = verification.verify(truth or verification.truth_folder(seed))
    differences = [vars(each) for each in found.differences]
    if as_json:
        show.rows(differences, _DIFFERENCES, as_json)
    else:
        compared = ", ".join(f"{count:,} {name}" for name, count in found.compared.items())
        show.say(f"Compared as of {found.as_of:%Y-%m-%d %H:%M} UTC: {compared}.")
        show.rows(differences[:_SHOWN], _DIFFERENCES, as_json, nothing="Nothing differs.")
        if len(differences) > _SHOWN:
            show.say(f"… and {len(differences) - _SHOWN:,} more: citylake verify --json")
        show.say("What bad data cost:", style="bold")
        show.rows([_priced(row) for row in found.price], _PRICE, as_json)
        show.say("How often the lake is right about what nobody wrote down:", style="bold")
        show.rows([_rated(each) for each in found.measured], _MEASURED, as_json, nothing="Nothing was asked.")
    if differences:
        raise typer.Exit(1)


def _self_test(seed: int, as_json: bool) -> None:
    from citylake.cli.self_test import self_test
    from citylake.cli.self_test.broken import faults

    chosen, listed = faults(), []
    with bar() as progress:
        task = progress.add_task("self-test", total=len(chosen))
        for proved in self_test(chosen, seed, lambda words: progress.update(task, description=words)):
            listed.append(_row(proved))
            progress.advance(task)
    show.rows(listed, _PROVED, as_json)
    if missed := [row["fault"] for row in listed if row["told"] == _MISSED]:
        raise DataFailed(
            f"{len(missed)} of {len(listed)} faults are not reported", found=", ".join(missed),
            next_step="verify compares too little, or the small city does not show them.",
        )  # fmt: skip
    show.note(f"All {len(listed)} faults are reported.")


def _row(proved: Proved) -> dict:
    fault = proved.fault
    return {
        "fault": fault.name, "file": fault.file, "old": fault.old, "new": fault.new, "differences": proved.differences,
        "told": proved.told or _MISSED, "seconds": round(proved.seconds, 1),
    }  # fmt: skip


def _priced(row: dict) -> dict:
    return row | {"gap": "unknown" if row["gap_pct"] is None else f"{row['gap_pct']:.2f} %"}


def _rated(each: Measured) -> dict:
    rates = {"precision": each.precision_pct, "recall": each.recall_pct}
    return vars(each) | {name: "unknown" if rate is None else f"{rate:.2f} %" for name, rate in rates.items()}
