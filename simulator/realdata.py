"""Real sets as another city's deliveries: `python -m simulator.realdata --realdata <folder> --out <folder>`.

The daily case reports and Beijing's air stations, bytes unchanged; the three reference lists that Beijing needs
are typed by hand in `data/realdata`. There is no truth beside them: nobody knows it.
"""

from __future__ import annotations

import argparse
import csv
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path, PurePosixPath
from typing import cast

from citylake.errors import WrongUse
from simulator import command, writer
from simulator.deliveries import Delivery, local
from simulator.departments import air_quality, air_station, case_report, district
from simulator.world.districts import District, Level

TYPED = Path(__file__).parent / "data" / "realdata"
CASES = "covid_cn_daily"
AIR = "air_beijing_prsa"
AIR_ENDS = date(2017, 3, 1)
# Files of other sets, sent as they are: by which department, and on which day (of the name, where it has one).
OTHERS = (
    ("weather_nyc2013/weather.csv", "environment", date(2014, 1, 1)),
    ("nyc_taxi/taxi*.csv", "transport", date(2019, 4, 1)),
    ("hangzhou_admin/china_division_*.csv", "governance", date(2023, 7, 1)),
    ("hangzhou_admin/*_districts.geojson", "governance", date(2023, 7, 1)),
    ("hangzhou_metro/*stations.csv", "transport", date(2023, 7, 1)),
    ("waste_trashwheel/trashwheel.csv", "environment", date(2023, 12, 31)),
    ("synthea_csv/patients.csv", "health", date(2024, 3, 1)),
    ("synthea_csv/encounters.csv", "health", date(2024, 3, 1)),
    ("synthea_csv/claims.csv", "health", date(2024, 3, 1)),
    ("ais_marinecadastre/AISdata_????-??-??_*.csv.gz", "transport", None),
    ("gtfs/*.zip", "transport", date(2024, 1, 2)),
    ("parking_de/meta-data.csv", "transport", date(2021, 10, 1)),
    ("parking_de/csv/????-??-??.csv", "transport", None),
)


def deliveries(folder: Path) -> Iterator[Delivery]:
    """Every delivery of the real sets found in `folder`; one set may be missing.

    Raises: WrongUse where none is there.
    """
    cases, zips = sorted((folder / CASES).glob("????-??-??.csv")), sorted((folder / AIR).glob("*.zip"))
    others = list(_others(folder))
    if not cases and not zips and not others:
        raise WrongUse(
            "no real set found",
            where=str(folder),
            expected=f"{CASES}/<date>.csv or {AIR}/<archive>.zip in it",
            next_step="Give the folder that holds them with --realdata (REALDATA=… for make).",
        )
    yield from references()
    for path in zips:
        yield from _stations(path)
    for path in cases:
        yield case_report.observation(date.fromisoformat(path.stem), path.read_bytes()).sent
    yield from others


def _others(folder: Path) -> Iterator[Delivery]:
    for pattern, department, day in OTHERS:
        for path in sorted(folder.glob(pattern)):
            named = re.search(r"\d{4}-\d{2}-\d{2}", path.name)
            sent = day or date.fromisoformat(named[0] if named else "")
            yield Delivery(
                department, path.name, 1, department, local(sent + timedelta(days=1), 8), path.read_bytes()
            )


def references() -> Iterator[Delivery]:
    """Beijing's districts, stations and hospitals, in the departments' forms; they arrive before the readings."""
    at = local(AIR_ENDS, 7)
    districts = [
        District(row["code"], row["name"], row["name_en"], cast(Level, row["level"]), row["parent_code"],
                 date.fromisoformat(row["valid_from"]),
                 date.fromisoformat(row["valid_to"]) if row["valid_to"] else None)
        for row in _typed("district.csv")
    ]  # fmt: skip
    yield district.delivery(districts, at)
    lines = [tuple(row[name] for name in air_station.HEADER) for row in _typed("air_station.csv")]
    yield Delivery(air_station.DEPARTMENT, f"环境监测站_{AIR_ENDS:%Y%m%d}.csv", 1, air_station.SENDER, at,
                   air_station.as_bytes(lines))  # fmt: skip
    yield Delivery("health", f"医院_{AIR_ENDS:%Y%m%d}.csv", 1, "health", at,
                   (TYPED / "hospital.csv").read_text(encoding="utf-8").encode("utf-8-sig"))  # fmt: skip


def _stations(path: Path) -> Iterator[Delivery]:
    """The members of the archive, one station each, as they are."""
    with zipfile.ZipFile(path) as archive:
        for member in sorted(archive.namelist()):
            name = PurePosixPath(member).name
            if name.startswith("PRSA_Data_") and name.endswith(".csv"):
                station = name.split("_")[2]
                yield Delivery(
                    air_quality.DEPARTMENT, name, 1, station, local(AIR_ENDS, 8), archive.read(member)
                )


def _typed(name: str) -> list[dict[str, str]]:
    with open(TYPED / name, encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def main() -> None:
    """Read the arguments, write the deliveries."""
    parser = argparse.ArgumentParser(prog="python -m simulator.realdata", description=__doc__)
    parser.add_argument("--realdata", type=Path, required=True, help="folder of the real sets")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder to write to; an earlier run's is replaced"
    )
    asked = parser.parse_args()
    sent = list(deliveries(asked.realdata))
    writer.prepare(asked.out)
    print(f"{writer.write(sent, asked.out)} deliveries of real sets: {asked.out}")


if __name__ == "__main__":
    command.run(main)
