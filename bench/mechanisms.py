"""Each conform mechanism beside the best DuckDB SQL for the same result, both from and to MinIO, on growing inputs."""

from __future__ import annotations

import math
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.apart import apart
from bench.mechanism_works import AREAS, ROWS, WORKS, Work
from bench.report import Section, table
from citylake import lake, stack

SEED = 1
_ROLE = "conform"
# Beside the conformed tables, where the role may write; gone when the measurement ends.
_NAMESPACE = "conformed_bench"
_PLACE = f"s3://{lake.LAKE}/{_NAMESPACE}"
_HEADS = [
    "mechanism", "rows", "citylake s", "of which not writing s", "DuckDB s", "ratio", "citylake peak MB", "DuckDB peak MB",
    "same rows", "growth exponent",
]  # fmt: skip
_SAMPLED_EVERY_S = 0.2


def measure(asked) -> Section:
    """Every mechanism at every size, on the Spark server of the lake that runs."""
    from citylake.conform.session import session

    lines: list[list[object]] = []
    seconds: dict[str, dict[int, float]] = {each: {} for each in WORKS}
    with session() as spark:
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        spark.sql(f"create namespace if not exists lake.{_NAMESPACE}")
        try:
            for count in asked.rows:
                _generate(spark, count)
                for name, work in WORKS.items():
                    lines.append(_line(spark, count, name, work, seconds[name]))
                    print("  " + " | ".join(map(str, lines[-1])), flush=True)
        finally:
            _tidy(spark)
    return Section(
        "Conform mechanisms",
        f"One or two frames of so many rows each (seed {SEED}), a fifth of them of one key; below 10 M rows the faster of"
        " two runs. Both read the same Parquet files from MinIO and write Parquet there, on two threads each, on a machine"
        " that MinIO shares. citylake is Spark on a warm server, an Iceberg table to an Iceberg table; not writing: the same"
        " to nowhere. DuckDB is a process of its own, started anew each time (its start and imports are not counted). Peak: of"
        " all memory resident, of Spark with its Python workers, which keeps up to 4 GB of heap once it had it. The growth"
        " exponent is that of the time between this size and the one before.\n\n" + table(_HEADS, lines),
    )


def _line(spark, count: int, name: str, work: Work, seconds: dict[int, float]) -> list[object]:
    tries = 1 if count >= 10_000_000 else 2
    with _Peak() as peak:
        ours = min(_timed(lambda: _spark(spark, work)) for _ in range(tries))
    nowhere = min(_timed(lambda: _nowhere(spark, work)) for _ in range(tries))
    files = {frame: _files(frame) for frame in "ab"}
    theirs, their_peak = min(
        apart(_duckdb, work, files, modules=["duckdb", "citylake.settings"]) for _ in range(tries)
    )
    smaller = max((size for size in seconds if size < count), default=None)
    exponent = f"{math.log(ours / seconds[smaller]) / math.log(count / smaller):.2f}" if smaller else ""
    seconds[count] = ours
    return [
        name, f"{count:,}", f"{ours:.1f}", f"{nowhere:.1f}", f"{theirs:.1f}", f"{ours / theirs:.1f}",
        f"{peak.megabytes:,.0f}", f"{their_peak:,.0f}", _same(), exponent,
    ]  # fmt: skip


class _Peak:
    """The most memory that the lake's Spark server and its Python workers had at once, sampled."""

    def __init__(self) -> None:
        self.megabytes = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        import psutil

        server = psutil.Process(next(each.pid for each in stack.status() if each.server == "spark"))
        while not self._ended.wait(_SAMPLED_EVERY_S):
            sizes = []
            for process in (server, *server.children(recursive=True)):
                try:
                    sizes.append(process.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue
            self.megabytes = max(self.megabytes, sum(sizes) / 2**20)


def _timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _generate(spark, count: int) -> None:
    import duckdb

    with tempfile.TemporaryDirectory(prefix="citylake-bench-") as name, duckdb.connect() as connection:
        Path(name).chmod(0o755)
        connection.execute("set timezone = 'UTC'")
        connection.execute("set enable_progress_bar = false")
        for seed, frame in enumerate("ab", start=SEED):
            path = Path(name) / f"{frame}.parquet"
            connection.execute(ROWS.format(rows=count, seed=seed, areas=AREAS, path=path))
            spark.read.parquet(f"file://{path}").writeTo(f"lake.{_NAMESPACE}.{frame}").createOrReplace()
            path.unlink()


def _made(spark, work: Work):
    return work.made(*(spark.read.table(f"lake.{_NAMESPACE}.{frame}") for frame in "ab"))


def _spark(spark, work: Work) -> None:
    _made(spark, work).writeTo(f"lake.{_NAMESPACE}.ours").createOrReplace()


def _nowhere(spark, work: Work) -> None:
    _made(spark, work).write.format("noop").mode("overwrite").save()


def _duckdb(work: Work, files: dict[str, list[str]]) -> None:
    connection = lake.connect_duckdb(_ROLE, extensions=("httpfs", *work.extensions))
    connection.execute("set threads = 2")
    connection.execute("set enable_progress_bar = false")
    with tempfile.TemporaryDirectory(prefix="citylake-bench-") as spill:
        connection.execute(f"set temp_directory = '{spill}'")
        for frame, paths in files.items():
            connection.execute(f"create view {frame} as from read_parquet({paths})")
        connection.execute(
            f"copy ({work.peer}) to '{_PLACE}/theirs.parquet' (format parquet, compression zstd)"
        )
        connection.close()


def _files(frame: str) -> list[str]:
    """The data files of a table's current state."""
    found = lake.catalog(_ROLE).load_table((_NAMESPACE, frame))
    return [each.file.file_path for each in found.scan().plan_files()]


def _same() -> str:
    """Whether both wrote the same rows, each as often: or the ratio compares different work."""
    with lake.connect_duckdb(_ROLE) as connection:
        ours, theirs = f"from read_parquet({_files('ours')})", f"from '{_PLACE}/theirs.parquet'"
        counted = connection.execute(
            f"select count(*) from (({ours} except all {theirs}) union all ({theirs} except all {ours}))"
        ).fetchone()
    return "yes" if counted == (0,) else f"no: {counted}"


def _tidy(spark) -> None:
    for name in ("a", "b", "ours"):
        spark.sql(f"drop table if exists lake.{_NAMESPACE}.{name} purge")
    spark.sql(f"drop namespace if exists lake.{_NAMESPACE}")
    client = lake.s3(_ROLE)
    for each in lake.list_objects(_ROLE, lake.LAKE, f"{_NAMESPACE}/"):
        client.delete_object(Bucket=lake.LAKE, Key=each["Key"])
