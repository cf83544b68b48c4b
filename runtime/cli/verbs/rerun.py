"""`flower rerun`: begin anew what failed, or what is named, and work on the run."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from runtime.cli.options import NO_VALUE, Db, Jobs, Json, Plain


def rerun(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN] [TASK...]",
            help="A run, and tasks of it; what failed in the latest. Parameters that change are options: --name VALUE.",
            show_default=False,
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="TASK", help="This task and all that follows it.", show_default=False),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", metavar=NO_VALUE, help="Only show what would run again, and what is kept.")
    ] = False,
    jobs: Jobs = None,
    json: Json = False,
    plain: Plain = False,
    db: Db = None,
) -> int:
    """Run again what failed, and go on from there. What succeeded stays, unless it is named.

    With a parameter that has another value (--name VALUE, or --param NAME=VALUE), what needs it runs again too, and all
    that follows.
    """
    from runtime.cli.foreground import Manner, work_on
    from runtime.cli.repair import asked_for, begin_anew, tell_plan, what_happens
    from runtime.cli.store import open_service, same_store

    with open_service(db, jobs) as service:
        asked = asked_for(service, [*(words or []), *context.args], start)
        if dry_run:
            tell_plan(service, asked, json)
            return 0
        service.check_settings()
        reset = begin_anew(service, asked)
        run = service.reader.run(str(asked.run.id))
        print(f"{run.ref}: {what_happens(reset, run.status)}", file=sys.stderr)
        if run.held:
            print(f"{asked.run.ref} is suspended: flower resume {asked.run.ref}", file=sys.stderr)
        return work_on(service, asked.run.id, Manner(json, plain, same_store(db)))
