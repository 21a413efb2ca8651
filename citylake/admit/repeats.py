"""Keys that repeat within a delivery: which rows are refused, and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from citylake.admit import expressions as sql
from citylake.admit import times
from citylake.admit.names import literal, quoted
from citylake.admit.reading import Reading, raw, trimmed, with_trimmed
from citylake.feed import Feed


class Keys:
    """The hash of every row's key and its number, in a file: memory must not grow with the rows."""

    def __init__(self, path: Path):
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path = path
        schema = pa.schema([("_key", pa.uint64()), ("_source_row", pa.int64())])
        self._writer = pq.ParquetWriter(path, schema, compression="none", use_dictionary=False)

    def __enter__(self) -> Keys:
        return self

    def __exit__(self, *_) -> None:
        self._writer.close()

    def add(self, rows) -> None:
        """Keep those of the rows whose key could be read."""
        import pyarrow.compute as pc

        self._writer.write_table(rows.select(["_key", "_source_row"]).filter(pc.is_valid(rows["_key"])))


def refuse(
    connection, feed: Feed, keys: Path, reopen: Callable[[], Reading], admitted: list[Path]
) -> list[Path]:
    """Put rows of repeated keys into the table `refused`; returns the admitted files without them.

    Exact duplicates: the first is kept. The same key with other values: none of them is. The hashes in
    the file `keys` only choose the candidates, read again by `reopen`; values decide, so a collision
    cannot refuse a good row.
    """
    source = f"read_parquet({literal(str(keys))})"
    wanted = _numbers(
        connection,
        f"select _source_row from {source} where _key in"
        f" (select _key from {source} group by _key having count(*) > 1)",
    )
    if len(wanted) == 0:
        return admitted
    candidates = keys.with_name("candidates.parquet")
    header = _keep_candidates(reopen(), wanted, candidates)
    _rank(connection, feed, header, f"read_parquet({literal(str(candidates))})")
    refused = _numbers(connection, "select _source_row from repeated")
    return _without(admitted, refused) if len(refused) else admitted


def _numbers(connection, query: str):
    """The numbers a query gives, sorted, as an array."""
    import numpy as np

    return np.sort(connection.execute(query).fetchnumpy()["_source_row"])


def _are_among(numbers, wanted):
    """For each of an Arrow column's numbers whether it is in a sorted array, as an Arrow mask."""
    import numpy as np
    import pyarrow as pa

    found = numbers.to_numpy()
    places = np.minimum(np.searchsorted(wanted, found), len(wanted) - 1)
    return pa.array(wanted[places] == found)


def _keep_candidates(reading: Reading, wanted, path: Path) -> list[str]:
    """Write the records of the wanted numbers, trimmed too, to a file; returns the header."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = [name(n) for name in (raw, trimmed) for n in range(len(reading.header))]
    schema = pa.schema([("_source_row", pa.int64()), *((name, pa.string()) for name in names)])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in reading.batches:
            chosen = batch.filter(_are_among(batch["_source_row"], wanted))
            if chosen.num_rows:
                writer.write_batch(with_trimmed(chosen).cast(schema))
    return reading.header


def _rank(connection, feed: Feed, header: list[str], source: str) -> None:
    raws = ", ".join(raw(n) for n in range(len(header)))
    # Columns of another feed may differ; this one's rows are equal all the same.
    own = ", ".join(raw(n) for n, name in enumerate(header) if name not in feed.ignores)
    names = [f"{sql.typed(c, feed)} as {quoted('_key_' + c.name)}" for c in map(feed.column, feed.key)]
    key = ", ".join(quoted("_key_" + name) for name in feed.key)
    connection.execute(
        f"""
        create table repeated as
        with {sql.staged(feed, header, source)},
        keyed as (select *, {", ".join(names)}, {times.business_date(feed)} as _business_date from timed),
        ranked as (
            select _source_row, _business_date, {raws},
                count(*) over (partition by {key}) as key_count,
                count(*) over (partition by {own}) as row_count,
                row_number() over (partition by {own} order by _source_row) as nth
            from keyed
        )
        select _source_row, _business_date, {sql.record(feed, header)} as record,
            case when row_count < key_count then 'key_conflict' else 'duplicate' end as rule
        from ranked
        where key_count > 1 and (row_count < key_count or nth > 1)
        """
    )
    connection.execute(
        "update refused set rules = list_append(refused.rules, repeated.rule) from repeated"
        " where repeated._source_row = refused._source_row"
    )
    connection.execute(
        "insert into refused select _source_row, _business_date, [rule], record from repeated"
        " where _source_row not in (select _source_row from refused)"
    )


def _without(files: list[Path], refused) -> list[Path]:
    """The admitted files again, less the rows that turned out to be repeated."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    remade = []
    for path in files:
        target = path.with_name(f"once-{path.name}")
        with (
            pq.ParquetFile(path) as source,
            pq.ParquetWriter(target, source.schema_arrow, compression="zstd") as writer,
        ):
            for number in range(source.num_row_groups):
                rows = source.read_row_group(number)
                kept = rows.filter(pc.invert(_are_among(rows["_source_row"], refused)))
                if kept.num_rows:
                    writer.write_table(kept)
        path.unlink()
        if pq.read_metadata(target).num_rows:
            remade.append(target)
    return remade
