"""The figures of the source paper come out of rows: they stand in the docs and in the simulator's scenarios, and nowhere else."""

from __future__ import annotations

import re

import pytest

from tests.repository.tree import ROOT, files, shown, text

EVERYWHERE = (
    "citylake/*.py", "simulator/*.py", "spark_jobs/*", "dags/*.py", "feeds/*.yml", "dbt_project/*", "expectations/*.yml",
)  # fmt: skip
# A whole number, no part of another nor the end of a range such as an age band.
NUMBER = r"(?<![\d.,_-]){0}(?![\d.]| ?%)"
FIGURES = {
    r"141\.9": EVERYWHERE,
    r"92\.5": EVERYWHERE,
    r"0\.925": EVERYWHERE,
    "69": EVERYWHERE,
    # This number means much else; as seconds at a barrier it would stand where parking is made, where 20 hours may.
    r"20(\.0)?(?! \* 3600)": (
        "spark_jobs/transport/parking*",
        "dbt_project/models/transport/*parking*",
        "dbt_project/indicators/transport.yml",
        "expectations/transport/*",
        "simulator/world/parking.py",
        "simulator/departments/parking*.py",
        "simulator/truth/parking.py",
    ),
}


def places(pattern: str, texts: dict[str, str]) -> list[str]:
    number = re.compile(NUMBER.format(pattern))
    return [
        f"{name}: {line.strip()}"
        for name, whole in texts.items()
        for line in whole.splitlines()
        if number.search(line)
    ]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_of_the_paper_stands_in_no_program(figure):
    texts = {
        shown(path): text(path) for path in files(*FIGURES[figure]) if path.suffix in (".py", ".sql", ".yml")
    }
    assert texts
    assert places(figure, texts) == []


def test_a_figure_would_be_found_and_a_part_of_another_number_is_none():
    assert places("69", {"a": "count = 69\n60-69\n690\n1.69\n69.5"}) == ["a: count = 69"]
    assert places(r"92\.5", {"a": "share: 92.5\n192.5\n92.55"}) == ["a: share: 92.5"]


def test_the_scenario_says_the_figures():
    said = (ROOT / "simulator" / "scenarios" / "default.yml").read_text(encoding="utf-8")
    assert [
        figure for figure in (r"0\.925", "69", r"20\.0") if not places(figure, {"default.yml": said})
    ] == []
