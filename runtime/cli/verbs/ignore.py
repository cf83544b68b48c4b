"""`flower ignore`: let a task count as done without its work."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from runtime.cli.options import Db, Json


def ignore(
    words: Annotated[
        list[str], typer.Argument(metavar="[RUN] TASK", help="A task of the run, by its path or the end of it.")
    ],
    json: Json = False,
    db: Db = None,
) -> int:
    """Count a task as done, so that what waits for it can go on; a group with all that is in it."""
    from runtime.cli import as_json
    from runtime.cli.display.paint import paint
    from runtime.cli.display.summary import NextStep, next_step_of
    from runtime.cli.selection import find_run, one_task
    from runtime.cli.store import engine_is_alive, open_service, same_store

    with open_service(db) as service:
        found, names = find_run(words, service.reader)
        name = one_task(names, "flower ignore RUN TASK")
        ignored = service.ignore(found.id, name)
        after = service.reader.run(str(found.id))
        alive = engine_is_alive(service)
    if json:
        print(as_json.dumps({"run": after.ref, "ignored": ignored, "status": after.status.value}))
        return 0
    print(f"{after.ref}: {', '.join(ignored) or name} counts as done")
    paint(next_step_of(after, None, NextStep(same_store(db), alive)), sys.stdout)
    return 0
