"""What a delivery's profile says beside those of its feed's latest deliveries: changes of known kinds, with evidence.

One odd day is no drift: a change is only told where the deliveries before agree with each other and this one does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from citylake.admit.drift.profile import ColumnProfile, Profile
from citylake.feed import Feed

LATEST = 10  # deliveries to compare with
_FEWEST = 3
_SMALL = 5.0  # a factor that weather alone reaches
_ENOUGH = 20  # values in a column before anything is said of it
# What numbers are multiplied by when a department counts in other steps; units have factors of their own.
_STEPS = {
    10000.0: "ten thousandfold, as 万 written out", 0.0001: "a ten thousandth, as 万", 1000.0: "thousandfold",
    0.001: "a thousandth", 100.0: "hundredfold, as a share in percent", 0.01: "a hundredth, as percent in a share",
    10.0: "tenfold", 0.1: "a tenth",
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One change: its kind (a key of `drift:`), the column where it has one, and what a steward can act on."""

    kind: str
    column: str | None
    text: str


def findings(feed: Feed, now: Profile, before: Sequence[Profile]) -> list[Finding]:
    """Every change of the delivery against the latest ones, none where there are too few of them."""
    if len(before) < _FEWEST:
        return []
    found = [*_volume(feed, now, before), *_shifted(now, before)]
    shifted = {finding.kind for finding in found}
    if "shifted" in shifted:  # every other change of a column would only repeat it
        return found
    numeric, coded = _sources(feed, "integer", "double"), _sources(feed, "string")
    for name in feed.source_columns:
        column = now.columns.get(name)
        history = [each.columns[name] for each in before if name in each.columns]
        history = [each for each in history if each.given >= _ENOUGH]
        if column is None or column.given < _ENOUGH or len(history) < _FEWEST:
            continue
        if name in numeric:
            found += _type(name, column, history) or _unit(feed, name, column, history)
        elif name in coded:  # the parts of a time are no codes
            found += _zeros(name, column, history) or _level(name, column, history)
    return found


def _sources(feed: Feed, *types: str) -> set[str]:
    return {source for column in feed.columns if column.type in types for source in column.sources}


def held_for(feed: Feed, found: Sequence[Finding]) -> list[dict]:
    """The findings that hold a delivery by the feed's policy, as reasons."""
    policy = feed.drift.model_dump()
    return [{"kind": each.kind, "text": each.text} for each in found if policy.get(each.kind) == "hold"]


def _volume(feed: Feed, now: Profile, before: Sequence[Profile]) -> list[Finding]:
    usual = median(each.records for each in before)
    factor = feed.drift.volume_factor
    if usual < _ENOUGH or usual / factor <= now.records <= usual * factor:
        return []
    kind = "ballooned" if now.records > usual else "shrunk"
    return [
        Finding(
            kind,
            None,
            f"{now.records:,} records, where the latest {len(before)} deliveries had about {usual:,.0f}",
        )
    ]


def _type(name: str, column: ColumnProfile, history: Sequence[ColumnProfile]) -> list[Finding]:
    if column.numbers >= 0.5 or min(each.numbers for each in history) < 0.95:
        return []
    return [Finding("type_changed", name, f"'{name}': {column.numbers:.0%} of the values are numbers, where"
                    f" {min(each.numbers for each in history):.0%} were: {_some(column)}")]  # fmt: skip


def _unit(feed: Feed, name: str, column: ColumnProfile, history: Sequence[ColumnProfile]) -> list[Finding]:
    before = [each.quartiles for each in history if each.quartiles and each.quartiles[1] > 0]
    if column.quartiles is None or column.quartiles[1] <= 0 or len(before) < _FEWEST:
        return []
    lows, highs = ([pick(each[n] for each in before) for n in range(3)] for pick in (min, max))
    spread = highs[1] / lows[1]
    for (factor, offset), meaning in _moves(feed, name).items():
        size = max(factor, 1 / factor)
        # A factor that lies within what the column does by itself says nothing; a small one needs a longer look.
        if offset == 0 and (size <= spread * spread or (size < _SMALL and len(before) < LATEST)):
            continue
        if offset and lows[1] / 1.3 <= column.quartiles[1] <= highs[1] * 1.3:
            continue
        earlier = [(each - offset) / factor for each in column.quartiles]
        slack = 4 / factor if offset else 0.0  # a day's warmth is no share of its degrees
        if all(0.95 * lows[n] - slack <= earlier[n] <= 1.05 * highs[n] + slack for n in range(3)):
            return [Finding("unit_changed", name, f"'{name}': the median is {column.quartiles[1]:g}, where it was {lows[1]:g} to"
                            f" {highs[1]:g}: {meaning}. Ask the department, and change `from_unit`.")]  # fmt: skip
    return []


def _moves(feed: Feed, name: str) -> dict[tuple[float, float], str]:
    """How the numbers of a source column move with its unit, as (factor, offset) and in words.

    Only units of the same kind count: no department sends a concentration in pounds.
    """
    declared = next((column for column in feed.columns if name in column.sources), None)
    moves: dict[tuple[float, float], str] = {}
    for unit, (factor, offset) in (declared.other_units() if declared else {}).items():
        moves[factor, offset] = f"as if in {unit} and not in {declared and declared.from_unit}"
        # And back: a steward may have accepted the other unit.
        moves.setdefault(
            (1 / factor, -offset / factor), f"as if in {declared and declared.from_unit} and not in {unit}"
        )
    return moves | {(step, 0.0): told for step, told in _STEPS.items() if (step, 0.0) not in moves}


def _zeros(name: str, column: ColumnProfile, history: Sequence[ColumnProfile]) -> list[Finding]:
    usual = min(each.leading_zero for each in history)
    if usual < 0.02 or column.leading_zero > 0 or column.numbers < 0.9:
        return []
    if column.lengths[0] >= min(each.lengths[0] for each in history):
        return []
    return [Finding("lost_leading_zeros", name, f"'{name}': no value begins with 0, where {usual:.0%} did: {_some(column)}."
                    " A spreadsheet takes zeros away: ask for the file as it was.")]  # fmt: skip


def _level(name: str, column: ColumnProfile, history: Sequence[ColumnProfile]) -> list[Finding]:
    """Codes of another length that continue, or are the beginning of, those that came before."""
    before = {each.lengths for each in history}
    same = {lengths[0] for lengths in before} | {lengths[2] for lengths in before}
    if len(same) != 1 or column.lengths[0] != column.lengths[2] or column.lengths[0] in same:
        return []
    known = {value for each in history for value in each.values}
    shorter = min(next(iter(same)), column.lengths[0])
    if not known or not column.values:
        return []
    starts = {value[:shorter] for value in known}
    share = sum(value[:shorter] in starts for value in column.values) / len(column.values)
    if share < 0.5:
        return []
    return [Finding("code_level", name, f"'{name}': codes of {column.lengths[0]} places, as {_some(column)}, where they had"
                    f" {next(iter(same))}: another level of the same list")]  # fmt: skip


def _shifted(now: Profile, before: Sequence[Profile]) -> list[Finding]:
    """Columns whose values are those of their neighbours, while the header stayed."""
    names = [name for name in now.columns if any(name in each.columns for each in before)]
    for step in (1, -1):
        moved = [
            (name, names[n + step])
            for n, name in enumerate(names)
            if 0 <= n + step < len(names)
            and alike(now.columns[name], before[-1].columns.get(names[n + step])) > 0.8
            and alike(now.columns[name], before[-1].columns.get(name)) < 0.2
        ]
        if len(moved) >= 2:
            told = ", ".join(f"'{name}' holds what '{other}' held" for name, other in moved[:3])
            return [Finding("shifted", moved[0][0], f"columns are shifted below an unchanged header: {told}")]
    return []


def alike(one: ColumnProfile, other: ColumnProfile | None) -> float:
    """How alike two columns' contents are, 0 to 1: by their frequent values, else by numbers, else by length."""
    if other is None or not one.given or not other.given:
        return 0.0
    if one.quartiles and other.quartiles and min(one.numbers, other.numbers) > 0.9:
        spans = [
            (each[0], max(each[2], each[0] + abs(each[1]) * 0.05 + 1e-9))
            for each in (one.quartiles, other.quartiles)
        ]
        overlap = min(spans[0][1], spans[1][1]) - max(spans[0][0], spans[1][0])
        return max(0.0, overlap / max(spans[0][1] - spans[0][0], spans[1][1] - spans[1][0]))
    if abs(one.numbers - other.numbers) > 0.5:
        return 0.0
    shared = sum(min(share, other.values.get(value, 0.0)) for value, share in one.values.items())
    return shared if one.values and other.values else float(one.lengths == other.lengths) / 2


def _some(column: ColumnProfile) -> str:
    return ", ".join(f"'{value}'" for value in list(column.values)[:3]) or "(not shown)"
