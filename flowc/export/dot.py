"""The graph in the DOT language of Graphviz. Groups are clusters; an edge to a group ends at its border."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flowc.export.graph import Graph, Link, Node
from flowc.export.tooltip import tooltip

_HEAD: Final = """\
    compound=true
    rankdir={direction}
    fontname="Helvetica"
    fontsize=11
    node [shape=box, style="rounded,filled", fillcolor="#eef2f7", color="#8a99ad", fontname="Helvetica", fontsize=11]
    edge [color="#5b6b80", arrowsize=0.7]"""
_STYLES: Final = {"data": "", "chain": "style=dashed", "after": "style=dashed", "sequence": "style=dashed"}


def dot(graph: Graph, *, direction: str = "down", all_links: bool = False) -> str:
    """A `digraph`. `direction`: `down` or `right`."""
    rank = "LR" if direction == "right" else "TB"
    lines = [f"digraph {_quoted(graph.name)} {{", _HEAD.format(direction=rank)]
    lines += _members(graph, 0, 1)
    lines += [f"    {_edge(graph, link)}" for link in graph.shown(all_links)]
    return "\n".join([*lines, "}"]) + "\n"


def _members(graph: Graph, scope: int, depth: int) -> Iterator[str]:
    indent = "    " * depth
    for number in graph.nodes[scope].members:
        node = graph.nodes[number]
        if not node.members:
            yield f"{indent}n{number} [label={_label(node)}, tooltip={_quoted(tooltip(node))}{_outline(node)}]"
            continue
        yield f"{indent}subgraph cluster_{number} {{"
        yield f'{indent}    label={_label(node)}; tooltip={_quoted(tooltip(node))}; style="rounded"; color="#8a99ad"'
        yield from _members(graph, number, depth + 1)
        yield f"{indent}}}"


def _label(node: Node) -> str:
    return _quoted("\n".join(part for part in (node.name, node.does, node.each, node.condition) if part))


def _outline(node: Node) -> str:
    if node.each:
        return ", peripheries=2"
    return ', style="rounded,filled,dashed"' if node.condition else ""


def _edge(graph: Graph, link: Link) -> str:
    """Edges end at nodes; one that is cut at the border of a cluster stands for one of the group."""
    first, last = _inner(graph, link.source, -1), _inner(graph, link.target, 0)
    styles = [_STYLES[link.origin]] if _STYLES[link.origin] else []
    if link.outcome:
        styles = ["style=dotted"]
    if first != link.source:
        styles.append(f"ltail=cluster_{link.source}")
    if last != link.target:
        styles.append(f"lhead=cluster_{link.target}")
    return f"n{first} -> n{last}" + (f" [{', '.join(styles)}]" if styles else "")


def _inner(graph: Graph, number: int, at: int) -> int:
    """The node itself, or the first or last task in a group."""
    while graph.nodes[number].members:
        number = graph.nodes[number].members[at]
    return number


def _quoted(text: str) -> str:
    """A quoted text in which nothing has a meaning: neither escapes nor entities. Control characters become spaces."""
    shown = "".join(char if char.isprintable() or char == "\n" else " " for char in text)
    escaped = shown.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
