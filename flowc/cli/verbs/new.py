"""`flowc new`: a project folder that runs at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def new(
    folder: Annotated[Path, typer.Argument(metavar="NAME", help="The folder to make; its flow gets this name too.")],
) -> int:
    """Make a project: a folder with a flow that works, a component in Python, and a README.

    flowc new shop
    """
    from shlex import quote

    from flowc.cli.project import make_project

    name = make_project(folder)
    steps = [
        ("flower run", "run it"),
        ("flowc graph", "what happens in which order?"),
        ("flowc check", "after a change"),
    ]
    print(f"{folder}: a new project. It looks at a folder and writes a report.\n\nGo on with:\n")
    print(f"    cd {quote(str(folder))}")
    for command, about in steps:
        print(f"    {f'{command} {name}.flow':<{len(name) + 20}} # {about}")
    return 0
