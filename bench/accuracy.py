"""What bad data cost the indicators of a simulated city, and how often the lake is right about what nobody wrote down."""

from __future__ import annotations

from bench.report import Section, table
from citylake.errors import DataFailed


def measure(asked) -> Section:  # noqa: ARG001
    """Compare the running lake (`make run` first) with the truth of its city, which it must equal.

    Raises: DataFailed where it differs.
    """
    from citylake.stewardship import verification

    folder = verification.truth_folder()
    found = verification.verify(folder)
    if found.differences:
        raise DataFailed(
            "a lake that differs from the truth tells nothing about bad data", where=str(folder),
            found=f"{len(found.differences)} differences", next_step="Look at them: citylake verify",
        )  # fmt: skip
    compared = ", ".join(f"{count:,} {name}" for name, count in found.compared.items())
    prices = [
        [f"`{row['code']}`", row["known"], row["happened"], _pct(row["gap_pct"])] for row in found.price
    ]
    guesses = [
        [f"`{each.table}`", f"`{each.column}`", f"{each.asked:,}", _pct(each.precision_pct), _pct(each.recall_pct)]
        for each in found.measured
    ]  # fmt: skip
    return Section(
        "What bad data cost",
        f"The city {folder.parent.name} (seed, days, scale): {compared}; nothing differs from the best that can be known."
        " Beside it stands what happened, which the lake cannot know: the mean distance of daily values of all areas,"
        " relative to what happened.\n\n"
        + table(["indicator", "days and areas known", "of", "mean distance to what happened"], prices)
        + "\n\nWhat nobody wrote down is inferred; the peer is the simulator, which knows.\n\n"
        + table(["table", "column", "rows", "precision", "recall"], guesses),
    )


def _pct(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.2f} %"
