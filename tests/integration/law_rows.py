"""Inputs of the jobs about law enforcement: rows typed by hand, and random ones in which every bound is met exactly."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from tests.integration.job_rows import made_of_days
from tests.integration.match_keys import match_key
from tests.integration.parking_rows import CHINA, at

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
_CASE = (
    "case_no string, found_at timestamp, closed_at timestamp, violation_code string, found_by string, district_code string,"
    " owner_code string, owner_name string, fine_cny double, paid_cny double, _business_date date"
)
WATERWAY = f"{_CASE}, hull string, hull_match string, mmsi string"
ON_WHEELS = f"{_CASE}, plate string, plate_match string"
ENTERPRISES = "credit_code string, enterprise_name string, district_code string"
SHIPS = "mmsi string, ship_name string, hull string, hull_match string"
VEHICLES = (
    "registration_no string, plate string, plate_match string, registered_on date, deregistered_on date"
)
LINKS = (
    "case_no string, candidate_id string, score double, linked_as string, decision string, agency string,"
    " offender_kind string, _business_date date"
)
VIOLATIONS = "agency string, code string, violation_title string, category string"
OPERATIONS = (
    "operation_no string, agency string, district_code string, started_at timestamp, ended_at timestamp"
)
CASES = {"waterway": WATERWAY, "highway": ON_WHEELS, "road": ON_WHEELS}
SCHEMAS = {
    "enforcement_link": CASES | {"enterprises": ENTERPRISES, "ships": SHIPS, "vehicles": VEHICLES},
    "enforcement_case": CASES | {"links": LINKS, "violations": VIOLATIONS, "operations": OPERATIONS},
}
FIRM = ("91338001MA0000001X", "杭州安邦博商贸有限公司", "330106")


def _case(
    case_no: str, closed: datetime, found: datetime, found_by: str, code: str, district: str, owner: tuple
) -> tuple:
    return (case_no, found, closed, code, found_by, district, *owner, 200.0, 150.0, closed.date())


def on_water(
    case_no: str, closed: str | datetime, hull: str | None = None, mmsi: str | None = None, *, found: str | None = None,
    owner: tuple = (None, None), found_by: str = "ais", code: str = "W-101", district: str = "330106",
) -> tuple:  # fmt: skip
    """A case of the waterways, found when it was closed but for `found`."""
    ended = at(closed) if isinstance(closed, str) else closed
    return (
        *_case(case_no, ended, at(found) if found else ended, found_by, code, district, owner),
        *match_key(hull),
        mmsi,
    )


def on_wheels(
    case_no: str, closed: str | datetime, plate: str | None = None, *, found: str | datetime | None = None,
    owner: tuple = (None, None), found_by: str = "巡查", code: str = "D-01", district: str = "330106",
) -> tuple:  # fmt: skip
    """A case of a highway or road, found when it was closed but for `found`."""
    ended = at(closed) if isinstance(closed, str) else closed
    begun = at(found) if isinstance(found, str) else found or ended
    return (*_case(case_no, ended, begun, found_by, code, district, owner), *match_key(plate))


def ship(mmsi: str, hull: str) -> tuple:
    """A ship of the list."""
    return (mmsi, f"name {mmsi}", *match_key(hull))


def vehicle(number: str, plate: str, since: date = date(2020, 1, 1), until: date | None = None) -> tuple:
    """A registration."""
    return (number, *match_key(plate), since, until)


def link(
    case_no: str, day: date, candidate: str, linked_as: str | None = "plate", score: float | None = None
) -> tuple:
    """A link of a case; a doubtful one where it is linked as nothing."""
    decision = "linked" if linked_as else "doubtful"
    return (case_no, candidate, score, linked_as, decision, "road", "vehicle", day)


def made(name: str, days: list[date], **rows: list[tuple]) -> list[dict]:
    """The rows that the job of conformed.transport.`name` makes for `days`, as they would be written."""
    return made_of_days(f"conformed.transport.{name}", SCHEMAS[name], days, rows)


def _random_cases(chance: random.Random, days: list[date]) -> dict[str, list[tuple]]:
    """A few plates and ships that come again, misread ones, and enterprises whose names and codes are typed in many ways."""
    plates = ["浙A12345", "浙A12346", "浙B99999", None, "浙A77777"]
    owners = [
        (None, None), (None, None), (None, None), (FIRM[0], "whoever"), (None, "安邦博商贸"), (None, "杭州安宝博商贸有限公司"),
        (FIRM[0][:-1] + "Y", "杭州安宝博商贸有限公司"), ("91440001MA0000001X", "宁波大海商贸有限公司"), (None, "nobody"),
    ]  # fmt: skip
    found: dict[str, list[tuple]] = {"waterway": [], "highway": [], "road": []}
    for n in range(150):
        closed = (
            datetime.combine(chance.choice(days), datetime.min.time(), CHINA)
            + chance.choice([0, 1, 600, 1439]) * MINUTE
        )
        begun, owner = closed - chance.randint(0, 9) * DAY, chance.choice(owners)
        agency = chance.choice(list(found))
        if agency == "waterway":
            row = on_water(f"W{n}", closed, chance.choice(["浙杭货00001", "浙杭货00002", "浙杭货99999", None]),
                           chance.choice([None, "413000001", "413999999"]), owner=owner)  # fmt: skip
        else:
            words = ("巡查", "举报") if agency == "road" else ("1", "2")
            row = on_wheels(f"{agency[0]}{n}", closed, chance.choice(plates), found=begun, owner=owner,
                            found_by=chance.choice(words), district=chance.choice(["330106", "330108"]))  # fmt: skip
        found[agency].append(row)
    return found


def random_links(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Cases, and lists that know some of whom they are about."""
    cases = _random_cases(chance, days)
    vehicles = [
        vehicle("1", "浙A12345"),
        vehicle("2", "浙A77777", days[3], days[9]),
        vehicle("3", "浙A77777", days[9]),
    ]
    ships = [ship("413000001", "浙杭货00001"), ship("413000002", "浙富货00002")]
    lists = {"enterprises": ([FIRM], ENTERPRISES), "ships": (ships, SHIPS), "vehicles": (vehicles, VEHICLES)}
    return {name: (rows, CASES[name]) for name, rows in cases.items()} | lists


def random_cases(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Cases with offenders that come again within 30 days and later, and operations of one agency and of several."""
    cases = _random_cases(chance, days)
    links = []
    for rows in cases.values():
        for row in rows:
            who = chance.choice(["vehicle:a", "vehicle:b", "ship:1", None, "enterprise:x"])
            if who:
                links.append(
                    link(
                        row[0],
                        row[-3 if len(row) == 13 else -4],
                        who,
                        chance.choice(["plate", "plate", None]),
                    )
                )
    operations = []
    for n, day in enumerate(days[::4]):
        began = datetime.combine(day, datetime.min.time(), CHINA)
        agencies = chance.sample(["水路", "公路", "道路"], chance.randint(1, 3))
        operations += [
            (f"LH{n}", agency, chance.choice(["330106"]), began, began + 2 * DAY) for agency in agencies
        ]
    violations = [("道路", "D-01", "t", "documents"), ("水路", "W-101", "t", "pollution")]
    return {name: (rows, CASES[name]) for name, rows in cases.items()} | {
        "links": (links, LINKS), "violations": (violations, VIOLATIONS), "operations": (operations, OPERATIONS),
    }  # fmt: skip
