"""`flower backup`: a copy of the store, made while it is in use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from runtime.cli.options import NO_VALUE, Db, Json


def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to put it: a folder that is not there yet.")],
    force: Annotated[
        bool, typer.Option("--force", metavar=NO_VALUE, help="It may take the place of an older backup.")
    ] = False,
    no_logs: Annotated[
        bool, typer.Option("--no-logs", metavar=NO_VALUE, help="Leave out what tasks wrote, which may be most of it.")
    ] = False,
    json: Json = False,
    db: Db = None,
) -> int:
    """Copy the store as it is at this moment, with logs and files of runs. Services and runs go on meanwhile."""
    from runtime.cli.as_json import dumps
    from runtime.cli.display.clock import iso
    from runtime.cli.display.measure import size_words
    from runtime.cli.store import open_service

    with open_service(db) as service:
        made = service.backup(folder, force=force, logs=not no_logs)
    if json:
        told = {"folder": str(made.folder), "taken": iso(made.taken_at), "flows": made.flows, "runs": made.runs}
        print(dumps({**told, "bytes": made.size}))
        return 0
    print(f"{made.folder}: {made.flows} flows, {made.runs} runs, {size_words(made.size)}")
    print(f"to put it back: flower restore {folder}")
    return 0
