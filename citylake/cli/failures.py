"""Errors at the edge: what a reader sees of them, the exit code, and where the trace is kept."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from citylake.errors import CitylakeError, ServerUnavailable

# Classes by which the clients say that nobody answers; by name, because their libraries are engines.
_UNANSWERED = {
    "botocore.exceptions.EndpointConnectionError": "the object store does not answer",
    "botocore.exceptions.ConnectTimeoutError": "the object store does not answer",
    "botocore.exceptions.ReadTimeoutError": "the object store does not answer",
    "botocore.exceptions.ConnectionClosedError": "the object store does not answer",
    "psycopg.OperationalError": "PostgreSQL does not answer",
    "psycopg2.OperationalError": "PostgreSQL does not answer",
    "psycopg.errors.AdminShutdown": "PostgreSQL went away",
    "sqlalchemy.exc.OperationalError": "PostgreSQL does not answer",
    "grpc._channel._InactiveRpcError": "Spark does not answer",
    "grpc._channel._MultiThreadedRendezvous": "Spark does not answer",
    "urllib3.exceptions.NewConnectionError": "a server does not answer",
    "builtins.ConnectionRefusedError": "a server does not answer",
    "builtins.ConnectionResetError": "a server closed the connection",
}
# Some of those classes also stand for other troubles; then the text must say that it was the line.
_TALKS_OF_THE_LINE = (
    "connect",
    "refused",
    "unavailable",
    "timed out",
    "closed",
    "reset",
    "terminat",
    "shutting down",
)


def report(error: Exception) -> int:
    """Tell the reader on standard error; returns the exit code."""
    told = error if isinstance(error, CitylakeError) else unanswered(error)
    if told is not None:
        print(told, file=sys.stderr)
        return told.exit_code
    path = keep_trace(error)
    lines = str(error).strip().splitlines()
    first = f": {lines[0][:300]}" if lines else ""
    print(f"citylake failed unexpectedly: {type(error).__name__}{first}", file=sys.stderr)
    print(f"  The trace is in {path}. Please send it along when you report this.", file=sys.stderr)
    return CitylakeError.exit_code


def unanswered(error: BaseException) -> ServerUnavailable | None:
    """The error as a server that did not answer, or None where it is something else."""
    for each in _chain(error):
        if _status(each) >= 500:
            return _unavailable("the object store is not ready", str(each))
        for kind in type(each).__mro__:
            what = _UNANSWERED.get(f"{kind.__module__}.{kind.__qualname__}")
            text = str(each).strip()
            if what and any(word in text.lower() for word in _TALKS_OF_THE_LINE):
                return _unavailable(what, text)
    return None


def _unavailable(what: str, text: str) -> ServerUnavailable:
    return ServerUnavailable(
        what, found=text.splitlines()[-1].strip()[:200].rstrip("."),
        next_step="See `citylake status`; `citylake up` starts the servers.",
    )  # fmt: skip


def _status(error: BaseException) -> int:
    """The HTTP status in an error of the object store's client, 0 in any other."""
    answer = getattr(error, "response", None)
    metadata = answer.get("ResponseMetadata", {}) if isinstance(answer, dict) else {}
    return metadata.get("HTTPStatusCode", 0)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__


def keep_trace(error: BaseException) -> Path:
    """Write the stack trace to a file of this user's own; returns its path."""
    from citylake import settings

    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    text = f"{' '.join(sys.argv)}\n\n" + "".join(traceback.format_exception(error))
    home = settings.default_home()
    for folder in (home / "logs" / "errors", Path(tempfile.gettempdir()) / f"citylake-{os.getuid()}"):
        if folder.is_relative_to(home) and not home.exists():
            continue  # an error is no reason to make a lake
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / name
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8")
        except OSError:
            continue
        return path
    return Path(os.devnull)
