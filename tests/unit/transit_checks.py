"""Clean public transport by the day, and for each expectation of its tables the SQL that plants what it must catch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.unit.riders_city import place, residents, ride, station, stop

DEFECTS = {
    "transport.int_transit_trips.most_stops_of_boarding_are_known":
        "update marts.int_transit_trips set boarded_as = 'none' where mode = 'bus' and day(_business_date) <= 4",
    "transport.int_transit_trips.most_stations_are_listed":
        "update marts.int_transit_trips set origin_district_code = null where mode = 'metro' and day(_business_date) <= 2",
    "transport.int_transit_gates.most_taps_pair":
        "update marts.int_transit_gates set unpaired_tap_count = 1 where day(_business_date) <= 6",
    "governance.dim_population.some_live_in_each_row":
        "update marts.dim_population set person_count = 5000001",
}  # fmt: skip
POPULATION = {"conformed.governance.population": [residents(2026, 1000)]}


def clean(days: Sequence[date]) -> dict[str, list[dict]]:
    """A journey by metro and one by bus a day."""
    return POPULATION | {
        "conformed.transport.transit_trip": [
            ride(f"{mode} {day}", day, mode) for day in days for mode in ("metro", "bus")
        ],
        "conformed.transport.metro_station": [station("M1", "330106"), station("M2", "330108")],
        "conformed.transport.gtfs_stop": [stop("B1", "330106"), stop("B2", "330106")],
        "conformed.transport.payment_acceptance": [place("公交", "R1", days[0]), place("地铁", "M1")],
    }
