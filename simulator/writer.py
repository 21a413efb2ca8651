"""Deliveries on disk: `inbox/<department>/…`, one file each, and `deliveries.jsonl` in order of arrival."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from citylake.errors import WrongUse
from simulator.deliveries import Delivery

MANIFEST = "deliveries.jsonl"


def prepare(folder: Path) -> None:
    """Make `folder` empty; what an earlier run wrote there is replaced.

    Raises: WrongUse where it holds anything else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        return
    if not (folder / MANIFEST).is_file():
        raise WrongUse(
            "the folder is not empty and holds no earlier deliveries",
            where=str(folder),
            expected="an empty folder, or one this command wrote",
            next_step="Choose another --out.",
        )
    for name in ("inbox", "truth"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / MANIFEST).unlink()


def write(deliveries: Iterable[Delivery], folder: Path) -> int:
    """Write the deliveries and their manifest, the manifest last; returns how many.

    A line of the manifest: department, name, sequence, sender, arrived_at, path (from `folder`), sha256,
    bytes.
    """
    lines = []
    for each in sorted(
        deliveries, key=lambda sent: (sent.arrived_at, sent.department, sent.name, sent.sequence)
    ):
        path = folder / "inbox" / each.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(each.content)
        lines.append(_line(each))
    (folder / MANIFEST).write_text("".join(lines), encoding="utf-8")
    return len(lines)


def _line(sent: Delivery) -> str:
    entry = {
        "department": sent.department,
        "name": sent.name,
        "sequence": sent.sequence,
        "sender": sent.sender,
        "arrived_at": sent.arrived_at.isoformat(),
        "path": f"inbox/{sent.key}",
        "sha256": hashlib.sha256(sent.content).hexdigest(),
        "bytes": len(sent.content),
    }
    return json.dumps(entry, ensure_ascii=False) + "\n"
