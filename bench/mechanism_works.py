"""The conform mechanisms on random rows, and the best DuckDB SQL for the same result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

PLACES, REACH_M = 2000, 500  # the peer's cells are as wide as this reach at 31 degrees north
AREAS = 200  # four-sided, a few kilometres wide, many over each other
# A fifth of the rows are of one thing; the others have 20 rows each. Thirty days, to the second.
ROWS = """
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

    # What is not asked for would be carried through the sort with each row.
    found = patterns.pair(
        rows.select("id", "thing", "seen_at", "kind", "_business_date"),
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


def _near(rows, others):
    from spark_jobs import patterns

    places = others.filter(f"id < {PLACES}").selectExpr("id as other", "longitude", "latitude")
    return patterns.near(
        rows.select("id", "longitude", "latitude"), places, longitude="longitude", latitude="latitude", reach_m=REACH_M,
        columns=["other"],
    ).select("id", "other")  # fmt: skip


WORKS = {
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
    "near": Work(_near, f"""
        with places as (
            select id, longitude as lon, latitude as lat, floor(longitude / 0.0055)::int as x, floor(latitude / 0.0046)::int as y
            from b where id < {PLACES}
        ), cells as (
            select places.* exclude (x, y), x + dx as x, y + dy as y
            from places, range(-1, 2) as h (dx), range(-1, 2) as v (dy)
        )
        select a.id, cells.id as other
        from a join cells on floor(a.longitude / 0.0055)::int = cells.x and floor(a.latitude / 0.0046)::int = cells.y
        where 2 * 6371008.8 * asin(least(1, sqrt(
            pow(sin(radians(a.latitude - lat) / 2), 2)
            + cos(radians(a.latitude)) * cos(radians(lat)) * pow(sin(radians(a.longitude - lon) / 2), 2)
        ))) <= {REACH_M}
    """),
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
