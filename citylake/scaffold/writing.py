"""A proposal as the text of a feed file: every guess with its evidence behind it, questions on top."""

from __future__ import annotations

import itertools
import re
from typing import Any

import yaml

from citylake.scaffold import Proposal
from citylake.scaffold.guessed import Guessed

REFERENCE = "no column is a date or time that every row has, so it is a reference list: the latest delivery is all there is"
_ASKED = "Answer these questions, then delete them"
_DEPARTMENT = """\
# Made by `citylake feed new`. {asked}; until then nobody answers for these feeds:
# - What is the department called, in English and Chinese (`title`)?
# - Which person or office owns its data, and where are questions sent (`owner`, `contact`)?
# - Under which licence may the data be used, and for which purposes (`licence`, `purposes`)?
# - How sensitive is it, 1 (open) to 4 (strictest), and how long are its bytes kept (`grade`, `retention`)?
title: {{en: {title}, zh: {title}}}
owner: not named yet
contact: not named yet
licence: not decided yet
purposes: [not written yet]
grade: 4            # the strictest, until somebody decides
retention: P1095D   # three years, until somebody decides
"""


def feed_file(proposal: Proposal) -> str:
    """The feed file's text; it validates as it stands."""
    title = proposal.dataset.replace("_", " ").capitalize()
    grain = " and ".join(
        [", ".join(proposal.key[:-1]), proposal.key[-1]] if len(proposal.key) > 1 else proposal.key
    )
    lines = [
        (
            f"# Made by `citylake feed new` from {proposal.rows:,} rows of {proposal.sample}. Behind #"
            " stands what speaks for a guess."
        ),
        f"# {_ASKED}:",
        *(f"# - {question}" for question in _questions(proposal)),
        f"title: {_flow({'en': title, 'zh': title})}",
        f"grain: one row per {grain}",
        f"key: {_flow(proposal.key)}  # {proposal.key_evidence}",
    ]
    if proposal.partition:
        lines.append(f"partition: {_flow({'by': proposal.partition})}")
        lines.append("delivers: additions")
    else:
        lines.append(f"delivers: everything  # {REFERENCE}")
    arrival = {"files": proposal.arrival_files.value} | _cadence(proposal)[0]
    lines += [
        f"arrival: {_flow(arrival)}  # {_plain(proposal.arrival_files.evidence)}",
        "format:",
        *(f"  {key}: {_flow(guess.value)}  # {_plain(guess.evidence)}" for key, guess in _ordered(proposal)),
    ]
    if proposal.unpivot:
        lines.append(f"unpivot: {_flow(proposal.unpivot)}")
    if proposal.ignores:
        lines.append(f"ignores: {_flow(proposal.ignores)}")
    lines += ["columns:", *(_column(column) for column in proposal.columns)]
    return "\n".join(lines) + "\n"


def department_file(department: str) -> str:
    """A `_department.yml` to begin with."""
    return _DEPARTMENT.format(asked=_ASKED, title=department.capitalize())


def open_questions(text: str) -> int:
    """How many of the questions that were written into a feed file or a department's file still stand there."""
    above, asked, below = text.partition(_ASKED)
    if not asked or not above.rpartition("\n")[2].startswith("#"):
        return 0
    following = below.splitlines()[1:]
    return sum(1 for _ in itertools.takewhile(lambda line: line.startswith("# - "), following))


def _questions(proposal: Proposal) -> list[str]:
    asked = [_plain(question) for question in proposal.questions]
    asked.append(
        "Does a later delivery add rows or correct some (`additions`), replace the days it covers"
        " (`period`), or is it all there is (`everything`)?"
    )
    asked.append(
        "How often does a delivery come, and by when (`every`, `deadline`)? The sample does not say;"
        f" {_cadence(proposal)[1]} is assumed."
    )
    return asked


def _cadence(proposal: Proposal) -> tuple[dict[str, str], str]:
    """How often deliveries are expected until somebody says, and the same in words."""
    if proposal.partition:
        return {"every": "P1D", "deadline": "PT12H"}, "once a day, by noon of the next,"
    return {"every": "P30D", "deadline": "P1D"}, "every 30 days, as of a list that seldom changes,"


def _ordered(proposal: Proposal) -> list[tuple[str, Any]]:
    return sorted(proposal.form.items(), key=lambda item: item[0] != "kind")


def _column(column: Guessed) -> str:
    keys = column.keys
    shown: dict[str, Any] = {"name": keys["name"]}
    if column.source != keys["name"]:
        shown["from"] = column.source
    order = ("type", "required", "format", "unit_in_text", "from_unit", "nulls", "privacy")
    shown |= {key: keys[key] for key in order if key in keys}
    return f"  - {_flow(shown)}  # {_plain('; '.join(column.evidence))}"


def _flow(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")


def _plain(text: str) -> str:
    """One line for a comment."""
    return re.sub(r"\s+", " ", text).strip()
