"""Where a table of text ends: the footer below it, and records that stand below the footer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from citylake.admit.reading import Reading, Unreadable
from citylake.format import Format

_NUMERIC = r"^[-+0-9.,:/ ]*$"


class Footer:
    """The first record whose first text that is not empty matches begins it. Without a pattern there is none.

    A reader shows it every record, by `look_at` or `look_through`, before the batch of it goes through `above`.
    In fixed width it is the whole line that is matched.
    """

    def __init__(self, form: Format):
        self.pattern, self._is_fixed = form.footer, form.kind == "fixed_width"
        self.begins: int | None = None
        self._matching: list[int] = []
        self._below = 0
        self._numeric: list[bool] | None = None

    def look_at(self, texts: Iterable[str], number: int) -> None:
        """Notice whether the texts of a record match."""
        if self.pattern:
            first = next((text for text in texts if text.strip()), "")
            if re.search(self.pattern, first.strip()):
                self._note([number])

    def look_through(self, batch) -> None:
        """Notice the records of a numbered batch that match."""
        import pyarrow.compute as pc

        if self.pattern:
            texts = [pc.utf8_trim_whitespace(column) for column in batch.columns[1:]]
            first = pc.coalesce(*(pc.if_else(pc.equal(text, ""), None, text) for text in texts))
            matching = pc.fill_null(pc.match_substring_regex(first, self.pattern), False)
            self._note(batch.column(0).filter(matching).to_pylist())

    def above(self, batch):
        """What of a numbered batch stands above the begin; records below it are counted."""
        import numpy as np

        if not self.pattern:
            return batch
        end = batch.num_rows
        if self.begins is not None:
            end = int(np.searchsorted(batch.column(0).to_numpy(), self.begins))
        above = batch.slice(0, end)
        if self._is_fixed and end:
            found = [_are_numbers(column) for column in above.columns[1:]]
            self._numeric = [a and b for a, b in zip(self._numeric or found, found, strict=True)]
        self._count_below(batch.slice(end))
        return above

    def close(self, reading: Reading) -> None:
        """Forget the broken records below the begin. Raises: Unreadable where records stand below it: it is no
        footer, and they would be lost."""
        if self._below:
            raise Unreadable(
                "records_below_footer",
                f"{self._below:,} records stand below record {self.begins:,}, where format.footer '{self.pattern}' says"
                " that the table ends. Change the pattern to what only the last lines begin with",
            )
        if self.begins is not None:
            reading.unparsed[:] = [each for each in reading.unparsed if each.source_row < self.begins]

    def _note(self, numbers: list[int]) -> None:
        self._matching += numbers
        if numbers:
            self.begins = min(numbers[0], self.begins or numbers[0])

    def _count_below(self, batch) -> None:
        """Count what looks like a record: at least half of its fields, two or more, are given, and it does not match.

        In fixed width any text fills the places: there numbers must stand where all records above have numbers.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        if not batch.num_rows:
            return
        columns = batch.columns[1:]
        filled = pa.scalar(0)
        for column in columns:
            filled = pc.add(filled, pc.cast(pc.not_equal(pc.utf8_trim_whitespace(column), ""), "int64"))
        is_record = pc.greater_equal(filled, max(2, -(-len(columns) // 2)))
        for column, is_numeric in zip(columns, self._numeric or [False] * len(columns), strict=True):
            if is_numeric:
                is_record = pc.and_(is_record, pc.match_substring_regex(column, _NUMERIC))
        is_matching = pc.is_in(batch.column(0), pa.array(self._matching, pa.int64()))
        self._below += pc.sum(pc.and_not(is_record, is_matching)).as_py() or 0


def _are_numbers(column) -> bool:
    import pyarrow.compute as pc

    return bool(pc.all(pc.match_substring_regex(column, _NUMERIC)).as_py())
