"""The verbs of `flower`. To add one: a file in `verbs/`, a line in `VERBS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from runtime.cli.options import NO_VALUE
from runtime.cli.verbs.cancel import cancel
from runtime.cli.verbs.flows import flows
from runtime.cli.verbs.ignore import ignore
from runtime.cli.verbs.logs import logs
from runtime.cli.verbs.register import register
from runtime.cli.verbs.rerun import rerun
from runtime.cli.verbs.run import run
from runtime.cli.verbs.runs import runs
from runtime.cli.verbs.status import status

_WORK = "Run"
_LOOK = "Look"
_MEND = "Mend"

VERBS: dict[str, tuple[Callable[..., int], str]] = {
    "run": (run, _WORK),
    "register": (register, _WORK),
    "status": (status, _LOOK),
    "logs": (logs, _LOOK),
    "runs": (runs, _LOOK),
    "flows": (flows, _LOOK),
    "rerun": (rerun, _MEND),
    "ignore": (ignore, _MEND),
    "cancel": (cancel, _MEND),
}

_HELP = """Runs flows, and remembers everything about them.

Start here:  flower run hello.flow

A run has a short name such as hello-1; RUN may be left out and means the latest.
The store is .flower/flower.db beside the nearest flow.toml, else in this folder.
"""

app = typer.Typer(
    name="flower",
    help=_HELP,
    epilog="flowc checks and deploys .flow files: flowc --help",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["--help", "-h"]},
)

_TAKES_PARAMETERS = ("run", "register")

for _name, (_verb, _panel) in VERBS.items():
    _own_help = _name in _TAKES_PARAMETERS
    app.command(
        _name,
        rich_help_panel=_panel,
        add_help_option=not _own_help,
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True} if _own_help else None,
    )(_verb)


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", metavar=NO_VALUE, help="Show the version and exit.", is_eager=True)
    ] = False,
) -> None:
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"flower {version_of('flower-workflow')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit
