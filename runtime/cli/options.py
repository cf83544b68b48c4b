"""Options that several verbs share."""

from __future__ import annotations

from typing import Annotated

import typer

NO_VALUE = " "
"""The metavar of a flag."""

Db = Annotated[
    str | None,
    typer.Option("--db", metavar="FILE", help="The store to use, instead of the project's .flower/flower.db."),
]
Json = Annotated[bool, typer.Option("--json", metavar=NO_VALUE, help="Print JSON for machines; messages go to stderr.")]
Plain = Annotated[bool, typer.Option("--plain", metavar=NO_VALUE, help="Plain lines instead of the live display.")]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", metavar="N", min=1, help="How many tasks run at once, instead of one a CPU.", show_default=False
    ),
]
RunRef = Annotated[
    str | None,
    typer.Argument(metavar="RUN", help="A run such as etl-12, or 12; without it the latest.", show_default=False),
]
Key = Annotated[
    str | None,
    typer.Option("--key", metavar="TEXT", help="The same key is the same run: it is made once.", show_default=False),
]
