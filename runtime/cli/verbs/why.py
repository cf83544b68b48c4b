"""`flower why`: why a run, or a task of it, has not begun, or not ended."""

from __future__ import annotations

import shlex
import sys
from typing import Annotated

import typer

from runtime.cli.options import NO_VALUE, Db, Json


def why(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN] [TASK]",
            help="A run, or a task of it by its path or the end of it; the latest run.",
            show_default=False,
        ),
    ] = None,
    whole: Annotated[
        bool, typer.Option("--all", metavar=NO_VALUE, help="Every row on the way, also where there are many.")
    ] = False,
    json: Json = False,
    db: Db = None,
) -> int:
    """Tell why a run or a task is in its state: what it waits for, and what that waits for, down to the cause."""
    from runtime.cli import as_json
    from runtime.cli import why as chain
    from runtime.cli.beyond import beyond_run, queued_lines
    from runtime.cli.display.paint import glyphs_of, paint
    from runtime.cli.display.styled import Line, Span, line
    from runtime.cli.look import Look
    from runtime.cli.selection import find_run, find_task, one_task
    from runtime.cli.store import engine_is_alive, open_service, same_store

    with open_service(db) as service:
        run, names = find_run(words or [], service.reader)
        picture = Look(service.reader, run.id).picture()
        name = one_task(names, "flower why RUN TASK") if names else None
        wanted = find_task(name, [node.view for node in picture.nodes]) if name is not None else picture.root.view
        found = chain.causes(picture, next(node for node in picture.nodes if node.view.id == wanted.id))
        ahead = service.reader.ahead(run.id) if run.status == "queued" else []
        idle = not run.status.ended and not engine_is_alive(service)
        beyond = beyond_run(service.reader, found, picture.now, idle=idle)
    if json:
        told = {"run": run.ref, "status": run.status.value, "held": run.held, "idle": idle}
        print(as_json.dumps({**told, "ahead": [other.ref for other in ahead], "causes": chain.as_json(found, beyond)}))
        return 0
    glyphs = glyphs_of(sys.stdout)
    lines: list[Line] = []
    if run.status == "queued":
        lines += queued_lines(run, picture.flow, ahead, glyphs)
    elif run.held:
        lines.append(line(Span(f"{run.ref} is suspended by a person: flower resume {run.ref}", "warn")))
    if run.status != "queued" or name is not None:
        shown, more = (found, 0) if whole else chain.folded(found)
        lines += chain.as_lines(shown, picture, glyphs, beyond)
        if more:
            command = " ".join(["flower why", run.ref, *map(shlex.quote, names), "--all", same_store(db)]).rstrip()
            lines.append(line(Span(f"  and {more} more rows: {command}", "dim")))
    if idle:
        command = f"flower run --resume {run.ref} {same_store(db)}".rstrip()
        lines.append(line(Span(f"nobody works on {run.ref} at the moment: {command}", "warn")))
    paint(lines, sys.stdout)
    return 0
