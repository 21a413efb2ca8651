"""Records of erased persons never become rows, whatever delivery brings them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from citylake.admit.expressions import cleaned
from citylake.admit.reading import Reading, with_trimmed

if TYPE_CHECKING:
    from citylake.feed import Feed
    from citylake.privacy.erasure import Persons


def without(reading: Reading, feed: Feed, persons: Persons) -> Reading:
    """The reading without the records of these persons: `records` counts them still, `erased` says how many they are."""
    left = Reading(reading.header, iter(()), others=reading.others)
    left.batches = _left(reading, left, feed, persons)
    return left


def _left(reading: Reading, left: Reading, feed: Feed, persons: Persons) -> Iterator:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        for batch in reading.batches:
            going = pa.array(of_persons(batch, reading.header, feed, persons), pa.bool_())
            left.erased += pc.sum(going).as_py() or 0
            left.records = reading.records
            kept = batch.filter(pc.invert(going))
            if kept.num_rows:
                yield kept
    finally:  # a reading that ends with an error is counted as far as it came
        left.unparsed += [each for each in reading.unparsed if not persons.are_in(each.text)]
        left.erased += len(reading.unparsed) - len(left.unparsed)
        left.records = reading.records


def of_persons(batch, header: list[str], feed: Feed, persons: Persons) -> list[bool]:
    """For each record of a batch, named as a reading names it, whether a column of it is one of these persons'."""
    import duckdb

    found = [False] * batch.num_rows
    texts = ", ".join(f"{cleaned(column, feed, header)}" for column in persons.columns)
    with duckdb.connect(config={"enable_external_access": "false"}) as connection:
        connection.register("source", with_trimmed(batch))
        columns = connection.execute(f"select {texts} from source").to_arrow_table().columns
    for column, values in zip(persons.columns, columns, strict=True):
        assert column.privacy is not None
        are = persons.are_among(values.to_pylist(), str(column.privacy.domain), column.privacy.is_match_key)
        found = [one or other for one, other in zip(found, are, strict=True)]
    return found
