"""The verbs of `flower`. To add one: a file in `verbs/`, a line in `VERBS`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Annotated, Final

import typer

from runtime.cli.help_text import Command
from runtime.cli.options import NO_VALUE

VERBS: Final = {
    "run": "Run",
    "register": "Run",
    "serve": "Run",
    "worker": "Run",
    "trigger": "Run",
    "pause": "Run",
    "unpause": "Run",
    "status": "Look",
    "why": "Look",
    "logs": "Look",
    "top": "Look",
    "runs": "Look",
    "flows": "Look",
    "schedules": "Look",
    "triggers": "Look",
    "events": "Look",
    "rerun": "Mend",
    "suspend": "Mend",
    "resume": "Mend",
    "ignore": "Mend",
    "answer": "Mend",
    "refuse": "Mend",
    "cancel": "Mend",
    "wake": "Keep house",
    "doctor": "Keep house",
    "backup": "Keep house",
    "restore": "Keep house",
    "prune": "Keep house",
    "completion": "Keep house",
}
"""Each verb, a function of that name in `verbs/NAME.py`, and its panel in the help."""

_TAKES_PARAMETERS: Final = ("run", "register")
_TAKES_FIELDS: Final = ("answer", "rerun")

_HELP: Final = """Runs flows, and remembers everything about them.

Start here:  flower run hello.flow

A run has a short name such as hello-1; RUN may be left out and means the latest.
The store is .flower/flower.db beside the nearest flow.toml, else in this folder.
"""


def make_app(words: Iterable[str]) -> typer.Typer:
    """The command line with the verb that the words begin with, or with all of them: each costs milliseconds."""
    app = typer.Typer(
        name="flower",
        help=_HELP,
        epilog="flowc checks and deploys .flow files: flowc --help",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback(invoke_without_command=True)(_flower)
    first = next(iter(words), "")
    for name in [first] if first in VERBS else VERBS:
        _add(app, name)
    return app


def verb_function(name: str) -> Callable[..., int]:
    """The function that does a verb."""
    function: Callable[..., int] = getattr(import_module(f"runtime.cli.verbs.{name}"), name)
    return function


def _add(app: typer.Typer, name: str) -> None:
    verb = verb_function(name)
    own_help = name in _TAKES_PARAMETERS
    app.command(
        name,
        cls=Command,
        rich_help_panel=VERBS[name],
        add_help_option=not own_help,
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
        if own_help or name in _TAKES_FIELDS
        else None,
    )(verb)


def _flower(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", metavar=NO_VALUE, help="Show the version and exit.", is_eager=True)
    ] = False,
) -> None:
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"flower {version_of('flower-workflow')}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())
