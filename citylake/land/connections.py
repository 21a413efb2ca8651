"""Credentials of sources: Airflow connections, found the same way by a task and by the command line.

Airflow looks into its secrets backend first, which `citylake up` sets to the file `connections.yaml` beside the
lake's other secrets, then at AIRFLOW_CONN_<ID> in the environment. What was handed out is remembered by this
process, so that no text leaves it with a credential in it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citylake import settings
from citylake.errors import WrongUse
from citylake.stack import airflow
from citylake.stack.site import Site

_handed_out: set[str] = set()


@dataclass(frozen=True)
class Account:
    """What a connection says: where, and as whom. Its credentials are in no text made of it."""

    connection_id: str
    kind: str
    host: str
    port: int | None
    database: str
    login: str = field(repr=False)
    password: str = field(repr=False)
    extra: dict[str, Any] = field(repr=False)


def find_account(connection_id: str) -> Account:
    """The Airflow connection of that id. Raises: WrongUse that says where one is looked for."""
    site = Site(settings.current())
    path = airflow.connections_file(site)
    _be_of_this_lake(site)
    _refuse_broken_file(path, connection_id)
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowException

    try:
        found = Connection.get(connection_id)
        extra = found.extra_dejson
    except AirflowException:
        raise WrongUse(
            f"there is no connection '{connection_id}'", where=str(path),
            expected=f"an entry '{connection_id}' there, or AIRFLOW_CONN_{connection_id.upper()} in the environment",
            next_step="docs/how_to/pull_from_a_source.md shows one of each kind.",
        ) from None  # fmt: skip
    account = Account(
        connection_id, found.conn_type or "", found.host or "", found.port, found.schema or "", found.login or "",
        found.password or "", extra,
    )  # fmt: skip
    _handed_out.update(each for each in _secrets(account) if len(each) > 3)
    return account


def hidden(text: str) -> str:
    """The text with every credential that this process was given replaced by ***."""
    for secret in sorted(_handed_out, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _secrets(account: Account) -> list[str]:
    """The password as it is and as it may stand in an address, and every text of `extra` but what is public."""
    from urllib.parse import quote, quote_plus

    found = [account.password]
    waiting = [
        value for key, value in account.extra.items() if key not in ("host_key", "sslmode", "sslrootcert")
    ]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, str):
            found.append(value)
    return [form for each in found for form in (each, quote(each, safe=""), quote_plus(each))]


def _be_of_this_lake(site: Site) -> None:
    """Outside a task, Airflow is told which lake's configuration it reads; a task knows."""
    if "AIRFLOW_HOME" in os.environ:
        return
    environment = airflow.environment(site)
    if site.settings.stack == "local" and not os.path.exists(environment["AIRFLOW_CONFIG"]):
        airflow.prepare(site)
    os.environ.update({name: environment[name] for name in ("AIRFLOW_HOME", "AIRFLOW_CONFIG")})


def _refuse_broken_file(path: Path, connection_id: str) -> None:
    """Airflow passes over a file that it cannot read, and says nothing."""
    import yaml

    if not path.exists():
        return
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        wrong = None if isinstance(content, dict) else "no mapping of ids"
    except yaml.MarkedYAMLError as error:  # its own text shows the line, which may hold a password
        wrong = f"no YAML in line {error.problem_mark.line + 1 if error.problem_mark else '?'}"
    except (OSError, UnicodeDecodeError) as error:
        wrong = type(error).__name__
    known = {
        "conn_type",
        "host",
        "login",
        "password",
        "schema",
        "port",
        "extra",
        "extra_dejson",
        "description",
        "conn_id",
    }
    if wrong is None and isinstance(entry := content.get(connection_id), dict) and set(entry) - known:
        wrong = f"'{connection_id}' has keys that no connection has: {', '.join(sorted(set(entry) - known))}"
    if wrong:
        raise WrongUse(
            "the connections cannot be read", where=str(path), found=wrong,
            expected="<id>: {conn_type: …, host: …, login: …, password: …}",
        )  # fmt: skip
