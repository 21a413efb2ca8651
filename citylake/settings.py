"""Where this lake's servers are and how to log in to them.

Values come from, strongest first: `CITYLAKE_*` environment variables, then
`$CITYLAKE_HOME/settings.env`, which `citylake up` writes on a laptop. Passwords and keys are files
in `secrets_dir`, one value a file, mode 0600; on a server the same names are mounted there.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from citylake.errors import WrongUse

PROJECT = Path(os.environ.get("CITYLAKE_PROJECT") or Path(__file__).resolve().parent.parent)

# One role per stage, in PostgreSQL and in MinIO alike: a stage can do its own work and no other's.
STAGE_ROLES = ("land", "admit", "conform", "publish", "retain", "erase", "steward")

# Cities whose deliveries say themselves when they arrived; a live city of that name says CITYLAKE_CLOCK=wall.
REPLAYED_CITIES = ("hangzhou", "realdata")


def default_home() -> Path:
    """The folder of this lake's state: `$CITYLAKE_HOME`, else `.citylake/<city>` in the project."""
    named = os.environ.get("CITYLAKE_HOME")
    city = os.environ.get("CITYLAKE_CITY", "hangzhou")
    return Path(named).resolve() if named else PROJECT / ".citylake" / city


class Settings(BaseSettings):
    """Addresses of one lake. Ports are decided by `citylake up`; the defaults are the usual ones."""

    model_config = SettingsConfigDict(env_prefix="CITYLAKE_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=default_home)
    city: str = "hangzhou"
    clock: Literal["wall", "replay"] = Field(
        default_factory=lambda data: "replay" if data["city"] in REPLAYED_CITIES else "wall"
    )
    postgres_host: str = "127.0.0.1"
    postgres_port: int = 5432
    s3_endpoint: str = "http://127.0.0.1:9000"
    s3_region: str = "us-east-1"
    spark_remote: str = Field(default="sc://localhost:15002", validation_alias="SPARK_REMOTE")
    s3_console_url: str = "http://127.0.0.1:9001"
    airflow_url: str = "http://127.0.0.1:8080"
    spark_driver_memory: str = "4g"
    # More words for the Java that Spark runs in.
    spark_java_options: str = ""
    airflow_parallelism: int = 4
    secrets_dir: Path | None = None
    # Who starts and stops the servers: `citylake up`, or somebody else (containers, a city's cluster).
    stack: Literal["local", "external"] = "local"
    # The address that servers started from here listen on.
    listen: str = "127.0.0.1"
    # Where people reach what programs reach elsewhere (published ports, a proxy).
    airflow_public_url: str = Field(default_factory=lambda data: data["airflow_url"])
    postgres_public: str = Field(
        default_factory=lambda data: f"{data['postgres_host']}:{data['postgres_port']}"
    )
    # What people type before the path of a secret file to see it.
    secret_shown_by: str = "cat"

    @property
    def secrets(self) -> Path:
        """The folder of secret files."""
        return self.secrets_dir or self.home / "secrets"

    def secret(self, name: str) -> str:
        """The value of the secret file `name`, without its final newline.

        Raises: WrongUse where the file is missing; its message never holds a value.
        """
        path = self.secrets / name
        try:
            return path.read_text(encoding="utf-8").rstrip("\n")
        except OSError as error:
            raise WrongUse(
                f"the secret '{name}' cannot be read ({error.strerror})",
                where=str(self.secrets),
                expected="a file of that name, readable by this user",
                next_step="Start the lake once with `citylake up`, or mount the secret there.",
            ) from error

    def postgres_dsn(self, role: str, database: str = "citylake") -> str:
        """A libpq connection string for a role; holds its password, so never log it."""
        password = self.secret(f"postgres.{role}")
        return (
            f"host={self.postgres_host} port={self.postgres_port} dbname={database} "
            f"user={role} password={password} connect_timeout=10"
        )

    def postgres_url(self, role: str, database: str, driver: str = "postgresql+psycopg2") -> str:
        """The same as a SQLAlchemy URL."""
        password = self.secret(f"postgres.{role}")
        return f"{driver}://{role}:{password}@{self.postgres_host}:{self.postgres_port}/{database}"

    def s3_keys(self, role: str) -> tuple[str, str]:
        """Access key and secret key of a role in the object store."""
        return role, self.secret(f"s3.{role}")


@functools.cache
def current() -> Settings:
    """The settings of this process's lake, read once."""
    home = default_home()
    return Settings(_env_file=home / "settings.env", home=home)  # type: ignore[call-arg]
