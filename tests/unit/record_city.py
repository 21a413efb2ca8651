"""Records and settlement between hospitals alone: what a simulated city sends about them, without the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from simulator.city import City, records_of_day
from simulator.deliveries import Observation
from simulator.departments import hospital
from simulator.references import records_before, registration_references
from simulator.scenario.records import RecordScenario
from simulator.setting import Asked, Setting
from tests.unit.part_city import DEFAULT, LAST, part_city, with_changes

RECORDS = DEFAULT.records
NOTHING_WRONG = {
    name: dict.fromkeys(getattr(RECORDS, name).model_dump(), 0.0)
    for name in (
        "known", "files", "encounter_rows", "exam_rows", "settlement_rows", "line_rows", "request_rows",
    )
}  # fmt: skip


def asked(
    seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None,
    part: RecordScenario = RECORDS,
) -> Asked:  # fmt: skip
    """A city whose hospitals share records; `changed` says for parts of its scenario which values they have instead."""
    scenario = DEFAULT.model_copy(update={"records": with_changes(part, changed)})
    return Asked(seed, scenario, days, until, scale)


def record_city(
    seed: int, days: int, scale: float = 0.01, until: date = LAST, changed: dict | None = None,
    part: RecordScenario = RECORDS,
) -> City:  # fmt: skip
    """Such a city, made."""
    return part_city(asked(seed, days, scale, until, changed, part), _references, records_of_day)


def _references(setting: Setting) -> Iterator[Observation]:
    """The list of hospitals, and the files of the week before."""
    yield from (each for each in registration_references(setting) if each.readings[0].feed == hospital.FEED)
    yield from records_before(setting)
