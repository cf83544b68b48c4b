"""`flower logs`: what tasks printed."""

from __future__ import annotations

from typing import Annotated

import typer

from runtime.cli.options import NO_VALUE, Db, Json


def logs(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="RUN [TASK]", help="A run, and a task or group of it; all of the latest.", show_default=False
        ),
    ] = None,
    attempt: Annotated[
        int | None, typer.Option("--attempt", metavar="N", help="That attempt instead of the last.", show_default=False)
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", metavar=NO_VALUE, help="Go on until the tasks have ended.")
    ] = False,
    json: Json = False,
    db: Db = None,
) -> int:
    """Print what tasks wrote, of each its last attempt."""
    from runtime.cli.log_reading import LogRequest, follow_logs, print_logs, print_logs_as_json
    from runtime.cli.selection import find_run
    from runtime.cli.store import open_service

    with open_service(db) as service:
        run, names = find_run(words or [], service.reader)
        request = LogRequest.of(service.reader, run, names, attempt)
        if json:
            print_logs_as_json(request)
        elif follow:
            follow_logs(request)
        else:
            print_logs(request)
    return 0
