"""The command line: `citylake <verb>` and `citylake <noun> <verb>`.

Importing it imports no engine; each command imports what it runs, when it runs.
"""

from __future__ import annotations

import sys


def main(words: list[str] | None = None) -> None:
    """Run one command and exit: 0 done, 1 data failed, 2 wrong use, 3 a server did not answer.

    An error meant for the reader is printed as it is; of any other the trace goes to a file.
    """
    from citylake.cli.app import app

    try:
        app(args=words, prog_name="citylake")
    except Exception as error:  # the last place that can still say it in plain words
        from citylake.cli.failures import report

        sys.exit(report(error))
