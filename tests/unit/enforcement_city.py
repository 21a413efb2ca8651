"""Simulated law enforcement alone: what a city sends about it, with the lists of ships and vehicles, without the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from simulator.city import City, enforcement_of_day
from simulator.defects.lists import issues
from simulator.deliveries import Observation, local
from simulator.departments import market_lists
from simulator.references import enforcement_references, ship_references
from simulator.setting import Asked, Setting
from tests.unit.part_city import DEFAULT, LAST, part_city, with_changes

LAW = DEFAULT.enforcement


def asked(
    seed: int, days: int, scale: float = 0.02, until: date = LAST, changed: dict | None = None
) -> Asked:
    """A city of law enforcement; `changed` says for parts of its scenario which values they have instead."""
    values = {name: value for name, value in (changed or {}).items() if not isinstance(value, dict)}
    parts = {name: value for name, value in (changed or {}).items() if isinstance(value, dict)}
    law = with_changes(LAW.model_copy(update=values), parts)
    ships = DEFAULT.ships
    if (changed or {}).get("unlisted_ships") is not None:
        ships = with_changes(ships, {"fleet": {"unlisted": changed["unlisted_ships"]}})
    rates = DEFAULT.model_copy(update={"enforcement": law, "ships": ships})
    return Asked(seed, rates, days, until, scale)


def enforcement_city(
    seed: int, days: int, scale: float = 0.02, until: date = LAST, changed: dict | None = None
) -> City:
    """Such a city, made."""
    return part_city(asked(seed, days, scale, until, changed), _references, enforcement_of_day)


def _references(setting: Setting) -> Iterator[Observation]:
    yield from enforcement_references(setting)
    yield from ship_references(
        setting.seed, setting.scenario.ships, setting.first, setting.last, setting.ships
    )
    rates, at = setting.scenario.market.vehicle_rows, local(setting.first, 6)
    listed = market_lists.vehicle_list(setting.seed, rates, setting.scale, setting.first)
    yield from issues(
        market_lists.VEHICLE, [(market_lists.delivery(market_lists.VEHICLE, listed, at), listed)]
    )
