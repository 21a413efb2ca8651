"""The parsed dbt project, kept between runs: parsing takes longer than running the models.

A project is parsed once for each content of its files and variables; the result is a file in the lake's
cache folder, which may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from citylake import settings
from citylake.build import project
from citylake.errors import WrongUse

_KEPT = 20


@dataclass(frozen=True)
class Places:
    """Where one dbt invocation reads and writes, and with which variables."""

    folder: Path
    variables: dict

    @property
    def arguments(self) -> list[str]:
        """The arguments that every dbt command gets."""
        return [
            "--project-dir", str(project.folder()), "--profiles-dir", str(self.folder),
            "--target-path", str(self.folder / "target"), "--log-path", str(self.folder / "logs"),
            "--vars", json.dumps(self.variables, ensure_ascii=False), "--quiet", "--no-version-check",
            "--no-partial-parse", "--log-level", "none", "--log-level-file", "info",
        ]  # fmt: skip


def manifest(places: Places):
    """dbt's Manifest of the project, read from the cache or parsed. A fresh object: a run changes it.

    Raises: WrongUse where the project does not parse.
    """
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumaro_encoder, extended_mashumuro_decoder

    file = _cached(places.variables)
    try:
        return Manifest.from_msgpack(file.read_bytes(), decoder=extended_mashumuro_decoder)
    except FileNotFoundError:
        pass
    found = parse(places)
    content = found.to_msgpack(extended_mashumaro_encoder)
    _write(file, content)
    return Manifest.from_msgpack(content, decoder=extended_mashumuro_decoder)


def _cached(variables: dict) -> Path:
    from importlib.metadata import version

    facts = [project.version(), variables, str(project.folder()), version("dbt-core"), version("dbt-duckdb")]
    key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]
    return settings.current().home / "cache" / "dbt" / f"{key}.msgpack"


def parse(places: Places):
    """dbt's Manifest of the project as its files are now. Raises: WrongUse where it does not parse."""
    from dbt.cli.main import dbtRunner

    result = dbtRunner().invoke(["parse", *places.arguments])
    if not result.success:
        raise WrongUse("the dbt project does not parse", where="dbt_project",
                       found=" ".join(str(result.exception).split())[:1000])  # fmt: skip
    return result.result


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(file)  # whoever reads sees the old file, the new one or none
    for old in sorted(file.parent.glob("*"), key=lambda path: path.stat().st_mtime)[:-_KEPT]:
        old.unlink(missing_ok=True)
