"""A feed file changed: which deliveries stand as an earlier one made them, and asking for them again."""

from __future__ import annotations

from dataclasses import dataclass

from citylake import ledger
from citylake.errors import WrongUse
from citylake.feed import Feed
from citylake.ledger import readmissions
from citylake.stewardship.declaration_changes import Change, by_weight, changes

ROLE = "steward"


@dataclass(frozen=True)
class Plan:
    """What asking for a feed's deliveries again means.

    `deliveries` (ids, in order of arrival) are those to ask for, with `records` in all; `under_way` are asked for already;
    `changes` are what those to ask for were made without, and `forgets` says whether what was kept before must go.
    """

    feed_id: str
    changes: tuple[Change, ...]
    deliveries: tuple[str, ...]
    records: int
    under_way: int
    forgets: bool


def plan(connection, feed: Feed, *, everything: bool = False) -> Plan:
    """The deliveries of a feed that its file would make other rows of now; with `everything` all of them."""
    found: list[Change] = []
    deliveries: list[str] = []
    records = 0
    for group in readmissions.standing(connection, feed.feed_id):
        since = [each for each in _since(feed, group) if each.meaning != "evolve"]
        if since or everything:
            found += [each for each in since if each not in found]
            deliveries += group["deliveries"]
            records += group["records"]
    return Plan(
        feed.feed_id, tuple(found), tuple(deliveries), records,
        under_way=len(readmissions.pending(connection, feed.feed_id)), forgets=any(map(_leaves_a_trace, found)),
    )  # fmt: skip


def differences(connection, feed_id: str, in_force: dict | None, feed: Feed | None) -> list[Change]:
    """What differs between a feed's file (None where it is gone) and the declaration in force, or those of earlier files
    that deliveries stand as they were made by; weightiest first, each once."""
    found = changes(feed_id, in_force, feed)
    if feed:
        for group in readmissions.standing(connection, feed_id):
            found += [each for each in _since(feed, group) if each not in found]
    return by_weight(found)


def readmit(feed: Feed, reason: str, *, everything: bool = False) -> Plan:
    """Ask for what `plan` says, in one transaction; Airflow admits it. Safe to repeat: what is asked for is not asked twice.

    Raises: WrongUse without a reason, or where a change needs a feed of another name.
    """
    if not reason.strip():
        raise WrongUse("a re-admission needs a reason", where=feed.feed_id, next_step="Add --reason 'why'.")
    with ledger.connect(ROLE) as connection:
        # Two stewards at once: the second finds what the first asked for.
        connection.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"readmit {feed.feed_id}",)
        )
        asked = plan(connection, feed, everything=everything)
        if impossible := [each for each in asked.changes if each.meaning == "new version"]:
            raise _needs_another_name(feed, impossible)
        readmissions.ask(connection, feed.feed_id, list(asked.deliveries), reason.strip())
        if asked.forgets:
            readmissions.ask_to_forget(connection, feed.feed_id, reason.strip())
    return asked


def refuse_mixing(connection, feed: Feed, delivery_id: str | None = None) -> bool:
    """Refuse to put rows beside, or to read, rows that an earlier feed file made with another meaning.

    Deliveries asked for again count as remade, for nothing is made of the feed before they are; `delivery_id` is about
    to be remade: returns False where it is the only one of another meaning, so that the question must be put again.
    Raises: WrongUse with every such change and the next step.
    """
    if readmissions.is_settled(connection, feed.feed_id, feed.version):
        return True
    mixed: list[Change] = []
    standing: list[str] = []
    for group in readmissions.standing(connection, feed.feed_id):
        since = [each for each in _since(feed, group) if each.mixes] if group["admitted"] else []
        if since:
            mixed += [each for each in since if each not in mixed]
            standing += group["admitted"]
    if standing in ([], [delivery_id]):
        return not standing
    if impossible := [each for each in mixed if each.meaning == "new version"]:
        raise _needs_another_name(feed, impossible)
    raise WrongUse(
        "the feed file gives rows another meaning than those that are there", where=feed.feed_id,
        found=f"{_told(mixed)}; {len(standing)} deliveries stand as the file before made them",
        expected="all rows of one meaning",
        next_step="Nothing is lost: deliveries wait in landing.\n"
        f"  Admit all of them anew: citylake feed readmit {feed.feed_id} --reason 'why'\n"
        "  Or take the change back, and declare it in a feed file of another name.",
    )  # fmt: skip


def _since(feed: Feed, group: dict) -> list[Change]:
    """What changed since the feed file that admitted a group of deliveries."""
    # The hash is only a shortcut: an earlier release made it in another way, so what was declared decides.
    if group["feed_version"] == feed.version:
        return []
    return changes(feed.feed_id, group["declaration"], feed)


def _leaves_a_trace(change: Change) -> bool:
    """Whether older snapshots may hold values that the feed file does not keep any more."""
    is_column = change.key.startswith("column ")
    is_gone = is_column and change.after is None and ":" not in change.key
    return is_gone or change.key.endswith(": privacy") or (is_column and '"privacy"' in (change.after or ""))


def _told(found: list[Change]) -> str:
    return ", ".join(
        f"{each.key} was {each.before or 'absent'} and is {each.after or 'absent'}" for each in found
    )


def _needs_another_name(feed: Feed, impossible: list[Change]) -> WrongUse:
    return WrongUse(
        "this change needs a feed of another name", where=feed.feed_id, found=_told(impossible),
        expected=impossible[0].consequence,
        next_step="Take the change back, and declare it in a feed file of its own; rows that are there stay.",
    )  # fmt: skip
