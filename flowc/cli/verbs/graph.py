"""`flowc graph`: a picture of a flow, or why one task waits for another."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class PictureFormat(StrEnum):
    """What a picture is written in."""

    text = "text"
    svg = "svg"
    dot = "dot"
    mermaid = "mermaid"
    json = "json"


class Direction(StrEnum):
    """Where a picture grows to."""

    auto = "auto"
    down = "down"
    right = "right"


def graph(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .flow file.")],
    flow: Annotated[
        str | None, typer.Option("--flow", metavar="NAME", help="The flow, if the file has several.")
    ] = None,
    format: Annotated[
        PictureFormat | None,
        typer.Option("--format", help="Text, unless -o names a file that tells.", show_default=False),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it here.")] = None,
    why: Annotated[
        tuple[str, str] | None,
        typer.Option("--why", metavar="A B", help="Tell why task B waits for task A, and draw nothing."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    all_links: Annotated[bool, typer.Option("--all", help="Draw also the orders that others imply.")] = False,
    direction: Annotated[Direction, typer.Option("--direction", help="Of svg, dot and mermaid.")] = Direction.auto,
) -> int:
    """Draw what a flow does in which order: in the terminal, as SVG, for Graphviz or Mermaid, or as JSON.

    flowc graph etl.flow                        in the terminal

    flowc graph etl.flow -o etl.svg             a picture for a browser

    flowc graph etl.flow --why discover copy    why copy waits for discover
    """
    from flowc.cli.compilation import compile_paths
    from flowc.cli.telling import tell_problems

    compilation = compile_paths([file])
    tell_problems(compilation)
    if not compilation.good:
        return 2
    from flowc.cli.picture import picture, reasons, write

    kind = PictureFormat.json if json else format or _kind_of(output)
    if why is not None:
        write(reasons(compilation, flow, *why, as_json=kind is PictureFormat.json), output)
    else:
        write(picture(compilation, flow, kind.value, direction.value, all_links, to_file=output is not None), output)
    return 0


def _kind_of(output: Path | None) -> PictureFormat:
    suffixes = {".svg": "svg", ".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".mermaid": "mermaid", ".json": "json"}
    return PictureFormat(suffixes.get(output.suffix.lower(), "text") if output is not None else "text")
