"""Disclosure control: what counts so few persons that it would tell of them is hidden before publication.

One function for every mart and indicator. A rule is declared with the mart (`meta.disclosure`) or the
indicator (`disclosure`); a kind of rule is one entry of `_RULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from citylake.errors import WrongUse
from citylake.indicator import NoRule, Threshold


@dataclass(frozen=True)
class Protected:
    """What a rule is about: a table of the connection, and the rows of it (an SQL condition)."""

    table: str
    columns: tuple[str, ...]
    rule: NoRule | Threshold
    rows: str = "true"


def protect(connection, targets: Iterable[Protected]) -> dict[str, int]:
    """Apply each rule to its rows, in place; returns the number of hidden rows by table.

    Safe to repeat: a hidden row stays hidden. Raises: WrongUse for a rule about columns that are not there.
    """
    hidden: dict[str, int] = {}
    for target in targets:
        count = _RULES[target.rule.rule](connection, target)
        hidden[target.table] = hidden.get(target.table, 0) + count
    return hidden


def _leave(_connection, _target: Protected) -> int:
    return 0  # `rule: none` says why in its `because`


def _suppress_small(connection, target: Protected) -> int:
    """Primary suppression: a count from 1 to least - 1 hides all that would tell it. Zero counts nobody."""
    rule = target.rule
    assert isinstance(rule, Threshold)
    missing = sorted({*rule.counts, *rule.hides} - set(target.columns))
    if missing:
        raise WrongUse(
            "a disclosure rule names columns that are not there", where=target.table,
            found=", ".join(missing), expected="some of " + ", ".join(target.columns),
        )  # fmt: skip
    small = " or ".join(f'("{name}" > 0 and "{name}" < {rule.least})' for name in rule.counts)
    changes = [f'"{name}" = null' for name in dict.fromkeys([*rule.hides, *rule.counts])]
    if "value_status" in target.columns:
        changes.append("value_status = 'hidden'")
    condition = f"({target.rows}) and ({small})"
    count = connection.execute(f"select count(*) from {target.table} where {condition}").fetchone()[0]
    if count:
        connection.execute(f"update {target.table} set {', '.join(changes)} where {condition}")
    return count


_RULES: dict[str, Callable[..., int]] = {"none": _leave, "threshold": _suppress_small}
