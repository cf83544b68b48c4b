"""`flowc test`: do flows do what their tests expect?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def check_tests(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE…", help="Files, or folders with .flow files; this folder if left out.", show_default=False
        ),
    ] = None,
    only: Annotated[
        str | None, typer.Option("-k", metavar="TEXT", help="Only tests with this in their name.", show_default=False)
    ] = None,
    junit: Annotated[
        Path | None,
        typer.Option("--junit", metavar="FILE", help="Write a report for CI, as JUnit does.", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Results as JSON.")] = False,
) -> int:
    """Run the tests of flows. Nothing is executed: each test says how tasks end, and the rest is worked out.

    Exit code 0 if all pass, 1 if one fails, 2 if a file has errors or there is no test.
    """
    from flowc.cli.testing import run_tests

    return run_tests(files or [Path()], only, junit, json)
