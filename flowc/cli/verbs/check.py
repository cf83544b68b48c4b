"""`flowc check`: is there anything wrong?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flowc.cli.telling import Format


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files, or folders with .flow files.")],
    format: Annotated[Format, typer.Option("--format", help="How problems are written.")] = Format.full,
) -> int:
    """Check files and report every problem. Exit code 0, or 2 if there are errors."""
    from flowc.cli.compilation import compile_paths
    from flowc.cli.telling import tell_problems, tell_success

    compilation = compile_paths(files, hints=True)
    tell_problems(compilation, format)
    if compilation.good and format is not Format.json:
        tell_success(compilation)
    return 0 if compilation.good else 2
