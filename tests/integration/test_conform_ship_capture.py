"""conformed.transport.ship_capture from rows typed by hand, and the windows of all jobs about ships."""

from __future__ import annotations

from datetime import date

from citylake.table import load_tables
from tests.integration.ship_rows import made

MARCH_1, MARCH_2, MARCH_3 = (date(2026, 3, day) for day in range(1, 4))


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
