"""What a publication will make: its stale partitions, what they are made from, the periods they touch."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from citylake import lake, ledger
from citylake.build import project
from citylake.build.periods import Period, span, touched_periods
from citylake.column import SQL_TYPES
from citylake.errors import DataFailed, WrongUse
from citylake.feed import ALL
from citylake.ledger import partitions
from citylake.ledger.partitions import Stale
from citylake.table import find_table


@dataclass(frozen=True)
class Plan:
    """The work of one publication; `days` is empty for a domain with the one partition `all`."""

    domain: str
    stale: tuple[Stale, ...] = ()
    read_at: datetime | None = None
    inputs: tuple[dict, ...] = ()
    periods: tuple[Period, ...] = ()
    left_out: tuple[date, ...] = ()
    request_id: str | None = None
    request_table: str | None = None

    @property
    def size(self) -> int:
        """How many partitions it makes."""
        return len(self.stale) or len(self.days)

    @property
    def days(self) -> list[date]:
        """The days that are made again."""
        return [item.first_date for item in self.periods if item.period_type == "day"]

    @property
    def years(self) -> list[int]:
        """The years that a touched period lies in."""
        return sorted({year for item in self.periods for year in (item.first_date.year, item.last_date.year)})


@dataclass(frozen=True)
class Pinned:
    """A conformed table at one state: a metadata file, and a snapshot where it is not the current one.

    No file is a table that was never made: its feeds have not delivered yet.
    """

    source: project.SourceTable
    location: str | None
    snapshot_id: int | None = field(default=None)


def declare(connection, domain: str) -> None:
    """Make the ledger know the domain's marts and their inputs. Safe to repeat; writes only what changed."""
    table, inputs = project.marts_id(domain), project.ledger_inputs(domain)
    declaration = {"version": project.version(), "inputs": inputs}
    known = connection.execute(
        "select declaration from ledger.tables where table_id = %s", (table,)
    ).fetchone()
    if known and known["declaration"] == declaration:
        return
    partitions.declare_table(
        connection, table, "marts", partitioned=project.is_partitioned(domain),
        inputs=inputs, declaration=declaration,
    )  # fmt: skip


def plan_stale(connection, domain: str) -> Plan:
    """The plan for what is stale now.

    `connection` must be in one REPEATABLE READ transaction, so that the fingerprints fit the inputs.
    """
    table = project.marts_id(domain)
    read_at = connection.execute("select clock_timestamp() as now").fetchone()["now"]
    stale = tuple(partitions.stale(connection, table))
    if not stale:
        return Plan(domain)
    inputs = partitions.expected_inputs(connection, table, [item.partition for item in stale])
    days = [date.fromisoformat(item.partition) for item in stale if item.partition != ALL]
    sealed = _days(connection, "select partition from ledger.seals where table_id = %s", table)
    # A day that failed its checks counts in no month or year until it passes; completeness shows the gap.
    blocked = set(_days(connection, "select partition from ledger.blocks where table_id = %s", table)) - set(
        days
    )
    periods = tuple(touched_periods(days, sealed))
    return Plan(domain, stale, read_at, tuple(inputs), periods, left_out=tuple(sorted(blocked)))


def plan_newest(connection, domain: str) -> Plan:
    """The plan for the newest day the driving inputs have; for looking, nothing of it will be published."""
    row = connection.execute(
        "select max(partition) as partition from ledger.versions"
        " where partition <> 'all' and table_id = any(%s)",
        ([table.table_id for table in project.inputs(domain) if table.drives],),
    ).fetchone()
    days = [date.fromisoformat(row["partition"])] if row["partition"] else []
    return Plan(domain, periods=tuple(touched_periods(days)))


def plan_request(connection, domain: str, request_id: str) -> Plan:
    """The plan for a staged request: its days, whether stale or not; nothing of it will be published.

    Raises: WrongUse where there is no such request.
    """
    row = connection.execute("select * from ledger.requests where request_id = %s", (request_id,)).fetchone()
    if not row:
        raise WrongUse(
            f"there is no request '{request_id}'", next_step="`citylake backfill --stage` makes one."
        )
    days: list[date] = []
    if project.is_partitioned(domain):
        if not (row["partition_from"] and row["partition_to"]):
            raise WrongUse("the request names no days", where=f"request {request_id}")
        first, last = (date.fromisoformat(row[name]) for name in ("partition_from", "partition_to"))
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        known = _days(
            connection,
            "select distinct partition from ledger.versions where partition <> 'all' and table_id = any(%s)",
            [table.table_id for table in project.inputs(domain) if table.drives],
        )
        days = sorted(set(days) & set(known))
    return Plan(
        domain, periods=tuple(touched_periods(days)), request_id=request_id, request_table=row["table_id"]
    )


def _days(connection, query: str, value) -> list[date]:
    rows = connection.execute(query, (value,)).fetchall()
    return [date.fromisoformat(row["partition"]) for row in rows if row["partition"] != ALL]


def pin(plan: Plan) -> list[Pinned]:
    """The state of each input, read after the plan, so that it is never older than the versions recorded.

    A staged request's table is read from its branch `request_<id>`, where there is one.
    Raises: DataFailed where a table that was made is not in the catalogue.
    """
    pinned = []
    made = _made()
    for source in project.inputs(plan.domain):
        if plan.request_id and source.table_id == plan.request_table:
            pinned.append(_pin_branch(source, f"request_{plan.request_id.lower()}"))
            continue
        location = lake.metadata_location("publish", source.table_id)
        if not location and source.table_id in made:
            raise DataFailed(f"the table {source.table_id} is in the ledger but not in the catalogue",
                             next_step=f"citylake conform {source.table_id}")  # fmt: skip
        pinned.append(Pinned(source, location))
    return pinned


def _made() -> set[str]:
    """The tables of which a partition was ever made."""
    with ledger.connect("publish") as connection:
        rows = connection.execute("select distinct table_id from ledger.versions").fetchall()
    return {row["table_id"] for row in rows}


def _pin_branch(source: project.SourceTable, branch: str) -> Pinned:
    table = lake.catalog("publish").load_table(lake.identifier(source.table_id))
    reference = table.metadata.refs.get(branch)
    return Pinned(source, table.metadata_location, reference.snapshot_id if reference else None)


def view_sql(pinned: Pinned, plan: Plan) -> str:
    """The view of an input in the scratch file, restricted to what the touched periods can need."""
    name = f"{pinned.source.schema}.{pinned.source.name}"
    if pinned.location is None:
        columns = [
            f'null::{SQL_TYPES[each.type]} as "{each.name}"'
            for each in find_table(pinned.source.table_id).columns
        ]
        return f"create view {name} as select {', '.join(columns)} where false"
    snapshot = f", snapshot_from_id = {pinned.snapshot_id}" if pinned.snapshot_id else ""
    text = f"select * from iceberg_scan('{pinned.location}'{snapshot})"
    bounds = span(plan.periods)
    if pinned.source.drives and bounds:
        text += f" where _business_date between date '{bounds[0]}' and date '{bounds[1]}'"
        if plan.left_out:
            text += " and _business_date not in (" + ", ".join(f"date '{day}'" for day in plan.left_out) + ")"
    return f"create view {name} as {text}"
