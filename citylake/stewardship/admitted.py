"""Admitted rows as a steward reads them: of a day, of a delivery, or of the newest deliveries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

from citylake import lake, ledger
from citylake.errors import WrongUse
from citylake.feed import Feed, find_feed
from citylake.ledger.listings import list_deliveries
from citylake.stewardship.quarantine import ROLE, SEALED, shown

PLACE = ("_delivery_id", "_source_row", "_business_date")
EXTRA = "_extra"


def admitted(
    feed_id: str, *, day: date | None = None, delivery_id: str | None = None, limit: int = 20
) -> list[dict]:
    """Admitted rows, newest delivery first, by their place in the file; at most `limit`.

    A row has `PLACE`, the columns that the feed file declares now and the table has, and `EXTRA`; values of
    personal columns are sealed, also where they are pseudonyms. Rows that a later delivery replaced are among
    them. Reads only the deliveries, or the day, that are needed.
    Raises: WrongUse for an unknown feed or delivery, or a day of a feed without days.
    """
    feed = find_feed(feed_id)
    with ledger.connect(ROLE) as connection:
        deliveries = list_deliveries(connection, feed_id=feed_id, delivery_id=delivery_id)
    if delivery_id is not None and not deliveries:
        raise WrongUse(f"'{feed_id}' has no delivery '{delivery_id}'",
                       next_step=f"`citylake ledger deliveries --feed {feed_id}` lists its deliveries.")  # fmt: skip
    if day is not None and feed.partition is None:
        raise WrongUse(f"'{feed_id}' has no days", found=f"day {day}", expected="a feed with a `partition`",
                       next_step="Leave --day out: a list is all of one day.")  # fmt: skip
    if not any(each["records_admitted"] for each in deliveries):
        return []
    table = lake.catalog(ROLE).load_table(lake.identifier(feed.admitted))
    wanted = _columns(feed, {field.name for field in table.schema().fields})
    rows: list[dict] = []
    for chosen in _filters(deliveries, day, delivery_id):
        if len(rows) >= limit:
            break
        rows += _first(table.scan(row_filter=chosen, selected_fields=tuple(wanted)), limit - len(rows))
    personal = {name for column in feed.columns if column.is_personal for name in column.admitted}
    return [{name: _shown(row[name], name, personal) for name in wanted} for row in rows]


def _columns(feed: Feed, there: set[str]) -> list[str]:
    """A column that was declared since the last admission is not in the table yet."""
    return [name for name in (*PLACE, *feed.admitted_columns, EXTRA) if name in there]


def _filters(deliveries: list[dict], day: date | None, delivery_id: str | None) -> Iterator:
    """What to read, one after the other: a day at once, else delivery by delivery."""
    from pyiceberg.expressions import AlwaysTrue, And, EqualTo

    of_day = EqualTo("_business_date", day.isoformat()) if day else AlwaysTrue()  # type: ignore[misc, call-arg, arg-type]
    if day and delivery_id is None:
        yield of_day
        return
    for each in deliveries:
        if each["records_admitted"]:
            yield And(of_day, EqualTo("_delivery_id", each["delivery_id"]))  # type: ignore[misc, call-arg, arg-type]


def _first(scan, number: int) -> list[dict]:
    """The first rows of a scan by delivery and place, without holding more of it than a batch."""
    import pyarrow as pa
    import pyarrow.compute as pc

    order = [("_delivery_id", "descending"), ("_source_row", "ascending")]
    kept = None
    for batch in scan.to_arrow_batch_reader():
        found = pa.Table.from_batches([batch])
        kept = found if kept is None else pa.concat_tables([kept, found])
        kept = kept.take(pc.select_k_unstable(kept, number, order))
    return [] if kept is None else kept.sort_by(order).to_pylist()


def _shown(value, name: str, personal: set[str]):
    if value is None:
        return None
    if name in personal:
        return SEALED
    if name == EXTRA:  # of what nobody declared, what looked personal was sealed at admission
        values = {source: shown(text) for source, text in json.loads(value).items()}
        return json.dumps(values, ensure_ascii=False)
    return value
