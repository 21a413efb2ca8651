"""Looking at published marts from outside."""

from __future__ import annotations

import hashlib

from citylake import ledger

_VARIES = {"publication_id", "history_id", "published_at"}


def content(connection) -> dict[str, str]:
    """A hash of every mart's rows without what differs between equal publications; `connection` may read all."""
    names = [
        row["tablename"]
        for row in connection.execute(
            "select tablename from pg_tables where schemaname = 'marts' and tablename not like '\\_%' order by 1"
        )
    ]
    found = {}
    for name in names:
        rows = connection.execute(f"select * from marts.{name}").fetchall()
        texts = sorted(
            repr([(key, str(value)) for key, value in row.items() if key not in _VARIES]) for row in rows
        )
        found[name] = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    return found


def query(sql: str, *values, role: str = "bi") -> list[dict]:
    """Rows as a role sees them."""
    with ledger.connect(role) as connection:
        return connection.execute(sql, values or None).fetchall()
