"""`flower events`: what happened, beside the tasks themselves, and who asked for it."""

from __future__ import annotations

from typing import Annotated

import typer

from runtime.cli.options import Db, Json, RunRef


def events(
    run: RunRef = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="How many to show.")] = 100,
    json: Json = False,
    db: Db = None,
) -> int:
    """List what happened to a run: registered, rerun, updated by hand, failed, recovered, ended."""
    from runtime.cli import as_json
    from runtime.cli.serving import event_json, event_line
    from runtime.cli.store import open_service

    with open_service(db) as service:
        found = service.reader.events(service.reader.run(run).id)[-limit:]
    if json:
        print(as_json.dumps([event_json(event) for event in found]))
    else:
        for event in found:
            print(event_line(event))
    return 0
