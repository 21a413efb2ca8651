"""Keys: one file each, made once, readable by this user alone, never told in an error."""

from __future__ import annotations

import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from citylake import settings
from citylake.errors import WrongUse
from citylake.privacy.keys import key


@pytest.fixture
def secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("CITYLAKE_SECRETS_DIR", str(tmp_path))
    settings.current.cache_clear()
    return tmp_path


def test_a_missing_key_is_made_once(secrets):
    made = key("pseudonym.staff")
    assert len(made) == 32
    assert key("pseudonym.staff") == made
    assert key("pseudonym.patients") != made
    path = secrets / "key.pseudonym.staff"
    assert path.read_text(encoding="ascii") == made.hex()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(each.name for each in secrets.iterdir()) == [
        "key.pseudonym.patients",
        "key.pseudonym.staff",
    ]


def test_first_uses_at_once_agree_on_one_key(secrets):
    # Not only threads of different processes: DuckDB calls from several of one.
    together = threading.Barrier(8)

    def first_use(name: str) -> bytes:
        together.wait()
        return key(name)

    with ThreadPoolExecutor(8) as pool:
        for round_ in range(20):
            assert len(set(pool.map(first_use, [f"k{round_}"] * 8))) == 1
    assert len(list(secrets.iterdir())) == 20


@pytest.mark.parametrize("content", ["", "not hexadecimal", "abcd", "00" * 33])
def test_a_damaged_key_is_told_without_its_value(secrets, content):
    (secrets / "key.seal").write_text(content)
    with pytest.raises(WrongUse) as caught:
        key("seal")
    assert "the key 'seal' is damaged" in str(caught.value)
    assert "a new key would break every link made with the old" in str(caught.value)
    assert not content or content not in str(caught.value)


def test_a_key_that_cannot_be_made_is_told(secrets, monkeypatch):
    monkeypatch.setenv("CITYLAKE_SECRETS_DIR", str(secrets / "absent"))
    settings.current.cache_clear()
    with pytest.raises(
        WrongUse, match=r"the key cannot be made \(No such file or directory\)[^$]*Mount the key file there"
    ):
        key("seal")


def test_a_secret_is_a_file_and_its_absence_is_told_without_a_value(secrets):
    (secrets / "postgres.land").write_text("pass word\n")
    place = settings.current()
    assert place.secret("postgres.land") == "pass word"
    with pytest.raises(WrongUse) as caught:
        place.secret("postgres.admit")
    assert "the secret 'postgres.admit' cannot be read (No such file or directory)" in str(caught.value)
    assert "pass word" not in str(caught.value)
