"""YAML as declarations are written: no aliases, no tags of Python, no key given twice."""

from __future__ import annotations

from typing import Any

Mistake = tuple[int, str, str]  # line from 1, what is wrong, what to do


def parsed(text: str) -> tuple[Any, list[Mistake]]:
    """The content of a YAML text, and mistakes that do not keep it from being read.

    Raises: yaml.YAMLError, ValueError or RecursionError where it is not to be read at all.
    """
    import yaml

    mistakes: list[Mistake] = []

    class Loader(yaml.SafeLoader):
        """Reads no alias: a text of a few lines could mean gigabytes, and declarations repeat nothing."""

        def compose_node(self, parent, index):
            if self.check_event(yaml.events.AliasEvent):
                event = self.peek_event()
                raise yaml.composer.ComposerError(
                    None,
                    None,
                    f"'*{event.anchor}' refers to another place; write the text itself",
                    event.start_mark,
                )
            return super().compose_node(parent, index)

    def mapping(loader, node):
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in seen:
                mistakes.append((line, f"the key '{name}' is given twice", "Keep one of them."))
            elif isinstance(key, yaml.ScalarNode) and not key.tag.endswith((":str", ":merge")):
                mistakes.append((line, f"the key '{name}' is not a text", f'Put it in quotes: "{name}".'))
            seen.add(name)
        return loader.construct_mapping(node, deep=True)

    Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    return yaml.load(text, Loader), mistakes
