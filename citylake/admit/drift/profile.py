"""What the first rows of a delivery look like, column by column: what later deliveries are compared with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace

from citylake.admit.reading import Reading, raw
from citylake.feed import Feed
from citylake.privacy import looks

_ROWS = 5_000
_VALUES = 40
_LONGEST_VALUE = 100  # a geometry is no code to compare by, and the ledger is no place for it


@dataclass(frozen=True)
class ColumnProfile:
    """One source column of the first rows. Shares are of the values given; quartiles of those that are numbers."""

    given: int
    numbers: float = 0.0
    leading_zero: float = 0.0
    lengths: tuple[int, int, int] = (0, 0, 0)  # shortest, most frequent, longest
    quartiles: tuple[float, float, float] | None = None
    values: dict[str, float] = field(default_factory=dict)  # the most frequent ones and their shares


@dataclass(frozen=True)
class Profile:
    """A delivery: how many records, and its first rows by source column."""

    records: int
    columns: dict[str, ColumnProfile]

    def as_kept(self, feed: Feed) -> dict:
        """The columns as the ledger keeps them: no value of a column that is personal or not declared, nor its quartiles to
        more than two digits, since a quartile of telephone numbers is somebody's."""
        silent = {source for column in feed.columns if column.is_personal for source in column.sources}
        known = set(feed.source_columns) - silent
        return {
            name: asdict(column if name in known and not looks.is_personal_name(name) else _silent(column))
            for name, column in self.columns.items()
        }

    @staticmethod
    def kept(records: int, columns: dict) -> Profile:
        """A profile as the ledger had kept it."""
        return Profile(records, {name: ColumnProfile(**_tuples(column)) for name, column in columns.items()})


def _silent(column: ColumnProfile) -> ColumnProfile:
    first, second, third = (float(f"{each:.1e}") for each in column.quartiles or (0, 0, 0))
    return replace(column, values={}, quartiles=(first, second, third) if column.quartiles else None)


def _tuples(column: dict) -> dict:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in column.items()}


class Profiler:
    """Sees the first batches of a reading go by."""

    def __init__(self, feed: Feed, reading: Reading):
        self._feed, self._reading, self._rows = feed, reading, 0
        self._kept: list = []
        reading.batches = self._passing(reading.batches)

    def _passing(self, batches: Iterator) -> Iterator:
        for batch in batches:
            if self._rows < _ROWS:
                self._kept.append(batch.slice(0, _ROWS - self._rows))
                self._rows += self._kept[-1].num_rows
            yield batch

    def profile(self) -> Profile:
        """The profile, once all batches have gone by."""
        import duckdb
        import pyarrow as pa

        header = self._reading.header
        if not self._kept or not header:
            return Profile(self._reading.records, {})
        places = range(len(header))
        with duckdb.connect() as connection:
            connection.register("rows", pa.Table.from_batches(self._kept))
            found = connection.execute(
                f"with texts as (select {', '.join(self._text(n, header[n]) for n in places)} from rows),"
                f" numbers as (select *, {', '.join(map(_number, places))} from texts)"
                f" select {', '.join(_summary(n) for n in places)} from numbers"
            ).fetchone()
        assert found is not None
        return Profile(
            self._reading.records, {name: _column(row) for name, row in zip(header, found, strict=True)}
        )

    def _text(self, place: int, name: str) -> str:
        """A column's text, null where it says that nothing is known."""
        from citylake.admit.names import literal

        nulls = {"", *self._feed.format.nulls}
        for column in self._feed.columns:
            nulls |= set(column.nulls) if name in column.sources else set()
        listed = ", ".join(literal(text) for text in sorted(nulls))
        return f"case when trim({raw(place)}) in ({listed}) then null else trim({raw(place)}) end as t{place}"


def _number(place: int) -> str:
    """A column's text as a number; NaN and what no double can hold are none, nor are they JSON."""
    number = f"try_cast(t{place} as double)"
    return f"case when isfinite({number}) then {number} end as n{place}"


def _summary(place: int) -> str:
    """An aggregate of one column as a struct."""
    text, number = f"t{place}", f"n{place}"
    return (
        f"struct_pack(given := count({text}), numbers := count({number}),"
        f" zeros := count(*) filter (regexp_matches({text}, '^0[0-9]')),"
        f" lengths := [min(length({text})), mode(length({text})), max(length({text}))],"
        f" quartiles := quantile_cont({number}, [0.25, 0.5, 0.75]), "
        f" counts := histogram({text}) filter (length({text}) <= {_LONGEST_VALUE}))"
    )


def _column(row: dict) -> ColumnProfile:
    given = row["given"]
    if not given:
        return ColumnProfile(0)
    counts = sorted((row["counts"] or {}).items(), key=lambda item: (-item[1], item[0]))
    return ColumnProfile(
        given=given, numbers=row["numbers"] / given, leading_zero=row["zeros"] / given,
        lengths=tuple(row["lengths"]), quartiles=tuple(row["quartiles"]) if row["quartiles"] else None,
        # PostgreSQL keeps no NUL in JSON.
        values={value.replace("\x00", "\u2400"): count / given for value, count in counts[:_VALUES]},
    )  # fmt: skip
