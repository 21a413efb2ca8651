"""What the how-to shows is valid: every line of YAML in it, and every command."""

from __future__ import annotations

import re

import yaml

from citylake.cli.app import COMMANDS
from citylake.column import Column
from citylake.feed import Rule
from citylake.format import Format, Unpivot
from tests.repository.tree import ROOT, text

HOW_TO = text(ROOT / "docs" / "how_to" / "add_a_feed.md")


def test_every_line_of_yaml_is_valid():
    seen = set()
    for block in re.findall(r"```yaml\n(.*?)```", HOW_TO, re.DOTALL):
        for line in re.sub(r"^format:", "- format:", block, flags=re.MULTILINE).splitlines():
            content = yaml.safe_load(line)
            match content:
                case {"unpivot": wide}:
                    Unpivot.model_validate(wide)
                case [{"format": form}] if len(content[0]) == 1:
                    seen.add(Format.model_validate(form).kind)
                case [{"because": _}]:
                    Rule.model_validate(content[0])
                case [{"name": _}]:
                    Column.model_validate(content[0])
    assert seen == {"csv", "excel", "jsonl", "json", "xml", "geojson", "fixed_width", "parquet"}


def test_every_command_exists():
    known = {entry.words for entry in COMMANDS}
    used = re.findall(r"(?:^\$ |`)citylake ([a-z]+(?: [a-z]+)?)", HOW_TO, re.MULTILINE)
    assert len(used) > 10
    assert [words for words in used if words not in known and words.split()[0] not in known] == []
