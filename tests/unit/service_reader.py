"""What an exact reader finds in the very bytes about services, and what follows from it: written for the tests in plain
Python, and shared with nobody."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from openpyxl import load_workbook

from simulator.deliveries import Delivery
from tests.unit.exact_reader import Record, csv_records, exact_reading, is_between

CHANNELS = ("online", "one_card", "one_window", "mobile", "self_service", "light")
CHINESE = dict(zip(("网上", "一证", "一窗", "掌上", "自助", "简易"), CHANNELS, strict=True))
# Free days of the time the tests are about that are no week-ends, and working days that are.
HOLIDAYS = {date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 4), date(2026, 5, 5)}
MAKEUP_DAYS = {date(2026, 5, 9)}


def _hour(text: str) -> int:
    return int(text[11:13])


def _application_is_right(fields: dict) -> bool:
    if not fields["application_no"] or _hour(fields["decided_at"]) > 23:
        return False
    times = [datetime.fromisoformat(fields[name]) for name in ("submitted_at", "accepted_at", "decided_at")]
    return times == sorted(times) and fields["channel"] in CHANNELS


def _contact_is_right(fields: dict) -> bool:
    return fields["流水号"] != "" and _hour(fields["时间"]) < 24 and fields["渠道"] in CHINESE


def _session_is_right(fields: dict) -> bool:
    ends = ("completed", "abandoned", "timed_out")
    return (
        fields["session_no"] != "" and _hour(fields["started_at"]) < 24 and fields["ended_as"] in ends
        and is_between(fields["steps"], 1, 20)
    )  # fmt: skip


def _status_is_right(fields: dict) -> bool:
    return (
        fields["machine"] != "" and _hour(fields["reported_at"]) < 24
        and fields["state"] in ("up", "no_paper", "fault", "closed")
        and (fields["temperature_c"] == "-9999" or is_between(fields["temperature_c"], -20, 80))
    )  # fmt: skip


FORMS = {
    "service_application": ("utf-8", _application_is_right, ("application_no",), {}, "channel"),
    "办事接触": ("gb18030", _contact_is_right, ("流水号",), {}, "渠道"),
    "self_service_session": ("utf-8", _session_is_right, ("session_no",), {}, "ended_as"),
    "machine_status": ("utf-8", _status_is_right, ("machine", "reported_at"), {"temperature_c": "-9999"}, "state"),
}  # fmt: skip


def form_of(name: str) -> str:
    """Of which feed a file is: its name without the day."""
    return name.rpartition("_")[0]


def _records(name: str, text: str) -> list[Record]:
    if name.endswith(".jsonl"):
        return [(number, _object(line)) for number, line in enumerate(text.splitlines(), start=1)]
    return csv_records(text.replace("\t", ",") if name.endswith(".txt") else text)


def _object(line: str) -> dict | None:
    try:
        return json.loads(line)
    except ValueError:
        return None


def exact(sent: Delivery) -> tuple[set[int], set[tuple[int, str]], list[dict]]:
    """Quarantined record numbers, places of sentinels in admitted ones, and these."""
    encoding, is_right, key, sentinels, _ = FORMS[form_of(sent.name)]
    return exact_reading(_records(sent.name, sent.content.decode(encoding)), is_right, key, sentinels)


def _is_held(sent: Delivery) -> bool:
    """Whether a file has no record, or lacks a column."""
    encoding, _, _, _, needed = FORMS[form_of(sent.name)]
    fields = [each for _, each in _records(sent.name, sent.content.decode(encoding)) if each]
    return not any(needed in each for each in fields)


class Read:
    """The newest readable files of each feed and day, and the newest lists, of everything that had come by an instant."""

    def __init__(self, deliveries: Iterable[Delivery], as_of: datetime):
        newest: dict[tuple[str, str], Delivery] = {}
        for sent in deliveries:
            if sent.arrived_at <= as_of:
                stem, _, day = sent.name.partition(".")[0].rpartition("_")
                if stem not in FORMS:
                    newest[stem, ""] = sent
                elif not _is_held(sent):
                    newest[stem, day] = sent
        self.days = {key: exact(sent)[2] for key, sent in newest.items() if key[0] in FORMS}
        guide = load_workbook(io.BytesIO(newest["办事事项", ""].content)).active
        self.promised = {row[0]: row[4] for row in list(guide.iter_rows(values_only=True))[2:]}
        self.sites = {row["网点编号"]: row for row in _rows(newest["办事网点", ""], "utf-8-sig")}
        self.machines = {row["机器编号"]: row for row in _rows(newest["自助机", ""], "gb18030")}

    def of(self, stem: str, day: date) -> list[dict]:
        """The admitted records of a day."""
        return self.days.get((stem, f"{day:%Y%m%d}"), [])


def _rows(sent: Delivery, encoding: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(sent.content.decode(encoding), newline="")))


def _works(day: date) -> bool:
    return day in MAKEUP_DAYS or (day.weekday() < 5 and day not in HOLIDAYS)


def fractions(read: Read, day: date, districts: set[str]) -> dict[tuple[str, str, str], tuple[float, float]]:
    """(code, area, group): numerator and denominator of every indicator of a day."""
    found: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])

    def add(code: str, district: str, group: str, numerator: float, denominator: float) -> None:
        # Groups, and who was helped, are told of the whole city.
        is_for_all = group == "all" and not code.startswith("s2_")
        for area in {"330100", district if is_for_all else "330100"} & (districts | {"330100"}):
            found[code, area, group][0] += numerator
            found[code, area, group][1] += denominator

    contacts = defaultdict(list)
    for shift in range(-30, 8):
        on = day + timedelta(shift)
        for row in read.of("办事接触", on):
            contacts[row["办件编号"]].append((on, row["网点编号"], CHINESE[row["渠道"]]))
    for row in read.of("service_application", day):
        _add_journey(add, row, contacts[row["application_no"]], read.promised.get(row["item_code"]))
    district_of = {
        number: read.sites[row["网点编号"]]["区划代码"]
        for number, row in read.machines.items() if row["网点编号"] in read.sites
    }  # fmt: skip
    for row in read.of("self_service_session", day):
        if row["machine_id"] in district_of:
            add(
                "t4_session_abandoned_pct",
                district_of[row["machine_id"]],
                "all",
                row["ended_as"] != "completed",
                1,
            )
    if read.of("machine_status", day):
        for number, district in district_of.items():
            since, until = read.machines[number]["启用日期"], read.machines[number]["停用日期"] or "9999"
            if since <= day.isoformat() < until:
                add("t4_machine_available_pct", district, "all", *_seconds(read, number, day))
    return {key: (numerator, denominator) for key, (numerator, denominator) in found.items() if denominator}


def _add_journey(add, row: dict, about: list[tuple[date, str, str]], promised: int | None) -> None:
    visits = len({(on, site) for on, site, _ in about if site})
    handlings = {channel for _, _, channel in about} | {row["channel"]}
    on, last = (date.fromisoformat(row[name][:10]) for name in ("accepted_at", "decided_at"))
    worked = sum(_works(on + timedelta(each)) for each in range(1, (last - on).days + 1))
    district = row["office_district"]
    # In the year in which the file comes: the night after.
    band = _band((last + timedelta(1)).year - row["birth_year"]) if row.get("birth_year") else None
    for group in ("all", row["channel"], *([band] if band else ())):
        add("t4_at_most_once_pct", district, group, visits <= 1, 1)
        add("t4_visits_per_case", district, group, visits, 1)
        add("t4_channel_switch_pct", district, group, len(handlings) > 1, 1)
        if promised is not None:
            add("t4_promise_kept_pct", district, group, worked <= promised, 1)
    for group in ("all", band) if band else ():
        add("s2_assisted_pct", district, group, row["channel"] == "one_window", 1)
    for channel in CHANNELS:
        add("t4_channel_pct", district, channel, channel == row["channel"], 1)


def _band(age: int) -> str:
    return next(
        band
        for least, band in ((80, "80+"), (70, "70-79"), (60, "60-69"), (18, "18-59"), (-1, "<18"))
        if age >= least
    )


def _seconds(read: Read, machine: str, day: date) -> tuple[int, int]:
    """Seconds of a day in which a report says that a machine is up, and in which any report holds."""
    reports = sorted(
        (datetime.fromisoformat(row["reported_at"]), row["state"])
        for each in (day - timedelta(1), day)
        for row in read.of("machine_status", each)
        if row["machine"] == machine
    )
    begin, up, known = datetime(day.year, day.month, day.day), 0, 0  # noqa: DTZ001 (local, as the reports)
    for number, (at, state) in enumerate(reports):
        until = min(at + timedelta(hours=2), begin + timedelta(1))
        if number + 1 < len(reports):
            until = min(until, reports[number + 1][0])
        seconds = max(int((until - max(at, begin)).total_seconds()), 0)
        known += seconds
        up += seconds * (state == "up")
    return up, known
