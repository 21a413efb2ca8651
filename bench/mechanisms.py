"""Each conform mechanism beside the best DuckDB SQL for the same result, both from Parquet to Parquet, on growing inputs."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench.apart import apart
from bench.report import Section, table
from citylake import lake

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SEED = 1
_HEADS = [
    "mechanism",
    "rows",
    "citylake s",
    "DuckDB s",
    "ratio",
    "DuckDB peak MB",
    "same rows",
    "growth exponent",
]
_AREAS = 200  # four-sided, a few kilometres wide, many over each other
# A fifth of the rows are of one thing; the others have 20 rows each. Thirty days, to the second.
_ROWS = """
    copy (
        select number::bigint as id,
            case when number % 5 = 0 then 0 else 1 + hash(number, {seed}, 1) % ({rows} // 25) end::bigint as thing,
            timestamptz '2026-03-01 00:00:00+00' + to_seconds((hash(number, {seed}, 2) % 2592000)::bigint) as seen_at,
            seen_at + to_seconds((1 + hash(number, {seed}, 3) % 1200)::bigint) as until,
            case when hash(number, {seed}, 4) % 2 = 0 then 'i' else 'o' end as kind, seen_at::date as _business_date,
            printf('A%06d', (hash(number, {seed}, 5) % 100000)::bigint) as plain, md5(plain) as plate,
            array_to_string(list_transform(range(1, 8), lambda n : left(md5(plain[:n - 1] || '_' || plain[n + 1:]), 16)), ' ')
                as plate_match,
            119 + (hash(number, {seed}, 6) % 1000000)::double / 1e6 as longitude,
            30 + (hash(number, {seed}, 7) % 1000000)::double / 1e6 as latitude,
            case when number < {areas} then format('POLYGON (({{0}} {{3}}, {{1}} {{4}}, {{2}} {{3}}, {{1}} {{5}}, {{0}} {{3}}))',
                longitude - 0.02, longitude, longitude + 0.02, latitude, latitude + 0.03, latitude - 0.03) end as outline
        from range({rows}) as numbers (number)
    ) to '{path}' (format parquet, compression zstd)
"""


@dataclass(frozen=True)
class Work:
    """A mechanism, and the SQL for the same rows over `a` and `b`."""

    made: Callable[[DataFrame, DataFrame], DataFrame]
    peer: str
    extensions: tuple[str, ...] = ()


def _pair(rows, _):
    from spark_jobs import patterns

    found = patterns.pair(
        rows,
        by=["thing"],
        at="seen_at",
        kind="kind",
        opens="i",
        closes="o",
        within=timedelta(days=1),
        order=["id"],
    )
    return found.selectExpr("opened.id as opened", "closed.id as closed", "paired_as")


def _sessions(rows, _):
    from spark_jobs import patterns

    given = {"gap": timedelta(hours=1), "longest": timedelta(days=1)}
    return patterns.sessions(
        rows.select("id", "thing", "seen_at"), by=["thing"], at="seen_at", **given
    ).select("id", "session_started_at")


def _nearest(rows, others):
    from spark_jobs import patterns

    known = others.selectExpr("id as other", "thing", "seen_at as other_at")
    return patterns.nearest(
        rows.select("id", "thing", "seen_at"), known, by=["thing"], at="seen_at", other_at="other_at",
        within=timedelta(minutes=5), columns=["other"], order=["other"],
    ).select("id", "other")  # fmt: skip


def _intervals(rows, others):
    from spark_jobs import patterns

    known = others.selectExpr("id as other", "thing", "seen_at as since", "until")
    return patterns.intervals(
        rows.select("id", "thing", "seen_at"), known, by=["thing"], at="seen_at", since="since", until="until",
        longest=timedelta(minutes=20), columns=["other"], row_key=["id"], order=["other"],
    ).select("id", "other")  # fmt: skip


def _match_wildcards(rows, others):
    from spark_jobs import patterns

    known = others.selectExpr("id as other", "thing", "seen_at as other_at", "plate", "plate_match")
    return patterns.match_wildcards(
        rows.select("id", "thing", "seen_at", "plate", "plate_match"), known, by=["thing"], key="plate", at="seen_at",
        other_at="other_at", back=timedelta(hours=1), ahead=timedelta(0), columns=["other"], row_key=["id"], order=["other"],
    ).select("id", "other")  # fmt: skip


def _inside(rows, others):
    from spark_jobs import patterns

    areas = others.filter("outline is not null").selectExpr("id as other", "outline")
    return patterns.inside(
        rows.select("id", "longitude", "latitude"), areas, longitude="longitude", latitude="latitude", outline="outline",
        columns=["other"], row_key=["id"], order=["other"],
    ).select("id", "other")  # fmt: skip


_WORKS = {
    "pair": Work(_pair, """
        with beside as (
            select *, lead(kind) over w as next_kind, lead(seen_at) over w as next_at, lead(id) over w as next_id,
                lag(kind) over w as last_kind, lag(seen_at) over w as last_at
            from a window w as (partition by thing order by seen_at, kind desc, id)
        )
        select id as opened, case when next_kind = 'o' and next_at - seen_at <= interval 1 day then next_id end as closed,
            case when closed is null then 'open_only' else 'pair' end as paired_as
        from beside where kind = 'i'
        union all
        select null, id, 'close_only' from beside
        where kind = 'o' and not coalesce(last_kind = 'i' and seen_at - last_at <= interval 1 day, false)
    """),
    "sessions": Work(_sessions, """
        with begun as (
            select id, thing, seen_at,
                coalesce(seen_at - lag(seen_at) over (partition by thing order by seen_at) > interval 1 hour, true)::int as begins
            from a
        ), chained as (select *, sum(begins) over (partition by thing order by seen_at) as chain from begun),
        measured as (
            select *, max(seen_at) over w - min(seen_at) over w > interval 1 day as is_long
            from chained window w as (partition by thing, chain)
        )
        select id, min(seen_at) over (
            partition by thing, chain, case when is_long then (seen_at at time zone 'Asia/Shanghai')::date end
        ) as session_started_at from measured
    """),
    "nearest": Work(_nearest, """
        with known as (select thing, seen_at, max(id) as id from b group by thing, seen_at),
        behind as (
            select a.id, a.seen_at, known.id as other, known.seen_at as other_at
            from a asof left join known on a.thing = known.thing and a.seen_at >= known.seen_at
        ),
        ahead as (
            select a.id, a.seen_at, known.id as other, known.seen_at as other_at
            from a asof left join known on a.thing = known.thing and a.seen_at <= known.seen_at
        )
        select behind.id, case
            when behind.seen_at - behind.other_at <= interval 5 minute
                and not coalesce(ahead.other_at - ahead.seen_at < behind.seen_at - behind.other_at, false) then behind.other
            when ahead.other_at - ahead.seen_at <= interval 5 minute then ahead.other end as other
        from behind join ahead using (id)
    """),
    "intervals (latest)": Work(
        _intervals,
        # In bins like ours: joined on thing and range alone DuckDB compares all of the key with a fifth of the rows.
        """
        with known as (
            select id, thing, seen_at, until, unnest(range(epoch_us(seen_at) // 75000000, epoch_us(until) // 75000000 + 1)) as bin
            from b
        )
        select a.id, arg_max(known.id, (known.seen_at, known.id)) as other
        from a left join known
            on a.thing = known.thing and epoch_us(a.seen_at) // 75000000 = known.bin
                and known.seen_at <= a.seen_at and a.seen_at < known.until
        group by a.id
    """,
    ),
    "inside (greatest)": Work(_inside, """
        select a.id, max(areas.id) as other
        from a join (select id, st_geomfromtext(outline) as shape from b where outline is not null) as areas
            on st_intersects(areas.shape, st_point(a.longitude, a.latitude))
        group by a.id
    """, extensions=("spatial",)),
    "match_wildcards": Work(_match_wildcards, """
        with x as (select id, thing, seen_at, plate, unnest(list_append(string_split(plate_match, ' '), plate)) as hash from a),
        y as (select id, thing, seen_at, plate, unnest(list_append(string_split(plate_match, ' '), plate)) as hash from b),
        pairs as (
            select x.id, y.id as other, x.plate = y.plate as is_exact, x.seen_at - y.seen_at as far from x join y
            on x.thing = y.thing and x.hash = y.hash and y.seen_at between x.seen_at - interval 1 hour and x.seen_at
                and (length(x.hash) = 32 or x.plate <> y.plate)
        ), best as (select id, arg_min(other, (not is_exact, far, -other)) as other from pairs group by id)
        select a.id, best.other from a left join best using (id)
    """),
}  # fmt: skip


def measure(asked) -> Section:
    """Every mechanism at every size, on the Spark server of the lake that runs (or of SPARK_REMOTE)."""
    from citylake.conform.session import session

    lines: list[list[object]] = []
    with session() as spark, tempfile.TemporaryDirectory(prefix="citylake-bench-") as name:
        Path(name).chmod(0o755)
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        spark.conf.set("spark.sql.shuffle.partitions", "4")
        seconds: dict[str, dict[int, float]] = {each: {} for each in _WORKS}
        for count in asked.rows:
            folder = Path(name) / str(count)
            folder.mkdir()
            _generate(folder, count)
            for each, work in _WORKS.items():
                lines.append(_line(spark, folder, count, each, work, seconds[each]))
                print("  " + " | ".join(map(str, lines[-1])), flush=True)
    return Section(
        "Conform mechanisms",
        f"One or two frames of so many rows each (seed {SEED}), a fifth of them of one key; the faster of two runs, on two"
        " threads each, from Parquet to Parquet on one disk. DuckDB in a process of its own; Spark on a server that is warm."
        " The growth exponent is that of the time between this size and the one before.\n\n"
        + table(_HEADS, lines),
    )


def _line(spark, folder: Path, count: int, name: str, work: Work, seconds: dict[int, float]) -> list[object]:
    ours = min(_timed(lambda: _spark(spark, folder, work)) for _ in range(2))
    theirs, peak = min(apart(_duckdb, folder, work, modules=["duckdb"]) for _ in range(2))
    smaller = max((size for size in seconds if size < count), default=None)
    exponent = f"{math.log(ours / seconds[smaller]) / math.log(count / smaller):.2f}" if smaller else ""
    seconds[count] = ours
    return [
        name,
        f"{count:,}",
        f"{ours:.1f}",
        f"{theirs:.1f}",
        f"{ours / theirs:.1f}",
        f"{peak:,.0f}",
        _same(folder),
        exponent,
    ]


def _generate(folder: Path, count: int) -> None:
    import duckdb

    with duckdb.connect() as connection:
        for seed, frame in enumerate("ab", start=SEED):
            connection.execute("set timezone = 'UTC'")
            connection.execute("set enable_progress_bar = false")
            connection.execute(
                _ROWS.format(rows=count, seed=seed, areas=_AREAS, path=folder / f"{frame}.parquet")
            )


def _timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _spark(spark, folder: Path, work: Work) -> None:
    rows, others = (spark.read.parquet(f"file://{folder}/{frame}.parquet") for frame in "ab")
    work.made(rows, others).write.mode("overwrite").parquet(f"file://{folder}/ours")


def _duckdb(folder: Path, work: Work) -> None:
    import duckdb

    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.execute("set enable_progress_bar = false")
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"set temp_directory = '{folder}/spill'")
    for name in work.extensions:
        connection.load_extension(lake.extension_file(name))
    for frame in "ab":
        connection.execute(f"create view {frame} as from '{folder}/{frame}.parquet'")
    connection.execute(f"copy ({work.peer}) to '{folder}/theirs.parquet' (format parquet, compression zstd)")


def _same(folder: Path) -> str:
    """Whether both wrote the same rows, each as often: or the ratio compares different work."""
    import duckdb

    ours, theirs = f"from '{folder}/ours/*.parquet'", f"from '{folder}/theirs.parquet'"
    with duckdb.connect() as connection:
        counted = connection.execute(
            f"select count(*) from (({ours} except all {theirs}) union all ({theirs} except all {ours}))"
        ).fetchone()
    return "yes" if counted == (0,) else f"no: {counted}"
