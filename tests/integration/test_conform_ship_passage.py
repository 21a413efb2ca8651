"""The conformed tables of ships from rows typed by hand.

A job about ships starts Python in Spark's workers, so that every case is a ship of its own in one run of it.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from citylake.table import load_tables
from tests.integration.parking_rows import at
from tests.integration.ship_rows import (
    LISTED,
    capture,
    certificate,
    hull,
    judgement,
    listed,
    made,
    number,
    position,
    survey,
    track,
)

FEB_28, MARCH_1, MARCH_2, MARCH_3 = (date(2026, 2, 28) + timedelta(n) for n in range(4))
DAYS = [FEB_28, MARCH_1, MARCH_2, MARCH_3]
UNLISTED, OPEN = 19, None

POSITIONS = [
    # 1: every column. On its way in at 08:00, a minute later, and half an hour after that.
    position(1, "03-01 07:50", "sea"), position(1, "03-01 08:00"), position(1, "03-01 08:01"),
    position(1, "03-01 08:31"), position(1, "03-01 08:40", "sea"),
    # 2 to 5: captured five minutes after and before, and a tenth of a second more.
    position(2, "03-01 09:00"), position(3, "03-01 09:00"), position(4, "03-01 10:00"), position(5, "03-01 10:00"),
    # 6 to 8: misread by one character and by two, not read at all.
    position(6, "03-01 11:00"), position(7, "03-01 11:00"), position(8, "03-01 11:00"),
    # 9: two captures, the farther one equal. 12: two that are equally far. 13: captured in another fairway.
    position(9, "03-01 12:00"), position(12, "03-01 16:00"), position(13, "03-01 17:00"),
    # 90 and 91, 浙杭货90900 and 浙杭货90901: a capture that could be of both is nearer to the second, which likes another better.
    position(90, "03-01 14:00"), position(91, "03-01 14:02"),
    # 14: half an hour is one passage, a second more is another.
    position(14, "03-01 18:00"), position(14, "03-01 18:30"), position(14, "03-01 19:00:01"),
    # 15: left and came back. 16: through two fairways. 17: over midnight.
    position(15, "03-01 08:00"), position(15, "03-01 08:10", "sea"), position(15, "03-01 08:25"),
    position(16, "03-01 08:00"), position(16, "03-01 08:20", "F02"),
    position(17, "03-01 23:58"), position(17, "03-02 00:10"),
    # 18: where no fairway is listed. 19: a ship that is not listed.
    position(18, "03-01 09:00", "F99"), position(UNLISTED, "03-01 13:00"),
    # 20 and on: certificates and draughts, all on 2 March at noon.
    *[position(ship, "03-02 12:00", "F02") for ship in range(20, 43)],
]  # fmt: skip
CAPTURES = [
    capture("C01", "03-01 08:00:20", hull(1)),
    capture("C02", "03-01 09:05", hull(2)), capture("C03", "03-01 09:05:00.1", hull(3)),
    capture("C04", "03-01 09:55", hull(4)), capture("C05", "03-01 09:54:59.9", hull(5)),
    capture("C06", "03-01 11:00", hull(6, 1)), capture("C07", "03-01 11:00", hull(7, 2)),
    capture("C08", "03-01 11:00", None),
    capture("C09a", "03-01 12:00:01", hull(9, 1)), capture("C09b", "03-01 12:04", hull(9)),
    capture("C12b", "03-01 16:01", hull(12)), capture("C12a", "03-01 15:59", hull(12)),
    capture("C13", "03-01 17:00", hull(13), "F02"),
    capture("C90", "03-01 14:01:30", "浙杭货9090X"), capture("C91", "03-01 14:05", "浙杭货90901"),
    capture("C17", "03-02 00:01", hull(17)),
    capture("C18", "03-01 09:00", hull(18), "F99"), capture("C19", "03-01 13:00", hull(UNLISTED)),
    # J: captures of nobody, for judgements.
    *[capture(f"J{n}", "03-01 20:00", None) for n in range(1, 7)],
]  # fmt: skip
JUDGEMENTS = [
    judgement("8", "C01", "03-01 08:00:28.2"), judgement("9", "C01", "03-01 08:20", "officer", "overdraught"),
    judgement("1", "J1", "03-03 20:00"), judgement("2", "J2", "03-03 20:00:00.1"), judgement("3", "J3", "03-01 19:59:59.9"),
    judgement("4", "J4", "03-01 20:00", "officer"),
    judgement("6", "J5", "03-01 20:01", "auto"), judgement("5", "J5", "03-01 20:01", "officer"),
    judgement("7", "J5", "03-01 20:02", "auto"),
]  # fmt: skip
SHIPS = [listed(ship) for ship in range(1, 43) if ship not in (18, UNLISTED)] + [
    listed(90), (number(91), *capture("", "03-01 00:00", "浙杭货90901")[3:5]), listed(18),
]  # fmt: skip
CERTIFICATES = [
    certificate("Z1", 1),
    # 20: none. 21: good until that day. 22: until the day before.
    certificate("Z21", 21, expires=MARCH_2), certificate("Z22", 22, expires=MARCH_1),
    # 23: an old one that is good, a newer one that is not. 24: the newer one is of the day, the newest of the next.
    certificate("Z23a", 23), certificate("Z23b", 23, MARCH_1, MARCH_1),
    certificate("Z24a", 24, expires=MARCH_1), certificate("Z24b", 24, MARCH_2), certificate("Z24c", 24, MARCH_3, draught_m=0.1),
    # 25: two of one day, of which the greater number counts. 26: issued tomorrow only.
    certificate("Z25b", 25), certificate("Z25a", 25, expires=MARCH_1), certificate("Z26", 26, MARCH_3),
    # 27 to 31: suspended from that day on, until that day, until the day before, for good, from tomorrow on.
    certificate("Z27", 27, suspended=(MARCH_2, MARCH_3)), certificate("Z28", 28, suspended=(FEB_28, MARCH_2)),
    certificate("Z29", 29, suspended=(FEB_28, MARCH_1)), certificate("Z30", 30, suspended=(FEB_28, OPEN)),
    certificate("Z31", 31, suspended=(MARCH_3, OPEN)),
    # 32 to 38: draughts. 39: suspended and too deep. 40: expired and suspended.
    *[certificate(f"Z{ship}", ship) for ship in range(32, 38)], certificate("Z38", 38, draught_m=None),
    certificate("Z39", 39, suspended=(MARCH_2, MARCH_2)), certificate("Z40", 40, expires=MARCH_1, suspended=(MARCH_2, OPEN)),
    # 41: its own certificate, and another ship's.
    certificate("Z41", 41, expires=MARCH_1), certificate("Z99", 77),
]  # fmt: skip
SURVEYS = [
    survey("S1", 1, "02-28 09:00", 2.25),
    # Thirty days before to the second, and a second more; at the instant, and a second after.
    survey("S32", 32, "01-31 12:00", 2.51), survey("S33", 33, "01-31 11:59:59", 2.51),
    survey("S34", 34, "03-02 12:00", 2.51), survey("S35", 35, "03-02 12:00:01", 2.51),
    # As deep as it may be; and the latest counts.
    survey("S36", 36, "03-01 12:00", 2.5), survey("S37b", 37, "03-01 12:00", 2.4), survey("S37a", 37, "02-28 12:00", 2.6),
    survey("S38", 38, "03-01 12:00", 9.9), survey("S39", 39, "03-01 12:00", 9.9),
]  # fmt: skip
TRACKS = [
    track("T1", 1, "03-01 07:50"), track("T1 before", 1, "02-28 07:50"), track("T1 after", 1, "03-01 08:01"),
    track("T2", 1, "03-02 07:50"),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return made(
        "ship_passage", DAYS, positions=POSITIONS, captures=CAPTURES, judgements=JUDGEMENTS, surveys=SURVEYS,
        tracks=TRACKS, fairways=LISTED, ships=SHIPS, certificates=CERTIFICATES,
    )  # fmt: skip


def of(rows: list[dict], ship: int) -> list[dict]:
    """The passages of a ship, by time."""
    return sorted((row for row in rows if row["mmsi"] == number(ship)), key=lambda row: row["entered_at"])


def belongs(rows: list[dict], *captures: str) -> list[tuple[str, str | None]]:
    """How captures came out, and whose they are."""
    by_capture = {row["capture_id"]: row for row in rows if row["capture_id"]}
    return [(by_capture[each]["matched_as"], by_capture[each]["mmsi"]) for each in captures]


def utc(text: str):
    """Local time as the job gives it: UTC without an offset."""
    return at(text).replace(tzinfo=None) - timedelta(hours=8)


def test_every_passage_and_every_capture_is_one_row(rows):
    assert len({row["passage_id"] for row in rows}) == len(rows)
    taken = [row["capture_id"] for row in rows if row["capture_id"]]
    assert sorted(taken) == sorted(each[0] for each in CAPTURES)


def test_every_column_of_a_passage(rows):
    (found,) = of(rows, 1)
    assert len(found["passage_id"]) == 32
    assert found | {"passage_id": ""} == {
        "passage_id": "",
        "fairway_id": "F01", "_business_date": MARCH_1, "mmsi": "413000001", "track_key": "T1",
        "entered_at": utc("03-01 08:00"), "left_at": utc("03-01 08:31"), "position_count": 3, "matched_as": "exact",
        "capture_id": "C01", "captured_at": utc("03-01 08:00:20"), "captured_on": MARCH_1, "judgement_no": "8",
        "judged_at": utc("03-01 08:00:28.2"), "judgement_wait_s": 8.2, "judged_by": "auto", "judged_rule": "in_force",
        "is_judged_seaworthy": True, "rule": "in_force", "is_seaworthy": True, "certificate_no": "Z1",
        "surveyed_draught_m": 2.25, "max_draught_m": 2.5, "warning_misread_hull": False, "warning_unread_hull": False,
    }  # fmt: skip


def test_every_column_of_a_capture_that_belongs_to_no_passage(rows):
    (found,) = [row for row in rows if row["passage_id"] == "C08"]
    said = {name: value for name, value in found.items() if value is not None}
    assert said == {
        "passage_id": "C08", "fairway_id": "F01", "_business_date": MARCH_1, "matched_as": "capture_only",
        "capture_id": "C08", "captured_at": utc("03-01 11:00"), "captured_on": MARCH_1, "warning_misread_hull": False,
        "warning_unread_hull": True,
    }  # fmt: skip


def test_a_capture_is_at_most_five_minutes_away(rows):
    assert belongs(rows, "C02", "C03", "C04", "C05") == [
        ("exact", number(2)), ("capture_only", None), ("exact", number(4)), ("capture_only", None),
    ]  # fmt: skip
    assert [of(rows, ship)[0]["matched_as"] for ship in (3, 5)] == ["ais_only", "ais_only"]


def test_one_character_is_forgiven_and_two_are_not(rows):
    assert belongs(rows, "C06", "C07", "C08") == [
        ("one_character", number(6)), ("capture_only", None), ("capture_only", None),
    ]  # fmt: skip
    assert (of(rows, 6)[0]["warning_misread_hull"], of(rows, 7)[0]["matched_as"]) == (True, "ais_only")


def test_equal_comes_before_nearer_and_the_earlier_of_two_that_are_equally_far(rows):
    assert belongs(rows, "C09a", "C09b") == [("capture_only", None), ("exact", number(9))]
    assert belongs(rows, "C12a", "C12b") == [("exact", number(12)), ("capture_only", None)]


def test_who_is_not_the_first_choice_of_its_first_choice_goes_without(rows):
    assert belongs(rows, "C90", "C91") == [("capture_only", None), ("exact", number(91))]
    assert of(rows, 90)[0]["matched_as"] == "ais_only"


def test_a_camera_sees_its_own_fairway_only(rows):
    assert belongs(rows, "C13") == [("capture_only", None)]
    assert of(rows, 13)[0]["matched_as"] == "ais_only"


def test_half_an_hour_apart_is_one_passage_and_a_second_more_is_two(rows):
    assert [(row["position_count"], row["left_at"]) for row in of(rows, 14)] == [
        (2, utc("03-01 18:30")), (1, utc("03-01 19:00:01")),
    ]  # fmt: skip


def test_who_leaves_and_comes_back_within_half_an_hour_passes_once(rows):
    assert [(row["position_count"], row["left_at"]) for row in of(rows, 15)] == [(2, utc("03-01 08:25"))]


def test_two_fairways_are_two_passages(rows):
    assert [row["fairway_id"] for row in of(rows, 16)] == ["F01", "F02"]


def test_a_passage_over_midnight_is_of_the_day_of_the_way_in_and_its_capture_of_its_own(rows):
    (found,) = of(rows, 17)
    assert (found["_business_date"], found["captured_on"], found["capture_id"]) == (MARCH_1, MARCH_2, "C17")
    assert found["position_count"] == 2


def test_fairways_that_are_not_listed_have_captures_and_no_passages(rows):
    assert of(rows, 18) == []
    assert belongs(rows, "C18") == [("capture_only", None)]


def test_ships_that_are_not_listed_have_passages_and_no_captures(rows):
    (found,) = of(rows, UNLISTED)
    assert (found["matched_as"], found["rule"]) == ("ais_only", "no_certificate")
    assert belongs(rows, "C19") == [("capture_only", None)]


def test_the_first_judgement_within_two_days_counts(rows):
    found = {
        row["capture_id"]: (row["judgement_no"], row["judgement_wait_s"], row["judged_by"]) for row in rows
    }
    assert {name: found[name] for name in ("J1", "J2", "J3", "J4", "J5", "J6")} == {
        "J1": ("1", 172_800.0, "auto"), "J2": (None, None, None), "J3": (None, None, None), "J4": ("4", 0.0, "officer"),
        "J5": ("5", 60.0, "officer"), "J6": (None, None, None),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("ship", "rule", "certificate_no"),
    [
        (20, "no_certificate", None), (21, "in_force", "Z21"), (22, "certificate_expired", "Z22"),
        (23, "certificate_expired", "Z23b"), (24, "in_force", "Z24b"), (25, "in_force", "Z25b"),
        (26, "no_certificate", None), (27, "certificate_suspended", "Z27"), (28, "certificate_suspended", "Z28"),
        (29, "in_force", "Z29"), (30, "certificate_suspended", "Z30"), (31, "in_force", "Z31"),
        (40, "certificate_expired", "Z40"), (41, "certificate_expired", "Z41"),
    ],
)  # fmt: skip
def test_the_latest_certificate_of_the_day_decides(rows, ship, rule, certificate_no):
    (found,) = of(rows, ship)
    assert (found["rule"], found["certificate_no"], found["is_seaworthy"]) == (
        rule, certificate_no, rule == "in_force",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ship", "rule", "draught_m"),
    [
        (32, "overdraught", 2.51), (33, "in_force", None), (34, "overdraught", 2.51), (35, "in_force", None),
        (36, "in_force", 2.5), (37, "in_force", 2.4), (38, "in_force", 9.9), (39, "certificate_suspended", 9.9),
    ],
)  # fmt: skip
def test_the_latest_draught_of_thirty_days_counts(rows, ship, rule, draught_m):
    (found,) = of(rows, ship)
    assert (found["rule"], found["surveyed_draught_m"]) == (rule, draught_m)


def test_captures_are_of_their_own_day():
    def of_day(capture_id: str | None, taken: date | None, day: date, matched_as: str = "exact") -> tuple:
        return (
            f"P {capture_id}",
            "F01",
            matched_as,
            capture_id,
            None,
            taken,
            None,
            None,
            8.2,
            "auto",
            None,
            None,
            False,
            False,
            day,
        )

    found = made("ship_capture", [MARCH_2], passages=[
        of_day("before", MARCH_1, MARCH_2), of_day("early", MARCH_2, MARCH_3), of_day("late", MARCH_2, MARCH_1),
        of_day("alone", MARCH_2, MARCH_2, "capture_only"), of_day(None, None, MARCH_2, "ais_only"),
    ])  # fmt: skip
    assert sorted((row["capture_id"], row["passage_id"], row["matched_as"]) for row in found) == [
        ("alone", None, "capture_only"), ("early", "P early", "exact"), ("late", "P late", "exact"),
    ]  # fmt: skip
    assert {(row["judgement_wait_s"], row["judged_by"]) for row in found} == {(8.2, "auto")}


def test_the_windows_declared_are_those_the_jobs_need():
    days = {
        (name, each): (item.before.days, item.after.days, item.drives, item.as_of)
        for name in ("ship_track", "ship_passage", "ship_capture")
        for each, item in load_tables()[f"conformed.transport.{name}"].inputs.items()
    }
    whole = (0, 0, False, True)
    assert days == {
        ("ship_track", "positions"): (3, 3, True, False), ("ship_passage", "positions"): (3, 3, True, False),
        ("ship_passage", "captures"): (1, 1, True, False), ("ship_passage", "judgements"): (1, 3, False, False),
        ("ship_passage", "surveys"): (30, 0, False, False), ("ship_passage", "tracks"): (2, 0, False, False),
        ("ship_passage", "fairways"): whole, ("ship_passage", "ships"): whole, ("ship_passage", "certificates"): whole,
        ("ship_capture", "passages"): (1, 1, True, False),
    }  # fmt: skip
