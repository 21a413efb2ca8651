"""Whether every delivery became what it should, with its counts; and which instant of the truth the lake stands at."""

from __future__ import annotations

from datetime import datetime

from citylake.stewardship.verification.difference import Difference, differing, load

_COLUMNS = {
    "delivery_id": "text", "feed": "text", "delivery_name": "text", "arrived_at": "time", "outcome": "text", "admitted": "int",
    "quarantined": "int", "held": "int",
}  # fmt: skip


def compare(connection, reading) -> tuple[datetime, int, list[Difference]]:
    """The instant, how many deliveries were compared, and those that differ.

    Makes the tables `lake_deliveries` and `due`, the truth's deliveries up to the instant, for those who compare more.
    """
    found = reading.execute(
        "select deliveries.delivery_id, deliveries.feed_id as feed, deliveries.name as delivery_name, deliveries.arrived_at,"
        " coalesce(nullif(outcomes.status, 'repeated'), 'recorded') as outcome, outcomes.records_admitted as admitted,"
        " outcomes.records_quarantined as quarantined, outcomes.records_held as held"
        " from ledger.deliveries left join ledger.outcomes using (delivery_id)"
    ).fetchall()
    load(connection, "lake_deliveries", found, _COLUMNS)
    as_of = _instant(connection)
    connection.execute(
        f"create table due as from truth_deliveries where arrived_at <= timestamptz '{as_of.isoformat()}'"
    )
    (count,) = connection.execute("select count(*) from due").fetchone()
    counts = "concat_ws(' ', {0}.outcome, {0}.admitted, {0}.quarantined, {0}.held)"
    key = ("feed", "delivery_name", "arrived_at")
    feed, name, at = (f"coalesce(due.{each}, lake_deliveries.{each})" for each in key)
    same = " and ".join(f"lake_deliveries.{each} = due.{each}" for each in key)
    query = f"""
        select 'delivery', {feed} || ' ' || {name} || ' of ' || {at},
            case when due.feed is null then 'nothing' else {counts.format("due")} end,
            case when lake_deliveries.feed is null then 'nothing' else {counts.format("lake_deliveries")} end
        from due full outer join lake_deliveries on {same}
        where {counts.format("due")} is distinct from {counts.format("lake_deliveries")}
        order by 2
        """
    return as_of, count, differing(connection, query)


def _instant(connection) -> datetime:
    """The instant by which what should have arrived is most like what did; the later one where two are as like."""
    found = connection.execute(
        """
        with instants as (select distinct as_of from truth_indicators),
        sent as (
            select coalesce(truth_deliveries.arrived_at, lake_deliveries.arrived_at) as arrived_at,
                lake_deliveries.feed is not null as is_here
            from truth_deliveries full outer join lake_deliveries using (feed, delivery_name, arrived_at)
        )
        select as_of from instants cross join sent
        group by as_of
        order by count(*) filter (where is_here <> (arrived_at <= as_of)), as_of desc
        """
    ).fetchall()
    return found[0][0]
