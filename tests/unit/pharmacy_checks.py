"""A clean cloud pharmacy by the day, and for each expectation of its tables the SQL that plants what it must catch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.unit.medicine_city import delivery

DEFECTS = {
    "health.int_pharmacy_orders.most_orders_are_picked_up":
        "update marts.int_pharmacy_orders set is_picked_up = false where day(_business_date) <= 3",
    "health.int_pharmacy_orders.most_orders_are_delivered":
        "update marts.int_pharmacy_orders set state = 'open' where day(_business_date) <= 5",
    "health.int_pharmacy_orders.prescriptions_are_known":
        "update marts.int_pharmacy_orders set warning_unknown_prescription = true where day(_business_date) <= 3",
    "health.int_pharmacy_orders.districts_are_in_force":
        "update marts.int_pharmacy_orders set district_code = null where day(_business_date) <= 2",
    "health.int_pharmacy_orders.most_of_what_is_cold_is_measured":
        "update marts.int_pharmacy_orders set is_cold_kept = null where is_delivered_cold and day(_business_date) <= 7",
    "health.int_pharmacy_orders.most_come_within_a_day_and_a_half":
        "update marts.int_pharmacy_orders set door_s = 129601 where day(_business_date) <= 2",
    "health.fct_indicator_value.percentages_are_percentages":
        "update marts.fct_indicator_value set value = 101 where code = 'h4_on_time_pct' and period = '2026-03-01'",
    "health.fct_indicator_value.whoever_is_counted_got_it_within_three_days":
        "update marts.fct_indicator_value set value = 72.1 where code = 'h4_door_p90_h' and period = '2026-03-01'",
}  # fmt: skip


def clean(days: Sequence[date]) -> dict[str, list[dict]]:
    """Two orders a day, one of them in a box."""
    return {
        "conformed.health.delivery": [
            row for day in days
            for row in (delivery(f"A{day}", "330106", day), delivery(f"B{day}", "330108", day, is_cold_kept=True))
        ]
    }  # fmt: skip
