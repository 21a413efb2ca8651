"""Keys: one file each in the secrets folder, made at first use on a laptop, mounted on a server."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from citylake import settings
from citylake.errors import WrongUse


def path(name: str) -> Path:
    """The file of the key `name`."""
    return settings.current().secrets / f"key.{name}"


def exists(name: str) -> bool:
    """Whether there is such a key: opening makes none, as a new one opens nothing."""
    return path(name).exists()


def key(name: str) -> bytes:
    """The 32 bytes of the key `name`.

    On a laptop a missing key is made, mode 0600; concurrent first uses agree on one. Where the
    secrets folder is mounted read-only it must exist. Raises: WrongUse, never holding a value.
    """
    file = path(name)
    if not exists(name):
        _make(file)
    text = settings.current().secret(f"key.{name}")
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if len(value) != 32:
        raise WrongUse(f"the key '{name}' is damaged", where=str(file), expected="64 hexadecimal digits",
                       next_step="Restore it from a backup; a new key would break every link made with the old.")  # fmt: skip
    return value


def _make(file: Path) -> None:
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")  # threads share a process id
    try:
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_text(secrets.token_hex(32), encoding="ascii")
        os.link(draft, file)  # unlike rename, fails where another was first
    except FileExistsError:
        pass
    except OSError as error:
        raise WrongUse(f"the key cannot be made ({error.strerror})", where=str(file),
                       next_step="Mount the key file there.") from error  # fmt: skip
    finally:
        draft.unlink(missing_ok=True)
