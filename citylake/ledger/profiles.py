"""What deliveries looked like when they were admitted."""

from __future__ import annotations

import json

from citylake.ledger.deliveries import Delivery


def keep_profile(connection, delivery_id: str, records: int, columns: dict) -> None:
    """Keep the profile of an admitted delivery; another attempt's is replaced."""
    connection.execute(
        "insert into ledger.profiles (delivery_id, records, columns) values (%s, %s, %s)"
        " on conflict (delivery_id) do update set records = excluded.records, columns = excluded.columns,"
        " made_at = clock_timestamp()",
        (delivery_id, records, json.dumps(columns, ensure_ascii=False)),
    )


def drop_profile(connection, delivery_id: str) -> None:
    """Forget the profile of a delivery that is no longer admitted."""
    connection.execute("delete from ledger.profiles where delivery_id = %s", (delivery_id,))


def latest_profiles(connection, delivery: Delivery, most: int) -> list[dict]:
    """Records and columns of the latest admitted deliveries of the same feed and sender that arrived before this
    one, newest last. Another sender's are another place: a city's mountain is no drift of its crossroads. What
    arrived later says nothing: so the same delivery is judged alike whenever it is admitted.
    Nor does what came before one that a steward released: what it differs in is how things are since."""
    rows = connection.execute(
        "select profiles.records, profiles.columns from ledger.profiles"
        " inner join ledger.deliveries on deliveries.delivery_id = profiles.delivery_id"
        " where deliveries.feed_id = %(feed)s and deliveries.sender = %(sender)s"
        " and (deliveries.arrived_at, deliveries.delivery_id) < (%(at)s, %(id)s)"
        " and not exists (select 1 from ledger.decisions"
        " inner join ledger.deliveries as released on released.delivery_id = decisions.delivery_id"
        " where decisions.decision = 'release' and released.feed_id = %(feed)s and released.sender = %(sender)s"
        " and (released.arrived_at, released.delivery_id) > (deliveries.arrived_at, deliveries.delivery_id)"
        " and (released.arrived_at, released.delivery_id) < (%(at)s, %(id)s))"
        " order by deliveries.arrived_at desc, deliveries.delivery_id desc limit %(most)s",
        {
            "feed": delivery.feed_id,
            "sender": delivery.sender,
            "at": delivery.arrived_at,
            "id": delivery.delivery_id,
            "most": most,
        },
    ).fetchall()
    return list(reversed(rows))
