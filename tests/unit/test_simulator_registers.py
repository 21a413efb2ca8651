"""Enterprises, who holds them, and vehicles of the simulated city; the cars that park are registered ones."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from simulator import scenario
from simulator.world import enterprises, ownership, parking, people, size, vehicles
from simulator.world.lots import lots
from simulator.world.strides import coprime, prime_below
from simulator.world.weather import city_day

SEED, SCALE = 7, 0.05
DEFAULT = scenario.read()


@pytest.fixture(scope="module")
def firms() -> pd.DataFrame:
    return pd.concat(enterprises.enterprise_blocks(SEED, SCALE), ignore_index=True)


@pytest.fixture(scope="module")
def holdings() -> pd.DataFrame:
    return pd.concat(ownership.ownership_blocks(SEED, 0.5), ignore_index=True)


@pytest.fixture(scope="module")
def cars() -> pd.DataFrame:
    return pd.concat(vehicles.vehicle_blocks(SEED, SCALE), ignore_index=True)


def _forget() -> None:
    for made in (enterprises.enterprises, people.people, ownership._lives, ownership._begins):
        made.cache_clear()


@pytest.mark.parametrize("table", [enterprises.enterprises, vehicles.vehicles, ownership.ownership])
def test_the_same_seed_gives_the_same_rows_and_another_does_not(table):
    one = table(SEED, SCALE, 0)
    _forget()
    assert len(one) > 5
    assert one.equals(table(SEED, SCALE, 0))
    assert not one.equals(table(8, SCALE, 0))


def test_a_block_made_alone_is_the_block_made_among_others(firms, holdings, cars):
    _forget()
    first, beyond = enterprises.enterprise_range(SCALE, 120)
    alone = enterprises.enterprises(SEED, SCALE, 120)
    assert alone.equals(firms.iloc[first:beyond].reset_index(drop=True))
    street = vehicles.vehicles(SEED, SCALE, 120)
    among = cars[cars["street_code"] == street["street_code"].iloc[0]].reset_index(drop=True)
    assert street.equals(among)
    block = ownership.ownership(SEED, 0.5, 1)
    assert block["group"].between(500, 999).all()
    assert block.equals(holdings[holdings["group"].between(500, 999)].reset_index(drop=True))


def test_enterprises_have_codes_of_their_own_and_plausible_sizes(firms):
    assert len(firms) == 4500
    assert firms["credit_code"].is_unique
    assert firms["credit_code"].str.fullmatch(r"91338\d{3}MA[0-9A-HJ-NPQRTUWXY]{8}").all()
    assert (
        enterprises.credit_codes(SEED, SCALE, np.array([0, 4499])).tolist()
        == firms["credit_code"].iloc[[0, -1]].tolist()
    )
    shares = firms["size_class"].value_counts(normalize=True)
    assert 0.78 < shares["micro"] < 0.87
    assert 0.12 < shares["small"] < 0.22
    assert 0.0005 < shares["medium"] + shares["large"] < 0.01
    assert (firms["founded"] < pd.Timestamp("2026-01-01")).all()
    closed = firms[firms["closed"].notna()]
    assert 0.2 < len(closed) / len(firms) < 0.35
    assert (closed["closed"] > closed["founded"]).all()
    assert (closed["closed"] < pd.Timestamp("2026-01-01")).all()


def test_ownership_has_no_ring_and_several_levels(holdings):
    held_by = holdings.groupby("held")["holder"].agg(list).to_dict()
    level: dict[int, int] = {}

    def depth(enterprise: int, above: tuple[int, ...] = ()) -> int:
        assert enterprise not in above, "a ring of holders"
        if enterprise not in level:
            holders = held_by.get(enterprise, [])
            level[enterprise] = max((depth(each, (*above, enterprise)) + 1 for each in holders), default=0)
        return level[enterprise]

    depths = [depth(each) for each in held_by]
    assert max(depths) >= 5
    assert sum(each >= 3 for each in depths) > 50
    assert not (holdings["holder"] == holdings["held"]).any()


def test_shares_never_exceed_the_whole_and_some_cross_half(holdings):
    assert (holdings["share_pct"] > 0).all()
    days = pd.to_datetime(["2012-06-30", "2019-06-30", "2025-12-31"])
    for day in days:
        on = holdings[(holdings["since"] <= day) & ~(holdings["until"] <= day)]
        assert not on.duplicated(["held", "holder"]).any()
        assert on.groupby("held")["share_pct"].sum().max() <= 100.0 + 1e-9
    now = holdings[holdings["until"].isna()]
    together = now.groupby("held")["share_pct"].agg(["sum", "max"])
    assert ((together["max"] < 50) & (together["sum"] > 50)).sum() > 20  # only together more than half
    changed = holdings.sort_values("since").groupby(["held", "holder"])["share_pct"].agg(["first", "last"])
    assert ((changed["first"] < 50) & (changed["last"] > 50)).sum() > 20  # passed half on a day
    assert 0.4 < (holdings["share_pct"] > 50).mean() < 0.8


def test_holdings_lie_within_the_lives_of_both(holdings):
    spans = [enterprises.lives(SEED, 0.5, street) for street in range(196)]
    founded, closed = (np.concatenate([each[at] for each in spans]) for at in (0, 1))
    for of in ("holder", "held"):
        assert (holdings["since"].to_numpy() >= founded[holdings[of]]).all()
        ends = closed[holdings[of]]
        assert (holdings["until"].to_numpy()[~np.isnat(ends)] <= ends[~np.isnat(ends)]).all()
    assert not (holdings["until"] <= holdings["since"]).any()


def test_a_plate_has_one_car_at_a_time_and_those_in_use_always_one(cars):
    assert cars["vehicle"].is_unique
    assert cars["plate_number"].nunique() == 20_460  # 33 in a hundred of 62 000 persons
    fleet = size.fleet(SCALE)
    assert (fleet, fleet // 4) == (16_364, 4091)
    for day in (date(2021, 6, 1), date(2023, 2, 3), date(2025, 12, 31)):
        at = pd.Timestamp(day)
        on = cars[(cars["registered"] <= at) & ~(cars["deregistered"] <= at)]
        assert on["plate"].is_unique
        assert set(range(fleet)) <= set(on["plate_number"])
    assert (cars["registered"] < pd.Timestamp("2026-01-01")).all()
    assert not (cars["deregistered"] <= cars["registered"]).any()


def test_vehicles_have_owners_who_can_have_one_and_fuel_as_their_plate_says(cars, firms):
    green = cars["plate"].str.len() == 8
    assert green.equals(cars["plate_number"] % 5 == 0)
    assert set(cars["fuel"][green]) == {"electric", "plug_in_hybrid"}
    assert set(cars["fuel"][~green]) == {"petrol", "diesel"}
    of_firms = cars[cars["owner_type"] == "enterprise"].merge(
        firms, left_on="owner_id", right_on="credit_code"
    )
    assert 0.08 < len(of_firms) / len(cars) < 0.16
    assert (of_firms["founded"] <= of_firms["registered"]).all()
    assert of_firms["closed"].isna().all()
    of_persons = cars[cars["owner_type"] == "person"]
    born = pd.concat(people.people_blocks(SEED, SCALE)).set_index("resident_id")["birth_year"]
    assert (2026 - of_persons["owner_id"].map(born)).between(19, 79).all()


def test_the_cars_that_park_are_registered_and_in_one_lot_once_in_four_days(cars):
    here = lots(SEED, DEFAULT.parking, SCALE)
    assert {each.fleet for each in here} == {16_364}
    days = [date(2026, 3, day) for day in (3, 4, 5, 6)]
    stays = pd.concat(parking.arrivals(SEED, DEFAULT.parking, here, day) for day in days)
    assert not stays.duplicated(["lot", "vehicle"]).any()
    plates = set(parking.plates(SEED, stays["vehicle"].unique()))
    now = cars[cars["deregistered"].isna()]
    assert plates <= set(now["plate"])
    assert len(plates) > 0.8 * 16_364


def test_free_days_of_parking_are_the_calendars():
    dry = 2  # a seed under which it rains heavily on none of these days
    here = lots(dry, DEFAULT.parking, SCALE)
    scenic = np.array([each.is_scenic for each in here])

    def visits(day: date) -> int:
        return int(scenic[parking.arrivals(dry, DEFAULT.parking, here, day)["lot"]].sum())

    working, holiday = (
        date(2026, 3, 4),
        date(2026, 2, 18),
    )  # two Wednesdays, the second of the Spring Festival
    weekend, makeup = date(2026, 2, 7), date(2026, 2, 28)  # two Saturdays, the second made up
    assert not any(city_day(dry, day).is_heavy_rain for day in (working, holiday, weekend, makeup))
    assert visits(holiday) > 2 * visits(working)
    assert visits(weekend) > 2 * visits(makeup)


def test_heavy_rain_shows_in_scenic_visits_and_in_stays_under_a_roof():
    here = lots(SEED, DEFAULT.parking, SCALE)
    days = [date(2025, month, day) for month in range(1, 13) for day in range(1, 29)]
    working = [day for day in days if not parking.is_free(day)]
    wet = [day for day in working if city_day(SEED, day).is_heavy_rain][:6]
    dry = [day for day in working if not city_day(SEED, day).is_heavy_rain][:6]
    scenic, roof = (np.array([getattr(each, name) for each in here]) for name in ("is_scenic", "is_covered"))
    seen = {}
    for name, chosen in (("wet", wet), ("dry", dry)):
        stays = pd.concat(parking.arrivals(SEED, DEFAULT.parking, here, day) for day in chosen)
        length = stays["left_s"] - stays["entered_s"]
        seen[name] = (
            scenic[stays["lot"]].sum(),
            np.median(length[roof[stays["lot"]]]),
            np.median(length[~roof[stays["lot"]]]),
        )
    assert 0.70 < seen["wet"][0] / seen["dry"][0] < 0.80
    assert 1.08 < seen["wet"][1] / seen["dry"][1] < 1.22
    assert 0.95 < seen["wet"][2] / seen["dry"][2] < 1.05


def test_strides_and_primes_are_those_of_the_multiplication_table():
    assert (coprime(6, 35), coprime(6, 9), coprime(1, 1)) == (6, 7, 1)
    assert [prime_below(each) for each in (1, 2, 4, 9, 100, 81_840)] == [2, 2, 3, 7, 97, 81_839]
    assert size.fleet(1.0) == 327_356  # what a lot made by hand has
