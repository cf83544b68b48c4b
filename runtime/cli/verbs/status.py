"""`flower status`: what a run has come to, as a tree."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from runtime.cli.options import Db, Json, RunRef


def status(
    run: RunRef = None,
    every: Annotated[bool, typer.Option("--all", help="Every row, however many there are.")] = False,
    json: Json = False,
    db: Db = None,
) -> int:
    """Show a run: every task, its state, what it waits for, why it failed."""
    from runtime.cli import as_json
    from runtime.cli.display.frame import Size, frame
    from runtime.cli.display.paint import glyphs_of, paint, size_of
    from runtime.cli.display.summary import next_step
    from runtime.cli.look import Look
    from runtime.cli.store import open_service, same_store

    with open_service(db) as service:
        found = service.reader.run(run)
        if json:
            print(as_json.dumps(as_json.run_json(found, service.reader.tasks(found.id))))
            return 0
        look = Look(service.reader, found.id)
        picture = look.picture()
        failure = look.failure(picture)
    size = size_of(sys.stdout)
    glyphs = glyphs_of(sys.stdout)
    lines, _ = frame(picture, Size(size.width, None if every else size.height), glyphs, failure)
    last = next_step(picture, same_store(db)) if found.status.ended else []
    paint([*lines, *last], sys.stdout)
    return 0
