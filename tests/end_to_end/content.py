"""What a lake holds, as one hash per table: equal content has equal hashes, in whatever order and files."""

from __future__ import annotations

import hashlib
import json

from citylake import lake, ledger

# Made anew by every publication; everything else must repeat.
_NOT_CONTENT = {"publication_id", "published_at", "supersedes"}


def table_hashes() -> dict[str, str]:
    """Hash of every Iceberg table and every mart by name."""
    return _iceberg() | _marts()


def objects() -> dict[str, int]:
    """Every object of every bucket with its size."""
    found = {}
    for role, buckets in {
        "steward": ("lake",),
        "land": ("inbox", "landing"),
        "publish": ("reports",),
    }.items():
        for bucket in buckets:
            for item in lake.list_objects(role, bucket):
                found[f"{bucket}/{item['Key']}"] = item["Size"]
    return found


def _hash(rows: list[dict]) -> str:
    lines = sorted(
        json.dumps({k: v for k, v in row.items() if k not in _NOT_CONTENT}, default=str, sort_keys=True)
        for row in rows
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] + f" ({len(rows)} rows)"


def _iceberg() -> dict[str, str]:
    catalog = lake.catalog("steward")
    found = {}
    for layer in ("admitted", "quarantine", "conformed"):
        if (layer,) not in catalog.list_namespaces():
            continue
        for namespace in catalog.list_namespaces((layer,)):
            for identifier in catalog.list_tables(namespace):
                rows = catalog.load_table(identifier).scan().to_arrow().to_pylist()
                found[".".join(identifier)] = _hash(rows)
    return found


def _marts() -> dict[str, str]:
    found = {}
    with ledger.connect("publish") as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
            " and table_type = 'BASE TABLE' order by table_name"
        ).fetchall()
        for row in names:
            name = row["table_name"]
            # History grows with every restatement and so depends on the way; what is in force does not.
            # Names with an underscore are the publisher's own notes.
            if name == "indicator_history" or name.startswith("_"):
                continue
            found[f"marts.{name}"] = _hash(connection.execute(f'select * from marts."{name}"').fetchall())
    return found
