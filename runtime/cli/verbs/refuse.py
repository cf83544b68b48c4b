"""`flower refuse`: say no to a task that asks."""

from __future__ import annotations

from typing import Annotated

import typer

from runtime.cli.options import Db, Json


def refuse(
    words: Annotated[list[str], typer.Argument(metavar="[RUN] TASK", help="The task that asks.")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; it is kept with the failure.")] = "",
    json: Json = False,
    db: Db = None,
) -> int:
    """Say no to a task that asks: it fails, and what waits for it stays where it is."""
    from runtime.cli import as_json
    from runtime.cli.decision import asking, tell
    from runtime.cli.store import open_service

    with open_service(db) as service:
        run, task, _ = asking(service, words, "flower refuse RUN TASK")
        path = service.refuse(run.id, task.path, why)
        if json:
            after = service.reader.run(str(run.id))
            print(as_json.dumps({"run": after.ref, "refused": path, "status": after.status.value}))
        else:
            tell(service, run, f"{run.ref}: {path} is refused", db)
    return 0
