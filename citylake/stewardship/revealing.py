"""Opening sealed values of a delivery: for a reason, and not before it is noted in the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from citylake import ledger
from citylake.errors import WrongUse
from citylake.feed import load_feeds
from citylake.ledger import reveals
from citylake.ledger.listings import list_deliveries
from citylake.privacy import keys, pseudonym
from citylake.stewardship.admitted import EXTRA
from citylake.stewardship.quarantine import ROLE, rows_of

_LEAST = 10  # characters of a reason


@dataclass(frozen=True)
class Revealed:
    """One value as it came. `kept_in` is quarantine, or admitted for what nobody declared; the record is numbered as in the
    file."""

    source_row: int
    kept_in: str
    column: str
    value: str


def reveal(
    delivery_id: str,
    because: str,
    *,
    records: tuple[int, ...] = (),
    column: str | None = None,
    limit: int = 100,
) -> list[Revealed]:
    """Sealed values of a delivery, by record, at most `limit`; of some records or one column of the file, if given.

    Who opens what, and why, is in the ledger before this returns. Raises: WrongUse for an unknown delivery, too short a
    reason, a key that is missing or another one, or where nothing is sealed.
    """
    if len(because.strip()) < _LEAST:
        raise WrongUse(
            "why is this opened? Say it so that others understand it", found=repr(because),
            expected=f"a sentence of {_LEAST} characters or more", next_step="Give it with --because '…'.",
        )  # fmt: skip
    with ledger.connect(ROLE) as connection:
        found = list_deliveries(connection, delivery_id=delivery_id)
        if not found:
            raise WrongUse(f"there is no delivery '{delivery_id}'",
                           next_step="`citylake ledger deliveries` lists the deliveries.")  # fmt: skip
        (delivery,) = found
        sealed = [
            each for each in _sealed(delivery)
            if (not records or each.source_row in records) and column in (None, each.column)
        ][:limit]  # fmt: skip
        if not sealed:
            raise WrongUse(
                "nothing of this is sealed", where=f"{delivery['name']} ({delivery_id})",
                found=f"records {records or 'all'}, column {column or 'any'}", expected="a value shown as (sealed)",
                next_step=f"`citylake quarantine list --delivery {delivery_id}` and `citylake feed rows {delivery['feed_id']}"
                f" --delivery {delivery_id}` show where values are sealed.",
            )  # fmt: skip
        opened = [_opened(each, delivery_id) for each in sealed]
        rows, columns = [each.source_row for each in opened], [each.column for each in opened]
        reveals.note(connection, delivery_id, rows, columns, len(opened), because.strip())
    return opened


def _opened(sealed: Revealed, delivery_id: str) -> Revealed:
    from cryptography.exceptions import InvalidTag

    if not keys.exists("seal"):
        raise WrongUse("the key that seals is not there", where=str(keys.path("seal")),
                       expected="the key of the lake that admitted it", next_step="Mount or restore it there.")  # fmt: skip
    try:
        value = pseudonym.unseal(sealed.value, delivery_id)
    except InvalidTag as error:
        raise WrongUse(
            "a sealed value cannot be opened: it was sealed with another key, or for another delivery",
            where=str(keys.path("seal")), found=f"record {sealed.source_row}, column {sealed.column}",
            next_step="Mount or restore the key of the lake that admitted this delivery.",
        ) from error  # fmt: skip
    return Revealed(sealed.source_row, sealed.kept_in, sealed.column, value)


def _sealed(delivery: dict) -> Iterator[Revealed]:
    """Every sealed value of a delivery, by record."""
    feed = load_feeds().get(delivery["feed_id"])
    if feed is None:
        return
    found: list[Revealed] = []
    if delivery["records_quarantined"]:
        found += _of_table(feed.quarantine, "quarantine", "record", delivery["delivery_id"])
    if delivery["records_admitted"]:
        found += _of_table(feed.admitted, "admitted", EXTRA, delivery["delivery_id"])
    yield from sorted(found, key=lambda each: (each.source_row, each.column))


def _of_table(table_id: str, kept_in: str, column: str, delivery_id: str) -> Iterator[Revealed]:
    for row in rows_of(table_id, delivery_id, column):
        for name, value in json.loads(row[column] or "{}").items():
            if value and value.startswith(pseudonym.SEALED):
                yield Revealed(row["_source_row"], kept_in, name, value)
