"""Clean processes at hospitals by the day, and for each expectation of their tables the SQL that plants what it must catch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.unit.whole_visit_city import face, whole

_VISITS, _OF_DAYS = "update marts.int_visit_processes set", "where day(_business_date) <= "
DEFECTS = {
    "health.int_visit_processes.hospitals_are_listed": f"{_VISITS} warning_unknown_hospital = true {_OF_DAYS} 2",
    "health.int_visit_processes.most_are_seen": f"{_VISITS} is_seen = false {_OF_DAYS} 3",
    "health.int_visit_processes.most_visits_are_complete": f"{_VISITS} is_complete = false {_OF_DAYS} 8",
    "health.int_visit_processes.means_are_told_apart":
        f"{_VISITS} register_means = 'card' where _business_date > '2026-03-02'",
    "health.int_visit_processes.visits_take_minutes_to_hours": f"{_VISITS} process_s = 299 {_OF_DAYS} 2",
    "health.int_faces_judged.most_faces_are_recognised":
        f"update marts.int_faces_judged set is_falsely_rejected = true {_OF_DAYS} 5",
    "health.fct_indicator_value.no_visit_takes_longer_than_a_day":
        "update marts.fct_indicator_value set value = 1441 where code = 'h2_process_p50_min' and period = '2026-03-01'",
}  # fmt: skip


def clean(days: Sequence[date]) -> dict[str, list[dict]]:
    """Two visits a day, one of them with a plastic card, and a face."""
    return {
        "conformed.health.visit_process": [
            whole(f"{means} {day}", "H1", day, means=means) for day in days for means in ("card", "plastic")
        ],
        "conformed.health.face_transaction": [face(f"F{day}", "H1", day) for day in days],
    }
