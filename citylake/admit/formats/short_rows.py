"""Records of delimited text whose last fields were left out: filled with empty ones (`short_rows: fill`)."""

from __future__ import annotations

from citylake.admit.reading import Reading, Unparsed


class ShortRows:
    """Keeps the short records that Arrow hands over until the rows around them come, and puts them between.

    `last` is the last of them; `fewest` is how many fields the shortest of those before it has.
    """

    def __init__(self, names: list[str], parse_options: dict, convert_options):
        self._names, self._parse_options, self._convert_options = names, parse_options, convert_options
        self._waiting: list[tuple[Unparsed, int]] = []
        self.last: Unparsed | None = None
        self.fewest: int | None = None
        self._last_fields = 0

    def take(self, record: Unparsed, fields: int) -> None:
        """Keep a record of so many fields."""
        if self.last:
            self.fewest = min(self.fewest or self._last_fields, self._last_fields)
        self.last, self._last_fields = record, fields
        self._waiting.append((record, fields))

    @property
    def numbers(self) -> list[int]:
        """The numbers of the records that wait."""
        return [record.source_row for record, _ in self._waiting]

    def merged(self, batch, end: int, reading: Reading):
        """The numbered batch with the waiting records below `end` at their places."""
        import pyarrow as pa

        due = [(record, fields) for record, fields in self._waiting if record.source_row < end]
        if not due:
            return batch
        self._waiting = self._waiting[len(due) :]
        both = pa.Table.from_batches([batch, *self._filled(due, reading, batch.schema)])
        return both.sort_by("_source_row").combine_chunks().to_batches()[0]

    def _filled(self, due: list[tuple[Unparsed, int]], reading: Reading, schema) -> list:
        """The records read again, each with the delimiters it lacks."""
        import pyarrow as pa
        from pyarrow import csv

        endless: set[int] = set()

        def unclosed(row) -> str:
            endless.add(row.number - 1)
            return "skip"

        delimiter = self._parse_options["delimiter"]
        lines = [record.text + delimiter * (len(self._names) - fields) for record, fields in due]
        content = "\n".join(lines).encode()
        table = csv.read_csv(
            pa.BufferReader(content),
            read_options=csv.ReadOptions(
                use_threads=False, block_size=len(content) + 1, column_names=self._names
            ),
            parse_options=csv.ParseOptions(**self._parse_options, invalid_row_handler=unclosed),
            convert_options=self._convert_options,
        )
        # A quote that never ends takes in the delimiters: only the last record of a file can have one.
        reading.unparsed += [record for place, (record, _) in enumerate(due) if place in endless]
        numbers = [record.source_row for place, (record, _) in enumerate(due) if place not in endless]
        columns = [pa.array(numbers, pa.int64()), *(column.combine_chunks() for column in table.columns)]
        return pa.Table.from_arrays(columns, schema=schema).to_batches()
