"""Clean registration by the day, and for each expectation of its tables the SQL that plants what it must catch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.unit.clinic_city import appointment, hospital

_OF_DAYS = "where day(_business_date) <= "
DEFECTS = {
    "health.int_appointment_visits.hospitals_are_listed":
        f"update marts.int_appointment_visits set warning_unknown_hospital = true {_OF_DAYS} 2",
    "health.int_appointment_visits.most_appointments_are_kept":
        f"update marts.int_appointment_visits set state = 'no_show' {_OF_DAYS} 10",
    "health.int_appointment_visits.most_who_come_are_seen":
        f"update marts.int_appointment_visits set is_seen = false {_OF_DAYS} 8",
    "health.int_appointment_visits.most_have_a_place":
        f"update marts.int_appointment_visits set is_overbooked = true {_OF_DAYS} 4",
    "health.int_appointment_visits.channels_are_told_apart":
        "update marts.int_appointment_visits set channel = 'web' where _business_date > '2026-03-02'",
    "health.int_appointment_visits.nobody_waits_all_day":
        f"update marts.int_appointment_visits set wait_arrival_s = 21601 {_OF_DAYS} 1",
}  # fmt: skip


def clean(days: Sequence[date]) -> dict[str, list[dict]]:
    """Two appointments a day, one of them booked on the web."""
    return {
        "conformed.health.hospital": [hospital("H1", "330106")],
        "conformed.health.appointment_visit": [
            appointment(f"{channel} {day}", "H1", day, channel=channel) for day in days for channel in ("web", "app")
        ],
    }  # fmt: skip
