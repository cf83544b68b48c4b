"""`flower run`: make a run and work on it to its end, with a display worth looking at."""

from __future__ import annotations

from typing import Annotated

import typer

from runtime.cli.options import NO_VALUE, Db, Jobs, Json, Key, Plain


def run(
    context: typer.Context,
    flow: Annotated[
        str | None,
        typer.Argument(
            metavar="FLOW|FILE.flow", help="A deployed flow, or a file to check and deploy first.", show_default=False
        ),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option("--resume", metavar="RUN", help="Go on with a run that was stopped.", show_default=False),
    ] = None,
    jobs: Jobs = None,
    plain: Plain = False,
    json: Json = False,
    key: Key = None,
    db: Db = None,
    help: Annotated[
        bool, typer.Option("--help", "-h", metavar=NO_VALUE, help="Show this, with the parameters of FLOW.")
    ] = False,
) -> int:
    """Run a flow and show it until it ends. Parameters of the flow are options: --name VALUE.

    Exit codes: 0 finished, 1 failed, 2 refused, 3 a person must decide, 130 stopped by Ctrl-C.
    """
    from runtime.cli.foreground import Manner, work_on
    from runtime.cli.parameter_help import show_help
    from runtime.cli.registration import deploy_flow, find_flow, flow_name, go_on, refuse_words, register_run
    from runtime.cli.store import open_service, same_store

    with open_service(db, jobs) as service:
        if help:
            show_help(run, "flower run", find_flow(service, flow_name(flow, "flower run")) if flow else None)
            return 0
        manner = Manner(json, plain, same_store(db))
        service.check_settings()
        if resume is not None:
            refuse_words(resume, flow, context.args)
            return work_on(service, go_on(service, resume), manner)
        name = flow_name(flow, "flower run")
        words = ["flower", "run", name]
        definition = deploy_flow(service, name)
        made = register_run(service, definition, words, context.args, key)
        return work_on(service, made.id, manner)
