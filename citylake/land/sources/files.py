"""Files that lie somewhere under names of their own: in a folder, or on an SFTP server. They stay there."""

from __future__ import annotations

import fnmatch
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, Protocol
from zoneinfo import ZoneInfo

from citylake.feed import Feed
from citylake.land.pulled import Asked, Pulled, Recapture, Spool

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, order=True)
class Seen:
    """When a file was changed last, and its size: as long as both stand, it is taken to be the same."""

    modified_ns: int
    size: int

    @property
    def version(self) -> str:
        """For the ledger."""
        return f"{self.modified_ns / 1e9:.6f}-{self.size}"


class Place(Protocol):
    """Where files lie."""

    def uri(self, name: str) -> str:
        """The address of a file, without a login."""

    def listed(self) -> dict[str, Seen]:
        """The regular files there; links are none."""

    def seen(self, name: str) -> Seen | None:
        """A file as it is now; None where it is gone."""

    def open(self, name: str) -> BinaryIO:
        """Its bytes."""


def pull_files(asked: Asked, place: Place) -> Iterator[Pulled]:
    """The files whose names match and that are new or changed, oldest change first.

    A file is taken where it stands still from the listing, for the time of `settle`, until it is read; one that is
    being written is left for the next pull. An empty name, or one with a way in it, is no file of ours.
    """
    wanted = _wanted(asked, place)
    if not wanted:
        return
    time.sleep(asked.feed.arrival.settle.total_seconds())
    for name, seen in sorted(wanted.items(), key=lambda item: (item[1].modified_ns, item[0])):
        if content := _read(place, name, seen):
            yield Pulled(place.uri(name), seen.version, name, content)


def _wanted(asked: Asked, place: Place) -> dict[str, Seen]:
    found = {
        name: seen
        for name, seen in place.listed().items()
        if "/" not in name and fnmatch.fnmatchcase(name, asked.feed.arrival.files or "")
    }
    if asked.again:
        return {name: seen for name, seen in found.items() if _is_of(asked.again, asked.feed, name, seen)}
    return {name: seen for name, seen in found.items() if asked.version_of(place.uri(name)) != seen.version}


def _is_of(again: Recapture, feed: Feed, name: str, seen: Seen) -> bool:
    """Whether a file covers one of the days asked for again: by its name, else by the day of its last change."""
    try:
        period = feed.covers.period(name) if feed.covers else None
    except ValueError:
        period = None  # the name holds no possible days
    if period is None:
        zone = ZoneInfo(feed.day_zone)
        changed = datetime.fromtimestamp(seen.modified_ns / 1e9, UTC).astimezone(zone).date()
        period = (changed, changed)
    return period[0] <= again.last and again.first <= period[1]


def _read(place: Place, name: str, seen: Seen) -> Spool | None:
    """The bytes, or None where the file changed or went while it was read."""
    if place.seen(name) != seen:  # saves reading what grows; what counts is the same question below
        return None
    content = Spool()
    try:
        with place.open(name) as file:
            while part := file.read(_BLOCK_BYTES):
                content.write(part)
    except FileNotFoundError:
        return None
    return content if place.seen(name) == seen and content.size == seen.size else None
