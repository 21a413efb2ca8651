"""Objects in the inbox and their copies in the landing bucket."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from citylake import lake, settings
from citylake.clock import derived_id
from citylake.errors import WrongUse
from citylake.ledger.deliveries import Delivery

SNIFFED_BYTES = 65_536


@dataclass(frozen=True)
class Arrived:
    """An object in the inbox. `arrived_at` may be told by the sender in a replayed city; else it is the store's time."""

    key: str
    etag: str
    size_bytes: int
    department: str
    name: str
    sender: str | None
    arrived_at: datetime
    is_arrival_told: bool = False


def waiting_objects(role: str) -> list[Arrived]:
    """What waits in the inbox, in order of arrival."""
    client = lake.s3(role)
    replayed = settings.current().clock == "replay"
    found = []
    for item in lake.list_objects(role, lake.INBOX):
        department, _, rest = item["Key"].partition("/")
        if not rest or rest.endswith("/"):
            continue
        head = client.head_object(Bucket=lake.INBOX, Key=item["Key"])
        told = head["Metadata"]
        is_told = replayed and "arrived-at" in told
        found.append(
            Arrived(
                key=item["Key"],
                etag=head["ETag"],
                size_bytes=head["ContentLength"],
                department=department,
                name=rest.rsplit("/", 1)[-1],
                sender=told.get("sender"),
                arrived_at=_time(told["arrived-at"], item["Key"]) if is_told else head["LastModified"],
                is_arrival_told=is_told,
            )  # fmt: skip
        )
    return sorted(found, key=lambda arrived: (arrived.arrived_at, arrived.key))


def _time(text: str, key: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise WrongUse(
            "the metadata arrived-at is not a time with an offset", where=lake.inbox_uri(key), found=text,
            expected="such as 2026-03-01T08:00:00+08:00", next_step="Send the object again with the right metadata.",
        )  # fmt: skip
    return time


def keep(role: str, arrived: Arrived, feed_id: str, sender: str) -> Delivery:
    """Copy the bytes to the landing bucket under the delivery's own name; the same object gives the same copy."""
    source_uri = lake.inbox_uri(arrived.key)
    source_version = f"{arrived.etag.strip(chr(34))}@{arrived.arrived_at.isoformat()}"
    delivery_id = derived_id(arrived.arrived_at, feed_id, source_uri, source_version)
    digest, head = _read(role, arrived)
    key = lake.landing_key(feed_id, delivery_id, arrived.name)
    lake.s3(role).copy(
        {"Bucket": lake.INBOX, "Key": arrived.key},
        lake.LANDING,
        key,
        ExtraArgs={
            "CopySourceIfMatch": arrived.etag,  # what was hashed is what is kept
            "MetadataDirective": "REPLACE",
            "Metadata": {
                "sender": ascii_only(sender),
                "arrived-at": arrived.arrived_at.isoformat(),
                "sha256": digest,
            },
        },
    )
    compression, encoding = sniff(head)
    return Delivery(
        delivery_id=delivery_id, feed_id=feed_id, sender=sender, name=arrived.name, source_uri=source_uri,
        source_version=source_version, landing_uri=lake.landing_uri(feed_id, delivery_id, arrived.name),
        size_bytes=arrived.size_bytes, sha256=digest, compression=compression, encoding=encoding,
        arrived_at=arrived.arrived_at, is_arrival_told=arrived.is_arrival_told,
    )  # fmt: skip


def _read(role: str, arrived: Arrived) -> tuple[str, bytes]:
    """SHA-256 of the whole object, and its first bytes."""
    body = lake.s3(role).get_object(Bucket=lake.INBOX, Key=arrived.key, IfMatch=arrived.etag)["Body"]
    digest, head = hashlib.sha256(), b""
    for chunk in body.iter_chunks(1 << 20):
        digest.update(chunk)
        if len(head) < SNIFFED_BYTES:
            head += chunk[: SNIFFED_BYTES - len(head)]
    return digest.hexdigest(), head


def ascii_only(text: str) -> str:
    """Object metadata travels in headers; anything else is percent-encoded."""
    from urllib.parse import quote

    return text if text.isascii() else quote(text)


def sniff(head: bytes) -> tuple[str, str]:
    """Compression (none, gzip, zip) and text encoding (utf-8-sig, utf-8, gb18030, binary, unknown) of first bytes.

    A note for people, never used to read: how to read is declared in the feed file.
    """
    if head.startswith(b"\x1f\x8b"):
        return "gzip", "unknown"
    if head.startswith(b"PK\x03\x04"):
        return "zip", "unknown"
    if head.startswith(b"\xef\xbb\xbf"):
        return "none", "utf-8-sig"
    if b"\x00" in head[:1024]:
        return "none", "binary"
    for encoding in ("utf-8", "gb18030"):
        try:
            # The last character may be cut where the sniffed part ends.
            head[: len(head) - 4 if len(head) == SNIFFED_BYTES else None].decode(encoding)
        except UnicodeDecodeError as error:
            if len(head) == SNIFFED_BYTES and error.start > len(head) - 12:
                return "none", encoding
            continue
        return "none", encoding
    return "none", "unknown"


def remove(role: str, arrived: Arrived) -> None:
    """Take a landed object out of the inbox, unless the department has replaced it meanwhile."""
    client = lake.s3(role)
    try:
        head = client.head_object(Bucket=lake.INBOX, Key=arrived.key)
    except client.exceptions.ClientError:
        return  # removed already, before a kill
    if head["ETag"] == arrived.etag:
        client.delete_object(Bucket=lake.INBOX, Key=arrived.key)
