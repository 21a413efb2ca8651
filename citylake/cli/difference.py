"""What a staged request would change, as it was computed aside."""

from __future__ import annotations

from typing import Any

from citylake.cli import show

_JSON = tuple(
    show.Field(key)
    for key in (
        "part", "domain", "mart", "added", "removed", "changed", "same", "code", "period_type", "period",
        "area_type", "area", "vintage", "group_type", "group", "old_value", "new_value", "old_status",
        "new_status", "text",
    )
)  # fmt: skip
_MARTS = (
    show.Field("mart", whole=True),
    show.Field("added"),
    show.Field("removed"),
    show.Field("changed"),
    show.Field("same"),
)
_VALUES = (
    show.Field("code", "indicator"),
    show.Field("period", whole=True),
    show.Field("area"),
    show.Field("vintage", only="wide"),
    show.Field("group", only="wide"),
    show.Field("old", "is"),
    show.Field("new", "would be"),
)


def show_difference(request: dict, as_json: bool) -> None:
    """Print the difference kept with a request (a row of ledger.requests)."""
    difference = request["difference"] or {}
    if as_json:
        listed = [row for domain, found in difference.items() for row in _flat(domain, found)]
        show.rows(listed, _JSON, as_json)
        return
    asked = f"{request['table_id']} {request['partition_from']} to {request['partition_to']}"
    show.say(f"Request {request['request_id']}, {request['status']}: {asked}", style="bold")
    show.say(f"  because: {request['reason']} ({request['requested_by']})")
    if not difference:
        show.say("No marts read these partitions, or the difference was not computed.")
    for domain, found in difference.items():
        _say_domain(domain, found)


def _say_domain(domain: str, found: dict[str, Any]) -> None:
    for kind, style in (("checks_failed", "red"), ("warnings", "yellow")):
        if found[kind]:
            show.say(f"{kind.replace('_', ' ')}: {found[kind]}", style=style)
    marts = [{"mart": name, **counts} for name, counts in found["marts"].items()]
    touched = f"rows of {found['partitions']} partition(s) and their months and years"
    show.rows(marts, _MARTS, False, title=f"\nMarts of {domain}: {touched}")
    values = [
        row | {side: _value(row, side) for side in ("old", "new")} for row in found["largest"]
    ]  # fmt: skip
    show.rows(
        values,
        _VALUES,
        False,
        title="The largest changes of indicators",
        nothing="No indicator would change.",
    )


def _value(row: dict[str, Any], side: str) -> Any:
    value = row[f"{side}_value"]
    return value if value is not None else row[f"{side}_status"] or "nothing"


def _flat(domain: str, found: dict[str, Any]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = [
        {"part": kind, "domain": domain, "text": found[kind]}
        for kind in ("checks_failed", "warnings")
        if found[kind]
    ]
    listed += [{"part": "mart", "domain": domain, "mart": name, **n} for name, n in found["marts"].items()]
    return listed + [{"part": "value", "domain": domain, **row} for row in found["largest"]]
