"""`flowc editor`: colours for `.flow` files, put into an editor or into a folder."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flowc.cli.editor_choice import Editor


class Action(StrEnum):
    """Into the editor, or into a folder."""

    install = "install"
    package = "package"


def editor(
    action: Annotated[
        Action,
        typer.Argument(
            metavar="ACTION", help="Put the files where the editor looks, or into a folder: install or package."
        ),
    ],
    name: Annotated[Editor, typer.Argument(metavar="EDITOR", help="vscode, vim, neovim or textmate.")],
    folder: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DIR", help="The folder of package; here if left out.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
) -> int:
    """Colour .flow files in an editor: flowc editor install vim."""
    import os

    from flowc.cli.editors import Step, do, files_of, steps_of
    from runtime.model.errors import FlowerError

    if action is Action.install and folder:
        raise FlowerError("install knows where to put the files", "leave out -o, or write `package` for `install`")
    if action is Action.install:
        steps = steps_of(name, os.environ)
    else:
        steps = [Step(content, file=(folder or Path()) / file) for file, content in files_of(name).items()]
    for step in steps:
        if not dry_run:
            do(step)
        print(step.told(done=not dry_run))
    if action is Action.install and not dry_run:
        print(f"{name.value} colours .flow files from its next start on")
    return 0
