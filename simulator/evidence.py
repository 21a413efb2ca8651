"""What an exact reader knows of a city: one source a delivery that is admitted, in memory or on disk."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from simulator.deliveries import Observation
from simulator.setting import Setting


@dataclass(frozen=True)
class Source:
    """What one delivery says. `load` gives the facts of its observation, `kind` is their type's name.

    `day` is the business day of the facts, None for a list that is sent whole each time.
    """

    feed: str
    kind: str
    sender: str
    day: date | None
    arrived_at: datetime
    load: Callable[[], Any]


def source_of(seen: Observation, load: Callable[[], Any]) -> Source | None:
    """The source that an observation is; None where nothing is known from it."""
    if not seen.facts or not seen.delivery:
        return None
    sent, facts = seen.delivery, seen.facts
    day = None if isinstance(facts, date) else getattr(facts, "day", None)
    return Source(seen.readings[0].feed, type(facts).__name__, sent.sender, day, sent.arrived_at, load)


@dataclass(frozen=True)
class Evidence(Setting, ABC):
    """A city of which one can ask what was known when."""

    @property
    @abstractmethod
    def sources(self) -> tuple[Source, ...]:
        """Everything that is known, by arrival."""

    def listed(self, feed: str, as_of: datetime) -> tuple:
        """What the newest list of a feed holds that had arrived by an instant."""
        return self.newest_list(feed, as_of) or ()

    def newest_list(self, feed: str, as_of: datetime) -> Any:
        """The facts of the newest list of a feed that had arrived by an instant, of whatever type; None: there is none."""
        issue = self.newest_issue(feed, as_of)
        return issue.load() if issue else None

    def newest_issue(self, feed: str, as_of: datetime) -> Source | None:
        """The newest list of a feed that had arrived by an instant, not read yet."""
        issues = [each for each in self.sources if each.feed == feed and each.arrived_at <= as_of]
        return issues[-1] if issues else None

    def newest(self, kind: type, days: tuple[date, ...], as_of: datetime) -> list[Source]:
        """The newest readable file of each sender and of each of the days, by sender and day."""
        found = {
            (each.sender, each.day): each
            for each in self.sources
            if each.kind == kind.__name__ and each.day in days and each.arrived_at <= as_of
        }
        return [found[key] for key in sorted(found)]

    def facts(self, kind: type, days: tuple[date, ...], as_of: datetime) -> Iterator[Any]:
        """What those files say, one after the other."""
        return (each.load() for each in self.newest(kind, days, as_of))
