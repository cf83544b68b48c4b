"""The graph as a Mermaid flowchart, which forges and editors draw where it stands in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flowc.export.graph import Graph, Link, Node

_ENTITIES: Final = {
    "#": "#35;",
    "&": "#amp;",
    '"': "#quot;",
    "<": "#lt;",
    ">": "#gt;",
    "`": "#96;",
    "\\": "#92;",
    "{": "#123;",
    "}": "#125;",
}
_ESCAPES: Final = str.maketrans(_ENTITIES)
_LONGEST: Final = 60


def mermaid(graph: Graph, *, direction: str = "down", all_links: bool = False) -> str:
    """A flowchart. `direction`: `down` or `right`. Mapped nodes have double sides, conditions pointed ones."""
    rank = "LR" if direction == "right" else "TB"
    lines = [f"flowchart {rank}"]
    lines += _members(graph, 0, 1)
    lines += [f"    {_edge(link)}" for link in graph.shown(all_links)]
    return "\n".join(lines) + "\n"


def _members(graph: Graph, scope: int, depth: int) -> Iterator[str]:
    indent = "    " * depth
    for number in graph.nodes[scope].members:
        node = graph.nodes[number]
        if not node.members:
            yield f"{indent}n{number}{_shape(node)}"
            continue
        yield f"{indent}subgraph n{number}[{_label(node, ' · ')}]"
        yield from _members(graph, number, depth + 1)
        yield f"{indent}end"


def _shape(node: Node) -> str:
    label = _label(node, "<br>")
    if node.each:
        return f"[[{label}]]"
    return f"{{{{{label}}}}}" if node.condition else f"({label})"


def _label(node: Node, between: str) -> str:
    parts = (node.name, node.does, node.each, node.condition)
    return '"' + between.join(_escaped(part) for part in parts if part) + '"'


def _escaped(text: str) -> str:
    """Text in which nothing is markup, without control characters; long ones are cut."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    shown = shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"
    return shown.translate(_ESCAPES)


def _edge(link: Link) -> str:
    arrow = "-.->" if link.outcome else "-->"
    return f"n{link.source} {arrow} n{link.target}"
