"""A Spark Connect session, and what its failures mean."""

from __future__ import annotations

import contextlib
import logging
import socket
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from citylake import settings
from citylake.errors import ServerUnavailable, WrongUse

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_Result = TypeVar("_Result")
_PROBE_S = 3.0
_HANDSHAKE_S = 10.0
# Waits of 0.05, 0.2, 0.8, 2, 2 s between attempts, twice for a call under way (it is taken up again): a
# server that is gone is told after about 10 s. pyspark's own policy waits for minutes.
_RETRIES: dict[str, Any] = {
    "max_retries": 5, "initial_backoff": 50, "max_backoff": 2000, "max_server_retry_delay": 2000,
}  # fmt: skip
_DATA_ERRORS = ("ArithmeticException", "NumberFormatException", "DateTimeException",
                "ArrayIndexOutOfBoundsException")  # fmt: skip


# Dividing few rows, and looking at what a stage wrote before the next is planned, takes longer than the work.
_FEW_ROWS = 100_000
_OF_FEW = {"spark.sql.shuffle.partitions": "1", "spark.sql.adaptive.enabled": "false"}


class SessionLost(Exception):
    """The server answers but does not know this session: it was restarted meanwhile."""


class RowsFailed(Exception):
    """Some row cannot be computed (an overflow, a cast, a division by zero)."""


@contextlib.contextmanager
def session() -> Iterator[SparkSession]:
    """A new session on the lake's Spark server, released at the end whatever happens.

    Raises: ServerUnavailable within seconds where nothing answers, at the beginning or later.
    """
    place = settings.current().spark_remote
    _probe(place)
    spark = _connect(place)
    try:
        with translated(), _active(spark):
            yield spark
    except (ServerUnavailable, SessionLost):
        # Nobody is there to release it, and asking would wait once more.
        spark.release_session_on_close = False  # type: ignore[attr-defined]
        raise
    finally:
        # Released, not only closed: what a session holds (its own catalogue with its connections to
        # PostgreSQL) is freed with it.
        spark.stop()


def in_session(do: Callable[[SparkSession], _Result]) -> _Result:
    """What `do` returns, done in a new session; done once more where the server was restarted under it.

    `do` must be safe to repeat. Raises: as `session`.
    """
    try:
        with session() as spark:
            return do(spark)
    except SessionLost:
        pass
    try:
        with session() as spark:
            return do(spark)
    except SessionLost as error:
        raise _unavailable(settings.current().spark_remote, f"restarted twice: {error}") from error


def plan_for(spark: SparkSession, rows: int) -> None:
    """Let the session plan what comes for so many rows: few in one part and at once, many as the server is configured.

    What was set for few stays for the session, a run of one table: unset, Spark forgets the server's configuration too.
    """
    if rows <= _FEW_ROWS:
        for name, value in _OF_FEW.items():
            spark.conf.set(name, value)


def _connect(place: str) -> SparkSession:
    from pyspark.sql import SparkSession
    from pyspark.sql.connect.client.retries import DefaultPolicy

    # pyspark logs each gRPC failure with a stack trace, and warns of it, before it raises it.
    logging.getLogger("pyspark.sql.connect.logging").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message=r"\[RETRIES_EXCEEDED\]")
    # builder.create, not getOrCreate: a session that other code of this process left open is not ours.
    spark = SparkSession.builder.remote(place).create()
    spark.client.set_retry_policies([DefaultPolicy(**_RETRIES)])
    return spark


@contextlib.contextmanager
def _active(spark: SparkSession) -> Iterator[None]:
    """Make this session the one pyspark takes a checkpointed frame to belong to: it does not ask where it was made.

    (pyspark 4.1, proto_to_remote_cached_dataframe; there is no public way to say it.)
    """
    from pyspark.sql.connect.session import SparkSession

    earlier = SparkSession.getActiveSession()
    SparkSession._active_session.session = spark
    try:
        yield
    finally:
        SparkSession._active_session.session = earlier


def _probe(place: str) -> None:
    """Ask whether anything answers before pyspark does, which has no time limit for it."""
    address = urlsplit(place)
    host, port = address.hostname or "localhost", address.port or 15002
    try:
        socket.create_connection((host, port), timeout=_PROBE_S).close()
    except OSError as error:
        raise _unavailable(place, error.strerror or str(error)) from error
    if "use_ssl=true" in place:
        return
    import grpc

    # A server that hangs still accepts connections; only a handshake shows that it lives.
    with grpc.insecure_channel(f"{host}:{port}") as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=_HANDSHAKE_S)
        except grpc.FutureTimeoutError as error:
            raise _unavailable(place, f"a port that is open and silent for {_HANDSHAKE_S:.0f} s") from error


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Spark's errors as this lake's.

    Raises: ServerUnavailable, SessionLost, RowsFailed, and WrongUse for a job that asks for what is
    not there. Anything else comes as it is.
    """
    from pyspark.errors import AnalysisException, PySparkException

    place = settings.current().spark_remote
    try:
        yield
    except AnalysisException as error:
        raise WrongUse("the job cannot be planned", found=_first_line(error)) from error
    except PySparkException as error:
        condition = error.getCondition() or ""
        if condition.startswith("INVALID_HANDLE"):
            raise SessionLost(_first_line(error)) from error
        if _is_gone(error):
            raise _unavailable(place, f"gRPC status {_status(error).name}") from error
        if type(error).__name__ in _DATA_ERRORS:
            raise RowsFailed(condition or type(error).__name__) from error
        raise


def _is_gone(error) -> bool:
    import grpc

    return _status(error) in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


def _status(error):
    return error.getGrpcStatusCode() if hasattr(error, "getGrpcStatusCode") else None


def _first_line(error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__


def _unavailable(place: str, found: str) -> ServerUnavailable:
    address = urlsplit(place)
    return ServerUnavailable(
        "Spark does not answer", where=f"{address.hostname}:{address.port}", found=found,
        next_step="See `citylake status`; `citylake up` starts the servers. What was stale stays stale.",
    )  # fmt: skip
