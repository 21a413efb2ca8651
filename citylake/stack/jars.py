"""Spark's extra jars: named and hashed in jars.lock, fetched once, then used without a network."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from citylake.errors import ServerUnavailable, WrongUse
from citylake.settings import PROJECT
from citylake.stack.site import cache_folder, locked

LOCK = PROJECT / "jars.lock"


@dataclass(frozen=True)
class Jar:
    """One jar: Maven coordinates `group:artifact:version` and the SHA-256 of its bytes."""

    coordinates: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The name Spark's resolver gives it."""
        group, artifact, version = self.coordinates.split(":")
        return f"{group}_{artifact}-{version}.jar"

    @property
    def path(self) -> Path:
        """Where it is in the cache."""
        return cache_folder() / "jars" / self.sha256[:16] / self.file_name


def locked_jars(lock: Path = LOCK) -> list[Jar]:
    """The jars of the lock file: one a line, coordinates and hash, `#` for comments."""
    jars = []
    for number, line in enumerate(lock.read_text(encoding="utf-8").splitlines(), start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) != 2 or words[0].count(":") != 2 or not words[1].startswith("sha256:"):
            raise WrongUse(
                f"line {number} is not a jar",
                where=lock.name,
                found=line.strip(),
                expected="group:artifact:version sha256:<64 hex digits>",
            )
        jars.append(Jar(words[0], words[1].removeprefix("sha256:")))
    return jars


def missing(jars: list[Jar]) -> list[Jar]:
    """Those that are not in the cache yet. What is there was verified when it was put there."""
    return [jar for jar in jars if not jar.path.exists()]


def fetch(jars: list[Jar], java_home: Path) -> None:
    """Bring the missing jars into the cache. Safe to repeat and to run twice at once.

    Raises: ServerUnavailable where they cannot be fetched, WrongUse where one has other bytes.
    """
    with locked(cache_folder() / "jars.lock"):
        wanted = missing(jars)
        if not wanted:
            return
        with tempfile.TemporaryDirectory(prefix="jars-", dir=cache_folder()) as folder:
            _resolve(wanted, Path(folder), java_home)
            for jar in wanted:
                _keep(jar, Path(folder) / "jars" / jar.file_name)


def _resolve(jars: list[Jar], folder: Path, java_home: Path) -> None:
    """Let Spark's own resolver fetch; it reads the user's mirrors and proxies as Spark users set them."""
    spark_home = spark_folder()
    command = [
        str(spark_home / "bin" / "spark-submit"),
        "--packages",
        ",".join(jar.coordinates for jar in jars),
        "--conf",
        f"spark.jars.ivy={folder}",
        "--conf",
        "spark.ui.enabled=false",
        # Resolution comes first; then Spark finds no such class and ends.
        "--class",
        "citylake.nothing.to.Run",
        "spark-internal",
    ]
    environment = os.environ | {"SPARK_HOME": str(spark_home), "JAVA_HOME": str(java_home)}
    environment.pop("SPARK_REMOTE", None)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    absent = [jar for jar in jars if not (folder / "jars" / jar.file_name).exists()]
    if absent:
        said = [line for line in done.stderr.splitlines() if "not found" in line or "rror" in line]
        raise ServerUnavailable(
            f"{len(absent)} of Spark's jars could not be fetched: {absent[0].coordinates}",
            where="Maven repository",
            found=(said or done.stderr.splitlines() or ["no output"])[0].strip()[:300],
            next_step="Check the network or the proxy and try again; what was fetched is kept.",
        )


def _keep(jar: Jar, fetched: Path) -> None:
    digest = hashlib.sha256(fetched.read_bytes()).hexdigest()
    if digest != jar.sha256:
        raise WrongUse(
            f"{jar.coordinates} is not the jar that was locked",
            where=LOCK.name,
            found=f"sha256:{digest}",
            expected=f"sha256:{jar.sha256}",
            next_step="Do not use it: find out who serves other bytes under this name.",
        )
    jar.path.parent.mkdir(parents=True, exist_ok=True)
    fetched.replace(jar.path)


def spark_folder() -> Path:
    """Spark inside the wheel pyspark, found without importing it."""
    import importlib.util

    spec = importlib.util.find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise WrongUse("pyspark is not installed", next_step="Re-make the environment: make clean-venv run.")
    return Path(spec.origin).parent
