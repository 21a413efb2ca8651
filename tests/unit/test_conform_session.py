"""What failures of Spark Connect mean, without a server."""

from __future__ import annotations

import grpc
import pytest
from pyspark.errors.exceptions.connect import (
    AnalysisException,
    ArithmeticException,
    SparkConnectGrpcException,
    SparkException,
)

from citylake.conform import session
from citylake.errors import ServerUnavailable, WrongUse


def raised_as(error: Exception) -> Exception:
    with pytest.raises(Exception) as caught, session.translated():  # noqa: PT011 - the type is what is tested
        raise error
    return caught.value


def test_a_server_that_went_away_is_unavailable():
    gone = raised_as(SparkConnectGrpcException("refused", grpc_status_code=grpc.StatusCode.UNAVAILABLE))
    assert isinstance(gone, ServerUnavailable)
    assert "Spark does not answer" in str(gone)


def test_a_session_the_server_does_not_know_is_lost():
    for condition in ("INVALID_HANDLE.SESSION_NOT_FOUND", "INVALID_HANDLE.SESSION_CHANGED"):
        lost = raised_as(SparkConnectGrpcException("gone", errorClass=condition))
        assert isinstance(lost, session.SessionLost)


def test_a_row_that_cannot_be_computed_is_the_data_and_a_plan_that_cannot_be_made_is_the_job():
    assert isinstance(
        raised_as(ArithmeticException("1 / 0", errorClass="DIVIDE_BY_ZERO")), session.RowsFailed
    )
    wrong = raised_as(AnalysisException("no column x\nin a long plan", errorClass="UNRESOLVED_COLUMN"))
    assert isinstance(wrong, WrongUse)
    assert "no column x" in str(wrong)
    assert "long plan" not in str(wrong)


def test_other_failures_come_as_they_are():
    out_of_memory = SparkException("executor lost")
    assert raised_as(out_of_memory) is out_of_memory


def test_work_is_done_once_more_when_the_server_was_restarted_and_not_twice_more(monkeypatch):
    import contextlib

    @contextlib.contextmanager
    def fake():
        yield "spark"

    calls = []

    def work(spark):
        calls.append(spark)
        if len(calls) <= losses:
            raise session.SessionLost("restarted")
        return "done"

    monkeypatch.setattr(session, "session", fake)
    losses = 1
    assert session.in_session(work) == "done"
    calls.clear()
    losses = 2
    with pytest.raises(ServerUnavailable, match="restarted twice"):
        session.in_session(work)
    assert len(calls) == 2
