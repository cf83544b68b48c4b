"""The command `flower`: reads arguments, calls one function of the service, shows what came of it.

`main` is the entry point of the package; everything else is imported when it is needed, so that a verb pays only for
what it uses.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line of this process and exits with its code."""
    from runtime.cli.entry import run

    sys.exit(run(sys.argv[1:]))
