"""Inputs of the jobs about motorways: rows typed by hand, and random ones in which every bound is met exactly."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from tests.integration.job_rows import made_of_days
from tests.integration.parking_rows import CHINA, at

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
PASSAGES = (
    "passage_id string, gantry_id string, tag_id string, passed_at timestamp, fee_cny double, speed_kmh double,"
    " _business_date date"
)
GANTRIES = "gantry_id string, road_no string, direction string, sequence_no bigint, position_km double, district_code string"
PASSED = (
    "passage_key string, _business_date date, trip_id string, passage_id string, tag_id string, gantry_id string,"
    " road_no string, direction string, sequence_no bigint, position_km double, passed_at timestamp, is_imputed boolean,"
    " fee_cny double, speed_kmh double, warning_orphan_gantry boolean"
)
LANES = (
    "passage_id string, plaza_id string, lane_no bigint, lane_kind string, way string, arrived_at timestamp,"
    " left_at timestamp, vehicle_class bigint, _business_date date"
)
PLAZAS = "plaza_id string, plaza_name string, road_no string, district_code string, lane_count bigint"
SCHEMAS = {
    "etc_gantry_passage": {"passages": PASSAGES, "gantries": GANTRIES},
    "etc_trip": {"gantries": PASSED},
    "toll_passage": {"passages": LANES, "plazas": PLAZAS},
}
UP, DOWN = "上行", "下行"
# Two roads of six gantries a direction, two kilometres apart upwards and three downwards: AU1 … AU6, AD1 …, BU1 …
ROADS = {"A": "G2501", "B": "S2"}
LISTED = [
    (f"{road}{way}{n}", number, UP if way == "U" else DOWN, n, (2.0 if way == "U" else 3.0) * (n - 1), "330106")
    for road, number in ROADS.items() for way in "UD" for n in range(1, 7)
]  # fmt: skip
PLAZA_ROWS = [("Z1", "north", "G2501", "330106", 8), ("Z2", "south", "S2", "330108", 4)]


def passage(
    passage_id: str, gantry_id: str, when: str, tag: str | None = "T", *, fee: float | None = 1.5,
    speed: float | None = 80.0,
) -> tuple:  # fmt: skip
    """A reading of a tag at a gantry."""
    return (passage_id, gantry_id, tag, at(when), fee, speed, at(when).date())


def lane(
    passage_id: str, arrived: str, left: str, plaza: str = "Z1", kind: str = "ETC", way: str = "入"
) -> tuple:  # fmt: skip
    """A car that passed a lane."""
    return (passage_id, plaza, 3, kind, way, at(arrived), at(left), 1, at(left).date())


def made(name: str, days: list[date], **rows: list[tuple]) -> list[dict]:
    """The rows that the job of conformed.transport.`name` makes for `days`; gantries and plazas are those above, unless given."""
    own = {"etc_gantry_passage": {"gantries": LISTED}, "toll_passage": {"plazas": PLAZA_ROWS}}.get(name, {})
    return made_of_days(f"conformed.transport.{name}", SCHEMAS[name], days, own | rows)


def random_passages(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Cars about midnights that miss gantries, pause for the bound and longer, turn, are read twice, and drive for days."""
    rows: list[tuple] = []
    whole = set(days)
    places = {way: [row[0] for row in LISTED if row[0].startswith(way)] for way in ("AU", "AD", "BU", "BD")}
    # A road that no trip gets to the end of in six hours.
    places["LU"] = [f"LU{n}" for n in range(1, 100)]
    listed = [*LISTED, *[(name, "G99", UP, n + 1, 1.0 * n, "330106") for n, name in enumerate(places["LU"])]]
    for car in range(70):
        then = datetime.combine(chance.choice(days), datetime.min.time(), CHINA)
        then += timedelta(hours=chance.choice([0, 4, 12, 17, 20, 23]), minutes=chance.randint(0, 59))
        ways = (
            ["LU"] if car % 10 == 0 else [chance.choice(sorted(places)) for _ in range(chance.randint(1, 3))]
        )
        for way in ways:
            for gantry in places[way]:
                pause = 45 * MINUTE if way == "LU" else chance.choice([MINUTE, 2 * MINUTE, 45 * MINUTE])
                then += pause + chance.choice([0, 0, 0, 1 if chance.random() < 0.1 else 0]) * SECOND
                if chance.random() < (0.02 if way == "LU" else 0.2) or then.date() not in whole:
                    continue
                name = gantry if chance.random() < 0.98 else "X99"
                tag = f"T{car}" if chance.random() < 0.98 else None
                for again in range(2 if chance.random() < 0.1 else 1):
                    at_last = then + again * chance.choice([0, 1, 60, 61]) * SECOND
                    if at_last.date() in whole:
                        rows.append((f"P{len(rows):05}", name, tag, at_last, chance.choice([None, 0.1, 7.35]), 80.0,
                                     at_last.date()))  # fmt: skip
    return {"passages": (rows, PASSAGES), "gantries": (listed, GANTRIES)}


def random_trips(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Gantries that the job before makes of such cars."""
    names = [column.split()[0] for column in PASSED.split(",")]
    given = random_passages(chance, days)
    found = made("etc_gantry_passage", days, **{name: rows for name, (rows, _) in given.items()})
    return {"gantries": ([tuple(row[name] for name in names) for row in found], PASSED)}


def random_lanes(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Cars at lanes about midnight, also at a plaza that no list knows."""
    rows = []
    for n in range(300):
        then = (
            datetime.combine(chance.choice(days), datetime.min.time(), CHINA) + chance.randint(0, 9) * SECOND
        )
        arrived = then - timedelta(seconds=chance.randint(0, 99) / 10)
        rows.append((f"L{n}", chance.choice(["Z1", "Z2", "Z99"]), chance.choice([None, 1, 30]), chance.choice(["ETC", "人工"]),
                     chance.choice("入出"), arrived, then, chance.choice([None, 1, 4]), then.date()))  # fmt: skip
    return {"passages": (rows, LANES), "plazas": (PLAZA_ROWS, PLAZAS)}
