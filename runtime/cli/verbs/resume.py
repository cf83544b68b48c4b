"""`flower resume`: let a run, or a task, go on that was suspended."""

from __future__ import annotations

from typing import Annotated

import typer

from runtime.cli.options import Db, Json


def resume(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN] [TASK]", help="A run, or one task or group of it; the latest run.", show_default=False
        ),
    ] = None,
    json: Json = False,
    db: Db = None,
) -> int:
    """Let go on what `flower suspend` has suspended: the run with its tasks, or one task."""
    from runtime.cli.pausing import change

    return change("resume", words or [], json, db)
