"""`flowc docs`: a page about the flows of a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class PageFormat(StrEnum):
    """What a page is written in."""

    markdown = "markdown"
    html = "html"


def docs(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .flow file.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the page here.", show_default=False),
    ] = None,
    format: Annotated[
        PageFormat | None,
        typer.Option("--format", help="Markdown, unless the name of the file ends in .html.", show_default=False),
    ] = None,
) -> int:
    """Write a page about a file: its flows, their parameters, tasks and order, from the code and its ## comments.

    flowc docs etl.flow -o etl.html    one file, picture included

    flowc docs etl.flow -o etl.md      with a Mermaid picture, for a repository
    """
    from flowc.cli.compilation import compile_paths
    from flowc.cli.telling import tell_problems

    compilation = compile_paths([file])
    tell_problems(compilation)
    if not compilation.good:
        return 2
    from flowc.cli.picture import write
    from flowc.export.page.content import flow_part

    parts = [flow_part(flow) for flow in compilation.flows]
    if (format or _format_of(output)) is PageFormat.html:
        from flowc.export.page.html import html

        write(html(file.name, parts), output)
    else:
        from flowc.export.page.markdown import markdown

        write(markdown(file.name, parts), output)
    return 0


def _format_of(output: Path | None) -> PageFormat:
    ends_as_html = output is not None and output.suffix.lower() in (".html", ".htm")
    return PageFormat.html if ends_as_html else PageFormat.markdown
