"""The truth about law enforcement is what follows from the very bytes, before and after the late data."""

import csv
import io
from collections import defaultdict
from datetime import date, datetime, timedelta

import pytest
from openpyxl import load_workbook

from simulator.truth import enforcement as truth
from simulator.truth.offenders import Enterprises, Ships, vehicle
from tests.unit.enforcement_city import enforcement_city
from tests.unit.enforcement_reader import WAYS, amount, exact, instant

ENGLISH = {"水路": "waterway", "公路": "highway", "道路": "road"}
SOME = dict(
    zip(("late_file", "missing_file", "empty_file", "corrected_file", "same_bytes", "removed_column"),
        (0.30, 0.04, 0.03, 0.06, 0.05, 0.025), strict=True)
)  # fmt: skip


@pytest.fixture(scope="module")
def city():
    return enforcement_city(9, 36, 0.03, date(2026, 4, 20), {"files": SOME})


def _csv(sent, encoding: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(sent.content.decode(encoding), newline="")))


class Read:
    """What can be read of everything that had come by an instant."""

    def __init__(self, city, as_of: datetime):
        newest, held = (
            {},
            {(label.delivery_name, label.sequence) for label in city.labels if label.result == "held"},
        )
        for sent in city.deliveries:
            stem, _, day = sent.name.partition(".")[0].rpartition("_")
            if sent.arrived_at <= as_of and (sent.name, sent.sequence) not in held:
                newest[stem, day if stem.startswith("enforcement") else ""] = sent
        self.cases = {key: exact(sent)[2] for key, sent in newest.items() if key[0].startswith("enforcement")}
        codes = load_workbook(io.BytesIO(newest["违法代码表", ""].content)).active
        self.category = {
            (ENGLISH[row[0]], row[1]): row[3] for row in list(codes.iter_rows(values_only=True))[2:]
        }
        self.plan = defaultdict(list)
        for row in _csv(newest["联合执法计划", ""], "gb18030"):
            self.plan[row["行动编号"], row["区划代码"], row["开始时间"], row["结束时间"]].append(
                ENGLISH[row["执法领域"]]
            )
        # Faulty records are left out by what is known of the list, which has a test of its own.
        self.firms = Enterprises(city.newest_list("governance.enterprise", as_of).rows)
        self.ships = Ships(tuple(row.values()) for row in _csv(newest["船舶名录", ""], "utf-8-sig"))

    def of(self, day: date) -> list[dict]:
        """The cases of a day, each with its agency, times and offender."""
        found = []
        for agency in ENGLISH.values():
            for fields in self.cases.get((f"enforcement_{agency}", f"{day:%Y%m%d}"), []):
                at = {name: instant(agency, fields[name]) for name in ("found_at", "closed_at")}
                found.append({**fields, **at, "agency": agency, "who": self._who(agency, fields)})
        return found

    def _who(self, agency: str, fields: dict) -> str | None:
        if fields["owner_code"] or fields["owner_name"]:
            return self.firms.who(fields["owner_code"], fields["owner_name"], fields["district"]).offender
        if agency == "waterway":
            return self.ships.who(fields["mmsi"], fields["mark"]).offender
        return vehicle(fields["mark"]).offender

    def is_coordinated(self, case: dict) -> bool:
        """Whether its agency was out with another one."""
        return any(
            len(who) > 1 and case["agency"] in who and district == case["district"]
            and datetime.fromisoformat(since) <= case["found_at"] <= datetime.fromisoformat(until)
            for (_, district, since, until), who in self.plan.items()
        )  # fmt: skip


def _fractions(read: Read, day: date) -> dict:
    """(code, area, group): numerator and denominator, but for the indicator of vehicles and the median."""
    found = defaultdict(lambda: [0.0, 0.0])
    before = [case for back in range(31) for case in read.of(day - timedelta(back))]
    order = {case["case"]: (case["closed_at"], case["agency"], case["case"]) for case in before}
    by_who = defaultdict(list)
    for case in before:
        by_who[case["who"]].append(order[case["case"]])

    def add(code: str, district: str, group: str, numerator: float, denominator: float) -> None:
        for area in ("330100", district):
            found[code, area, group][0] += numerator
            found[code, area, group][1] += denominator

    for case in read.of(day):
        district, category = (
            case["district"],
            read.category.get((case["agency"], case["violation"]), "unknown"),
        )
        add("t2_case_count", district, "all", 1, 0)
        add("t2_case_count", district, category, 1, 0)
        add("t2_coordinated_pct", district, "all", read.is_coordinated(case), 1)
        add("t2_found_by_monitoring_pct", district, "all", WAYS[case["agency"]][case["way"]] == 0, 1)
        fine, paid = amount(case["fine"]), amount(case["paid"])
        if fine:
            add("t2_fines_collected_pct", district, "all", paid, fine)
        if case["who"]:
            is_repeat = min(by_who[case["who"]]) < order[case["case"]]
            add("t2_repeat_offender_pct", district, "all", is_repeat, 1)
    return {
        key: (above, 1.0 if key[0] == "t2_case_count" else below) for key, (above, below) in found.items()
    }


@pytest.mark.parametrize("day", [date(2026, 4, 16), date(2026, 4, 18), date(2026, 4, 20)])
def test_the_truth_is_what_follows_from_the_very_bytes(city, day):
    both = {
        as_of: _fractions(Read(city, as_of), day) for as_of in (city.before_late_data, city.after_late_data)
    }
    for as_of, expected in both.items():
        made = truth.table(truth.known_at(city, day, as_of), day)
        made = made[~made["code"].isin(["t2_close_p50_day", "t2_cases_per_10k_vehicle"])]
        made = made[(made["group"] == "all") | (made["code"] == "t2_case_count")]
        found = {
            (row.code, row.area, row.group): (row.numerator, row.denominator) for row in made.itertuples()
        }
        assert found == expected
        assert len(expected) > 60


def test_something_is_known_only_when_the_late_data_is_in(city):
    changed = 0
    for day in city.days[-4:]:
        before, after = (
            truth.table(truth.known_at(city, day, as_of), day)
            for as_of in (city.before_late_data, city.after_late_data)
        )
        changed += not before.equals(after)
    assert changed
