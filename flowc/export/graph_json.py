"""The graph for programs: nodes and edges as JSON values."""

from __future__ import annotations

from typing import Any

from flowc.export.graph import Graph, Link, Node


def graph_json(graph: Graph) -> dict[str, Any]:
    """`{"flow", "file", "line", "doc", "settings", "nodes": […], "edges": […]}`; nodes are named by their paths:
    `ingest/copy`."""
    return {
        "flow": graph.name,
        "file": graph.file,
        "line": graph.nodes[0].line,
        "doc": graph.doc,
        "settings": list(graph.facts),
        "nodes": [_node(graph, node) for node in graph.nodes[1:]],
        "edges": [_edge(graph, link) for link in graph.links],
    }


def _node(graph: Graph, node: Node) -> dict[str, Any]:
    parent = graph.nodes[node.parent or 0].path
    return {
        "path": node.path,
        "kind": node.kind,
        "group": parent or None,
        "does": node.does or None,
        "for": node.each or None,
        "condition": node.condition or None,
        "settings": list(node.facts),
        "hook": node.hook or None,
        "doc": node.doc,
        "line": node.line,
    }


def _edge(graph: Graph, link: Link) -> dict[str, Any]:
    return {
        "from": graph.nodes[link.source].path,
        "to": graph.nodes[link.target].path,
        "origin": link.origin,
        "line": link.line,
        "outcome": link.outcome,
        "implied": link.implied,
    }
