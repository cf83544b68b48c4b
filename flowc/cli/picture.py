"""Pictures of the flows of a compiled file in the form that was asked for, and where to they are written."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flowc.cli.compilation import Compilation
from flowc.cli.paint import colored
from runtime.model.definition import FlowDefinition
from runtime.model.errors import FlowerError, NotFound
from runtime.model.names import find_path, nearest

if TYPE_CHECKING:
    from flowc.export.graph import Graph

_STYLES: Final = {
    "name": "\x1b[1m",
    "rail": "\x1b[34m",
    "does": "\x1b[36m",
    "each": "\x1b[35m",
    "condition": "\x1b[33m",
    "faint": "\x1b[2m",
}
_PLAINER: Final = str.maketrans("│─╭╮╰╯├┤┬┴┼●○▣▢┆←…×", "|-++++|++++*o#%:<.x")
"""For terminals that cannot show lines."""


def picture(
    compilation: Compilation, flow: str | None, kind: str, direction: str, all_links: bool, *, to_file: bool
) -> str:
    """The picture of the flow, or of all flows where the form has room for several."""
    from flowc.export.graph import graph_of

    if kind in ("text", "json"):
        flows = compilation.flows if flow is None else [chosen(compilation, flow)]
        graphs = [graph_of(one) for one in flows]
        return _as_json(graphs) if kind == "json" else _as_text(graphs, all_links, to_file=to_file)
    return _drawn(graph_of(chosen(compilation, flow)), kind, direction, all_links)


def _as_json(graphs: Sequence[Graph]) -> str:
    from flowc.export.graph_json import graph_json

    return json.dumps([graph_json(one) for one in graphs], ensure_ascii=False, indent=2) + "\n"


def _as_text(graphs: Sequence[Graph], all_links: bool, *, to_file: bool) -> str:
    """In colours and cut to the width of the terminal, if it goes to one."""
    from flowc.export.text.outline import outline, plain

    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() and not to_file else None
    paint = _paint if colored(sys.stdout) and not to_file else plain
    return "\n\n".join(outline(one, paint, columns, all_links) for one in graphs) + "\n"


def _drawn(graph: Graph, kind: str, direction: str, all_links: bool) -> str:
    match kind:
        case "dot":
            from flowc.export.dot import dot

            return dot(graph, direction=direction, all_links=all_links)
        case "mermaid":
            from flowc.export.mermaid import mermaid

            return mermaid(graph, direction=direction, all_links=all_links)
        case _:
            from flowc.export.svg.svg import svg

            return svg(graph, direction=direction, all_links=all_links)


def chosen(compilation: Compilation, name: str | None) -> FlowDefinition:
    """The flow of this name, or the only one."""
    names = [flow.name for flow in compilation.flows]
    if name is None and len(names) == 1:
        return compilation.flows[0]
    if name is None:
        told = f"the file has {len(names)} flows: {', '.join(names)}" if names else "the file has no flow"
        raise FlowerError(told, f"name one: --flow {names[0]}" if names else "write one: flow hello { … }")
    for flow in compilation.flows:
        if flow.name == name:
            return flow
    raise NotFound(f"the file has no flow `{name}`", nearest(name, names) or f"it has: {', '.join(names)}")


def reasons(compilation: Compilation, flow: str | None, first: str, second: str, *, as_json: bool) -> str:
    """Why the second task waits for the first."""
    from flowc.export.reasons import answer_json, answer_text, why

    name = chosen(compilation, flow).name
    source, resolved = next(
        (source, one) for source, flows in compilation.resolved for one in flows if one.name == name
    )
    tasks = {task.path: task for task in resolved.tasks[1:]}
    ends = (tasks[find_path(one, list(tasks), f"flow `{name}`")] for one in (first, second))
    answer = why(resolved, *ends)
    return (json.dumps(answer_json(answer, source), indent=2) if as_json else answer_text(answer, source)) + "\n"


def write(text: str, output: Path | None) -> None:
    """To the file, or to stdout in what it can show."""
    if output is None:
        sys.stdout.write(text if _shows_lines(text) else text.translate(_PLAINER))
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise FlowerError(f"{output} cannot be written: {(problem.strerror or str(problem)).lower()}") from None
    print(f"{output}: written", file=sys.stderr)


def _shows_lines(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _paint(style: str, text: str) -> str:
    return f"{_STYLES[style]}{text}\x1b[0m" if text.strip() else text
