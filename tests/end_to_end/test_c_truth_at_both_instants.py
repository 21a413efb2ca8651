"""Equal to the truth before and after the late data, made by the verbs; and a lake that was tampered with is found out."""

from __future__ import annotations

import pytest

from citylake import ledger
from citylake.build.project import domains
from citylake.cli.self_test import broken, memory, prove
from citylake.privacy.attack import attack
from citylake.publish import statements
from citylake.stewardship.verification import verify
from simulator.truth import tables as truth
from tests.end_to_end import flow

_SEED = 3


@pytest.fixture(scope="module")
def city():
    return flow.city(days=2, seed=_SEED)


@pytest.fixture(scope="module")
def told(city, tmp_path_factory):
    """The folder of the truth."""
    folder = tmp_path_factory.mktemp("truth")
    truth.write(city, folder)
    return folder


def test_before_and_after_the_late_data_the_lake_equals_the_truth(quiet_lake, city, told, tmp_path):
    early = [each for each in city.deliveries if each.arrived_at <= city.before_late_data]
    late = [each for each in city.deliveries if each.arrived_at > city.before_late_data]
    assert len(late) > 2

    flow.send(early)
    flow.land()
    flow.set_clock(city.before_late_data)
    flow.everything()
    before = verify(told)
    assert before.as_of == city.before_late_data
    assert before.differences == ()

    flow.send(late)
    flow.land()
    flow.set_clock(city.after_late_data)
    flow.everything()
    after = verify(told)
    assert after.as_of == city.after_late_data
    assert after.differences == ()
    assert min(after.compared.values()) > 100

    # Nothing small is told by all that is published.
    numbers = []
    with ledger.connect("steward") as connection:
        for domain in domains():
            for _, said in list(statements.versions(connection, domain))[-1:]:
                numbers += said
                assert attack(said, statements.parts_of(domain)) == []
    assert sum(each.persons is None for each in numbers) > 100

    # What people get wrong is told, and the lake is put back as it was; `citylake verify --self-test` goes through all.
    project = broken.copied(tmp_path / "project")
    kept = memory.keep()
    fault = next(each for each in broken.faults() if each.name == "a denominator")
    proved = prove(fault, project, told, kept)
    assert proved.told
    assert "t6_occupancy_pct" in proved.told
    assert verify(told).differences == ()

    # What stands in the lake is altered behind its back: each is one difference.
    with ledger.connect("publish") as connection:
        connection.execute(
            "update marts.fct_indicator_value set value = value * 1.001 where code = 't6_occupancy_pct'"
            " and area_type = 'city' and period = %s", (city.last.isoformat(),),
        )  # fmt: skip
        connection.execute(
            "delete from marts.fct_indicator_value where code = 'e1_pm25_ugm3' and area_type = 'city' and period = %s",
            (city.first.isoformat(),),
        )
    assert [(each.kind, each.about.split()[0]) for each in verify(told).differences] == [
        ("indicator", "e1_pm25_ugm3"), ("indicator", "t6_occupancy_pct"),
    ]  # fmt: skip
