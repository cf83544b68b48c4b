"""`flower register`: make a run of a deployed flow, for a later `flower run --resume` to work on."""

from __future__ import annotations

from typing import Annotated

import typer

from runtime.cli.options import NO_VALUE, Db, Json, Key


def register(
    context: typer.Context,
    flow: Annotated[str | None, typer.Argument(metavar="FLOW", help="A deployed flow.", show_default=False)] = None,
    key: Key = None,
    json: Json = False,
    db: Db = None,
    help: Annotated[
        bool, typer.Option("--help", "-h", metavar=NO_VALUE, help="Show this, with the parameters of FLOW.")
    ] = False,
) -> int:
    """Make a run without working on it. Parameters of the flow are options: --name VALUE."""
    from runtime.cli import as_json
    from runtime.cli.parameter_help import show_help
    from runtime.cli.registration import flow_name, register_run
    from runtime.cli.store import open_service

    if help and flow is None:
        show_help(register, "flower register")
        return 0
    name = flow_name(flow, "flower register")
    with open_service(db) as service:
        definition = service.reader.flow(name)
    if help:
        show_help(register, "flower register", definition)
        return 0
    with open_service(db) as service:
        run = register_run(service, definition, ["flower", "register", name], context.args, key)
    print(as_json.dumps(as_json.run_json(run)) if json else run.ref)
    return 0
