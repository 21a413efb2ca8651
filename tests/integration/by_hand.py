"""A ledger that a test writes by hand: feeds, deliveries, outcomes, outputs and what they were made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from citylake.clock import new_id
from citylake.ledger.deliveries import (
    Delivery,
    Outcome,
    next_attempt,
    record_delivery,
    record_outcome,
    repeated,
)
from citylake.ledger.partitions import block, declare_table, expected_inputs, record_made, stale

START = datetime(2026, 3, 1, tzinfo=UTC)
RUN = "RUN"


@dataclass
class Ledger:
    """One connection, and how many hours have passed: every delivery comes an hour after the one before."""

    connection: object
    hours: int = 0
    names: dict[str, str] = field(default_factory=dict)

    def feed(self, feed_id: str, delivers: str = "period", senders: int = 1, deadline: str = "PT0S") -> None:
        """Declare a feed; by default one sender and no waiting."""
        self.connection.execute(
            "insert into ledger.feeds (feed_id, feed_version, declaration, delivers, senders, deadline)"
            " values (%s, '1', '{}', %s, %s, %s::interval)",
            (feed_id, delivers, senders, deadline),
        )

    def delivery(
        self,
        name: str,
        feed_id: str,
        *,
        sender: str = "S",
        content: str | None = None,
        at: datetime | None = None,
    ) -> Delivery:
        """A delivery that landed, an hour after the last one or at a given time."""
        self.hours += 1
        delivery = Delivery(
            delivery_id=f"{name}-{feed_id}", feed_id=feed_id, sender=sender, name=f"{name}.csv",
            source_uri=f"s3://inbox/{name}", source_version="1", landing_uri=f"s3://landing/{name}", size_bytes=1,
            sha256=content or name, compression="none", encoding="utf-8",
            arrived_at=at or START + timedelta(hours=self.hours),
        )  # fmt: skip
        assert record_delivery(self.connection, delivery, RUN)
        return delivery

    def admitted(
        self, delivery: Delivery, *days: str, covers: tuple[date, date] | None = None, status: str = "admitted",
        repeats: str | None = None, started_at: datetime | None = None,
    ) -> list[str]:  # fmt: skip
        """The delivery was admitted with rows in these partitions; returns the partitions touched."""
        outcome = Outcome(
            delivery_id=delivery.delivery_id, status=status, partitions=dict.fromkeys(days, 1), covers=covers,
            records_parsed=len(days), records_admitted=len(days) if status == "admitted" else 0,
            records_held=len(days) if status != "admitted" else 0, repeats=repeats, known_at=delivery.arrived_at,
            started_at=started_at or delivery.arrived_at,
        )  # fmt: skip
        attempt = next_attempt(self.connection, delivery.delivery_id)
        table_id = f"admitted.{delivery.feed_id}"
        return record_outcome(self.connection, table_id, outcome, attempt, RUN)

    def arrives(self, name: str, feed_id: str, *days: str, **delivery) -> Delivery:
        """A delivery lands and is admitted."""
        landed = self.delivery(name, feed_id, **delivery)
        self.admitted(landed, *days)
        return landed

    def repeats(self, delivery: Delivery, covers: tuple[date, date] | None = None) -> str | None:
        """The delivery it repeats, by name."""
        found = repeated(self.connection, delivery, covers)
        return found.split("-")[0] if found else None

    def table(self, table_id: str, *inputs: dict, partitioned: bool = True) -> None:
        """Declare an output; inputs are given as dictionaries of what differs from `{days_before: 0, …}`."""
        declare_table(
            self.connection, table_id, "marts" if table_id.startswith("marts") else "conformed",
            partitioned=partitioned, declaration={},
            inputs=[{"days_before": 0, "days_after": 0, "as_of": False, "drives": False} | item for item in inputs],
        )  # fmt: skip

    def stale(self, table_id: str) -> dict[str, str]:
        """Stale partition -> reason, newest first."""
        return {item.partition: item.reason for item in stale(self.connection, table_id)}

    def make(self, table_id: str, *partitions: str) -> None:
        """Make stale partitions, or those named, as a job would."""
        for item in stale(self.connection, table_id):
            if not partitions or item.partition in partitions:
                used = expected_inputs(self.connection, table_id, [item.partition])
                record_made(self.connection, item, used, RUN)

    def block(self, table_id: str, reason: str) -> None:
        """Making all stale partitions failed."""
        block(self.connection, stale(self.connection, table_id), reason, RUN)

    def request(
        self, table_id: str, first: str | None = None, last: str | None = None, *, kind: str = "backfill",
        reason: str = "asked", status: str = "accepted", delivery_id: str | None = None,
    ) -> str:  # fmt: skip
        """Somebody asked for partitions again; accepted now."""
        request_id = new_id()
        self.connection.execute(
            "insert into ledger.requests (request_id, kind, table_id, partition_from, partition_to, delivery_id,"
            " status, reason, requested_by, accepted_at) values (%s, %s, %s, %s, %s, %s, %s, %s, 'test',"
            " case when %s <> 'staged' then clock_timestamp() end)",
            (request_id, kind, table_id, first, last, delivery_id, status, reason, status),
        )
        return request_id

    def current(self, feed_id: str) -> dict[tuple[str, str], str]:
        """(sender, partition) -> name of the delivery whose rows count now."""
        rows = self.connection.execute(
            "select sender, partition, delivery_id from ledger.current_deliveries where feed_id = %s",
            (feed_id,),
        )
        return {(row["sender"], row["partition"]): row["delivery_id"].split("-")[0] for row in rows}

    def waiting(self) -> list[str]:
        """The names of deliveries to admit, in order of arrival."""
        rows = self.connection.execute("select name from ledger.waiting order by arrived_at, delivery_id")
        return [row["name"].removesuffix(".csv") for row in rows]

    def wall(self) -> datetime:
        """The time of requests."""
        return self.connection.execute("select clock_timestamp() as now").fetchone()["now"]

    def clock(self) -> datetime | None:
        """What the lake's clock says."""
        return self.connection.execute("select ledger.clock_now() as now").fetchone()["now"]

    def replay_until(self, moment: datetime) -> None:
        """The replayed clock runs on without a delivery."""
        self.connection.execute("update ledger.lake set replay_at = %s", (moment,))
