"""What makes a row of a sample one of its kind, and by which day rows belong together."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from citylake.scaffold.guess import Findings, share, some
from citylake.scaffold.guessed import Guessed
from citylake.scaffold.numbers import MOSTLY_NUMBERS
from citylake.scaffold.persons import BIRTH

_MOST_TRIED = 12
_NEARLY = 0.98  # repeated deliveries of a row are a defect that the key is to find
_CALLED_KEY = {
    "id",
    "code",
    "key",
    "uuid",
    "guid",
    "identifier",
    "individual",
    "objectid",
    "fid",
    "ident",
    "vin",
    "imo",
    "mmsi",
}
_COUNTED = {
    "year",
    "month",
    "day",
    "hour",
    "quarter",
    "week",
    "number",
    "nr",
    "no",
    "seq",
    "sequence",
    "line",
    "vintage",
}


_PLACES = re.compile(
    r"station|stop|site|sensor|device|meter|origin|place|lot|line|region|district|area|站|点|设备|区|측정소|street|lane|camera",
    re.IGNORECASE,
)
_EDITED = re.compile(r"updat|modif|edited|changed|更新|修改", re.IGNORECASE)


def guess_key(columns: Sequence[Guessed], found: Findings) -> tuple[list[str], str]:
    """The fewest columns that tell (nearly) all rows apart, and the evidence. Measured values are no key."""
    rows = len(columns[0].texts)
    telling = [c for c in columns if _may_be_key(c) and not _is_measured(c)]
    numbers = [c for c in columns if _may_be_key(c)]
    best: tuple[int, list[Guessed]] = (0, [])
    # First what is filled everywhere; levels in one table (country, province, city) leave columns of a key empty.
    for able, most in (([c for c in telling if _is_filled(c)], 3), (telling, 4), (numbers, 3)):
        for chosen, different in _tried(able, most, rows):
            if different == rows:
                chosen = _beside_time(chosen, able, found)
                if any(_is_measured(column) for column in chosen):
                    _ask_measured(chosen, found)
                return _told(chosen, columns, f"tell all {rows:,} rows of the sample apart")
            if different > best[0] + 0.01 * rows:
                best = (different, chosen)
        if best[0] >= _NEARLY * rows:
            told = share(best[0], rows)
            names = ", ".join(column.name for column in best[1])
            found.ask(
                f"{names} tell {told} of the rows apart; the others repeat one and would be quarantined as"
                " duplicates. Are they?"
            )
            return _told(best[1], columns, f"tell {told} of {rows:,} rows apart")
    return _whole_row(columns, best, rows, found)


def _beside_time(chosen: list[Guessed], able: Sequence[Guessed], found: Findings) -> list[Guessed]:
    """A time alone is a key only while one place reports; where a column names the place it belongs to the key."""
    if len(chosen) != 1 or chosen[0].type not in ("date", "timestamp"):
        return chosen
    texts = [
        c
        for c in able
        if c.type == "string" and _is_filled(c) and len(set(c.texts)) <= max(len(c.texts) / 2, 1)
    ]
    places = [c for c in texts if _PLACES.search(str(c.source))]
    if places or not texts:
        return [*places[:1], *chosen]
    found.ask(
        f"What makes a row one of its kind? {chosen[0].name} alone tells the sample's rows apart. Will rows with another"
        f" {some([c.name for c in texts], 3)} have the same time? Then add it to `key`."
    )
    return chosen


def _ask_measured(chosen: Sequence[Guessed], found: Findings) -> None:
    found.ask(
        f"What makes a row one of its kind? {', '.join(c.name for c in chosen)} tell the sample's rows apart, maybe by"
        " chance: they look like measured values."
    )


def _whole_row(
    columns: Sequence[Guessed], best: tuple[int, list[Guessed]], rows: int, found: Findings
) -> tuple[list[str], str]:
    """No key was found: a row counts as itself, and only an exact repeat of it as a duplicate."""
    counters = [
        c for c in columns if c.type == "integer" and _counts_rows(c.texts) and "privacy" not in c.keys
    ]
    kept = [column for column in columns if column.keys.get("privacy", {}).get("as") != "drop"]
    told = f"{', '.join(c.name for c in best[1]) or 'no column'} tell(s) only {share(best[0], rows)} of {rows:,} rows apart"
    if counters:
        found.ask(
            f"What makes a row one of its kind? {told}; {counters[0].name} counts the file's rows and is taken."
        )
        return _told(counters[:1], columns, f"counts the rows of the file; {told}")
    if not kept:
        kept = [columns[0]]
        kept[0].keys["privacy"] |= {"as": "pseudonym(person)"}
    found.ask(
        f"What makes a row one of its kind? {told}. Until somebody says, the whole row is the key: only an exact"
        " repeat is quarantined, as a duplicate."
    )
    return [column.name for column in kept], f"the whole row; {told}"


def _tried(able: Sequence[Guessed], most: int, rows: int) -> Iterator[tuple[list[Guessed], int]]:
    """Combinations, few columns first, each with how many rows it tells apart."""
    import numpy as np

    able = able[: 3 * _MOST_TRIED]
    ids = [column for column in able if _is_called_key(column)]
    # A time that says its offset is one instant, also on the night the clocks are put back.
    times = sorted(
        (column for column in able if column.type in ("timestamp", "date")),
        key=lambda c: "with their offset from UTC" not in c.evidence,
    )
    codes = {id(column): np.array(_numbered(column.texts)) for column in able}
    for size in range(1, most + 1):
        # A time alone is a poor key, and beside a code the best second part of one.
        others = sorted(
            (c for c in able if c not in ids and c not in times), key=lambda c: c.type != "string"
        )
        # A place in an order tells more surely than a second code: a trip may stop twice at a stop.
        order = [c for c in others if {"sequence", "seq"} & set(c.name.split("_"))]
        rest = [c for c in others if c not in order]
        ordered = [*ids, *others, *times] if size == 1 else [*ids[:1], *order, *ids[1:], *times, *rest]
        for chosen in itertools.combinations(ordered[:_MOST_TRIED], size):
            together = codes[id(chosen[0])]
            for column in chosen[1:]:
                together = together * (rows + 1) + codes[id(column)]
                if size > 3:  # or the product would not fit
                    together = np.unique(together, return_inverse=True)[1]
            yield list(chosen), len(np.unique(together))


def _numbered(texts: Sequence[str]) -> list[int]:
    """Each text as the number of the first like it."""
    known: dict[str, int] = {}
    return [known.setdefault(text, len(known)) for text in texts]


def _told(chosen: Sequence[Guessed], columns: Sequence[Guessed], evidence: str) -> tuple[list[str], str]:
    ordered = [column for column in columns if column in chosen]
    for column in ordered:
        if _is_filled(column):
            column.keys["required"] = True
    return [column.name for column in ordered], evidence


def _may_be_key(column: Guessed) -> bool:
    if column.type in ("double", "boolean") or "privacy" in column.keys or "from_unit" in column.keys:
        return False
    if column.type == "integer" and _counts_rows(column.texts) and not _is_called_key(column):
        return False
    return any(column.texts) and "nested, kept as JSON" not in column.evidence


def _is_measured(column: Guessed) -> bool:
    """Numbers that nothing in the name says to be a code or a place in an order, and times of day."""
    if MOSTLY_NUMBERS in column.evidence:
        return True
    if column.type == "string" and all(
        re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", text) for text in column.texts if text
    ):
        return True
    if column.type != "integer":
        return False
    return not _is_called_key(column) and not _COUNTED & set(column.name.split("_"))


def _is_filled(column: Guessed) -> bool:
    nulls = column.keys.get("nulls", ())
    return all(text and text not in nulls for text in column.texts)


def _counts_rows(texts: Sequence[str]) -> bool:
    """Whether the numbers only say which row of the file it is: one more each time, anew in each file."""
    first = texts[0] if texts else ""
    return (
        len(texts) > 1
        and first in ("0", "1")
        and all(text == str(number) for number, text in enumerate(texts, start=int(first)))
    )


def _is_called_key(column: Guessed) -> bool:
    return bool(_CALLED_KEY & set(column.name.split("_")))


def guess_partition(columns: Sequence[Guessed], key: Sequence[str], found: Findings) -> str | None:
    """The date or time by whose local day rows are kept; one of the key before others."""
    times = [
        c
        for c in columns
        if c.type in ("date", "timestamp") and "privacy" not in c.keys and not BIRTH.search(str(c.source))
    ]
    # When somebody last touched a row is no day that it belongs to.
    times = [c for c in times if c.name in key or not _EDITED.search(str(c.source))]
    full = [c for c in times if _is_filled(c)]
    if not times:
        return None
    if not full:
        found.ask(
            f"{some([c.name for c in times], 4)} are times and empty in some rows. Does one say to which day a row"
            " belongs? Then make it `partition: {by: …}` and `required: true`: rows without it are quarantined."
        )
        return None
    chosen = next((c for c in full if c.name in key), full[0])
    if len(times) > 1:
        others = ", ".join(c.name for c in times if c is not chosen)
        found.ask(
            f"Rows are kept by the day of {chosen.name}; {others} are times too. Which day does a row"
            " belong to?"
        )
    chosen.keys["required"] = True
    return chosen.name


def days_of(column: Guessed) -> set[str]:
    """The different days of a date or time, as written."""
    return {re.split(r"[ T]", text)[0] for text in column.texts if text}
