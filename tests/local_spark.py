"""A Spark Connect server for tests of jobs: no lake, no catalogue, one per test session."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import pytest

_STARTS_WITHIN_S = 120
# Plans are compiled once and run once: Java's second compiler would only take their processor.
_opened = contextlib.ExitStack()  # what `close` ends, the last first
JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


@functools.cache
def session():
    """A session on SPARK_REMOTE where it is set (a server that is warm already), else on an own server.

    Functions of pyspark are for Connect from here on, in this whole process.
    """
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.remote(os.environ.get("SPARK_REMOTE") or _start()).create()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    # Rows are few and plans many: compiling each would take most of the time.
    spark.conf.set("spark.sql.shuffle.partitions", "1")
    spark.conf.set("spark.sql.adaptive.enabled", "false")
    spark.conf.set("spark.sql.codegen.wholeStage", "false")
    spark.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN")
    _opened.callback(spark.stop)
    return spark


def close() -> None:
    """End the session and its server, if there are any; processes of xdist end without calling what is registered for that."""
    _opened.close()
    session.cache_clear()


def _start() -> str:
    """Start a server that ends with `close`; returns its address."""
    import pyspark

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = str(uuid.uuid4())
    folder = Path(tempfile.mkdtemp(prefix="citylake-spark-"))
    settings = {
        "spark.master": "local[2]",
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.connect.authenticate.token": token,
        "spark.sql.ansi.enabled": "true",
        "spark.sql.warehouse.dir": str(folder),
        "spark.local.dir": str(folder),
        "spark.driver.extraJavaOptions": JAVA_OPTIONS,
    }
    lines = "".join(f"{name} {value}\n" for name, value in settings.items())
    (folder / "spark-defaults.conf").write_text(lines)
    home = Path(pyspark.__file__).parent
    log = (folder / "log").open("wb")
    server = subprocess.Popen(
        [str(home / "bin" / "spark-submit"), "--properties-file", str(folder / "spark-defaults.conf"),
         "--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"],
        stdout=log, stderr=subprocess.STDOUT, start_new_session=True, cwd=folder,
        env={**os.environ, "SPARK_HOME": str(home), "PYSPARK_PYTHON": sys.executable},
    )  # fmt: skip
    _opened.callback(shutil.rmtree, folder, ignore_errors=True)
    _opened.callback(os.killpg, server.pid, signal.SIGKILL)
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return f"sc://localhost:{port}/;token={token}"
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"Spark did not start: {(folder / 'log').read_text()[-2000:]}")
