"""The systems of health together: a clean city of all, and the defects planted for their expectations."""

from __future__ import annotations

from datetime import date

from tests.unit import clinic_checks, pharmacy_checks, process_checks, record_checks

_SYSTEMS = (pharmacy_checks, clinic_checks, process_checks, record_checks)
DEFECTS = {name: statement for each in _SYSTEMS for name, statement in each.DEFECTS.items()}


def clean(days: list[date]) -> dict[str, list[dict]]:
    """Rows of the conformed tables of persons and their hospitals, for some days."""
    return {table: rows for each in _SYSTEMS for table, rows in each.clean(days).items()}
