"""`make feed name=<department>.<dataset>`: a feed file to begin with, and the folder of its sample."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from citylake.errors import CitylakeError, WrongUse
from citylake.feed import feeds_folder
from citylake.settings import PROJECT

_FEED = """\
title: {{en: {title}, zh: {title}}}
grain: one row per thing and hour
key: [thing_id, measured_at]
partition: {{by: measured_at}}
delivers: additions            # additions | period | everything | {{changes: op_column, delete: D}}
arrival: {{files: '{dataset}_*.csv', every: P1D, deadline: PT12H}}
format: {{kind: csv, encoding: utf-8, timezone: Asia/Shanghai, nulls: [""]}}
columns:
  - {{name: thing_id, from: thing, type: string, required: true}}
  - {{name: measured_at, from: time, type: timestamp, required: true}}
  - {{name: value_count, from: value, type: integer, range: [0, 1000000]}}
rules:
  - {{name: not_from_future, that: "measured_at <= _landed_at", because: nothing is measured in the future}}
"""


def scaffold(feed_id: str) -> Path:
    """Write `feeds/<department>/<dataset>.yml` and make its sample's folder; the path of the file.

    Raises: WrongUse where the name is not one, or the feed is there already.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", feed_id):
        raise WrongUse(
            "that is not the name of a feed",
            found=f"'{feed_id}'",
            expected="<department>.<dataset> in lower case",
            next_step="For example: make feed name=environment.noise_hourly",
        )
    department, _, dataset = feed_id.partition(".")
    path = feeds_folder() / department / f"{dataset}.yml"
    if path.exists():
        raise WrongUse("the feed is there already", where=str(path), next_step="Edit it.")
    path.parent.mkdir(parents=True, exist_ok=True)
    title = dataset.replace("_", " ").capitalize()
    path.write_text(_FEED.format(title=title, dataset=dataset), encoding="utf-8")
    (PROJECT / "tests" / "feeds" / department / dataset).mkdir(parents=True, exist_ok=True)
    return path


def main(words: list[str]) -> int:
    """Run it; the exit code."""
    try:
        path = scaffold(words[0] if words else "")
    except CitylakeError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(f"{path}\nFill it in, put a sample under tests/feeds, then: citylake feed check")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
