"""`flowc completion`: the tab key completes verbs, options and files."""

from __future__ import annotations

from typing import Annotated

import typer

from flowc.cli.completion import Shell


def completion(shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]) -> int:
    """Print a script that lets your shell complete this command.

    bash   eval "$(flowc completion bash)"   in ~/.bashrc

    zsh    eval "$(flowc completion zsh)"    in ~/.zshrc, after compinit

    fish   flowc completion fish | source    in ~/.config/fish/config.fish
    """
    from flowc.cli.app import VERBS
    from flowc.cli.completion import script, verbs_of

    print(script(shell, "flowc", verbs_of(VERBS)), end="")
    return 0
