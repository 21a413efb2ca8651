"""Bytes on their way from a source to the landing bucket, and what the ledger remembers of the source."""

from __future__ import annotations

import hashlib
import re
import tempfile
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import IO

from citylake import lake
from citylake.clock import derived_id
from citylake.errors import DataFailed
from citylake.feed import Feed
from citylake.land.inbox import SNIFFED_BYTES, ascii_only, sniff
from citylake.ledger.deliveries import Delivery

_SUFFIX = re.compile(r" (after|recapture) [0-9A-Z]{26}$")


class Spool:
    """Bytes in a file without a name, counted and hashed as they come: a kill leaves nothing of them.

    `write` raises DataFailed as soon as there are more than `most_bytes`.
    """

    def __init__(self, most_bytes: int | None = None, where: str = ""):
        self.file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as this)
        self.most_bytes, self.where = most_bytes, where
        self.clear()

    def clear(self) -> None:
        """Begin again."""
        self.file.seek(0)
        self.file.truncate()
        self.size, self._digest, self.head = 0, hashlib.sha256(), b""

    def write(self, data: bytes | bytearray) -> int:
        """Take the next bytes."""
        self.size += len(data)
        if self.most_bytes is not None and self.size > self.most_bytes:
            raise DataFailed(
                "the source sends more than is allowed", where=self.where,
                found=f"more than {self.most_bytes >> 20:,} MB",
                next_step="Nothing of it was landed. arrival.most_mb allows more; one page may have 64 MB.",
            )  # fmt: skip
        self._digest.update(data)
        if len(self.head) < SNIFFED_BYTES:
            self.head += bytes(data[: SNIFFED_BYTES - len(self.head)])
        return self.file.write(data)

    @property
    def sha256(self) -> str:
        """The hash of what was written, in hexadecimal digits."""
        return self._digest.hexdigest()


@dataclass(frozen=True)
class Pulled:
    """One delivery as it comes from a source. `version` is what the source calls this content, or its hash."""

    source_uri: str
    version: str
    name: str
    bytes: Spool


@dataclass(frozen=True)
class Recapture:
    """Days, both included, that somebody asks the source for again."""

    first: date
    last: date
    request_id: str

    def days(self) -> list[date]:
        """Each of them."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


@dataclass(frozen=True)
class Asked:
    """What a source is asked for: a feed's news, or some of its days again.

    `remembered` is the latest delivery of each source address; `asked_at` is told by the lake's clock.
    """

    feed: Feed
    asked_at: datetime
    remembered: dict[str, Delivery] = field(default_factory=dict)
    again: Recapture | None = None

    def version_of(self, source_uri: str) -> str | None:
        """What the source called the content that was landed last from there."""
        known = self.remembered.get(source_uri)
        return _SUFFIX.sub("", known.source_version) if known else None

    def is_new(self, pulled: Pulled) -> bool:
        """Whether this is not what was landed last; whatever is recaptured is."""
        known = self.remembered.get(pulled.source_uri)
        if self.again or known is None:
            return True
        return self.version_of(pulled.source_uri) != pulled.version and known.sha256 != pulled.bytes.sha256

    def recorded_version(self, pulled: Pulled, is_known: bool) -> str:
        """The version for the ledger: content that comes back after another is a fact of its own (A, B, A)."""
        if self.again:
            return f"{pulled.version} recapture {self.again.request_id}"
        latest = self.remembered.get(pulled.source_uri)
        return f"{pulled.version} after {latest.delivery_id}" if is_known and latest else pulled.version


def keep(role: str, feed: Feed, pulled: Pulled, version: str, arrived_at: datetime) -> Delivery:
    """Write the bytes to the landing bucket. The same content of a day gets the same place: a pull that was killed
    before the ledger knew of it is written over by the next."""
    day = arrived_at.replace(hour=0, minute=0, second=0, microsecond=0)
    delivery_id = derived_id(day, feed.feed_id, pulled.source_uri, version)
    sender, content = feed.sender(pulled.name, None), pulled.bytes
    size, digest = content.size, content.sha256
    content.file.seek(0)
    lake.s3(role).upload_fileobj(
        content.file,
        lake.LANDING,
        lake.landing_key(feed.feed_id, delivery_id, pulled.name),
        ExtraArgs={
            "Metadata": {
                "sender": ascii_only(sender),
                "arrived-at": arrived_at.isoformat(),
                "sha256": digest,
            }
        },
    )
    compression, encoding = sniff(content.head)
    return Delivery(
        delivery_id=delivery_id, feed_id=feed.feed_id, sender=sender, name=pulled.name,
        source_uri=pulled.source_uri, source_version=version,
        landing_uri=lake.landing_uri(feed.feed_id, delivery_id, pulled.name), size_bytes=size, sha256=digest,
        compression=compression, encoding=encoding, arrived_at=arrived_at,
    )  # fmt: skip
