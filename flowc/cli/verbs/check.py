"""`flowc check`: is there anything wrong?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flowc.cli.telling import FOR_MACHINES, Format


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files, or folders with .flow files.")],
    format: Annotated[Format, typer.Option("--format", help="How problems are written.")] = Format.full,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can have been meant in one way only.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would change, and write nothing.")] = False,
) -> int:
    """Check files and report every problem. Exit code 0, or 2 if there are errors."""
    from flowc.cli.compilation import compile_paths
    from flowc.cli.telling import tell_problems, tell_success

    compilation = compile_paths(files, hints=True)
    if fix or diff:
        from flowc.cli.mending import mend, show_difference, tell_mended, write_all

        mended = mend(files, compilation)
        if diff:
            show_difference(mended)
            tell_mended(mended, written=False)
            return 0 if mended.compilation.good else 2
        write_all(mended)
        tell_mended(mended, written=True)
        compilation = mended.compilation
    tell_problems(compilation, format)
    if compilation.good and format not in FOR_MACHINES:
        tell_success(compilation)
    return 0 if compilation.good else 2
