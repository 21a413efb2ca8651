"""Uploads go once, by department, with their times; what stopped goes on."""

from dataclasses import replace
from datetime import date

import pytest

from citylake.errors import ServerUnavailable, WrongUse
from citylake.settings import Settings
from simulator import deliver, writer
from simulator.deliveries import Delivery, local

DAY = date(2026, 3, 5)
SENT = [
    Delivery("health", "a.csv", 1, "commission", local(DAY, 3), b"a"),
    Delivery("environment", "PRSA_1.csv", 1, "Wushan", local(DAY, 1), b"p"),
    Delivery("environment", "PRSA_1.csv", 2, "Wushan", local(DAY, 5), b"q"),
    Delivery("environment", "环境监测站_20260305.csv", 1, "centre", local(DAY, 2), b"r"),
]


class Store:
    """Keeps what is put, by department; refuses from the `limit`th put on."""

    def __init__(self, error: Exception | None = None, limit: int = 0):
        self.puts, self.error, self.limit = [], error, limit

    def __call__(self, department: str):
        self.department = department
        return self

    def put_object(self, **request):
        if self.error and len(self.puts) >= self.limit:
            raise self.error
        self.puts.append((self.department, request))


@pytest.fixture
def folder(tmp_path):
    writer.prepare(tmp_path / "out")
    writer.write(SENT, tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def lake(tmp_path):
    return Settings(home=tmp_path / "home")


def test_deliveries_go_in_order_of_arrival_under_their_own_keys(folder, lake):
    store = Store()
    assert deliver.upload(folder, deliver.planned(folder), lake, client=store) == 4
    keys = [request["Key"] for _, request in store.puts]
    assert keys == ["environment/PRSA_1.csv", "environment/环境监测站_20260305.csv", "health/a.csv",
                    "environment/again-2/PRSA_1.csv"]  # fmt: skip
    assert [department for department, _ in store.puts] == [
        "environment",
        "environment",
        "health",
        "environment",
    ]
    first = store.puts[0][1]
    assert first["Bucket"] == "inbox"
    assert first["Metadata"] == {"sender": "Wushan", "arrived-at": "2026-03-05T01:00:00+08:00"}
    assert first["Body"] == b"p"


def test_a_second_start_goes_on_where_the_first_stopped(folder, lake):
    from botocore.exceptions import EndpointConnectionError

    broken = Store(EndpointConnectionError(endpoint_url="http://x"), limit=2)
    with pytest.raises(ServerUnavailable, match="does not answer"):
        deliver.upload(folder, deliver.planned(folder), lake, client=broken)
    store = Store()
    assert deliver.upload(folder, deliver.planned(folder), lake, client=store) == 2
    assert deliver.upload(folder, deliver.planned(folder), lake, client=store) == 0
    assert [request["Key"] for _, request in broken.puts + store.puts][2] == "health/a.csv"
    assert len(store.puts) == 2


def test_another_lake_gets_everything(folder, lake, tmp_path):
    deliver.upload(folder, deliver.planned(folder), lake, client=Store())
    other = lake.model_copy(update={"home": tmp_path / "other"})
    assert deliver.upload(folder, deliver.planned(folder), other, client=Store()) == 4


def test_only_and_shuffle_choose_and_order(folder):
    names = [entry["name"] for entry in deliver.planned(folder, ["health", "environment/环境*"])]
    assert names == ["环境监测站_20260305.csv", "a.csv"]
    shuffled = deliver.planned(folder, shuffle=3)
    assert shuffled == deliver.planned(folder, shuffle=3)
    assert sorted(entry["path"] for entry in shuffled) == sorted(
        entry["path"] for entry in deliver.planned(folder)
    )
    assert any(deliver.planned(folder, shuffle=seed) != deliver.planned(folder) for seed in range(5))


def test_a_pattern_that_matches_nothing_names_the_departments(folder):
    with pytest.raises(WrongUse, match="nothing matches --only 'transport'") as error:
        deliver.planned(folder, ["transport"])
    assert "environment, health" in str(error.value)


def test_a_refused_login_says_which_user_is_needed(folder, lake):
    from botocore.exceptions import ClientError

    refused = Store(ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject"))
    with pytest.raises(WrongUse, match=r"refused environment/PRSA_1.csv \(AccessDenied\)") as error:
        deliver.upload(folder, deliver.planned(folder), lake, client=refused)
    assert "department-environment" in str(error.value)


def test_a_corrected_delivery_of_the_same_name_is_another_delivery(folder, lake):
    deliver.upload(folder, deliver.planned(folder), lake, client=Store())
    writer.prepare(folder)
    writer.write([replace(SENT[0], content=b"corrected"), *SENT[1:]], folder)
    store = Store()
    assert deliver.upload(folder, deliver.planned(folder), lake, client=store) == 1
    assert store.puts[0][1]["Body"] == b"corrected"
