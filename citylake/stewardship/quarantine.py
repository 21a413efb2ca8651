"""Quarantined rows as a steward reads them: where they came from, every rule broken, the row as it came."""

from __future__ import annotations

import json
from dataclasses import dataclass

from citylake import lake, ledger
from citylake.errors import WrongUse
from citylake.feed import Feed, load_feeds
from citylake.ledger.listings import list_deliveries
from citylake.privacy import pseudonym

ROLE = "steward"
SEALED = "(sealed)"


@dataclass(frozen=True)
class Quarantined:
    """One quarantined row. `record` is the row as it came by column of the file, personal values sealed;
    `found` holds of it what the broken rules are about; `differs`, of a key conflict, each column in which the
    rows of the key differ, with their values in the order of the file."""

    delivery_id: str
    feed_id: str
    name: str
    source_row: int
    rules: tuple[str, ...]
    found: dict[str, str]
    record: dict[str, str]
    differs: dict[str, list[str]]


def quarantined(
    *, feed_id: str | None = None, delivery_id: str | None = None, rule: str | None = None, limit: int = 100
) -> list[Quarantined]:
    """Quarantined rows, newest delivery first, by their place in the file; at most `limit`.

    Reads only the deliveries that are needed to fill the limit. Raises: WrongUse for an unknown feed or delivery.
    """
    feeds = load_feeds()
    if feed_id is not None and feed_id not in feeds:
        raise WrongUse(f"there is no feed '{feed_id}'", expected="one of " + ", ".join(sorted(feeds)))
    with ledger.connect(ROLE) as connection:
        deliveries = list_deliveries(connection, feed_id=feed_id, delivery_id=delivery_id)
    if delivery_id is not None and not deliveries:
        raise WrongUse(f"there is no delivery '{delivery_id}'",
                       next_step="`citylake ledger deliveries` lists the deliveries.")  # fmt: skip
    rows: list[Quarantined] = []
    for delivery in deliveries:
        broken = delivery["rule_counts"]
        if len(rows) >= limit:
            break
        if (
            delivery["records_quarantined"]
            and delivery["feed_id"] in feeds
            and (rule is None or rule in broken)
        ):
            rows += _of_delivery(delivery, feeds[delivery["feed_id"]], rule)
    return rows[:limit]


def rows_of(table_id: str, delivery_id: str, *columns: str) -> list[dict]:
    """`_source_row` and some columns of a table's rows of one delivery, by their place in the file."""
    from pyiceberg.expressions import EqualTo

    table = lake.catalog(ROLE).load_table(lake.identifier(table_id))
    this_one = EqualTo("_delivery_id", delivery_id)  # type: ignore[misc, call-arg, arg-type]
    scan = table.scan(row_filter=this_one, selected_fields=("_source_row", *columns))
    return sorted(scan.to_arrow().to_pylist(), key=lambda row: row["_source_row"])


def _of_delivery(delivery: dict, feed: Feed, rule: str | None) -> list[Quarantined]:
    found = rows_of(feed.quarantine, delivery["delivery_id"], "rules", "record")
    differing = differences(found, feed)
    return [
        _read(row, delivery, feed, differing.get(row["_source_row"], {}))
        for row in found if rule is None or rule in row["rules"]
    ]  # fmt: skip


def differences(rows: list[dict], feed: Feed) -> dict[int, dict[str, list[str]]]:
    """For each record of a key conflict among quarantined rows of one delivery (`_source_row`, `rules`, `record`):
    the columns in which the rows of its key differ, with their values, personal ones sealed.

    All rows of such a key are in quarantine. Equal values of a delivery seal to equal texts, so that sealed ones
    compare as well. Keys that were equal only once typed (`1` and `01`) are not found to belong together.
    """
    of_key = [source for name in feed.key for source in feed.column(name).sources]
    by_key: dict[tuple, dict[int, dict]] = {}
    for row in rows:
        if "key_conflict" in row["rules"]:
            record = json.loads(row["record"])
            key = tuple((record.get(source) or "").strip() for source in of_key)
            by_key.setdefault(key, {})[row["_source_row"]] = record
    found: dict[int, dict[str, list[str]]] = {}
    for records in by_key.values():
        values = {
            name: list(dict.fromkeys(record.get(name) for record in records.values()))
            for name in next(iter(records.values()))
            if name not in feed.ignores and name not in of_key
        }
        differs = {
            name: [shown(each) for each in several] for name, several in values.items() if len(several) > 1
        }
        found |= dict.fromkeys(records, differs)
    return found


def _read(row: dict, delivery: dict, feed: Feed, differs: dict[str, list[str]]) -> Quarantined:
    record = {name: shown(value) for name, value in json.loads(row["record"]).items()}
    about = sources(row["rules"], feed)
    return Quarantined(
        delivery_id=delivery["delivery_id"], feed_id=feed.feed_id, name=delivery["name"],
        source_row=row["_source_row"], rules=tuple(row["rules"]), record=record,
        found={name: record[name] for name in about if name in record} or record, differs=differs,
    )  # fmt: skip


def shown(value: str | None) -> str:
    """A value of a quarantined row; a sealed one stays closed."""
    if value is None:
        return ""
    return SEALED if value.startswith(pseudonym.SEALED) else value


def sources(rules: list[str], feed: Feed) -> list[str]:
    """The columns of the file that rules are about: of a column's own rule the column's, of a duplicate
    the key's, of a rule over the row those it names."""
    by_name = {column.name: column for column in feed.columns}
    conditions = {rule.name: rule.that for rule in feed.rules}
    names: list[str] = []
    for rule in rules:
        column = rule.rpartition(".")[0]
        if column in by_name:
            names.append(column)
        elif rule in conditions:
            names += [name for name in by_name if name in conditions[rule]]
        elif rule in ("implausible_date", "outside_period") and feed.partition:
            names.append(feed.partition.by)
        elif rule != "unparseable":
            names += feed.key
    return list(
        dict.fromkeys(source for name in names if name in by_name for source in by_name[name].sources)
    )
