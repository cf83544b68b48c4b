"""`flower why`: why a task has not run, or not ended."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from runtime.cli.options import Db, Json


def why(
    words: Annotated[
        list[str], typer.Argument(metavar="[RUN] TASK", help="A task of the run, by its path or the end of it.")
    ],
    json: Json = False,
    db: Db = None,
) -> int:
    """Tell why a task is in its state: what it waits for, and what that waits for, down to the cause."""
    from runtime.cli import as_json
    from runtime.cli import why as chain
    from runtime.cli.display.paint import glyphs_of, paint
    from runtime.cli.display.styled import Span, line
    from runtime.cli.look import Look
    from runtime.cli.selection import find_task, one_task, split_run
    from runtime.cli.store import engine_is_alive, open_service

    ref, names = split_run(words)
    name = one_task(names, "flower why RUN TASK")
    with open_service(db) as service:
        run = service.reader.run(ref)
        picture = Look(service.reader, run.id).picture()
        wanted = find_task(name, [node.view for node in picture.nodes])
        found = chain.causes(picture, next(node for node in picture.nodes if node.view.id == wanted.id))
        idle = not run.status.ended and not engine_is_alive(service)
    if json:
        print(as_json.dumps({"run": run.ref, "idle": idle, "causes": chain.as_json(found)}))
        return 0
    lines = chain.as_lines(found, picture, glyphs_of(sys.stdout))
    if idle:
        lines.append(line(Span(f"nobody works on {run.ref} at the moment: flower run --resume {run.ref}", "warn")))
    paint(lines, sys.stdout)
    return 0
