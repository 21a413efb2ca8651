"""A folder on an SFTP server, reached by the host, login and key or password of an Airflow connection."""

from __future__ import annotations

import io
import posixpath
import stat
from collections.abc import Iterator
from contextlib import closing
from typing import Any, BinaryIO, cast
from urllib.parse import quote

from citylake.errors import ServerUnavailable, WrongUse
from citylake.land.connections import Account, find_account
from citylake.land.pulled import Asked, Pulled
from citylake.land.sources.files import Seen, pull_files

_PATIENCE_S = 30
_KEY = "extra.host_key"


def pull(asked: Asked) -> Iterator[Pulled]:
    """New and changed files of the server's folder. Raises: WrongUse, ServerUnavailable."""
    account = find_account(asked.feed.arrival.connection or "")
    path = asked.feed.arrival.path or ""
    where = f"sftp://{account.host}:{account.port or 22}/{path.lstrip('/')}"
    with closing(_connected(account, where)) as transport:
        try:
            yield from pull_files(asked, _Server(transport, path, where))
        except (FileNotFoundError, PermissionError) as error:
            raise WrongUse(
                "the folder cannot be read", where=where, found=str(error),
                expected="a folder and files that this login may read",
                next_step=f"`arrival.path` of {asked.feed.feed_id} names it.",
            ) from None  # fmt: skip


class _Server:
    def __init__(self, transport: Any, path: str, where: str):
        import paramiko

        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        client.get_channel().settimeout(_PATIENCE_S)  # type: ignore[union-attr]
        self.client, self.path, self.where = client, path, where

    def uri(self, name: str) -> str:
        return f"{self.where.rstrip('/')}/{quote(name)}"

    def listed(self) -> dict[str, Seen]:
        return {
            each.filename: _seen(each)
            for each in self.client.listdir_attr(self.path)
            if each.st_mode is not None and stat.S_ISREG(each.st_mode)
        }

    def seen(self, name: str) -> Seen | None:
        try:
            return _seen(self.client.lstat(posixpath.join(self.path, name)))
        except FileNotFoundError:
            return None

    def open(self, name: str) -> BinaryIO:
        file = self.client.open(posixpath.join(self.path, name), "rb")
        file.prefetch()  # else every block waits for the one before
        return cast(BinaryIO, file)


def _seen(found: Any) -> Seen:
    return Seen(int(found.st_mtime or 0) * 1_000_000_000, found.st_size or 0)


def _connected(account: Account, where: str) -> Any:
    """A transport to the server whose key the connection names, logged in."""
    import socket

    import paramiko

    # `<type> <base64>`; a comment behind them does not count.
    expected = " ".join(str(account.extra.get("host_key", "")).split()[:2])
    try:
        reached = socket.create_connection((account.host, account.port or 22), timeout=_PATIENCE_S)
        transport = paramiko.Transport(reached)
        transport.banner_timeout = transport.auth_timeout = _PATIENCE_S
        transport.start_client(timeout=_PATIENCE_S)
    except (OSError, EOFError, paramiko.SSHException) as error:
        raise ServerUnavailable(
            "the SFTP server does not answer", where=where, found=str(error) or type(error).__name__,
        ) from None  # fmt: skip
    try:
        found = transport.get_remote_server_key()
        if f"{found.get_name()} {found.get_base64()}" != expected:
            raise _other_key(account, where, f"{found.get_name()} {found.get_base64()}", expected)
        _log_in(transport, account, where)
    except BaseException:
        transport.close()
        raise
    return transport


def _other_key(account: Account, where: str, found: str, expected: str) -> WrongUse:
    return WrongUse(
        "the server has another key than the connection expects" if expected else "the connection names no key of the server",
        where=where, found=found, expected=expected or f"{_KEY} in connection '{account.connection_id}'",
        next_step=f"Ask who runs the server whether that key is theirs; if so, put it into {_KEY}.",
    )  # fmt: skip


def _log_in(transport: Any, account: Account, where: str) -> None:
    import paramiko

    try:
        if "private_key" in account.extra:
            transport.auth_publickey(account.login, _private_key(account, where))
        else:
            transport.auth_password(account.login, account.password)
    except paramiko.SSHException as error:
        raise WrongUse(
            "the server does not let us in", where=where, found=str(error),
            expected=f"login with password or extra.private_key in connection '{account.connection_id}'",
        ) from None  # fmt: skip


def _private_key(account: Account, where: str) -> Any:
    import paramiko

    text = str(account.extra["private_key"])
    passphrase = account.extra.get("private_key_passphrase")
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text), passphrase)
        except (paramiko.SSHException, ValueError):
            continue
    raise WrongUse(
        "extra.private_key cannot be read", where=where, found=f"{len(text)} characters",
        expected="an Ed25519, ECDSA or RSA key, with extra.private_key_passphrase where it has one",
    )  # fmt: skip
