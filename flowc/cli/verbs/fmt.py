"""`flowc fmt`: the one spelling of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def fmt(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Files, folders with .flow files, or - for standard input.")
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; list what would change. Exit code 1 if there is any.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")] = False,
) -> int:
    """Write files in the one spelling of the language. Comments stay, and so does what has mistakes.

    flowc fmt etl.flow          rewrite it

    flowc fmt --check flows     for CI: which files are spelled otherwise?

    flowc fmt - < etl.flow      from standard input to standard output, for editors
    """
    from flowc.cli.formatting import format_files, format_stream

    if Path("-") in files:
        return format_stream(files, check=check, diff=diff)
    return format_files(files, check=check, diff=diff)
