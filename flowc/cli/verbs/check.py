"""`flowc check`: is there anything wrong?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flowc.cli.telling import Format


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files, or folders with .flow files.")],
    format: Annotated[Format, typer.Option("--format", help="How problems are written.")] = Format.full,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can have been meant in one way only.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would change, and write nothing.")] = False,
) -> int:
    """Check files and report every problem. Exit code 0, or 2 if there are errors."""
    from flowc.cli.checking import check_files

    return check_files(files, format, fix=fix, diff=diff)
