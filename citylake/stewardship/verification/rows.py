"""Whether quarantine holds exactly the planted rows, each for its reason, and what was planted as missing is null."""

from __future__ import annotations

from citylake import lake
from citylake.feed import Feed, load_feeds
from citylake.stewardship.verification.difference import Difference, differing, load

ROLE = "steward"
# What a rule of the lake finds of what a department does.
_OF_A_COLUMN = ("range", "cast", "one_of", "required", "pattern")
_FINDS = {
    "range": ("out_of_range",), "cast": ("text_in_number", "impossible_time"), "one_of": ("not_in_list",),
    "required": ("required_missing",), "pattern": ("malformed_code",), "duplicate": ("exact_duplicate",),
    "key_conflict": ("conflicting_key",),
    "unparseable": ("wrong_column_count",),
}  # fmt: skip
_OF_A_ROW = "wrong_order"  # what a feed's own rules find: values that contradict each other


def compare(connection) -> tuple[dict[str, int], list[Difference]]:
    """How many rows were compared by kind, and those that differ. Needs `lake_deliveries` and `due`."""
    feeds = load_feeds()
    connection.execute(
        "create table sent as select lake_deliveries.delivery_id, due.feed, due.delivery_name, due.sequence from due"
        " inner join lake_deliveries using (feed, delivery_name, arrived_at) where due.outcome = 'admitted'"
    )
    connection.execute("create table found_rules (feed text, delivery_id text, source_row bigint, rule text)")
    connection.execute(
        "create table found_nulls (feed text, delivery_id text, source_row bigint, source text)"
    )
    wanted = dict(connection.execute(
        "select feed, list(distinct \"column\") from truth_defects where result = 'null' group by feed"
    ).fetchall())  # fmt: skip
    for feed in feeds.values():
        _read(connection, feed, set(wanted.get(feed.feed_id, ())))
    load(
        connection,
        "meant",
        _meanings(feeds),
        {"feed": "text", "rule": "text", "kind": "text", "source": "text"},
    )
    quarantined = _quarantined(connection)
    nulls = _nulls(connection)
    counts = {
        name: connection.execute(
            f"select count(*) from truth_defects inner join sent using (feed, delivery_name, sequence) where result = '{result}'"
        ).fetchone()[0]
        for name, result in (("quarantined defects", "quarantined"), ("defects that become null", "null"))
    }
    return counts, [*quarantined, *nulls]


def _read(connection, feed: Feed, null_sources: set[str]) -> None:
    """What a feed's two tables say: broken rules, and the places of nulls in columns that were to have some."""
    place = lake.metadata_location(ROLE, feed.quarantine)
    if place:
        connection.execute(
            f"insert into found_rules select '{feed.feed_id}', _delivery_id, _source_row, unnest(rules)"
            f" from iceberg_scan('{place}')"
        )
    admitted = lake.metadata_location(ROLE, feed.admitted)
    for column in feed.kept_columns if admitted else ():
        for source in set(column.sources) & null_sources:
            quoted = source.replace("'", "''")
            connection.execute(
                f"insert into found_nulls select '{feed.feed_id}', _delivery_id, _source_row, '{quoted}'"
                f" from iceberg_scan('{admitted}') where \"{column.name}\" is null"
            )


def _meanings(feeds: dict[str, Feed]) -> list[dict]:
    """What each rule of the lake means in the words of a department: a kind of defect, and a column or none."""
    found: list[dict] = []

    def add(feed_id: str, rule: str, source: str | None) -> None:
        kinds = _FINDS[rule.rsplit(".", 1)[-1]]
        found.extend({"feed": feed_id, "rule": rule, "kind": kind, "source": source} for kind in kinds)

    for feed_id, feed in feeds.items():
        for column in feed.columns:
            for suffix in _OF_A_COLUMN:
                for source in column.sources:
                    add(feed_id, f"{column.name}.{suffix}", source)
        for rule in sorted(set(_FINDS) - set(_OF_A_COLUMN)):
            add(feed_id, rule, None)
        found.extend(
            {"feed": feed_id, "rule": own.name, "kind": _OF_A_ROW, "source": None} for own in feed.rules
        )
    return found


def _quarantined(connection) -> list[Difference]:
    return differing(
        connection,
        """
        with planted as (
            select feed, delivery_name, sequence, source_row, kind, "column" as source
            from truth_defects inner join sent using (feed, delivery_name, sequence)
            where result = 'quarantined'
        ),
        found as (
            select sent.feed, sent.delivery_name, sent.sequence, found_rules.source_row, found_rules.rule
            from found_rules inner join sent on sent.delivery_id = found_rules.delivery_id and sent.feed = found_rules.feed
        ),
        explained as (
            select distinct planted.*, found.rule
            from planted
            inner join found using (feed, delivery_name, sequence, source_row)
            inner join meant
                on meant.feed = found.feed and meant.rule = found.rule and meant.kind = planted.kind
                and meant.source is not distinct from planted.source
        )
        select 'quarantine', concat_ws(' ', feed, delivery_name, '(' || sequence || ')', 'record', source_row),
            concat_ws(' ', kind, source), 'not quarantined for it'
        from planted anti join explained using (feed, delivery_name, sequence, source_row, kind)
        union all
        select 'quarantine', concat_ws(' ', feed, delivery_name, '(' || sequence || ')', 'record', source_row),
            'no such defect', 'quarantined: ' || rule
        from found anti join explained using (feed, delivery_name, sequence, source_row, rule)
        order by 2
        """,
    )


def _nulls(connection) -> list[Difference]:
    return differing(
        connection,
        """
        with planted as (
            select feed, delivery_name, sequence, source_row, "column" as source
            from truth_defects inner join sent using (feed, delivery_name, sequence)
            where result = 'null'
        ),
        found as (
            select sent.feed, sent.delivery_name, sent.sequence, found_nulls.source_row, found_nulls.source
            from found_nulls inner join sent on sent.delivery_id = found_nulls.delivery_id and sent.feed = found_nulls.feed
        )
        select 'null', concat_ws(' ', feed, delivery_name, '(' || sequence || ')', 'record', source_row, source),
            case when is_planted then 'null' else 'a value' end, case when is_planted then 'not null' else 'null' end
        from (
            select *, true as is_planted from planted anti join found using (feed, delivery_name, sequence, source_row, source)
            union all
            select *, false from found anti join planted using (feed, delivery_name, sequence, source_row, source)
        )
        order by 2
        """,
    )
