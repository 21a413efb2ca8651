"""A clean city of law enforcement, and for each expectation about it SQL that plants in the built tables what it must catch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.unit.law_city import case

DEFECTS = {
    "transport.int_enforcement_cases.violations_are_listed":
        "update marts.int_enforcement_cases set warning_unlisted_violation = true where day(_business_date) <= 10",
    "transport.int_enforcement_cases.most_offenders_are_known":
        "update marts.int_enforcement_cases set is_offender_known = false where day(_business_date) <= 10",
    "transport.int_enforcement_cases.few_links_are_doubtful":
        "update marts.int_enforcement_cases set warning_doubtful_offender = true where day(_business_date) <= 15",
    "transport.int_enforcement_cases.cases_are_closed_within_months":
        "update marts.int_enforcement_cases set close_days = 366 where day(_business_date) = 5",
}  # fmt: skip


def clean(days: Sequence[date]) -> dict[str, list[dict]]:
    """A case a day."""
    return {"conformed.transport.enforcement_case": [case(f"R{day}", "330106", day) for day in days]}
