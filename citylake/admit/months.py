"""Parquet files of admitted rows, one for each month they fall in."""

from __future__ import annotations

from pathlib import Path


class MonthFiles:
    """Writes batches to one Parquet file per calendar month of `_business_date`, or to one file in all.

    The catalogue partitions admitted tables by month and takes a file only where all its rows are of one.
    """

    def __init__(self, folder: Path, by_month: bool):
        folder.mkdir()
        self.folder, self.by_month = folder, by_month
        self.writers: dict = {}

    def write(self, rows) -> None:
        """Add the rows of a table."""
        import pyarrow.compute as pc

        if rows.num_rows == 0:
            return
        if not self.by_month:
            self._writer("all", rows).write_table(rows)
            return
        months = pc.floor_temporal(rows["_business_date"], unit="month")
        found = pc.unique(months)
        for month in found:
            chosen = rows if len(found) == 1 else rows.filter(pc.equal(months, month))
            self._writer(f"{month.as_py():%Y-%m}", rows).write_table(chosen)

    def _writer(self, name: str, rows):
        import pyarrow.parquet as pq

        if name not in self.writers:
            self.writers[name] = pq.ParquetWriter(
                self.folder / f"{name}.parquet", rows.schema, compression="zstd"
            )
        return self.writers[name]

    def close(self) -> list[Path]:
        """Finish the files; returns those written, in order of month."""
        for writer in self.writers.values():
            writer.close()
        return sorted(self.folder / f"{name}.parquet" for name in self.writers)
