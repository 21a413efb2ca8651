"""Spark Connect: one server per lake, with the Iceberg catalogue `lake` in PostgreSQL and MinIO."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

from citylake.stack.jars import locked_jars, spark_folder
from citylake.stack.site import Site, ensure_secret, write_private
from citylake.stack.supervise import Program

NAME = "spark"
_CLASS = "org.apache.spark.sql.connect.service.SparkConnectServer"

_LOG4J = """\
rootLogger.level = warn
rootLogger.appenderRef.stdout.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_OUT
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z'}{UTC} %p %c{1}: %m%n%ex
logger.connect.name = org.apache.spark.sql.connect.service.SparkConnectServer
logger.connect.level = info
"""

# The first bytes of an HTTP/2 connection (RFC 9113 §3.4): the preface and an empty SETTINGS frame.
_HTTP2_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])


def program(site: Site, java_home: Path) -> Program:
    """How to run the server. Its configuration, with the catalogue's secrets, is a file of mode 0600."""
    return Program(
        name=NAME,
        command=command(),
        folder=site.server_folder(NAME),
        environment=environment(site, java_home),
        stop_seconds=15,
        priority=3,
        configuration=_config_text(site, urlsplit(site.settings.spark_remote).port or 15002),
    )


def command() -> tuple[str, ...]:
    """The words that start the server."""
    return (str(spark_folder() / "bin" / "spark-submit"), "--class", _CLASS, "spark-internal")


def environment(site: Site, java_home: Path) -> dict[str, str]:
    """What the server's process needs; no secret."""
    folder = site.server_folder(NAME)
    return {
        "SPARK_HOME": str(spark_folder()),
        "SPARK_CONF_DIR": str(folder / "conf"),
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "JAVA_HOME": str(java_home),
        # Its workers must be of the client's Python, and have its packages.
        "PYSPARK_PYTHON": sys.executable,
    }


def prepare(site: Site, port: int) -> None:
    """Write its configuration. Safe to repeat."""
    folder = site.server_folder(NAME)
    for name in ("conf", "local", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    write_private(folder / "conf" / "spark-defaults.conf", _config_text(site, port))
    (folder / "conf" / "log4j2.properties").write_text(_LOG4J, encoding="utf-8")


def configuration(site: Site, port: int) -> dict[str, str]:
    """Spark's settings; holds the secrets of the role conform."""
    folder = site.server_folder(NAME)
    lake = "spark.sql.catalog.lake"
    settings = site.settings
    return {
        "spark.master": f"local[{_cores()}]",
        "spark.app.name": "citylake",
        "spark.driver.memory": settings.spark_driver_memory,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": (
            f"-Djava.io.tmpdir={folder / 'tmp'} -Duser.timezone=UTC {settings.spark_java_options}".rstrip()
        ),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.eventLog.enabled": "false",
        "spark.jars": ",".join(str(jar.path) for jar in locked_jars()),
        "spark.connect.grpc.binding.address": settings.listen,
        "spark.connect.grpc.binding.port": str(port),
        "spark.connect.authenticate.token": ensure_secret(site, "spark.token"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.adaptive.enabled": "true",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        "spark.sql.defaultCatalog": "lake",
        lake: "org.apache.iceberg.spark.SparkCatalog",
        f"{lake}.type": "jdbc",
        f"{lake}.uri": f"jdbc:postgresql://{settings.postgres_host}:{settings.postgres_port}/catalog",
        f"{lake}.jdbc.user": "conform",
        f"{lake}.jdbc.password": ensure_secret(site, "postgres.conform"),
        f"{lake}.jdbc.schema-version": "V1",
        # PyIceberg commits too: a cached table would hide what it wrote.
        f"{lake}.cache-enabled": "false",
        f"{lake}.warehouse": "s3://lake/",
        f"{lake}.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        f"{lake}.s3.endpoint": settings.s3_endpoint,
        f"{lake}.s3.path-style-access": "true",
        f"{lake}.s3.access-key-id": "conform",
        f"{lake}.s3.secret-access-key": ensure_secret(site, "s3.conform"),
        f"{lake}.client.region": settings.s3_region,
    }


def _config_text(site: Site, port: int) -> str:
    return "".join(f"{name} {value}\n" for name, value in configuration(site, port).items())


def answers(site: Site) -> bool:
    """Whether the server speaks HTTP/2 on its port: a Java that hangs does not."""
    address = urlsplit(site.settings.spark_remote)
    try:
        place = (address.hostname or "", address.port or 15002)
        with socket.create_connection(place, timeout=3) as connection:
            connection.sendall(_HTTP2_HELLO)
            return bool(connection.recv(9))
    except OSError:
        return False


def _cores() -> int:
    return max(2, len(os.sched_getaffinity(0)))
