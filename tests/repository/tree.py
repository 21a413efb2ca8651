"""What is in the repository: its own files, as git knows them, and what they import."""

from __future__ import annotations

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def files(*patterns: str) -> tuple[Path, ...]:
    """Tracked files and those about to be, without what git ignores; all, or those that match."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = {ROOT / name for name in listed.stdout.split("\0") if name}
    return tuple(sorted(path for path in found if path.is_file()))


@functools.cache
def text(path: Path) -> str:
    """A file's text; empty where it is none."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@functools.cache
def parsed(path: Path) -> ast.Module:
    """A Python file's syntax tree."""
    return ast.parse(text(path), str(path))


def shown(path: Path) -> str:
    """A path within the repository."""
    return str(path.relative_to(ROOT))


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module a file may import, at any depth; `from a import b` gives a and a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
