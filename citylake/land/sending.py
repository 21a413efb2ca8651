"""A file put into the inbox as its department would put it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from citylake import lake, settings
from citylake.clock import wall_now
from citylake.department import departments
from citylake.errors import WrongUse
from citylake.feed import load_feeds


@dataclass(frozen=True)
class Sent:
    """An object in the inbox, and the feeds that will take it by its name (none: it is kept as unknown)."""

    object: str
    size_bytes: int
    arrived_at: datetime
    feeds: tuple[str, ...]


def send(path: Path, department: str, sender: str | None = None, arrived_at: datetime | None = None) -> Sent:
    """Put a file into the inbox under its own name, with the department's own keys.

    It arrives now, by the store's clock, and leaves the clock of a replayed city where it is; there,
    `arrived_at` tells another time, and the city's clock follows. Sending a name again corrects it.
    Raises: WrongUse for a file or a department that is not there, a department without keys, or a time without an
    offset.
    """
    if not path.is_file():
        raise WrongUse("there is no such file", where=str(path), expected="a file to deliver")
    known = departments()
    if department not in known:
        raise WrongUse(
            "there is no such department", where="feeds", found=department, expected="one of " + ", ".join(known),
            next_step=f"Write feeds/{department}/_department.yml, then `citylake up` makes its keys.",
        )  # fmt: skip
    user = f"department-{department}"
    if not (settings.current().secrets / f"s3.{user}").is_file():
        raise WrongUse(
            f"the department '{department}' has no keys yet", where=str(settings.current().secrets),
            next_step="`citylake up` makes the keys of every department: run it again, then deliver again.",
        )  # fmt: skip
    if arrived_at is not None and arrived_at.tzinfo is None:
        raise WrongUse(
            "the time of arrival has no offset",
            found=arrived_at.isoformat(),
            expected="2026-03-01T08:00:00+08:00",
        )
    key = f"{department}/{path.name}"
    metadata = {"sender": quote(sender or department)}
    if arrived_at is not None:
        metadata["arrived-at"] = arrived_at.isoformat()
    with path.open("rb") as body:
        lake.s3(user).upload_fileobj(body, lake.INBOX, key, ExtraArgs={"Metadata": metadata})
    takers = tuple(feed.feed_id for feed in load_feeds().values() if feed.takes(department, path.name))
    return Sent(lake.inbox_uri(key), path.stat().st_size, arrived_at or wall_now(), takers)
