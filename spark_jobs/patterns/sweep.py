"""Which interval covers an instant, found by going through both in order of time once."""

from __future__ import annotations

from collections.abc import Callable, Iterator


def sweeper(by_count: int, columns: tuple[str, ...]) -> Callable[[Iterator], Iterator]:
    """A function for `mapInArrow` that gives each row the `columns` of the interval that covers it and came last.

    Batches hold `_by_0` … (never null), `_bin`, `_at`, `_side` (0: an interval, 1: a row), `_until` (of intervals), `_row`
    and `_other`, instants in microseconds, sorted by all but the last three, intervals by their order within. Of a key and bin
    those intervals are kept that could still cover a later instant: each of them ends before the ones that came earlier, or
    it would have taken their place, so the last one that has not ended is the answer. Work is in proportion to the rows.
    """

    def sweep(batches: Iterator) -> Iterator:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        keys = [*(f"_by_{n}" for n in range(by_count)), "_bin"]
        kept: list[tuple[int, int]] = []  # (end, place in `others`)
        others, last = None, None
        for batch in batches:
            if not len(batch):
                continue
            fresh = batch.column("_other")
            others = fresh if others is None else pa.concat_arrays([others, fresh])
            begin = len(others) - len(fresh)
            changes = np.zeros(len(batch), dtype=bool)
            for name in keys:
                column = batch.column(name)
                changes[1:] |= pc.not_equal(column[1:], column[:-1]).to_numpy(zero_copy_only=False)
            first = batch.select(keys).slice(0, 1).to_pylist()[0]
            changes[0] = first != last
            found: list[int | None] = []
            instants, ends, sides = (
                pc.fill_null(batch.column(name), 0).to_numpy().tolist() for name in ("_at", "_until", "_side")
            )
            for place, (is_new, at, end, side) in enumerate(
                zip(changes.tolist(), instants, ends, sides, strict=True)
            ):
                if is_new:
                    kept.clear()
                limit = at if side else end
                while kept and kept[-1][0] <= limit:
                    kept.pop()
                if side:
                    found.append(kept[-1][1] if kept else None)
                else:
                    kept.append((end, begin + place))
            last = batch.select(keys).slice(len(batch) - 1, 1).to_pylist()[0]
            rows = batch.column("_row").filter(pc.equal(batch.column("_side"), 1))
            chosen = others.take(pa.array(found, pa.int64()))
            yield pa.RecordBatch.from_arrays(
                [*rows.flatten(), *(pc.struct_field(chosen, name) for name in columns)],
                names=[*(field.name for field in rows.type), *columns],
            )
            others = others.take(pa.array([place for _, place in kept], pa.int64()))
            kept = [(end, place) for place, (end, _) in enumerate(kept)]

    return sweep
