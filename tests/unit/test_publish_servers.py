"""A server that goes away in the middle is told as such; our own mistakes are not."""

from __future__ import annotations

import psycopg
import pytest
from botocore.exceptions import EndpointConnectionError

from citylake.errors import ServerUnavailable
from citylake.publish.servers import answering


@pytest.mark.parametrize(
    ("error", "server"),
    [
        (psycopg.OperationalError("terminating connection\nmore"), "PostgreSQL stopped answering"),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:9"), "the object store stopped answering"),
        (OSError("When reading information for key"), "the object store stopped answering"),
    ],
)
def test_a_lost_server_is_named_and_nothing_was_published(error, server):
    with pytest.raises(ServerUnavailable) as raised, answering():
        raise error
    assert server in str(raised.value)
    assert "Nothing was published." in str(raised.value)


@pytest.mark.parametrize(
    "error", [psycopg.errors.UniqueViolation("double"), FileNotFoundError("x"), KeyError("x")]
)
def test_a_mistake_of_ours_stays_what_it_is(error):
    with pytest.raises(type(error)), answering():
        raise error
