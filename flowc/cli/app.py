"""The verbs of `flowc`. To add one: a file in `verbs/`, a line in `VERBS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from flowc.cli.help_text import Command
from flowc.cli.verbs.catalog import catalog
from flowc.cli.verbs.check import check
from flowc.cli.verbs.completion import completion
from flowc.cli.verbs.deploy import deploy
from flowc.cli.verbs.diff import diff
from flowc.cli.verbs.docs import docs
from flowc.cli.verbs.editor import editor
from flowc.cli.verbs.explain import explain
from flowc.cli.verbs.fmt import fmt
from flowc.cli.verbs.graph import graph
from flowc.cli.verbs.history import history
from flowc.cli.verbs.new import new
from flowc.cli.verbs.plan import plan
from flowc.cli.verbs.rollback import rollback
from flowc.cli.verbs.rows import rows
from flowc.cli.verbs.test import check_tests

VERBS: dict[str, Callable[..., int]] = {
    "new": new,
    "check": check,
    "fmt": fmt,
    "test": check_tests,
    "plan": plan,
    "deploy": deploy,
    "diff": diff,
    "history": history,
    "rollback": rollback,
    "rows": rows,
    "graph": graph,
    "docs": docs,
    "catalog": catalog,
    "editor": editor,
    "explain": explain,
    "completion": completion,
}

_HELP = """Checks .flow files and deploys them, for `flower` to run.

Start here:  flowc check hello.flow
"""

app = typer.Typer(
    name="flowc",
    help=_HELP,
    epilog="flower runs what is deployed: flower --help",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["--help", "-h"]},
)

for _name, _verb in VERBS.items():
    app.command(_name, cls=Command)(_verb)


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", metavar=" ", help="Show the version and exit.", is_eager=True)
    ] = False,
) -> None:
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"flowc {version_of('flower-workflow')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit
