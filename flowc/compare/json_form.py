"""What differs, as JSON for `--json`. These shapes are an interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowc.compare.changes import EdgeChange, FactChange, FlowChange, NodeChange, ParameterChange


def change_to_json(change: FlowChange) -> dict[str, Any]:
    """`change` is `added`, `changed` or `unchanged`; lists are empty where nothing differs."""
    return {
        "flow": change.name,
        "change": change.sort,
        "tasks_in_all": change.tasks,
        "settings": _facts(change.facts),
        "parameters": [_parameter(each) for each in change.parameters],
        "tasks": [_node(each) for each in change.nodes],
        "edges": [_edge(each) for each in change.edges],
        "reordered": change.reordered,
        "only_moved": change.only_moved,
    }


def _facts(facts: Sequence[FactChange]) -> list[dict[str, Any]]:
    return [{"name": each.name, "before": each.before, "after": each.after} for each in facts]


def _parameter(change: ParameterChange) -> dict[str, Any]:
    return {"change": change.sort, "name": change.name, "declared": change.text, "facts": _facts(change.facts)}


def _node(change: NodeChange) -> dict[str, Any]:
    return {
        "change": change.sort,
        "path": change.path,
        "was": change.was,
        "kind": change.kind,
        "does": change.does,
        "line": change.line,
        "facts": _facts(change.facts),
    }


def _edge(change: EdgeChange) -> dict[str, Any]:
    return {
        "change": change.sort,
        "predecessor": change.predecessor,
        "successor": change.successor,
        "origin": change.origin,
        "line": change.line,
        "outcome": change.outcome,
    }
