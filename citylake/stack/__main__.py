"""`python -m citylake.stack up|down|status`: the servers without the rest of the command line."""

from __future__ import annotations

import sys

from citylake import stack
from citylake.errors import CitylakeError


def main(words: list[str]) -> int:
    """Run one command; its exit code."""
    try:
        match words:
            case ["up"]:
                servers = stack.up()
            case ["down"]:
                stack.down()
                return 0
            case ["status"]:
                servers = stack.status()
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except CitylakeError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    for server in servers:
        print(server.model_dump_json())
    return 0 if all(server.healthy for server in servers) else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
