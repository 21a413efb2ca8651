"""A publication's rows, from the scratch file into PostgreSQL, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable

from citylake.build.contract import Mart
from citylake.build.plan import Plan
from citylake.build.project import SHARED
from citylake.publish import schema
from citylake.publish.standing import KEY, VALUES

_BATCH = 20_000


def write(connection, source, plan: Plan, marts: Iterable[Mart], publication_id: str) -> dict[str, int]:
    """Bring the marts to what the scratch file holds for the plan's periods; returns the rows by mart.

    `source` is the scratch file's DuckDB connection. Foreign keys are checked at the end of the transaction.
    Repeating it with the same rows gives the same marts but for the publication's id.
    """
    connection.execute("set constraints all deferred")
    marts = list(marts)
    counts = {mart.name: _stage(connection, source, mart) for mart in marts}
    for mart in marts:
        if mart.publish == "dimension":
            _upsert(connection, mart, plan, publication_id)
        elif mart.publish == "fact":
            _replace_days(connection, mart, plan, publication_id)
        else:
            _replace_values(connection, mart, plan, publication_id)
    for mart in reversed(marts):
        if mart.publish == "dimension" and not mart.keep_absent and _owns(mart, plan):
            _remove_absent(connection, mart)
    return counts


def _names(mart: Mart, table: str = "") -> str:
    return ", ".join(f'{table}"{name}"' for name in mart.column_names)


def _stage(connection, source, mart: Mart) -> int:
    """Copy the scratch rows into a temporary table `new_<mart>`; returns how many."""
    connection.execute(
        f"create temporary table new_{mart.name} on commit drop"
        f" as select {_names(mart)} from marts.{mart.name} limit 0"
    )
    rows = source.execute(f"select {_names(mart)} from marts.{mart.name} order by "
                          + ", ".join(f'"{name}"' for name in mart.key))  # fmt: skip
    count = 0
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy new_{mart.name} ({_names(mart)}) from stdin") as copy,
    ):
        while batch := rows.fetchmany(_BATCH):
            for row in batch:
                copy.write_row(row)
            count += len(batch)
    return count


def _owns(mart: Mart, plan: Plan) -> bool:
    """A dimension is changed by its own domain only; others add rows they refer to, if they are first."""
    return mart.domain in (plan.domain, SHARED)


def _upsert(connection, mart: Mart, plan: Plan, publication_id: str) -> None:
    key = ", ".join(f'"{name}"' for name in mart.key)
    rest = [name for name in mart.column_names if name not in mart.key]
    action = "do nothing"
    if _owns(mart, plan) and rest:
        old, new = (", ".join(f'{side}."{name}"' for name in rest) for side in (mart.name, "excluded"))
        changes = ", ".join(f'"{name}" = excluded."{name}"' for name in [*rest, "publication_id"])
        action = f"do update set {changes} where ({old}) is distinct from ({new})"
    # In the order of the key, so that two domains adding the same rows never wait for each other in a circle.
    connection.execute(
        f"insert into marts.{mart.name} ({_names(mart)}, publication_id)"
        f" select {_names(mart)}, %s from new_{mart.name} order by {key} on conflict ({key}) {action}",
        (publication_id,),
    )


def _remove_absent(connection, mart: Mart) -> None:
    """Delete rows of a dimension that its source no longer has and that no fact refers to."""
    same = " and ".join(f'fresh."{name}" = old."{name}"' for name in mart.key)
    used = "".join(
        f" and not exists (select 1 from marts.{item['table_name']} as used"
        f' where used."{item["column_name"]}" = old."{item["mart_column"]}")'
        for item in schema.references(connection)
        if item["mart"] == mart.name
    )
    connection.execute(
        f"delete from marts.{mart.name} as old"
        f" where not exists (select 1 from new_{mart.name} as fresh where {same}){used}"
    )


def _replace_days(connection, mart: Mart, plan: Plan, publication_id: str) -> None:
    if "_business_date" in mart.column_names:
        connection.execute(f"delete from marts.{mart.name} where _business_date = any(%s)", (plan.days,))
    else:
        connection.execute(f"delete from marts.{mart.name}")
    _insert(connection, mart, publication_id)


def _insert(connection, mart: Mart, publication_id: str) -> None:
    connection.execute(
        f"insert into marts.{mart.name} ({_names(mart)}, publication_id)"
        f" select {_names(mart)}, %s from new_{mart.name}",
        (publication_id,),
    )


# The published values of a domain's touched periods. The domain of a code is what dim_indicator says, so
# values of an indicator that is declared no more go when their period is made again.
PUBLISHED = """
    select fct_indicator_value.*
    from marts.fct_indicator_value
    inner join marts.dim_indicator
        on dim_indicator.code = fct_indicator_value.code and dim_indicator.domain = %(domain)s
    inner join unnest(%(types)s::text[], %(periods)s::text[]) as touched (period_type, period)
        on touched.period_type = fct_indicator_value.period_type
        and touched.period = fct_indicator_value.period
"""


def touched(plan: Plan) -> dict:
    """The parameters of PUBLISHED."""
    return {
        "domain": plan.domain, "types": [item.period_type for item in plan.periods],
        "periods": [item.period for item in plan.periods],
    }  # fmt: skip


def _replace_values(connection, mart: Mart, plan: Plan, publication_id: str) -> None:
    """Append what changed to the history, then replace the values of the touched periods."""
    connection.execute(f"create temporary table old_{mart.name} (like marts.{mart.name}) on commit drop")
    connection.execute(f"insert into old_{mart.name} {PUBLISHED}", touched(plan))
    connection.execute(_append_sql(mart.name), {"publication": publication_id})
    same = " and ".join(f'old."{name}" = fct."{name}"' for name in KEY)
    connection.execute(f"delete from marts.{mart.name} as fct using old_{mart.name} as old where {same}")
    _insert(connection, mart, publication_id)


def _append_sql(name: str) -> str:
    same = " and ".join(f'old."{column}" = fresh."{column}"' for column in KEY)
    key = ", ".join(f'coalesce(fresh."{column}", old."{column}")' for column in (*KEY, "system", "unit"))
    measured = [column for column in VALUES if column not in ("unit", "value_status")]
    new, old = (", ".join(f'{side}."{column}"' for column in VALUES) for side in ("fresh", "old"))
    names = ", ".join(f'"{column}"' for column in (*KEY, "system", "unit", *measured))
    return (
        f"insert into marts.indicator_history ({names}, value_status, publication_id)"
        f" select {key}, {', '.join(f'fresh.{column}' for column in measured)},"
        "  coalesce(fresh.value_status, 'not_reported'), %(publication)s"
        f" from new_{name} as fresh full outer join old_{name} as old on {same}"
        f" where fresh.code is null or old.code is null or ({new}) is distinct from ({old})"
        f" order by {', '.join(str(number) for number in range(1, len(KEY) + 1))}"
    )
