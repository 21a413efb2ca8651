"""Reference pages of the indicators, written from their declarations.

`python -m citylake.catalog.indicators` writes `docs/reference/indicators/`; with `--check` it writes nothing
and exits 1 where a page is not what the declarations say.
"""

from __future__ import annotations

import sys
from pathlib import Path

from citylake import settings
from citylake.indicator import Indicator, IndicatorFile, NoRule, Observation, load_indicators

_NOTE = (
    "<!-- Written by `python -m citylake.catalog.indicators` from dbt_project/indicators; do not edit. -->"
)


def folder() -> Path:
    """Where the pages are."""
    return settings.PROJECT / "docs" / "reference" / "indicators"


def pages() -> dict[str, str]:
    """The text of every page by file name: one a domain, and a list of all."""
    files = load_indicators()
    found = {f"{domain}.md": _domain_page(file) for domain, file in files.items()}
    return found | {"README.md": _list_page(files)}


def _list_page(files: dict[str, IndicatorFile]) -> str:
    rows = [
        f"| [`{code}`]({domain}.md#{code}) | {item.name.en} · {item.name.zh} | {item.unit} |"
        f" {item.standard or ''} |"
        for domain, file in files.items()
        for code, item in file.indicators.items()
    ]
    return "\n".join([
        _NOTE, "", "# Indicators", "",
        "Values are in `marts.fct_indicator_value`, every value ever published in `marts.indicator_history`,"
        " later changes with their causes in `marts.restatement`. A code of an international standard"
        " applies to the yearly whole-city value with completeness of at least 75 % only:"
        " `marts.standard_indicator`.", "",
        "The columns are `code`, `system`, `period_type`, `period`, `area_type`, `area`, `vintage`,"
        ' `group_type`, `"group"` (a reserved word of SQL: write it in double quotes), `value`, `numerator`,'
        " `denominator`, `unit`, `completeness`, `value_status` and `publication_id`.", "",
        "| code | name | unit | standard |", "|---|---|---|---|", *rows, "",
    ])  # fmt: skip


def _domain_page(file: IndicatorFile) -> str:
    sections = [
        line for item in file.indicators.values() for line in _section(item, file.observations[item.source])
    ]
    return "\n".join([_NOTE, "", f"# Indicators of {file.domain}", "", *sections])


def example(item: Indicator, seen: Observation) -> str:
    """A query that shows the indicator by its shortest period, for the city as a whole and in the groups it is split by."""
    groups = ", ".join(f"'{name}'" for name in (*([] if item.only_groups else ["all"]), *seen.groups))
    return (
        'select period, "group", value, numerator, denominator, completeness, value_status\n'
        "from marts.fct_indicator_value\n"
        f"where code = '{item.code}' and period_type = '{item.periods[0]}' and area_type = 'city'\n"
        f'    and group_type in ({groups})\norder by period, "group";'
    )


def _section(item: Indicator, seen: Observation) -> list[str]:
    below = item.denominator
    facts = {
        "question": f"{item.question.en} {item.question.zh}",
        "formula": f"{item.formula.en} · {item.formula.zh}",
        "caveat": f"{item.caveat.en} {item.caveat.zh}",
        "numerator": f"{item.numerator.words.en} · {item.numerator.words.zh} (`{item.numerator.sql}`)",
        "denominator": f"{below.words.en} · {below.words.zh} (`{below.sql}`)",
        "accuracy": "[what bad data cost it](../benchmarks.md#what-bad-data-cost) in a simulated city",
        "unit": item.unit + (f" (quotient × {item.scale:g})" if item.scale != 1 else ""),
        "completeness": f"100 × `{item.complete or item.denominator.sql}` ÷ `{item.expected}`",
        "direction": item.direction,
        "grain": f"{item.grain.en} · {item.grain.zh}",
        "standard": f"`{item.standard}` (yearly, whole city, completeness ≥ 75 %)"
        if item.standard
        else "none",
        "disclosure": _disclosure(item),
        "computed from": f"`{item.source}`; feeds {', '.join(f'`{name}`' for name in item.sources)}",
        "owner": item.owner,
        "golden value": f"`test_{item.golden}`",
    }
    rows = [f"| {name} | {text.replace('|', '&#124;')} |" for name, text in facts.items()]
    head = [f"## {item.code}", "", f"{item.name.en} · {item.name.zh}", "", "| | |", "|---|---|"]
    return [*head, *rows, "", "```sql", example(item, seen), "```", ""]


def _disclosure(item: Indicator) -> str:
    rule = item.disclosure
    if isinstance(rule, NoRule):
        return f"nothing is hidden, because {rule.because}"
    return f"counts from 1 to {rule.least - 1} are hidden" + (
        f", because {rule.because}" if rule.because else ""
    )


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them; returns the exit code."""
    wanted, place = pages(), folder()
    there = {path.name: path.read_text(encoding="utf-8") for path in place.glob("*.md")}
    wrong = sorted(name for name in set(wanted) | set(there) if wanted.get(name) != there.get(name))
    if "--check" in arguments:
        for name in wrong:
            print(f"docs/reference/indicators/{name} is not what dbt_project/indicators says: run make docs.")
        return 1 if wrong else 0
    place.mkdir(parents=True, exist_ok=True)
    for name in wrong:
        if name in wanted:
            (place / name).write_text(wanted[name], encoding="utf-8")
        else:
            (place / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
