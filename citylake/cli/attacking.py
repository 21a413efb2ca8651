"""`privacy attack`: whether small numbers of persons can be told from all that is published together."""

from __future__ import annotations

from citylake.cli import show
from citylake.cli.progress import bar
from citylake.errors import DataFailed

_FIELDS = (
    show.Field("domain"),
    show.Field("publication", only="wide"),
    show.Field("about", dotted=True, whole=True),
    show.Field("least"),
    show.Field("most"),
)
_SHOWN = 40


def attack(as_json: show.AsJson = False) -> None:
    """Try to work out hidden numbers of persons from everything published: every mart, every version of every value.

    Between what a hidden number must lie follows from all the sums it is in, by linear programming. Prints the numbers
    from 1 to 9 of which more can be told than that; exit 1 where there is one.
    """
    from citylake import ledger
    from citylake.build.project import domains
    from citylake.privacy import attack as attacking
    from citylake.publish import statements

    recovered: dict[tuple[str, str], dict] = {}
    said = hidden = versions = 0
    with ledger.connect("steward") as connection, bar() as progress:
        task = progress.add_task("attacking what is published", total=len(domains()))
        for domain in domains():
            parts = statements.parts_of(domain)
            for publication, told in statements.versions(connection, domain):
                versions, said = versions + 1, max(said, len(told))
                hidden = max(hidden, sum(each.persons is None for each in told))
                for each in attacking.attack(told, parts):
                    row = {"domain": domain, "publication": publication} | vars(each)
                    recovered.setdefault((domain, each.about), row)
            progress.advance(task)
    rows = list(recovered.values())
    if as_json:
        show.rows(rows, _FIELDS, as_json)
    elif rows:
        show.rows(rows[:_SHOWN], _FIELDS, as_json, title="More is told of these than that they are small")
    if rows:
        raise DataFailed(
            f"{len(rows)} small numbers of persons can be told from what is published", found=rows[0]["about"],
            expected="none",
            next_step="See which table shows more than it should: its disclosure rule names whom its columns count.",
        )  # fmt: skip
    if not as_json:
        show.say(
            f"Nothing was recovered: {versions:,} publications; up to {said:,} numbers of persons, up to {hidden:,} hidden.",
            style="green",
        )
