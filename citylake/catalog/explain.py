"""Explain a published number: from its definition to the files it was made from."""

from __future__ import annotations

from dataclasses import dataclass

from citylake import ledger
from citylake.catalog.published import exists, restated
from citylake.errors import WrongUse
from citylake.indicator import Indicator, all_indicators

ROLE = "steward"
_Key = tuple[str, str, int]  # table, partition, version


@dataclass(frozen=True)
class Explanation:
    """A published value and everything it rests on; each part is a list of flat rows."""

    indicator: Indicator
    values: list[dict]  # one a vintage and group of the area
    publication: dict
    partitions: list[dict]  # table_id, partition, version, run_id, rows; nearest to the value first
    runs: list[dict]  # run_id, verb, subject, caller, code_version, started_at, status
    deliveries: list[dict]  # files with their outcome; `counts` where no later delivery replaced it
    restatements: list[dict]


def explain(code: str, period: str, area: str | None = None) -> Explanation:
    """The explanation of an indicator's value for a period (2026-03-01, 2026-03 or 2026) and area.

    Without an area, the city's. Raises: WrongUse that says what exists.
    """
    indicators = all_indicators()
    if code not in indicators:
        raise WrongUse(f"there is no indicator '{code}'", expected="one of " + ", ".join(sorted(indicators)))
    with ledger.connect(ROLE) as connection:
        values = _values(connection, indicators[code], period, area)
        domain = indicators[code].domain
        publication = connection.execute(
            "select * from ledger.publications where publication_id = %s", (values[0]["publication_id"],)
        ).fetchone()
        made = _published_partitions(connection, domain, period, publication)
        keys, admitted = _walk(connection, [(f"marts.{domain}", name, version) for name, version in made])
        partitions = _partitions(connection, keys)
        deliveries = _deliveries(connection, admitted)
        changes = restated(connection, code=code, period=period, area=values[0]["area"])
        runs = _runs(connection, {row["run_id"] for row in [*partitions, *deliveries, publication]} - {None})
    return Explanation(
        indicators[code], values, publication, partitions, runs, deliveries, changes
    )  # fmt: skip


def _values(connection, indicator: Indicator, period: str, area: str | None) -> list[dict]:
    code = indicator.code
    found: list[dict] = []
    if exists(connection, "marts.fct_indicator_value"):
        found = connection.execute(
            "select * from marts.fct_indicator_value where code = %s and period = %s and (group_type = 'all' or %s)"
            ' order by area_type, area, vintage, group_type, "group"',
            (code, period, indicator.only_groups),
        ).fetchall()
    if not found:
        raise WrongUse(f"'{code}' has no published value for {period}", found=_periods(connection, code),
                       next_step=f"`citylake indicators --code {code}` shows the latest.")  # fmt: skip
    chosen = [row for row in found if area in (row["area"], None) and (area or row["area_type"] == "city")]
    areas = list(dict.fromkeys(row["area"] for row in found))
    if not chosen and area is None and len(areas) == 1:
        return found
    if not chosen:
        raise WrongUse(
            f"'{code}' has no value for the area '{area}' in {period}" if area
            else f"'{code}' has values of several areas for {period}",
            expected="one of " + ", ".join(areas), next_step=f"citylake explain {code} {period} --area {areas[0]}",
        )  # fmt: skip
    return chosen


def _periods(connection, code: str) -> str:
    if not exists(connection, "marts.fct_indicator_value"):
        return "nothing published yet"
    row = connection.execute(
        "select min(period) as first, max(period) as last, count(*) as number"
        " from marts.fct_indicator_value where code = %s and period_type = 'day'",
        (code,),
    ).fetchone()
    return f"days from {row['first']} to {row['last']}" if row["number"] else "no day published"


def _published_partitions(connection, domain: str, period: str, publication: dict) -> list[tuple[str, int]]:
    """The partitions of the marts that lie in a period, each as it was last published until then."""
    found = connection.execute(
        """
        select distinct on (made.partition) made.partition, made.version
        from ledger.publications
        cross join lateral jsonb_to_recordset(publications.partitions) as made (partition text, version bigint)
        where
            publications.domain = %(domain)s and publications.status = 'published'
            and publications.published_at <= %(until)s
            and (made.partition like %(period)s || '%%' or made.partition = 'all')
        order by made.partition, publications.published_at desc
        """,
        {"domain": domain, "period": period, "until": publication["published_at"]},
    )
    return [(row["partition"], row["version"]) for row in found]


def _walk(connection, begin: list[_Key]) -> tuple[list[_Key], list[_Key]]:
    """Every partition version the first ones were made from: those that were made, and admitted ones."""
    made: dict[_Key, None] = dict.fromkeys(begin)
    admitted: dict[_Key, None] = {}
    frontier = begin
    while frontier:
        tables, names, versions = (list(column) for column in zip(*frontier, strict=True))
        found = connection.execute(
            "select distinct inputs_used.input_table, inputs_used.input_partition, inputs_used.input_version"
            " from ledger.inputs_used"
            " inner join unnest(%s::text[], %s::text[], %s::bigint[]) as made (table_id, partition, version)"
            "   using (table_id, partition, version)"
            " order by 1, 2, 3",
            (tables, names, versions),
        ).fetchall()
        keys: list[_Key] = [
            (row["input_table"], row["input_partition"], row["input_version"]) for row in found
        ]
        admitted |= dict.fromkeys(key for key in keys if key[0].startswith("admitted."))
        frontier = [key for key in keys if not key[0].startswith("admitted.") and key not in made]
        made |= dict.fromkeys(frontier)
    return list(made), list(admitted)


def _partitions(connection, keys: list[_Key]) -> list[dict]:
    if not keys:
        return []
    tables, names, versions = (list(column) for column in zip(*keys, strict=True))
    return connection.execute(
        "select wanted.table_id, wanted.partition, wanted.version, version_log.run_id, version_log.changed_at"
        " from unnest(%s::text[], %s::text[], %s::bigint[]) with ordinality"
        "   as wanted (table_id, partition, version, place)"
        " left join ledger.version_log"
        "   on version_log.table_id = wanted.table_id and version_log.partition = wanted.partition"
        "   and version_log.version = wanted.version"
        " order by wanted.place",
        (tables, names, versions),
    ).fetchall()


def _deliveries(connection, keys: list[_Key]) -> list[dict]:
    """The deliveries that had a part in admitted partitions by then, with their last outcome."""
    if not keys:
        return []
    tables, names, versions = (list(column) for column in zip(*keys, strict=True))
    return connection.execute(
        """
        with touched as (
            select distinct version_log.table_id, version_log.partition, version_log.delivery_id
            from ledger.version_log
            inner join unnest(%s::text[], %s::text[], %s::bigint[]) as used (table_id, partition, version)
                on used.table_id = version_log.table_id and used.partition = version_log.partition
                and version_log.version <= used.version
        ),

        ranked as (
            select
                touched.*, outcomes.status,
                -- As in ledger.current_deliveries: the latest arrival counts, of each sender or of all.
                feeds.delivers in ('additions', 'changes') or row_number() over (
                    partition by
                        touched.table_id, touched.partition,
                        case when feeds.delivers = 'everything' then '' else outcomes.sender end
                    order by outcomes.status = 'admitted' desc, outcomes.arrived_at desc, outcomes.delivery_id desc
                ) = 1 as counts
            from touched
            inner join ledger.outcomes on outcomes.delivery_id = touched.delivery_id
            inner join ledger.feeds on feeds.feed_id = outcomes.feed_id
        ),

        parts as (
            select
                delivery_id, bool_or(counts and status = 'admitted') as counts,
                string_agg(partition, ', ' order by partition) as partitions
            from ranked
            group by delivery_id
        )

        select
            deliveries.feed_id, deliveries.delivery_id, deliveries.sender, deliveries.name, deliveries.arrived_at,
            parts.partitions, parts.counts, outcomes.status, outcomes.records_parsed, outcomes.records_admitted,
            outcomes.records_quarantined, outcomes.rule_counts, deliveries.landing_uri, deliveries.sha256,
            outcomes.feed_version, outcomes.run_id
        from parts
        inner join ledger.deliveries on deliveries.delivery_id = parts.delivery_id
        inner join ledger.outcomes on outcomes.delivery_id = parts.delivery_id
        order by parts.counts desc, deliveries.feed_id, deliveries.name, deliveries.arrived_at
        """,
        (tables, names, versions),
    ).fetchall()


def _runs(connection, run_ids: set[str]) -> list[dict]:
    return connection.execute(
        "select run_id, verb, subject, caller, code_version, started_at, finished_at, status from ledger.runs"
        " where run_id = any(%s) order by started_at desc",
        (list(run_ids),),
    ).fetchall()
