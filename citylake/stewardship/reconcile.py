"""Reconcile: for every delivery, records parsed = admitted + quarantined + held + erased, proved twice.

The ledger's counts are compared with an independent count of the kept bytes, and with the rows that
really are in the tables. Of what is past retention nothing may be there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from citylake import lake, ledger
from citylake.errors import WrongUse
from citylake.feed import Feed, load_feeds
from citylake.ledger.listings import list_deliveries
from citylake.stewardship.counting import Count, count

ROLE = "steward"
# While the lake works, a commit falls between two readings; a true difference is there again.
_READINGS = 3
# Reasons to hold a delivery whose bytes are not opened a second time, and those whose bytes cannot be read.
_SHUT = {"bomb", "unsafe_archive", "wrong_members", "encrypted", "no_sheet", "record_too_long"}
_UNDECODABLE = {"wrong_encoding", "unreadable", "truncated", "entity", "not_calculated"} | _SHUT


@dataclass(frozen=True)
class Reconciled:
    """One delivery: the ledger's counts, both other counts, and what does not agree in plain words.

    `counted` is None where the bytes cannot be decoded as declared, have no second reader (an xls workbook),
    or only repeat another delivery's. One that is landed and not admitted yet is `waiting`, without counts.
    `next_step` says what to do where something differs.
    """

    delivery_id: str
    feed_id: str
    name: str
    status: str
    parsed: int | None
    admitted: int | None
    quarantined: int | None
    held: int | None
    erased: int | None
    counted: int | None
    rows_admitted: int
    rows_quarantined: int
    differences: tuple[str, ...] = field(default=())
    next_step: str | None = None


def reconcile(
    feed_id: str | None = None, *, begin: Callable[[int], None] = lambda _: None,
    advance: Callable[[], None] = lambda: None,
) -> list[Reconciled]:  # fmt: skip
    """Every delivery of a feed or of all, oldest arrival first. Changes nothing.

    `begin` is told how many deliveries have an outcome, `advance` is called after each. Deliveries that no
    feed takes are kept unread and left out. Raises: WrongUse for a feed that does not exist.
    """
    feeds = load_feeds()
    if feed_id is not None and feed_id not in feeds:
        raise WrongUse(f"there is no feed '{feed_id}'", expected="one of " + ", ".join(sorted(feeds)))
    chosen = [feeds[feed_id]] if feed_id else list(feeds.values())
    begin(sum(_has_outcome(row) for feed in chosen for row in _deliveries(feed)))
    counts: dict[str, Count | str] = {}
    found: list[Reconciled] = []
    for feed in chosen:
        for delivery in filter(_has_outcome, _deliveries(feed)):
            counts[delivery["delivery_id"]] = _count(delivery, feed)
            advance()
        found += _settled(feed, counts)
    return found


def _settled(feed: Feed, counts: dict[str, Count | str]) -> list[Reconciled]:
    """Compare, and once more where something differs that a commit just now would explain."""
    for reading in range(_READINGS):
        deliveries = _deliveries(feed)
        rows = {layer: rows_by_delivery(getattr(feed, layer)) for layer in ("admitted", "quarantine")}
        by_id = {row["delivery_id"]: row for row in deliveries}
        for row in deliveries:  # one that was admitted meanwhile is counted too
            if _has_outcome(row) and row["delivery_id"] not in counts:
                counts[row["delivery_id"]] = _count(row, feed)
        found = [
            compare(row, counts[row["delivery_id"]], rows["admitted"], rows["quarantine"],
                    by_id.get(row["repeats"], {}).get("sha256"))
            if _has_outcome(row) else _line(row, "waiting", rows["admitted"], rows["quarantine"])
            for row in deliveries
        ]  # fmt: skip
        found += _strangers(feed, rows)
        if reading == _READINGS - 1 or not any(line.differences for line in found):
            break
    return found


def _deliveries(feed: Feed) -> list[dict]:
    with ledger.connect(ROLE) as connection:
        return list_deliveries(connection, feed_id=feed.feed_id)[::-1]


def _has_outcome(row: dict) -> bool:
    return row["attempt"] is not None


def _count(delivery: dict, feed: Feed) -> Count | str:
    """The independent count, or why there is none."""
    from botocore.exceptions import ClientError

    bucket, key = lake.split_uri(delivery["landing_uri"])
    try:
        body = lake.s3(ROLE).get_object(Bucket=bucket, Key=key)["Body"]
    except ClientError as error:
        return f"the kept bytes cannot be read ({error.response['Error']['Code']})"
    kinds = {reason["kind"] for reason in delivery["reasons"]}
    return count(body, feed, is_opened=not kinds & _SHUT)


def rows_by_delivery(table_id: str) -> dict[str, int]:
    """How many rows of each delivery a table holds now; reads one column, in batches."""
    import pyarrow.compute as pc

    table = lake.iceberg_table(ROLE, table_id)
    if table is None:
        return {}
    found: dict[str, int] = {}
    for batch in table.scan(selected_fields=("_delivery_id",)).to_arrow_batch_reader():
        for item in pc.value_counts(batch.column(0)).to_pylist():
            found[item["values"]] = found.get(item["values"], 0) + item["counts"]
    return found


def compare(
    row: dict,
    counted: Count | str,
    admitted: dict[str, int],
    quarantined: dict[str, int],
    repeated_sha256: str | None,
) -> Reconciled:
    """One delivery's outcome (a row of `list_deliveries`) against the count and the rows in the tables."""
    line = _line(row, row["status"], admitted, quarantined)
    of_bytes = tuple(_against_bytes(row, counted, repeated_sha256))
    differences = (*_against_ledger(row, (line.rows_admitted, line.rows_quarantined)), *of_bytes)
    return dataclasses.replace(
        line,
        counted=counted.records if isinstance(counted, Count) and row["status"] != "repeated" else None,
        differences=differences,
        next_step=_next_step(row, counted) if differences else None,
    )


def _line(
    row: dict, status: str, admitted: dict[str, int], quarantined: dict[str, int]
) -> Reconciled:  # fmt: skip
    """What the ledger says of a delivery, and the rows in the tables; not compared yet."""
    return Reconciled(
        delivery_id=row["delivery_id"], feed_id=row["feed_id"], name=row["name"], status=status,
        parsed=row["records_parsed"], admitted=row["records_admitted"], quarantined=row["records_quarantined"],
        held=row["records_held"], erased=row["records_erased"], counted=None,
        rows_admitted=admitted.get(row["delivery_id"], 0), rows_quarantined=quarantined.get(row["delivery_id"], 0),
    )  # fmt: skip


def _next_step(row: dict, counted: Count | str) -> str:
    """What mends a delivery that differs: its rows can be made again as long as its bytes are those that arrived."""
    if row["is_expired"]:
        return "`citylake privacy retention --enforce` deletes what is past retention."
    if isinstance(counted, str) or counted.sha256 != row["kept_sha256"]:
        return (
            f"Bring {row['landing_uri']} back from a backup, or let the department send the file again:"
            " admission must not read other bytes."
        )
    return (
        f"`citylake admit {row['delivery_id']}` makes its rows again; the landing object is unchanged. If it differs"
        " again, please report it."
    )


def _against_ledger(row: dict, rows: tuple[int, int]) -> Iterable[str]:
    parts = sum(row[f"records_{part}"] for part in ("admitted", "quarantined", "held", "erased"))
    if row["records_parsed"] != parts:
        yield f"{row['records_parsed']} parsed, but {parts} admitted, quarantined, held and erased"
    there = (row["records_kept"], 0 if row["is_expired"] else row["records_quarantined"])
    for part, expected, number in zip(("admitted", "quarantined"), there, rows, strict=True):
        if expected != number:
            yield f"{expected} {part} by the ledger, {number} in the table"


def _against_bytes(row: dict, counted: Count | str, repeated_sha256: str | None) -> Iterable[str]:
    if row["is_expired"]:
        if isinstance(counted, Count):
            yield "its bytes are past retention, and yet they are there"
        return
    if isinstance(counted, str):
        yield counted
        return
    if counted.sha256 != row["kept_sha256"]:
        yield "the kept bytes are not those that arrived (SHA-256 differs)"
    if row["status"] == "repeated":
        if repeated_sha256 not in (None, row["sha256"]):
            yield f"it is said to repeat {row['repeats']}, which has other bytes"
    elif not counted.is_counted:
        return
    elif any(reason["kind"] in _UNDECODABLE for reason in row["reasons"]):
        return  # what could not be read to its end has no count
    elif counted.records is None:
        yield "the kept bytes cannot be decoded as declared, and yet it is not held for that"
    elif counted.records != row["records_parsed"]:
        yield f"{row['records_parsed']} parsed, {counted.records} counted"


def _strangers(feed: Feed, rows: dict[str, dict[str, int]]) -> list[Reconciled]:
    """Rows of deliveries that the ledger does not know at all.

    Rows of one that waits are no difference: they were there before a kill and will be replaced.
    """
    with ledger.connect(ROLE) as connection:
        known = {row["delivery_id"] for row in list_deliveries(connection, feed_id=feed.feed_id)}
    return [
        Reconciled(
            delivery_id=str(delivery_id), feed_id=feed.feed_id, name="", status="unknown", parsed=None,
            admitted=None, quarantined=None, held=None, erased=None, counted=None,
            rows_admitted=rows["admitted"].get(delivery_id, 0),
            rows_quarantined=rows["quarantine"].get(delivery_id, 0),
            differences=("rows of a delivery that the ledger does not know",),
            next_step="No admission made these rows, and none removes them: tell who runs the lake's servers.",
        )
        for delivery_id in sorted({*rows["admitted"], *rows["quarantine"]} - known)
    ]  # fmt: skip
