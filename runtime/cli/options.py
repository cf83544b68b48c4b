"""Options that several verbs share."""

from __future__ import annotations

from typing import Annotated

import typer

Db = Annotated[
    str | None,
    typer.Option("--db", metavar="FILE", help="The store to use, instead of the project's .flower/flower.db."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines; messages go to stderr.")]
Plain = Annotated[bool, typer.Option("--plain", help="Plain lines instead of the live display.")]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", "-j", metavar="N", min=1, help="How many tasks run at once.", show_default="the CPUs"),
]
RunRef = Annotated[
    str | None, typer.Argument(metavar="[RUN]", help="A run such as etl-12, or 12.", show_default="the latest")
]
Key = Annotated[
    str | None,
    typer.Option("--key", metavar="TEXT", help="The same key is the same run: it is made once.", show_default=False),
]
