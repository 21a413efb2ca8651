"""`summary`: what came, the latest indicators, and where to look."""

from __future__ import annotations

from citylake.cli import show

_FEEDS = (
    show.Field("feed_id", "feed", dotted=True),
    show.Field("deliveries"),
    show.Field("held"),
    show.Field("records_parsed", "records"),
    show.Field("records_admitted", "admitted"),
    show.Field("records_quarantined", "quarantined"),
    show.Field("top_rules", "top reasons", only="wide"),
)
_VALUES = (
    show.Field("code", "indicator"),
    show.Field("name_en", "name", only="wide"),
    show.Field("name_zh", "名称", only="wide"),
    show.Field("period", whole=True),
    show.Field("area"),
    show.Field("value"),
    show.Field("unit", whole=True),
    show.Field("value_status", "status"),
)


def summary() -> None:
    """Print what came of the deliveries, the latest indicators, and where to look further."""
    print_summary()


def print_summary() -> None:
    """The same, for the end of a run."""
    from citylake import ledger
    from citylake.catalog.published import latest_values
    from citylake.ledger.listings import blocked, feed_totals

    with ledger.connect("steward") as connection:
        feeds, stuck = feed_totals(connection), blocked(connection)
    with ledger.connect("bi") as connection:
        values = latest_values(connection)
    for row in feeds:
        row["top_rules"] = show.counts(row["rule_counts"], most=3)
    show.rows(
        feeds, _FEEDS, False, title="Deliveries and their records", nothing="Nothing was delivered yet."
    )
    for feed in feeds:
        if feed["feed_id"].endswith(".unknown"):
            show.say(
                f"{feed['feed_id']}: deliveries that no feed takes; their bytes are kept.", style="yellow"
            )
    if not show.is_wide():
        _say_reasons(feeds)
    known = [row for row in values if row["value"] is not None or row["period_type"] == "day"]
    show.rows(known, _VALUES, False, title="Latest indicators", nothing="No indicator is published yet.")
    if len(known) < len(values):
        show.say(
            f"{len(values) - len(known)} values of months and years are not complete yet: citylake indicators\n"
        )
    for row in stuck:
        show.say(f"Not made: {row['table_id']} {row['partition']}: {row['reason']}", style="red")
    _say_places()


def _say_reasons(feeds: list[dict]) -> None:
    with_reasons = [row for row in feeds if row["top_rules"]]
    if with_reasons:
        show.say("Top reasons for quarantine", style="bold")
    for row in with_reasons:
        show.say(f"  {row['feed_id']}: {row['top_rules']}")
    show.say("")


def _say_places() -> None:
    from citylake import settings

    place = settings.current()
    shown = f"{place.secret_shown_by} {place.secrets}"
    postgres = f"postgresql://bi@{place.postgres_public}/citylake"
    show.say("Where to look", style="bold")
    for name, address, login in (
        ("Airflow", place.airflow_public_url, f"user admin, password: {shown}/airflow.admin"),
        ("MinIO", place.s3_console_url, f"user steward, password: {shown}/s3.steward"),
        ("Reports", f"{place.s3_console_url}/browser/reports", "the same user"),
        ("PostgreSQL", postgres, f"schema marts, password: {shown}/postgres.bi"),
    ):
        show.say(f"  {name:<11}{address}")
        show.say(f"  {'':<11}{login}", style="dim")
    show.say(f"  {'psql':<11}PGPASSWORD=$({shown}/postgres.bi) psql {postgres}")
    show.say(
        "\nNext: citylake indicators · citylake quarantine list · citylake explain <indicator> <day>"
        " · citylake reconcile · citylake down"
    )
