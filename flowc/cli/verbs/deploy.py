"""`flowc deploy`: check, and store what is good as new versions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def deploy(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files, or folders with .flow files.")],
    db: Annotated[str | None, typer.Option("--db", metavar="PATH", help="The store.", show_default=False)] = None,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Replace flows of the same name that were deployed from other files.")
    ] = False,
) -> int:
    """Check files and deploy their flows: all of them, or none if there is an error."""
    from flowc.cli.compilation import compile_paths
    from flowc.cli.deployment import deploy_all
    from flowc.cli.telling import tell_problems

    compilation = compile_paths(files)
    tell_problems(compilation)
    if not compilation.good:
        return 2
    for line in deploy_all(compilation, db, take_over):
        print(line)
    return 0
