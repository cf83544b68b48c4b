"""`flower suspend`: start nothing more of a run, or of a task, until it is resumed."""

from __future__ import annotations

from typing import Annotated

import typer

from runtime.cli.options import Db, Json


def suspend(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN] [TASK]", help="A run, or one task or group of it; the latest run.", show_default=False
        ),
    ] = None,
    json: Json = False,
    db: Db = None,
) -> int:
    """Start nothing more of a run, or of a task or group, until it is resumed. What runs goes on."""
    from runtime.cli.pausing import change

    return change("suspend", words or [], json, db)
