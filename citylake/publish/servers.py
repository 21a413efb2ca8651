"""Errors of PostgreSQL and the object store in the middle of a publication, as this lake's."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from citylake import settings
from citylake.errors import ServerUnavailable


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """Translate the loss of a server. Nothing was published then, and trying again is right.

    Raises: ServerUnavailable; anything else comes as it is.
    """
    import psycopg

    place = settings.current()
    try:
        yield
    except psycopg.OperationalError as error:
        found = str(error).strip().splitlines()[0]
        raise _gone("PostgreSQL", f"{place.postgres_host}:{place.postgres_port}", found) from error
    except Exception as error:
        # PyIceberg, SQLAlchemy and botocore have many kinds and are not imported where nothing is stale.
        name = f"{type(error).__module__}.{type(error).__name__}"
        if name == "sqlalchemy.exc.OperationalError":
            raise _gone("PostgreSQL", f"{place.postgres_host}:{place.postgres_port}", name) from error
        if name in _OBJECT_STORE:
            raise _gone("the object store", place.s3_endpoint, name) from error
        raise


_OBJECT_STORE = (
    "botocore.exceptions.EndpointConnectionError",
    "botocore.exceptions.ConnectionClosedError",
    "botocore.exceptions.ConnectTimeoutError",
    "botocore.exceptions.ReadTimeoutError",
    "builtins.OSError",  # pyarrow's, from PyIceberg
    "_duckdb.IOException",
    "_duckdb.HTTPException",
)


def _gone(server: str, where: str, found: str) -> ServerUnavailable:
    return ServerUnavailable(
        f"{server} stopped answering during the publication", where=where, found=found,
        next_step="Nothing was published. See `citylake status`; then publish again.",
    )  # fmt: skip
