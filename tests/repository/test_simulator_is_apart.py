"""The departments know nothing of the lake: of it they import settings and errors, and read nothing."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
SIMULATOR = PROJECT / "simulator"
ALLOWED = {"citylake.settings", "citylake.errors"}
# Folders whose content says how the lake reads, joins or checks.
OF_THE_LAKE = ("feeds", "dbt_project", "expectations", "spark_jobs", "dags", "tests")


def _modules() -> list[Path]:
    return sorted(SIMULATOR.rglob("*.py"))


def _imports(source: str) -> set[str]:
    """Every module a source imports, wherever it does so."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {
                f"{node.module}.{alias.name}" if node.module == "citylake" else str(node.module)
                for alias in node.names
            }
    return found


def test_it_imports_nothing_of_the_lake_but_settings_and_errors():
    of_the_lake = {"citylake", *OF_THE_LAKE}
    for path in _modules():
        named = {
            name for name in _imports(path.read_text(encoding="utf-8")) if name.split(".")[0] in of_the_lake
        }
        assert named <= ALLOWED, path.relative_to(PROJECT)


@pytest.mark.parametrize(
    "line", ["from citylake import feed", "import citylake.feed", "from citylake.admit.rows import x"]
)
def test_the_check_above_would_see_a_forbidden_import(line):
    assert not _imports(f"def late():\n    {line}\n") <= ALLOWED


def test_no_text_in_it_names_a_folder_of_declarations():
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
                parts = node.value.replace("\\", "/").split("/")
                assert not set(parts) & set(OF_THE_LAKE), f"{path.relative_to(PROJECT)}: {node.value}"


_RUN = """
import json, sys
opened = []
watched = ("open", "os.listdir", "os.scandir")
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event in watched else None)
sys.argv = ["simulator", "--days", "1", "--workers", "1", "--out", sys.argv[1]]
from simulator.__main__ import main
main()
loaded = sorted(name for name in sys.modules if name.split(".")[0] == "citylake")
print(json.dumps([opened, loaded]))
"""


def test_a_run_opens_no_file_of_the_lake_and_loads_no_module_of_it(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(tmp_path / "out")],
        cwd=PROJECT, env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    opened, loaded = json.loads(done.stdout.splitlines()[-1])
    here = [
        Path(name).resolve()
        for name in opened
        if name.startswith(str(PROJECT)) or not name.startswith(("/", "<"))
    ]
    inside = {
        path.relative_to(PROJECT).parts[0]
        for path in here
        if path.is_relative_to(PROJECT) and path != PROJECT
    }
    assert "simulator" in inside
    assert inside.isdisjoint(OF_THE_LAKE)
    assert set(loaded) <= {"citylake", *ALLOWED}


def test_its_files_stay_small_enough_to_read():
    for path in _modules():
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path.relative_to(PROJECT)
