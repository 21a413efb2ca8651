"""A clean motorway by the day, and for each expectation of its tables the SQL that plants what it must catch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.unit.motorway_city import gantry, passed, plaza, through

DEFECTS = {
    "transport.dim_gantry.a_place_has_one_gantry":
        "update marts.dim_gantry set sequence_no = 1 where gantry_id = 'G2'",
    "transport.dim_gantry.gantries_are_listed_along_the_road":
        "update marts.dim_gantry set since_previous_km = 0 where gantry_id = 'G2'",
    "transport.fct_gantry_day.gantries_read_most_cars":
        "update marts.fct_gantry_day set imputed_pct = 51 where day(_business_date) <= 3",
    "transport.int_gantry_passages.gantries_are_listed":
        "update marts.int_gantry_passages set warning_orphan_gantry = true where day(_business_date) <= 4",
    "transport.int_toll_passages.plazas_are_listed":
        "update marts.int_toll_passages set warning_unknown_plaza = true where day(_business_date) <= 8",
    "transport.int_toll_passages.both_kinds_of_lanes_are_used":
        "update marts.int_toll_passages set lane_kind = 'manual'",
    "transport.int_toll_passages.passing_takes_seconds":
        "update marts.int_toll_passages set gate_s = 601 where _business_date = '2026-03-01'",
    "transport.fct_indicator_value.etc_lanes_are_the_quicker_ones":
        "update marts.fct_indicator_value set value = 1.01 where code = 't5_gate_time_ratio' and period = '2026-03-01'",
}  # fmt: skip


def clean(days: Sequence[date]) -> dict[str, list[dict]]:
    """Two gantries that a car passes each day, and two cars at a toll plaza, one in a manual lane."""
    return {
        "conformed.transport.gantry": [gantry("G1", 1), gantry("G2", 2)],
        "conformed.transport.etc_gantry_passage": [
            passed(f"{name} {day}", name, day) for day in days for name in ("G1", "G2")
        ],
        "conformed.transport.toll_plaza": [plaza("Z1", "330106")],
        "conformed.transport.toll_passage": [
            through(f"{kind} {day}", "Z1", "330106", day, seconds, kind)
            for day in days for kind, seconds in (("etc", 2.8), ("manual", 18.0))
        ],
    }  # fmt: skip
