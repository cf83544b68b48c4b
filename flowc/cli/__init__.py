"""The command `flowc`: reads arguments, calls the compiler, shows what came of it.

`main` is the entry point of the package; everything else is imported when it is needed.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line of this process and exits with its code."""
    from flowc.cli.entry import run

    sys.exit(run(sys.argv[1:]))
