"""Every command by name, with an example: the table of contents of the command line."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

import typer

from citylake.cli import (
    admitted_rows,
    attacking,
    changing,
    erasing,
    explaining,
    feed_quality,
    feeds,
    gaps,
    held,
    landing,
    listings,
    new_feed,
    proving,
    requests,
    retaining,
    revealing,
    run,
    servers,
    stages,
    summary,
    unknown,
    verifying,
)

CITY, STAGES, LOOK, DECIDE = "The city", "The stages", "Look", "Decide"
NOUNS = {
    "feed": "Feed files: what the departments deliver.",
    "ledger": "What happened to every delivery.",
    "quarantine": "Rows that broke a rule.",
    "quality": "How good deliveries and tables are.",
    "privacy": "What is published of persons, and how long they are kept.",
}


@dataclass(frozen=True)
class Entry:
    """One command: its words, its function, examples of its use, and the part of the help it stands in."""

    words: str
    function: Callable
    examples: tuple[str, ...]
    panel: str = LOOK


COMMANDS = (
    Entry("run", run.run, ("citylake run", "citylake run --days 10 --seed 7"), CITY),
    Entry("summary", summary.summary, ("citylake summary",), CITY),
    Entry("up", servers.up, ("citylake up",), CITY),
    Entry("status", servers.status, ("citylake status --json",), CITY),
    Entry("down", servers.down, ("citylake down",), CITY),
    Entry("deliver", landing.deliver, (
        "citylake deliver case_report_2020-02-03.csv --department health",), CITY),
    Entry("land", landing.land, (
        "citylake land", "citylake land --feed transport.parking_event",
        "citylake land --feed transport.parking_event --from 2026-03-01 --to 2026-03-02"
        " --reason 'the source was repaired'"), STAGES),
    Entry("admit", stages.admit, (
        "citylake admit 01KJN5FCM0PNQF9JZ1CDSQRHVG", "citylake admit --feed environment.air_station",
        "citylake admit --waiting"), STAGES),
    Entry("conform", stages.conform, (
        "citylake conform environment.air_quality_day", "citylake conform --all"), STAGES),
    Entry("build", stages.build, ("citylake build environment",), STAGES),
    Entry("check", stages.check, ("citylake check environment",), STAGES),
    Entry("publish", stages.publish, ("citylake publish environment", "citylake publish --all"), STAGES),
    Entry("feed list", feeds.list_feeds, ("citylake feed list",)),
    Entry("feed show", feeds.show_feed, ("citylake feed show health.case_report",)),
    Entry("feed rows", admitted_rows.feed_rows, (
        "citylake feed rows environment.air_station", "citylake feed rows health.case_report --day 2020-02-01 --json")),
    Entry("feed new", new_feed.new_feed, (
        "citylake feed new noise_20260301.csv --name environment.noise_hourly",
        "citylake feed new lots.xlsx --name transport --timezone Europe/Berlin",
        "citylake feed new timetable.zip --name transport.gtfs")),
    Entry("feed check", feeds.check_feeds, (
        "citylake feed check", "citylake feed check feeds/health/case_report.yml",
        "citylake feed check feeds/health/case_report.yml --sample case_report_2020-02-01.csv")),
    Entry("feed diff", changing.diff_feeds, ("citylake feed diff", "citylake feed diff health.case_report")),
    Entry("feed readmit", changing.readmit, (
        "citylake feed readmit health.case_report",
        "citylake feed readmit health.case_report --reason 'codes of the source are codes' --wait")),
    Entry("gaps", gaps.gaps, (
        "citylake gaps", "citylake gaps --department environment --status missing --fail",
        "citylake gaps --feed health.case_report --from 2026-01-01 --to 2026-03-31 --json")),
    Entry("ledger delays", gaps.delays, ("citylake ledger delays --feed environment.air_quality_hourly",)),
    Entry("ledger deliveries", listings.deliveries, ("citylake ledger deliveries --status held",)),
    Entry("ledger unknown", unknown.unknown, ("citylake ledger unknown",)),
    Entry("quarantine list", listings.quarantine, (
        "citylake quarantine list --feed environment.air_station", "citylake quarantine list --rule pm25_ugm3.range")),
    Entry("quarantine held", held.held, ("citylake quarantine held",)),
    Entry("quarantine release", held.release, (
        "citylake quarantine release 01KJN5FCM0PNQF9JZ1CDSQRHVG --because 'the bureau confirms mg/m3 until May'",)),
    Entry("quarantine reject", held.reject, (
        "citylake quarantine reject 01KJN5FCM0PNQF9JZ1CDSQRHVG --because 'sent by mistake, a new file comes'",)),
    Entry("quality show", listings.quality, ("citylake quality show --domain environment",)),
    Entry("quality feed", feed_quality.feed_quality, (
        "citylake quality feed environment.air_station",
        "citylake quality feed health.case_report --html case_report.html")),
    Entry("indicators", listings.indicators, (
        "citylake indicators", "citylake indicators --code e1_pm25_ugm3 --period 2026-03-01")),
    Entry("explain", explaining.explain, ("citylake explain e1_pm25_ugm3 2026-03-01 --area 330106",)),
    Entry("restatements", explaining.restatements, ("citylake restatements --code e1_pm25_ugm3",)),
    Entry("stale", requests.stale, ("citylake stale --table environment.air_quality_day",)),
    Entry("reconcile", proving.reconcile, ("citylake reconcile",)),
    Entry("privacy attack", attacking.attack, ("citylake privacy attack", "citylake privacy attack --json")),
    Entry("privacy retention", retaining.retention, (
        "citylake privacy retention", "citylake privacy retention --enforce",
        "citylake privacy retention --certificates --json")),
    Entry("reveal", revealing.reveal, (
        "citylake reveal 01KJN5FCM0PNQF9JZ1CDSQRHVG --record 17 --because 'the station asks whom to call about its maintainer'",
        "citylake reveal --log"), DECIDE),
    Entry("privacy erase", erasing.erase, (
        "citylake privacy erase --domain vehicle --because 'asked for on 3 March'",
        "citylake privacy erase --continue"), DECIDE),
    Entry("privacy erasures", erasing.erasures, ("citylake privacy erasures", "citylake privacy erasures --json")),
    Entry("verify", verifying.verify, ("citylake verify", "citylake verify --seed 7 --json", "citylake verify --self-test")),
    Entry("backfill", requests.backfill, (
        "citylake backfill environment.air_quality_day --from 2026-03-01 --to 2026-03-07"
        " --reason 'new stuck-sensor rule' --stage",
        "citylake backfill environment.air_quality_day --accept 01KJN5FCM0PNQF9JZ1CDSQRHVG --wait"), DECIDE),
)  # fmt: skip


def _typer(**options) -> typer.Typer:
    return typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]}, **options,
    )  # fmt: skip


def _flowing(function: Callable) -> str:
    """A docstring whose paragraphs have no line ends, so that any terminal can break them anew."""
    paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _make() -> typer.Typer:
    made = _typer(
        help="A data lake for cities. Every command says more with --help.",
        epilog="Exit codes: 0 done, 1 data failed, 2 wrong use or declaration, 3 a server did not answer.",
    )
    groups = {noun: _typer(help=meaning) for noun, meaning in NOUNS.items()}
    for entry in COMMANDS:
        noun, _, verb = entry.words.rpartition(" ")
        shown = "\n\n".join(f"[dim]$[/] {line}" for line in entry.examples)
        target, panel = (groups[noun], None) if noun else (made, entry.panel)
        target.command(
            verb, help=_flowing(entry.function), epilog=f"[bold]Example[/]\n\n{shown}", rich_help_panel=panel
        )(entry.function)
    for noun, group in groups.items():
        made.add_typer(group, name=noun, rich_help_panel=LOOK)
    return made


app = _make()
