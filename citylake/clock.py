"""Time and identifiers. The lake's one clock is `ledger.clock_now()`; nothing else asks for the time of data."""

from __future__ import annotations

import hashlib
import secrets
import time
from datetime import UTC, datetime, timedelta

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32, as ULIDs use it


def _ulid(milliseconds: int, entropy: bytes) -> str:
    number = (milliseconds << 80) | int.from_bytes(entropy[:10], "big")
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -5, -5))


def new_id() -> str:
    """A ULID of this moment: 26 characters, sorts by time."""
    return _ulid(time.time_ns() // 1_000_000, secrets.token_bytes(10))


def derived_id(at: datetime, *parts: str) -> str:
    """A ULID made of a moment and a hash of parts, so that the same delivery always has the same id."""
    if at.tzinfo is None:
        raise ValueError("an id needs an aware time")
    digest = hashlib.sha256("\x00".join(parts).encode()).digest()
    return _ulid(int(at.timestamp() * 1000), digest)


def wall_now() -> datetime:
    """Wall time, for latencies and log lines only, never for deadlines or data."""
    return datetime.now(UTC)


def parse_duration(text: str) -> timedelta:
    """An ISO 8601 duration of days and smaller, such as P1D, PT5M or P1DT12H.

    Raises: ValueError for anything else; months and years have no fixed length.
    """
    from pydantic import TypeAdapter

    if not text.startswith("P") or "Y" in text or "M" in text.split("T")[0]:
        raise ValueError(
            f"'{text}' is not a duration in days, hours, minutes and seconds, such as P1D or PT5M"
        )
    return TypeAdapter(timedelta).validate_python(text)
