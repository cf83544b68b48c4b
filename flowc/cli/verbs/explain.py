"""`flowc explain`: what a code means, with an example of the mistake and of its repair."""

from __future__ import annotations

from typing import Annotated

import typer


def explain(code: Annotated[str, typer.Argument(metavar="CODE", help="A code such as F0101.")]) -> int:
    """Explain a code that a problem was reported with."""
    from flowc.cli.pages import page_of

    print(page_of(code))
    return 0
