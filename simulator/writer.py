"""Deliveries on disk: `inbox/<department>/…`, one file each, and `deliveries.jsonl` in order of arrival."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from citylake.errors import WrongUse
from simulator.deliveries import Delivery

MANIFEST = "deliveries.jsonl"
SCRATCH = ".unfinished"  # parts that are not the output yet; a folder that holds it was not finished


@dataclass(frozen=True)
class Entry:
    """A line of the manifest."""

    arrived_at: datetime
    department: str
    name: str
    sequence: int
    line: str


def prepare(folder: Path) -> Path:
    """Make `folder` empty but for its scratch folder, which is returned; what an earlier run wrote there is replaced,
    finished or not.

    Raises: WrongUse where it holds anything else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scratch, manifest = folder / SCRATCH, folder / MANIFEST
    if any(folder.iterdir()) and not (manifest.is_file() or scratch.is_dir()):
        raise WrongUse(
            "the folder is not empty and holds no earlier deliveries",
            where=str(folder),
            expected="an empty folder, or one this command wrote",
            next_step="Choose another --out.",
        )
    # In this order, so that one who is stopped here leaves a folder that says it is not finished.
    scratch.mkdir(exist_ok=True)
    manifest.unlink(missing_ok=True)
    for name in ("inbox", "truth"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for path in scratch.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return scratch


def write(deliveries: Iterable[Delivery], folder: Path) -> int:
    """Write the deliveries and their manifest, the manifest last; returns how many."""
    return finish([write_one(each, folder) for each in deliveries], folder)


def write_one(sent: Delivery, folder: Path) -> Entry:
    """Write a delivery; its line of the manifest: department, name, sequence, sender, arrived_at, path (from `folder`),
    sha256, bytes."""
    path = folder / "inbox" / sent.key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sent.content)
    line = {
        "department": sent.department,
        "name": sent.name,
        "sequence": sent.sequence,
        "sender": sent.sender,
        "arrived_at": sent.arrived_at.isoformat(),
        "path": f"inbox/{sent.key}",
        "sha256": hashlib.sha256(sent.content).hexdigest(),
        "bytes": len(sent.content),
    }
    text = json.dumps(line, ensure_ascii=False) + "\n"
    return Entry(sent.arrived_at, sent.department, sent.name, sent.sequence, text)


def finish(entries: Iterable[Entry], folder: Path) -> int:
    """Write the manifest whole or not at all, and remove the scratch folder; returns how many deliveries there are."""
    ordered = sorted(entries, key=lambda each: (each.arrived_at, each.department, each.name, each.sequence))
    scratch = folder / SCRATCH
    scratch.mkdir(exist_ok=True)
    (scratch / MANIFEST).write_text("".join(each.line for each in ordered), encoding="utf-8")
    os.replace(scratch / MANIFEST, folder / MANIFEST)
    shutil.rmtree(scratch)
    return len(ordered)
