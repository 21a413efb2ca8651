"""What came of one feed's deliveries: counts, broken rules with examples, missing values, drift, what is held."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from citylake import ledger
from citylake.errors import WrongUse
from citylake.feed import Feed, find_feed, load_feeds
from citylake.ledger.listings import feed_outcomes
from citylake.stewardship.quarantine import ROLE, Quarantined, quarantined
from citylake.stewardship.warned import Warned, lake_warnings
from citylake.stewardship.wording import drifted, meaning

_EXAMPLES = 3


@dataclass(frozen=True)
class Broken:
    """One rule: how many rows broke it, what that means, what to do, and a few of the rows, sealed where personal."""

    rule: str
    rows: int
    meaning: str
    next_step: str
    examples: tuple[Quarantined, ...]


@dataclass(frozen=True)
class Report:
    """A feed's deliveries, newest first, and over all of them together rules, missing values and drift.

    Of a feed that delivers everything the counts are those of the latest delivery: each holds the one before.
    """

    feed: Feed
    deliveries: list[dict]
    records: dict[str, int]  # parsed, admitted, quarantined, held, erased
    broken: list[Broken]
    nulls: dict[str, int]  # column -> values that a sentinel said to be missing
    drift: list[str] = field(default_factory=list)
    held: list[dict] = field(default_factory=list)  # delivery_id, name, reason
    days: tuple[str, str, int] | None = None  # first, last, how many
    warned: list[Warned] = field(default_factory=list)  # of the feed's current rows; none about one delivery


def report(feed_id: str, delivery_id: str | None = None, limit: int = 30) -> Report:
    """The report about a feed's newest deliveries, or one of them. Raises: WrongUse for an unknown feed or delivery."""
    feed = find_feed(feed_id)
    with ledger.connect(ROLE) as connection:
        deliveries = feed_outcomes(connection, feed_id, delivery_id, limit)
    if not deliveries:
        what = f"delivery '{delivery_id}'" if delivery_id else "delivery yet"
        raise WrongUse(
            f"feed '{feed_id}' has no {what}", expected=f"a file like '{feed.arrival.files}' of department '{feed.department}'",
            next_step=f"Send one: citylake deliver <file> --department {feed.department}",
        )  # fmt: skip
    rules: Counter[str] = Counter()
    nulls: Counter[str] = Counter()
    counted, only = deliveries, delivery_id
    if feed.mode == "everything":
        counted = [each for each in deliveries if each["status"] == "admitted"][:1] or deliveries[:1]
        only = counted[0]["delivery_id"]
    for delivery in counted:
        rules.update(delivery["rule_counts"])
        nulls.update({name: count for name, count in delivery["null_counts"].items() if count})
    days = sorted({day for delivery in deliveries for day in delivery["days"]})
    return Report(
        feed, deliveries,
        {fate: sum(each[f"records_{fate}"] or 0 for each in counted) for fate in
         ("parsed", "admitted", "quarantined", "held", "erased")},
        [_broken(rule, rows, feed, only) for rule, rows in rules.most_common()],
        dict(nulls.most_common()),
        list(dict.fromkeys(drifted(k, what) for each in deliveries for k, what in each["drift"].items())),
        [{"delivery_id": each["delivery_id"], "name": each["name"],
          "reason": "; ".join(reason["text"] for reason in each["reasons"])}
         for each in deliveries if each["status"] == "held"],
        (days[0], days[-1], len(days)) if days else None,
        [] if delivery_id else lake_warnings(feed, load_feeds()),
    )  # fmt: skip


def _broken(rule: str, rows: int, feed: Feed, delivery_id: str | None) -> Broken:
    examples = quarantined(feed_id=feed.feed_id, delivery_id=delivery_id, rule=rule, limit=_EXAMPLES)
    return Broken(rule, rows, *meaning(rule, feed), tuple(examples))
