"""`flower status`: what a run has come to, as a tree."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from runtime.cli.options import NO_VALUE, Db, Json, RunRef


def status(
    run: RunRef = None,
    every: Annotated[bool, typer.Option("--all", metavar=NO_VALUE, help="Every row, however many there are.")] = False,
    json: Json = False,
    db: Db = None,
) -> int:
    """Show a run: every task, its state, what it waits for, why it failed."""
    from runtime.cli import as_json
    from runtime.cli.display.frame import Size, frame
    from runtime.cli.display.paint import glyphs_of, paint, size_of
    from runtime.cli.display.styled import Span, line
    from runtime.cli.display.summary import NextStep, next_step
    from runtime.cli.display.trouble import threads_given_up, trouble_lines
    from runtime.cli.look import Look
    from runtime.cli.store import engine_is_alive, open_service, same_store

    with open_service(db) as service:
        found = service.reader.run(run)
        if json:
            print(as_json.dumps(as_json.run_json(found, service.reader.tasks(found.id))))
            return 0
        look = Look(service.reader, found.id)
        picture = look.picture()
        failure = look.failure(picture)
        idle = not found.status.ended and not engine_is_alive(service)
        given_up = 0 if found.status.ended or idle else service.reader.given_up()
        trouble = None if found.status.ended or idle else service.trouble()
    size = size_of(sys.stdout)
    glyphs = glyphs_of(sys.stdout)
    lines, _ = frame(picture, Size(size.width, None if every else size.height), glyphs, failure)
    if idle:
        lines += [(), line(Span("nobody works on it at the moment", "warn"))]
    if given_up:
        lines += [(), line(Span(threads_given_up(given_up), "warn"))]
    if trouble is not None:
        lines += [(), *trouble_lines(trouble)]
    last = next_step(picture, NextStep(same_store(db))) if found.status.ended or idle else []
    paint([*lines, *last], sys.stdout)
    return 0
