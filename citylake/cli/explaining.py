"""`explain` and `restatements`: where a number came from, and what changed since it was published."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from citylake.cli import show

# One list for programs: every part of an explanation with the same keys, null where they say nothing.
_JSON = tuple(
    show.Field(key)
    for key in (
        "part", "name", "value", "unit", "value_status", "numerator", "denominator", "completeness", "area",
        "table_id", "partition", "version", "run_id", "verb", "caller", "code_version", "at", "feed_id",
        "delivery_id", "counts", "status", "records_parsed", "records_admitted", "records_quarantined", "rules",
        "landing_uri", "sha256",
    )
)  # fmt: skip
_PARTITIONS = (
    show.Field("table_id", "table", dotted=True),
    show.Field("partition", "partitions"),
    show.Field("version", "versions"),
    show.Field("made_at", "last made (UTC)", only="wide"),
    show.Field("code_version", "code", whole=True),
    show.Field("dag", "by", only="narrow"),
    show.Field("caller", "by", only="wide"),
)
_FILES = (
    show.Field("name", "file"),
    show.Field("sender", only="wide"),
    show.Field("arrived_at", "arrived (UTC)", only="wide"),
    show.Field("delivery_id", "delivery", whole=True),
    show.Field("counts"),
    show.Field("records_admitted", "admitted"),
    show.Field("records_quarantined", "quarantined"),
    show.Field("rules", "rules broken", only="wide"),
)
_RESTATED = (
    show.Field("code", "indicator", whole=True),
    show.Field("period", whole=True),
    show.Field("area"),
    show.Field("old_value", only="json"),
    show.Field("new_value", only="json"),
    show.Field("was", is_layout=True),
    show.Field("became", is_layout=True),
    show.Field("unit", whole=True),
    show.Field("old_value_status", only="json"),
    show.Field("new_value_status", only="json"),
    show.Field("change_type", "why", whole=True),
    show.Field("delivery_count", "files", only="narrow", is_layout=True),
    show.Field("listed", "because of", only="wide", whole=True, is_layout=True),
    show.Field("deliveries", only="json"),
    show.Field("published_at", "published (UTC)", only="wide"),
    show.Field("vintage", only="json"),
    show.Field("group_type", only="json"),
    show.Field("group", only="json"),
    show.Field("publication_id", only="json"),
)


def explain(
    code: Annotated[str, typer.Argument(help="The indicator.")],
    period: Annotated[str, typer.Argument(help="A day, month or year: 2026-03-01, 2026-03, 2026.")],
    area: Annotated[
        str | None, typer.Option("--area", help="The code of the area; the city if none.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many files in the table.")] = 30,
    as_json: show.AsJson = False,
) -> None:
    """Lead from a published number to its definition, its runs and the files it was made from."""
    from citylake.catalog.explain import explain as verb

    found = verb(code, period, area)
    if as_json:
        show.rows(_flat(found), _JSON, as_json)
        return
    _say_value(found)
    _say_definition(found.indicator)
    _print_partitions(found)
    _print_files(found, limit)
    changes = [_restated(row) for row in found.restatements]
    if changes:
        show.rows(changes, _RESTATED, as_json, title="What it was before")
    else:
        show.say("It was never restated.")


def _say_value(found) -> None:
    for row in found.values:
        vintage = "" if row["vintage"] == "all" else f", boundaries of {row['vintage']}"
        group = "" if row["group_type"] == "all" else f" · {row['group_type']} {row['group']}"
        shown = (
            f"{show.text(row['value'])} {row['unit']}" if row["value"] is not None else row["value_status"]
        )
        show.say(
            f"{row['code']} · {row['period']} · {row['area_type']} {row['area']}{vintage}{group}: {shown}",
            style="bold",
        )
        show.say(
            f"  numerator {show.text(row['numerator'])}, denominator {show.text(row['denominator'])},"
            f" completeness {show.text(row['completeness'])} %, {row['value_status']}"
        )
    publication = found.publication
    show.say(
        f"  publication {publication['publication_id']}, {show.text(publication['published_at'])} UTC,"
        f" as known on {show.text(publication['known_at'])} UTC\n"
    )


def _say_definition(indicator) -> None:
    show.say(f"{indicator.name.en} · {indicator.name.zh}", style="bold")
    standard = f", {indicator.standard}" if indicator.standard else ""
    for name, text in (
        ("question", indicator.question.en), ("formula", indicator.formula.en), ("caveat", indicator.caveat.en),
        ("numerator", f"{indicator.numerator.words.en}: {indicator.numerator.sql}"),
        ("denominator", f"{indicator.denominator.words.en}: {indicator.denominator.sql}"),
        ("direction", indicator.direction), ("owner", f"{indicator.owner}{standard}"),
        ("declared in", f"dbt_project/indicators/{indicator.domain}.yml"),
    ):  # fmt: skip
        show.say(f"  {name:<12} {text}")


def _print_partitions(found) -> None:
    """One line per table and run: days that one run made stand together."""
    runs = {row["run_id"]: row for row in found.runs}
    grouped: dict[tuple, list[dict]] = {}
    for row in found.partitions:
        grouped.setdefault((row["table_id"], row["run_id"]), []).append(row)
    listed = []
    for (table_id, run_id), rows in grouped.items():
        run = runs.get(run_id, {})
        listed.append({
            "table_id": table_id, "partition": _span([row["partition"] for row in rows]),
            "version": _span([str(row["version"]) for row in rows]),
            "made_at": max((row["changed_at"] for row in rows if row["changed_at"]), default=None),
            "code_version": run.get("code_version"), "caller": run.get("caller"),
            "dag": (run.get("caller") or "").split("/")[0].removeprefix("airflow:"),
        })  # fmt: skip
    show.rows(listed, _PARTITIONS, False, title="\nMade by")


def _span(names: list[str]) -> str:
    names = sorted(set(names))
    return names[0] if len(names) == 1 else f"{names[0]} … {names[-1]} ({len(names)})"


def _print_files(found, limit: int) -> None:
    for feed in dict.fromkeys(row["feed_id"] for row in found.deliveries):
        of_feed = [
            row | {"rules": show.counts(row["rule_counts"])}
            for row in found.deliveries
            if row["feed_id"] == feed
        ]
        counting = sum(1 for row in of_feed if row["counts"])
        title = f"From {feed}: {counting} file(s) count, {len(of_feed) - counting} replaced by later ones"
        show.rows(of_feed[:limit], _FILES, False, title=title)
        if len(of_feed) > limit:
            show.say(f"… and {len(of_feed) - limit} more; --limit or --json shows them.", style="dim")
    if found.deliveries:
        show.say("The bytes of a file: s3://landing/<feed>/<delivery>/<file>", style="dim")
    if any(row["records_quarantined"] for row in found.deliveries):
        show.say("Its quarantined rows: citylake quarantine list --delivery <delivery>\n", style="dim")


def _flat(found) -> list[dict[str, Any]]:
    """The explanation as flat objects; `part` says what each is."""
    indicator = found.indicator
    definition = {
        "name_en": indicator.name.en, "name_zh": indicator.name.zh, "formula_en": indicator.formula.en,
        "caveat_en": indicator.caveat.en, "numerator_sql": indicator.numerator.sql, "denominator_sql": indicator.denominator.sql,
        "owner": indicator.owner,
    }  # fmt: skip
    listed = [{"part": "value", "name": row["code"], **row} for row in found.values]
    listed += [{"part": "definition", "name": name, "value": value} for name, value in definition.items()]
    listed.append({"part": "publication", "name": found.publication["publication_id"],
                   "at": found.publication["published_at"], "run_id": found.publication["run_id"]})  # fmt: skip
    listed += [{"part": "run", "name": row["subject"], "at": row["started_at"], **row} for row in found.runs]
    listed += [{"part": "partition", "at": row["changed_at"], **row} for row in found.partitions]
    listed += [
        {"part": "delivery", "at": row["arrived_at"], "partition": row["partitions"],
         "rules": show.counts(row["rule_counts"]), **row}
        for row in found.deliveries
    ]  # fmt: skip
    listed += [
        {"part": "restatement", "name": row["change_type"], "value": row["old_value"], "at": row["published_at"],
         "unit": row["unit"], "area": row["area"], "delivery_id": ", ".join(row["delivery_ids"]) or None}
        for row in found.restatements
    ]  # fmt: skip
    return listed


def restatements(
    code: Annotated[str | None, typer.Option("--code", help="Of this indicator only.")] = None,
    period: Annotated[str | None, typer.Option("--period", help="Of this period only.")] = None,
    area: Annotated[str | None, typer.Option("--area", help="Of this area, or type of area, only.")] = None,
    corrected: Annotated[
        bool, typer.Option("--corrected", help="Only what deliveries corrected, not periods that grew.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 100,
    as_json: show.AsJson = False,
) -> None:
    """List later changes of published values: what it was, what it became, why, because of which delivery."""
    from citylake import ledger
    from citylake.catalog.published import restated

    with ledger.connect("bi") as connection:
        found = restated(connection, code=code, period=period, area=area, limit=limit,
                         change_type="corrected" if corrected else None)  # fmt: skip
    show.rows([_restated(row) for row in found], _RESTATED, as_json, nothing="Nothing was restated.")


def _restated(row: dict) -> dict:
    return row | {
        "deliveries": ", ".join(row["delivery_ids"]),
        "listed": "\n".join(row["delivery_ids"]),
        "delivery_count": len(row["delivery_ids"]),
        "was": row["old_value"] if row["old_value"] is not None else row["old_value_status"],
        "became": row["new_value"] if row["new_value"] is not None else row["new_value_status"],
    }
