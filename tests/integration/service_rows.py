"""Inputs of the jobs about services: rows typed by hand, and random ones in which every bound is met exactly."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from tests.integration.job_rows import made_of_days
from tests.integration.parking_rows import CHINA, at

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
APPLICATIONS = (
    "application_no string, item_code string, applicant_type string, age_band string, district_code string, channel string,"
    " submitted_at timestamp, accepted_at timestamp, decided_at timestamp, outcome string, _business_date date"
)
CONTACTS = (
    "contact_no string, application_no string, channel string, step string, site_id string, contacted_at timestamp,"
    " _business_date date"
)
ITEMS = "item_code string, item_name string, promised_working_days bigint"
STATUSES = (
    "machine_id string, reported_at timestamp, state string, temperature_celsius double, _business_date date"
)
MACHINES = "machine_id string, site_id string, installed_on date, removed_on date"
SITES = "site_id string, site_name string, district_code string"
SESSIONS = (
    "session_no string, machine_id string, started_at timestamp, ended_at timestamp, age_band string, item_code string,"
    " steps bigint, ended_as string, _business_date date"
)
SCHEMAS = {
    "service_journey": {"applications": APPLICATIONS, "contacts": CONTACTS, "items": ITEMS},
    "machine_day": {"statuses": STATUSES, "machines": MACHINES, "sites": SITES},
    "machine_session": {"sessions": SESSIONS, "machines": MACHINES, "sites": SITES},
}
SITE_ROWS = [("H001", "hall", "330102"), ("H002", "corner", "330106")]


def when(text: str) -> datetime:
    """'03-02 08:00' in 2026 or '2039-12-30 08:00': local time."""
    return at(text) if text[4] != "-" else datetime.fromisoformat(text).replace(tzinfo=CHINA)


def application(
    application_no: str, decided: str, accepted: str | None = None, *, item: str = "S0001", channel: str = "mobile"
) -> tuple:  # fmt: skip
    """A person's application, submitted when it was accepted, and that when it was decided, but for `accepted`."""
    begun, ended = when(accepted or decided), when(decided)
    return (
        application_no,
        item,
        "person",
        "18-59",
        "330106",
        channel,
        begun,
        begun,
        ended,
        "granted",
        ended.date(),
    )


def contact(
    contact_no: str, application_no: str, contacted: str, channel: str = "掌上", step: str = "咨询", site: str | None = None
) -> tuple:  # fmt: skip
    """A contact about an application."""
    return (contact_no, application_no, channel, step, site, when(contacted), when(contacted).date())


def status(machine_id: str, reported: str, state: str = "up", celsius: float | None = 20.0) -> tuple:
    """A report of a machine."""
    return (machine_id, at(reported), state, celsius, at(reported).date())


def machine(
    machine_id: str, site: str = "H001", since: date = date(2021, 6, 1), until: date | None = None
) -> tuple:
    """A machine of the list."""
    return (machine_id, site, since, until)


def made(name: str, days: list[date], **rows: list[tuple]) -> list[dict]:
    """The rows that the job of conformed.governance.`name` makes for `days`, as they would be written."""
    return made_of_days(f"conformed.governance.{name}", SCHEMAS[name], days, rows)


def random_journeys(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Applications with contacts up to 32 days before and 9 after, on both sides of both bounds, and of none that is known."""
    items = [("S0001", "a", 0), ("S0002", "b", 5), ("S0003", "c", 15)]
    applications: list[tuple] = []
    contacts: list[tuple] = []
    handlings = ["网上", "一证", "一窗", "掌上", "自助", "简易"]
    whole = set(days)
    for n in range(160):
        decided = datetime.combine(chance.choice(days), datetime.min.time(), CHINA)
        decided += chance.choice([0, 1, 600, 1438, 1439]) * MINUTE
        accepted = decided - chance.randint(0, 40) * DAY - chance.choice([0, 1, 700]) * MINUTE
        number = f"A{n:04}" if chance.random() < 0.95 else "A none"
        item = chance.choice(["S0001", "S0002", "S0003", "S9999"])
        if number != "A none":
            applications.append((number, item, "person", "80+", "330106", chance.choice(["online", "light"]), accepted,
                                 accepted, decided, "granted", decided.date()))  # fmt: skip
        for _ in range(chance.choice([0, 1, 2, 4])):
            after = chance.choice([-32, -31, -30, -29, -5, -1, 0, 1, 6, 7, 8, 9])
            then = decided + after * DAY + chance.choice([-60, 0, 60]) * MINUTE
            if then.date() in whole:
                contacts.append((f"K{len(contacts):05}", number, chance.choice(handlings), chance.choice(["提交", "补正"]),
                                 chance.choice([None, "H001", "H002"]), then, then.date()))  # fmt: skip
    return {
        "applications": (applications, APPLICATIONS),
        "contacts": (contacts, CONTACTS),
        "items": (items, ITEMS),
    }


def random_statuses(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Reports about midnights and hours, silence of exactly two hours, and for days; machines that come and go."""
    machines = [machine("M1"), machine("M2", "H002", days[3], days[12]), machine("M3", "H999"), machine("M4")]
    rows: dict[tuple[str, datetime], tuple] = {}
    for name in ("M1", "M2", "M3", "M99"):
        for n, day in enumerate(days):
            if n % 7 == 5:
                continue  # a day of which nobody reported
            for hour in range(24):
                if chance.random() < 0.6:
                    then = datetime.combine(day, datetime.min.time(), CHINA) + timedelta(hours=hour)
                    then += chance.choice([0, 0, 0, 1, 59]) * MINUTE
                    state = chance.choice(["up", "up", "fault", "no_paper", "closed"])
                    rows[name, then] = (name, then, state, chance.choice([None, 20.5]), day)
    return {
        "statuses": (list(rows.values()), STATUSES),
        "machines": (machines, MACHINES),
        "sites": (SITE_ROWS, SITES),
    }


def random_sessions(chance: random.Random, days: list[date]) -> dict[str, tuple[list[tuple], str]]:
    """Sessions over midnight, without an end, and at machines and places that no list knows."""
    machines = [machine("M1"), machine("M2", "H002"), machine("M3", "H999")]
    rows = []
    for n in range(200):
        began = (
            datetime.combine(chance.choice(days), datetime.min.time(), CHINA)
            + chance.randint(0, 1439) * MINUTE
        )
        ended = began + chance.randint(0, 30) * MINUTE if chance.random() < 0.9 else None
        rows.append((f"T{n}", chance.choice(["M1", "M2", "M3", "M99"]), began, ended, None, None, 3,
                     chance.choice(["completed", "abandoned", "timed_out"]), began.date()))  # fmt: skip
    return {"sessions": (rows, SESSIONS), "machines": (machines, MACHINES), "sites": (SITE_ROWS, SITES)}
