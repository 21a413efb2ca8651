"""The true indicators of records and settlement between hospitals: what happened, and the best anyone can know from what had
arrived by an instant.

Persons are known from the encounters of a day and of the seven before: numbers that differ in one character are one person's
where the same name was typed with both, and so on from number to number. An examination repeats one of the same person and kind
at another hospital whose result was there before it was taken, if it was taken within the interval in which that is recognised.
A claim counts on the day on which it was requested; it is between hospitals if one of its lines is for an examination made at
another hospital than the one that claims, of that day or the seven before. All count where the hospital is; of a hospital that is
not in the newest list they count for the city alone.

What happened: the persons as they are, true times and lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from simulator.departments import district, exam_result, hospital, settlement
from simulator.departments.encounter import Encounters
from simulator.departments.exam_result import ExamResults, exam_texts
from simulator.departments.record_access import RecordAccesses
from simulator.departments.settlement import REQUESTED, REVERSED, SETTLED, SettlementEvents
from simulator.departments.settlement_line import SettlementLines
from simulator.evidence import Evidence
from simulator.setting import Setting
from simulator.times import DAY_DS
from simulator.truth.ages import age_bands
from simulator.truth.areas import Areas, by_day, divisible, of_city, percentile_of_persons, share_of
from simulator.truth.persons import NOBODY, persons
from simulator.world.claims import requested_on
from simulator.world.districts import HANGZHOU
from simulator.world.encounters import NEVER, NONE, encounters, exchange
from simulator.world.hospitals import HOSPITALS
from simulator.world.record_requests import NO_REASON, requests

TABLE = "health.exam"
BEFORE = 7  # days whose encounters and examinations are looked at
RECOGNISED_DAYS = np.array([3, 3, 5, 5, 7, 7, 7])  # of blood, urine, ecg, ultrasound, xray, ct, mri
_COUNTS_DS = DAY_DS  # what is settled or rejected later than after 24 hours does not count
_BY_AGE = ("age_band", "age_band")


@dataclass(frozen=True)
class Rows:
    """What was written down, or what was: of a day (events of the next one too), and of the seven before it.

    `encounters`: encounter, person (any numbers; `NOBODY`), age_band; `exams`: columns of `ExamResults`, and day (an ordinal);
    `events`, `lines`: columns of `SettlementEvents` and `SettlementLines`; `accesses`: access, hospital, who (of whom the record
    is, None), age_band, has_reason, at_ds, is_found.
    """

    encounters: pd.DataFrame
    exams: pd.DataFrame
    events: pd.DataFrame
    lines: pd.DataFrame
    accesses: pd.DataFrame


@dataclass(frozen=True)
class Outcome:
    """What the indicators of a day are made of, each with hospital (the number in its identifier less one) and age_band (a word;
    None).

    `exams` of persons: is_repeat; `claims` between hospitals: is_settled (and not reversed), settled_min (NaN), amount_fen;
    `accesses`: is_first, is_found, has_reason. `districts` of hospitals, by number.
    """

    exams: pd.DataFrame
    claims: pd.DataFrame
    accesses: pd.DataFrame
    districts: dict[int, str]
    vintages: tuple


def indicators(
    city: Evidence, instants: tuple[datetime, ...], days: tuple[date, ...] | None = None
) -> pd.DataFrame:
    """The indicators of records and settlement of days (all of the city's, if None), by district and for the city; each for
    itself. With the first of them, what examinations repeated on the days before, whose files come too."""
    made = by_day(city, instants, days, happened, known_at, table)
    if city.days[0] not in (days or city.days):
        return made
    before = tuple(city.days[0] - timedelta(back) for back in range(BEFORE, 0, -1))
    early = by_day(city, instants, before, happened, known_at, table)
    return pd.concat([early[early["code"] == "h3_repeat_exam_pct"], made], ignore_index=True)


def known_at(city: Evidence, day: date, as_of: datetime) -> Outcome:
    """What an exact reader of everything that had arrived would know about a day."""
    districts = {int(number[1:]) - 1: code for number, code in city.listed(hospital.FEED, as_of)}
    return outcome(_known(city, day, as_of), day, districts, city.listed(district.FEED, as_of))


def _known(city: Evidence, day: date, as_of: datetime) -> Rows:
    week = tuple(day - timedelta(back) for back in range(BEFORE, -1, -1))
    seen = _whole(_with_bands(city, Encounters, week, as_of), ["encounter", "number", "name", "age_band"])
    exams = [each.rows.assign(day=each.day.toordinal()) for each in city.facts(ExamResults, week, as_of)]
    events, lines = (
        [each.rows for each in city.facts(kind, days, as_of)]
        for kind, days in ((SettlementEvents, (day, day + timedelta(1))), (SettlementLines, (day,)))
    )
    accesses = _whole(
        _with_bands(city, RecordAccesses, (day,), as_of),
        ["access", "hospital", "number", "age_band", "has_reason", "at_ds", "is_found"],
    )
    return Rows(
        seen.assign(person=persons(seen["number"].tolist(), seen["name"].tolist())),
        _whole(exams, ["exam", "encounter", "hospital", "kind", "taken_ds", "result_ds", "day"]),
        _whole(events, ["event", "claim", "encounter", "hospital", "kind", "at_ds", "amount_fen"]),
        _whole(lines, ["line", "claim", "exam"]),
        accesses.assign(who=[number or None for number in accesses["number"].tolist()]),
    )


def _with_bands(
    city: Evidence, kind: type, days: tuple[date, ...], as_of: datetime
) -> Iterator[pd.DataFrame]:
    """The rows of files of persons, with `age_band`: by the year in which a file came."""
    for source in city.newest(kind, days, as_of):
        rows = source.load().rows
        yield rows.assign(age_band=age_bands(rows["birth_year"], source.arrived_at.astimezone(UTC).year))


def _whole(parts: Iterable[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """All rows together, with these columns where there are none too."""
    return pd.concat([pd.DataFrame(columns=columns), *parts], ignore_index=True)[columns]


def outcome(rows: Rows, day: date, districts: dict[int, str], vintages: tuple) -> Outcome:
    """What rows say about a day."""
    # Of several with one number the one of the latest day.
    seen = rows.encounters.drop_duplicates("encounter", keep="last").set_index("encounter")
    exams = rows.exams.drop_duplicates("exam", keep="last")
    exams = exams.assign(
        person=exams["encounter"].map(seen["person"]).fillna(NOBODY), age_band=exams["encounter"].map(seen["age_band"])
    )  # fmt: skip
    of_day = exams[(exams["day"] == day.toordinal()) & (exams["person"] != NOBODY)]
    claims = _between(rows, exams, day)
    accesses = rows.accesses.sort_values(["at_ds", "access"])
    is_known = accesses["who"].notna()
    return Outcome(
        of_day.assign(is_repeat=of_day["exam"].isin(repeats(exams, day))),
        claims.assign(age_band=claims["encounter"].map(seen["age_band"])),
        accesses.assign(is_first=~(is_known & accesses.duplicated(["hospital", "who"]))),
        districts, vintages,
    )  # fmt: skip


def repeats(exams: pd.DataFrame, day: date) -> set[int]:
    """The examinations of a day that repeat another one: keys, from columns of `Rows.exams` and person."""
    known = exams[exams["person"] != NOBODY]
    of_day = known[known["day"] == day.toordinal()]
    both = of_day.merge(known, on=["person", "kind"], suffixes=("", "_before"))
    both = both[(both["exam"] != both["exam_before"]) & (both["hospital"] != both["hospital_before"])]
    was_there = (both["result_ds_before"] != NEVER) & (both["result_ds_before"] <= both["taken_ds"])
    within = RECOGNISED_DAYS[both["kind"].to_numpy(np.int64)] * DAY_DS
    return set(both.loc[was_there & (both["taken_ds"] - both["taken_ds_before"] <= within), "exam"].tolist())


def _between(rows: Rows, exams: pd.DataFrame, day: date) -> pd.DataFrame:
    """The claims of a day that are between hospitals: encounter, hospital, is_settled, settled_min, amount_fen."""
    events = rows.events.sort_values(["at_ds", "event"])
    of_day = (events["kind"] == REQUESTED) & (events["at_ds"] // DAY_DS == day.toordinal())
    claims = events[of_day].drop_duplicates("claim").rename(columns={"at_ds": "requested_ds"})
    made_at = exams.set_index("exam")["hospital"]
    lines = rows.lines[["claim", "exam"]].merge(claims[["claim", "hospital"]], on="claim")
    elsewhere = lines["exam"].map(made_at)
    lines = lines[(lines["exam"] != NONE) & elsewhere.notna() & (elsewhere != lines["hospital"])]
    claims = claims[claims["claim"].isin(lines["claim"])].set_index("claim", drop=False)
    later = rows.events[["claim", "kind", "at_ds"]].merge(claims[["requested_ds"]].reset_index(), on="claim")
    waited = later["at_ds"] - later["requested_ds"]
    in_time = later[(waited >= 0) & (waited <= _COUNTS_DS)]
    settled = in_time[in_time["kind"] == SETTLED].groupby("claim")["at_ds"].min()
    back = later[later["kind"] == REVERSED]
    back = back[back["at_ds"] >= back["claim"].map(settled)]
    settled_ds = claims["claim"].map(settled)
    return claims.assign(
        is_settled=settled_ds.notna() & ~claims["claim"].isin(back["claim"]),
        settled_min=(settled_ds - claims["requested_ds"]) / 600,
    )[["encounter", "hospital", "is_settled", "settled_min", "amount_fen"]].reset_index(drop=True)


def happened(setting: Setting, day: date) -> pd.DataFrame:
    """The indicators of a day as it was."""
    districts = {each.number - 1: each.district_code for each in setting.clinics.hospitals}
    return table(outcome(true_rows(setting, day), day, districts, HANGZHOU), day)


def true_rows(setting: Setting, day: date) -> Rows:
    """What was, of a day and of the seven before."""
    here, week = exchange(setting), [day - timedelta(back) for back in range(BEFORE, -1, -1)]
    seen = [(each, encounters(here, each).rows) for each in week]
    asked = requests(here, day)
    return Rows(
        pd.concat(
            [
                pd.DataFrame({
                    "encounter": rows["encounter"], "person": rows["patient"], "age_band": _bands(rows, each),
                })
                for each, rows in seen
            ], ignore_index=True,
        ),
        pd.concat([exam_result.taken_on(here, each).assign(day=each.toordinal()) for each in week], ignore_index=True)[
            ["exam", "encounter", "hospital", "kind", "taken_ds", "result_ds", "day"]
        ],
        pd.concat([settlement.recorded(here, each) for each in (day, day + timedelta(1))], ignore_index=True),
        requested_on(here, day).lines,
        asked.assign(
            access=range(len(asked)), who=asked["patient"], age_band=_bands(asked, day), at_ds=asked["requested_ds"],
            has_reason=asked["reason"] != NO_REASON,
        ),
    )  # fmt: skip


def _bands(rows: pd.DataFrame, day: date) -> np.ndarray:
    """Bands of ages in the year in which the file of a day comes."""
    return age_bands(rows["birth_year"], (day + timedelta(1)).year)


def answers(city: Evidence, days: tuple[date, ...]) -> pd.DataFrame:
    """Whether examinations of some days really repeat another one: table, key, column, answer (all texts), of those that are
    known when everything has arrived."""
    made = []
    for facts in city.facts(ExamResults, days, city.after_late_data):
        rows = true_rows(city, facts.day)
        exams = rows.exams.assign(
            person=rows.exams["encounter"].map(rows.encounters.set_index("encounter")["person"])
        )
        # Nobody's are those of encounters of more than a week ago: there are none.
        again = repeats(exams.fillna({"person": NOBODY}), facts.day)
        said = ["true" if exam in again else "false" for exam in facts.rows["exam"].tolist()]
        made.append(pd.DataFrame({"key": exam_texts(facts.rows["exam"]), "answer": said}))
    whole = pd.concat([pd.DataFrame({"key": [], "answer": []}, dtype=object), *made], ignore_index=True)
    whole = whole.assign(table=TABLE, column="is_repeat")
    return whole[["table", "key", "column", "answer"]].sort_values("key", ignore_index=True)


def table(made: Outcome, day: date) -> pd.DataFrame:
    """One row per indicator, area and group: value, numerator, denominator, completeness."""
    return divisible(_of_day(made, day))


def _cny(claims: pd.DataFrame) -> tuple[float, float, float]:
    """What claims ask for, over their number."""
    return float(claims["amount_fen"].sum()) / 100, float(len(claims)), 100.0


def _of_day(made: Outcome, day: date) -> Iterator[pd.DataFrame]:
    places = pd.DataFrame({"hospital": range(HOSPITALS)})
    placed = places.assign(district=places["hospital"].map(made.districts))
    areas = Areas(made.vintages, day, placed, groups_in=("city",))
    claims, first = made.claims, made.accesses[made.accesses["is_first"].astype(bool)]
    settled = claims[claims["settled_min"].notna()]
    asked = made.accesses.assign(is_without=~made.accesses["has_reason"].astype(bool))
    for code, rows, measure, scale in (
        ("h3_inter_hospital_settled_pct", claims, share_of("is_settled"), 100),
        ("h3_settlement_p50_min", settled, percentile_of_persons("settled_min", 50), 1),
        ("h3_claim_between_hospitals_cny", claims, _cny, 1),
        ("h3_record_found_first_pct", first, share_of("is_found"), 100),
    ):
        yield areas.rows(code, rows, measure, scale, _BY_AGE)
    # What is rare is told of the city alone.
    for code, rows, column in (
        ("h3_repeat_exam_pct", made.exams, "is_repeat"),
        ("h3_access_without_reason_pct", asked, "is_without"),
    ):
        yield of_city(areas.rows(code, rows, share_of(column), 100, _BY_AGE))
