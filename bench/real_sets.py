"""Real, dirty sets through admission: what their README counted beside what the lake finds.

`python -m bench.real_sets --realdata <folder>` writes docs/reference/real_sets.md. Nothing is sent anywhere: each file
is admitted for trial by the feed file of the city `realdata`.
"""

from __future__ import annotations

import argparse
import atexit
import functools
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from citylake import lake
from citylake.admit.trial import try_file
from citylake.feed import Feed, read_feed
from citylake.settings import PROJECT
from citylake.stewardship.warned import warned

PAGE = PROJECT / "docs" / "reference" / "real_sets.md"
_WORDS = {
    "rule:": "quarantined, ",
    "null:": "missing, ",
    "warning:": "warning, ",
    "unknown:": "different values, ",
    "absent:": "rows of deliveries without, ",
}
_FOUND_AS = re.compile("|".join(_WORDS))
_OWN = PROJECT / "cities" / "realdata" / "feeds"


@dataclass(frozen=True)
class Claim:
    """One thing its README counted: in words, how often by the README, and where the lake's count stands.

    `by_lake` is the lake's count where it counts something else, `why_other` what and why.
    """

    what: str
    readme: int
    found_as: str  # files, parsed, held, or <kind>:<name>, each kind as in _WORDS
    why_other: str = ""
    by_lake: int | None = None

    @property
    def expected(self) -> int:
        """What the lake has to count."""
        return self.readme if self.by_lake is None else self.by_lake


@dataclass(frozen=True)
class RealSet:
    """Files of a real set, the feed that takes them, and what is known to be in them."""

    files: str
    feed: str
    claims: tuple[Claim, ...]


@dataclass
class Totals:
    """What became of the files of a set: the counts of all of them together."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: list[str] = field(default_factory=list)
    rows: Path = Path()  # the folder of the admitted rows, as Parquet


SETS = (
    RealSet("ais_marinecadastre/*.csv.gz", "transport.ship_position", (
        Claim("rows", 99_999, "parsed"),
        Claim("heading 511 (52 %)", 52_249, "null:heading_degrees"),
        Claim("course 360 (14 %)", 14_023, "null:course_degrees"),
        Claim("speed 102.3", 177, "null:speed_kmh"),
        Claim("reports that repeat ship and time", 75, "rule:key_conflict",
              "the 75 and the 43 they contradict: with other values under one key none is believed", 118),
    )),
    RealSet("covid_cn_daily/*.csv", "health.case_report", (
        Claim("rows", 61_727, "parsed"),
        Claim("places without a code, among them 994 city-days", 1_541, "warning:place_has_a_code"),
        Claim("province-days that are not the sum of their cities (25.5 %)", 860,
              "warning:province_is_the_sum_of_its_cities"),
        Claim("confirmed totals that fall (Hangzhou's: 3)", 87, "warning:confirmed_does_not_fall"),
        Claim("cured totals that fall (Hangzhou's: 2)", 268, "warning:cured_does_not_fall"),
    )),
    RealSet("air_beijing_prsa/*.zip", "environment.air_quality_hourly", (
        Claim("rows", 420_768, "parsed"),
        Claim("no PM2.5: `NA`, or at the cap of 999", 8_740, "null:pm25_ugm3"),
        Claim("PM2.5 above PM10 (5.1 %)", 21_312, "warning:pm25_within_pm10"),
        Claim("stuck: PM2.5 as in the hour before (6.9 %)", 29_126, "warning:pm25_moves"),
    )),
    RealSet("parking_de/csv/*.csv", "transport.parking_occupancy_germany", (
        Claim("observations in 32 wide days of 393 to 713 columns", 934_289, "parsed"),
        Claim("negative", 703, "rule:free_not_negative"),
        Claim("more places free than the lot has", 26_659, "warning:not_over_capacity"),
        Claim("lots that are not described", 337, "unknown:lot_id", "the other 115 never report a number", 222),
        Claim("their observations", 200_892, "warning:lot_id.unknown", "89 more are negative and quarantined", 200_803),
    )),
    RealSet("parking_de/meta-data.csv", "transport.parking_lot_germany", (
        Claim("described lots, addresses over several lines", 739, "admitted"),
    )),
    RealSet("weather_nyc2013/weather.csv", "environment.weather_new_york", (
        Claim("rows", 26_115, "parsed"),
        Claim("wind of 1,048 miles an hour", 1, "rule:wind_speed_mps.range"),
        Claim("the hour that the clock change repeats, three airports", 6, "rule:key_conflict"),
        Claim("no gust (80 %)", 20_778, "null:wind_gust_mps"),
    )),
    RealSet("waste_trashwheel/trashwheel.csv", "environment.waste_dumpster", (
        Claim("rows", 993, "parsed"),
        Claim("month contradicts the date", 2, "rule:month_is_of_the_date"),
        Claim("year contradicts the date", 3, "rule:year_is_of_the_date"),
    )),
    RealSet("nyc_taxi/taxis_raw.csv", "transport.taxi_trip", (
        Claim("rows", 6_500, "parsed"),
        Claim("negative fares", 10, "rule:fare_not_negative"),
        Claim("picked up in a zone that the lookup does not list", 31, "warning:pickup_zone.unknown",
              "one more has a negative fare and is quarantined", 30),
        Claim("dropped off in such a zone", 50, "warning:dropoff_zone.unknown",
              "one more has a negative fare and is quarantined", 49),
    )),
    RealSet("nyc_taxi/taxi_zones.csv", "transport.taxi_zone", (
        Claim("zones", 263, "parsed"),
        Claim("zone keys that are there already", 3, "rule:duplicate"),
    )),
    RealSet("hangzhou_metro/stations.csv", "transport.metro_station", (
        Claim("stations", 305, "admitted"),
        Claim("stations outside the city", 47, "warning:inside_the_city"),
    )),
    RealSet("hangzhou_metro/line_stations.csv", "transport.metro_line_station", (Claim("stops", 357, "admitted"),)),
    RealSet("hangzhou_admin/*_areas.csv", "governance.division_area", (Claim("districts", 13, "admitted"),)),
    RealSet("hangzhou_admin/*.geojson", "governance.division_polygon", (
        Claim("districts as before 2017", 13, "admitted"),
        Claim("districts that the codes of 2023 do not know", 3, "warning:area_code.unknown"),
    )),
    RealSet("hangzhou_admin/*_streets.csv", "governance.division_street", (Claim("streets", 196, "admitted"),)),
    RealSet("hangzhou_admin/*_villages.csv", "governance.division_village", (Claim("communities", 3_320, "admitted"),)),
    RealSet("gtfs/tidytransit_nyc_subway.zip", "transport.gtfs_stop_time", (
        Claim("stop times, to 27:40:30", 446_924, "admitted"),
    )),
    RealSet("gtfs/gtfskit_cairns_gtfs.zip", "transport.gtfs_stop_time", (Claim("stop times", 37_790, "admitted"),)),
    RealSet("gtfs/tidytransit_sample-feed-invalid.zip", "transport.gtfs_stop_time", (
        Claim("timetable without stop_times", 1, "held"),
    )),
    RealSet("gtfs/tidytransit_sample-feed-bom.zip", "transport.gtfs_stop", (
        Claim("stops behind a byte order mark", 9, "admitted"),
    )),
    RealSet("gtfs/*.zip", "transport.gtfs_agency", (
        Claim("archives, each with the row of its agency", 11, "admitted"),
        Claim("agencies without an agency_id column", 3, "absent:agency_id"),
    )),
    RealSet("gtfs/*.zip", "transport.gtfs_route", (
        Claim("routes", 80, "admitted"),
        Claim("routes without an agency_id column", 30, "absent:agency_id"),
        Claim("routes of an agency that no archive has a row of", 0, "warning:agency_id.unknown"),
    )),
    RealSet("synthea_csv/patients.csv", "health.synthea_patient", (Claim("patients", 27, "admitted"),)),
    RealSet("synthea_csv/claims.csv", "health.synthea_claim", (Claim("claims", 1_267, "admitted"),)),
    RealSet("synthea_csv/encounters.csv", "health.synthea_encounter", (Claim("encounters", 604, "admitted"),)),
)  # fmt: skip


def feed_file(feed_id: str) -> Path:
    """The feed file: the city's own, else the one every city has."""
    department, _, dataset = feed_id.partition(".")
    own = _OWN / department / f"{dataset}.yml"
    return own if own.exists() else PROJECT / "feeds" / department / f"{dataset}.yml"


@functools.cache  # the page, its test, and the warnings of other feeds ask for the same
def totals(real: RealSet, folder: Path) -> Totals:
    """Admit every file of a set for trial."""
    feed, found = read_feed(feed_file(real.feed)), Totals(rows=Path(tempfile.mkdtemp(dir=_scratch())))
    with tempfile.TemporaryDirectory() as scratch:
        for path in _files(sorted(folder.glob(real.files)), Path(scratch), feed.arrival.files):
            trial = try_file(feed, path, rows_to=found.rows)
            found.counts["files"] += 1
            found.counts["held"] += bool(trial.reasons)
            found.reasons += [reason["text"] for reason in trial.reasons]
            for name in ("parsed", "admitted", "quarantined"):
                found.counts[name] += getattr(trial.typed, name)
            found.counts.update({f"rule:{name}": count for name, count in trial.typed.rule_counts.items()})
            found.counts.update({f"null:{name}": count for name, count in trial.typed.null_counts.items()})
            found.counts.update(
                {f"absent:{name}": trial.typed.parsed for name in trial.drift.get("absent", [])}
            )
    if any(claim.found_as.startswith("warning:") for claim in real.claims):
        found.counts.update(_warnings(feed, found.rows, folder))
    return found


@functools.cache
def _scratch() -> Path:
    """A folder that is gone with this process."""
    folder = tempfile.TemporaryDirectory(prefix="citylake-real-sets-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def _warnings(feed: Feed, rows: Path, folder: Path) -> dict[str, int]:
    """The warnings of a set's rows beside those of the other sets, as a report of the lake counts them."""
    sets = {real.feed: real for real in SETS}

    def rows_of(other: Feed) -> str:
        where = rows if other.feed_id == feed.feed_id else totals(sets[other.feed_id], folder).rows
        return f"select * from read_parquet('{where}/*/*.parquet')"

    feeds = {feed_id: read_feed(feed_file(feed_id)) for feed_id in sets}
    with duckdb.connect(config=lake.DUCKDB_CONFIG) as connection:
        connection.execute("set timezone = 'UTC'")
        found = warned(feed, feeds, connection, rows_of)
    if unasked := [each.name for each in found if each.rows is None]:
        raise RuntimeError(
            f"{feed.feed_id}: warnings that cannot be asked would count as none: {', '.join(unasked)}"
        )
    values = {f"unknown:{each.name.removesuffix('.unknown')}": each.values for each in found if each.values}
    return {f"warning:{each.name}": each.rows for each in found if each.rows} | values


def _files(paths: list[Path], scratch: Path, pattern: str) -> Iterator[Path]:
    """The files, and those inside an archive whose members come one by one, under names their feed knows."""
    for path in paths:
        if path.parent.name == "covid_cn_daily":
            yield _linked(path, scratch / f"case_report_{path.name}")
        elif "PRSA" in path.name:
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if Path(name).match(pattern):
                        (scratch / Path(name).name).write_bytes(archive.read(name))
                        yield scratch / Path(name).name
        else:
            yield path


def _linked(path: Path, name: Path) -> Path:
    name.symlink_to(path.resolve())
    return name


def page(folder: Path) -> str:
    """The page: every claim beside the lake's count."""
    lines = [
        "# Real sets: what was counted in them, and what the lake finds", "",
        "Eleven public sets, dirty as they came, are feeds of the city `realdata` (`cities/realdata/feeds`, and the",
        "feeds that every city has). The left count is their README's, or was made with nothing but Python's csv",
        "module; the right one is admission's. Written by `python -m bench.real_sets`; a test compares every line",
        "where the folder is there.", "",
        "| set | feed | known to be in it | counted | by the lake | as |", "|---|---|---|--:|--:|---|",
    ]  # fmt: skip
    for real in SETS:
        found = totals(real, folder)
        for claim in real.claims:
            name = _FOUND_AS.sub(lambda kind: _WORDS[kind[0]], claim.found_as)
            note = f"{name}: {claim.why_other}" if claim.why_other else name
            lines.append(
                f"| {real.files.partition('/')[0]} | `{real.feed}` | {claim.what} | {claim.readme:,} |"
                f" {found.counts[claim.found_as]:,} | {note} |"
            )
    lines += [
        "", "What takes other rows or other feeds to see is a warning: such rows are admitted, and counted in the report",
        "(`citylake quality feed <feed>`). Conform counts some of it again, as its tables need it: totals that fall",
        "(`is_corrected`), sensors that repeat a value for six hours and more (`stuck_hours`).", "",
    ]  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.real_sets", description=__doc__)
    parser.add_argument("--realdata", type=Path, required=True, help="folder of the real sets")
    PAGE.write_text(page(parser.parse_args().realdata), encoding="utf-8")
    print("wrote", PAGE.relative_to(PROJECT))


if __name__ == "__main__":
    main()
