"""Where a table of text ends: the footer below it, and records that stand below the footer."""

from __future__ import annotations

import re

from citylake.admit.reading import Unreadable


class Footer:
    """The first record whose first text that is not empty matches begins it. Without a pattern there is none."""

    def __init__(self, pattern: str | None, delimiter: str):
        self.pattern, self.delimiter = pattern, delimiter
        self.begins: int | None = None
        self._below = 0

    def look_at(self, record: str, number: int) -> None:
        """Notice a record that does not fit the columns; footers seldom do."""
        if self.pattern and self.begins is None:
            first = next((text for text in record.split(self.delimiter) if text.strip()), "")
            if re.search(self.pattern, first.strip().strip('"')):
                self.begins = number

    def look_through(self, batch, numbers) -> None:
        """Notice the first record of a batch that begins the footer."""
        import pyarrow.compute as pc

        if not self.pattern:
            return
        found = pc.index(self._matches(batch), True).as_py()
        if found >= 0:
            self.begins = min(int(numbers[found]), self.begins or int(numbers[found]))

    def look_below(self, batch) -> None:
        """Count what stands below the begin and looks like a record: at least half of its fields, two or more, are
        given, and its first is none of a footer."""
        import pyarrow.compute as pc

        if not batch.num_rows:
            return
        given = [
            pc.cast(pc.not_equal(pc.utf8_trim_whitespace(column), ""), "int64") for column in batch.columns
        ]
        filled = given[0]
        for column in given[1:]:
            filled = pc.add(filled, column)
        enough = pc.greater_equal(filled, max(2, -(-batch.num_columns // 2)))
        self._below += pc.sum(pc.and_not(enough, self._matches(batch))).as_py() or 0

    def refuse_records_below(self) -> None:
        """Raises: Unreadable where records stand below the footer: it is no footer, and they would be lost."""
        if self._below:
            raise Unreadable(
                "records_below_footer",
                f"{self._below:,} records stand below record {self.begins:,}, where format.footer '{self.pattern}' says"
                " that the table ends. Change the pattern to what only the last lines begin with",
            )

    def _matches(self, batch):
        import pyarrow.compute as pc

        texts = [pc.utf8_trim_whitespace(column) for column in batch.columns]
        first = pc.coalesce(*(pc.if_else(pc.equal(text, ""), None, text) for text in texts))
        return pc.fill_null(pc.match_substring_regex(first, self.pattern), False)
