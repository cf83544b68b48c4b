"""`flower answer`: complete a task that asks, with the fields of its form as options."""

from __future__ import annotations

from typing import Annotated

import typer

from runtime.cli.options import Db, Json


def answer(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(metavar="[RUN] TASK", help="The task that asks. Its fields are options: --field VALUE."),
    ],
    json: Json = False,
    db: Db = None,
) -> int:
    """Answer a task that asks. The fields of its form are options: --name VALUE."""
    from runtime.cli import as_json
    from runtime.cli.decision import asking, fields_of, tell
    from runtime.cli.store import open_service

    with open_service(db) as service:
        run, task, given = asking(service, [*words, *context.args], "flower answer RUN TASK")
        fields = fields_of(service, run, task, given)
        path = service.answer(run.id, task.path, fields)
        if json:
            after = service.reader.run(str(run.id))
            print(as_json.dumps({"run": after.ref, "answered": path, "fields": fields, "status": after.status.value}))
        else:
            tell(service, run, f"{run.ref}: {path} is answered", db)
    return 0
