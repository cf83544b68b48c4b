"""`flowc explain`: what a code means, with an example of the mistake and of its repair."""

from __future__ import annotations

from typing import Annotated

import typer


def explain(
    code: Annotated[
        str | None,
        typer.Argument(metavar="CODE", help="A code such as F0101; all codes if left out.", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> int:
    """Explain a code that a problem was reported with, or list all codes."""
    from flowc.cli.pages import page_of
    from flowc.diagnostics.codes import all_codes

    codes = all_codes() if code is None else {}
    if json:
        from json import dumps

        listed = [{"code": number, "title": known.title} for number, known in sorted(codes.items())]
        print(dumps(listed if code is None else {"code": code, "page": page_of(code)}, ensure_ascii=False, indent=2))
    elif code is not None:
        print(page_of(code))
    else:
        for number, known in sorted(codes.items()):
            print(f"{number}  {known.title}")
    return 0
