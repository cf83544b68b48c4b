"""`flower completion`: the tab key completes verbs, options, files, flows and runs."""

from __future__ import annotations

from typing import Annotated

import typer

from flowc.cli.completion import Shell


def completion(shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]) -> int:
    """Print a script that lets your shell complete this command.

    bash   eval "$(flower completion bash)"   in ~/.bashrc

    zsh    eval "$(flower completion zsh)"    in ~/.zshrc, after compinit

    fish   flower completion fish | source    in ~/.config/fish/config.fish
    """
    from flowc.cli.completion import script, verbs_of
    from runtime.cli.app import VERBS, verb_function

    functions = {name: verb_function(name) for name in VERBS}
    print(script(shell, "flower", verbs_of(functions)), end="")
    return 0
