"""Sealed values are opened for a reason, noted before they are shown; no note can be taken back or holds a value."""

from __future__ import annotations

import json

import psycopg
import pytest

from citylake import ledger, settings
from citylake.admit import admit_waiting
from citylake.cli import main
from tests.integration.deliveries import STATION, STATIONS, deliver
from tests.integration.searching import left_in_ledger

WHY = "the bureau asks whom to call about the station"
# Of the second station the longitude is none: its row is refused. The last column is declared nowhere.
SENT = (
    f"{STATIONS},备用\nA1,文晖,330103,120.1,30.2,2020-01-01,,张三,13800000000,13900000000\n"
    "B2,拱宸,330105,east,30.3,2020-01-01,,李四,13700000000,spare\n"
)


@pytest.fixture(scope="module")
def sent(lake):
    lake.empty()
    (delivery_id,) = deliver("environment", "环境监测站_20260301.csv", SENT.encode("gb18030"))
    admit_waiting(STATION)
    return delivery_id


def opened(run, *words: str) -> list[dict]:
    code, told = run("reveal", *words, "--because", WHY, "--json")
    assert code == 0, told
    return json.loads(told)


def refused(capsys, *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["reveal", *words])
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_values_of_refused_rows_and_of_what_nobody_declared_are_opened_as_they_came(sent, run):
    found = {(row["source_row"], row["kept_in"], row["column"]): row["value"] for row in opened(run, sent)}
    assert found == {
        (1, "admitted", "备用"): "13900000000", (2, "quarantine", "维护人"): "李四",
        (2, "quarantine", "联系电话"): "13700000000",
    }  # fmt: skip


def test_of_one_record_or_column_or_the_first_few(sent, run):
    assert {row["source_row"] for row in opened(run, sent, "--record", "2")} == {2}
    assert [row["value"] for row in opened(run, sent, "--column", "维护人")] == ["李四"]
    assert len(opened(run, sent, "--limit", "1")) == 1
    code, told = run("reveal", sent, "--because", WHY)
    assert code == 0
    assert "13700000000" in told


def test_who_opened_what_and_why_is_noted_and_never_a_value(sent, run):
    opened(run, sent, "--record", "2")
    code, told = run("reveal", "--log", "--json")
    assert code == 0
    newest = json.loads(told)[0]
    assert (newest["delivery_id"], newest["because"], newest["value_count"]) == (sent, WHY, 2)
    assert (newest["source_rows"], newest["source_columns"]) == ("2", "维护人, 联系电话")
    assert newest["revealed_by"].startswith("cli:")
    for value in ("13900000000", "李四", "13700000000"):
        assert left_in_ledger(value) == []


def test_a_note_stays(sent, run):
    opened(run, sent)
    for forbidden in ("delete from ledger.reveals", "update ledger.reveals set because = 'none'"):
        with ledger.connect("steward") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(forbidden)
    with ledger.connect("admit") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select * from ledger.reveals")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("NOSUCH", "--because", WHY), "there is no delivery 'NOSUCH'"),
        (("{sent}", "--because", "why not"), "why is this opened?"),
        (("{sent}",), "why is this opened?"),
        (("{sent}", "--record", "9", "--because", WHY), "nothing of this is sealed"),
        (("{sent}", "--column", "站点名称", "--because", WHY), "nothing of this is sealed"),
        ((), "a delivery, or --log"),
    ],
)  # fmt: skip
def test_what_cannot_be_opened_is_told_and_not_noted(sent, capsys, words, told):
    with ledger.connect("steward") as connection:
        before = connection.execute("select count(*) as n from ledger.reveals").fetchone()
    assert told in refused(capsys, *(word.format(sent=sent) for word in words))
    with ledger.connect("steward") as connection:
        assert connection.execute("select count(*) as n from ledger.reveals").fetchone() == before


@pytest.mark.parametrize(
    ("key", "told"), [(None, "the key that seals is not there"), ("0" * 64, "another key")]
)
def test_without_its_key_nothing_is_opened_and_no_key_is_made(sent, run, capsys, key, told):
    file = settings.current().secrets / "key.seal"
    kept = file.read_text(encoding="ascii")
    try:
        file.unlink() if key is None else file.write_text(key, encoding="ascii")
        assert told in refused(capsys, sent, "--because", WHY)
        assert file.exists() == (key is not None)
    finally:
        file.write_text(kept, encoding="ascii")
        file.chmod(0o600)
    assert opened(run, sent)


def test_the_helps_example_is_one(run):
    code, told = run("reveal", "--help")
    assert code == 0
    assert "--because" in told
