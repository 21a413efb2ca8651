"""`python -m citylake.stack up|down|status`: the servers without the rest of the command line."""

from __future__ import annotations

import sys

from citylake import stack
from citylake.errors import CitylakeError


def main(words: list[str]) -> int:
    """Run one command; its exit code."""
    verbs = {"up": stack.up, "down": stack.down, "status": stack.status}
    if len(words) != 1 or words[0] not in verbs:
        print("usage: python -m citylake.stack up|down|status", file=sys.stderr)
        return 2
    try:
        result = verbs[words[0]]()
    except CitylakeError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    if words[0] == "down":
        return 0
    for server in result:
        print(server.model_dump_json())
    return 0 if words[0] == "up" or all(server.healthy for server in result) else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
