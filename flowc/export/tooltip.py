"""What a picture tells of a node when one points at it."""

from __future__ import annotations

from flowc.export.graph import Node


def tooltip(node: Node) -> str:
    """Path and action, documentation, mapping, condition, settings and line, one a line."""
    hook = f"on {node.hook}: " if node.hook else ""
    head = f"{node.dotted}: {hook}{node.does}" if node.does or hook else node.dotted
    parts = [head, node.doc, node.each, node.condition, *node.facts, f"line {node.line}"]
    return "\n".join(part for part in parts if part)
