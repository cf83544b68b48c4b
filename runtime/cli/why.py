"""Why a task is where it is: its own reason, and the chain of what it waits for, down to what could move it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from runtime.cli.display.explanation import explain
from runtime.cli.display.glyphs import Glyphs
from runtime.cli.display.styled import Line, Span, line
from runtime.cli.display.tree import Node, Picture
from runtime.model.state import ExecStatus

_DEEPEST: Final = 50
_WIDEST: Final = 8
_FEW: Final = 12
"""So many rows are told as the chain that they are."""
_LEAVES: Final = 20
_URGENCY: Final = (ExecStatus.FAILED, ExecStatus.SUSPENDED, ExecStatus.RUNNING)
"""What comes first of what nothing else is in the way of."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A row and how far below the question it stands. `again`: what is behind it has been told already."""

    node: Node
    depth: int
    again: bool = False


def causes(picture: Picture, node: Node) -> list[Cause]:
    """The task itself, then what it waits for, each followed by what that waits for."""
    told: set[int] = set()
    return list(_causes(picture, node, 0, told))


def _causes(picture: Picture, node: Node, depth: int, told: set[int]) -> Iterator[Cause]:
    again = node.view.id in told
    yield Cause(node, depth, again)
    told.add(node.view.id)
    if again or depth >= _DEEPEST:
        return
    for behind in _widest(_behind(picture, node)):
        yield from _causes(picture, behind, depth + 1, told)


def _widest(nodes: list[Node]) -> list[Node]:
    """As many as are followed: of too many those in which something has failed before the others."""
    if len(nodes) <= _WIDEST:
        return nodes
    return sorted(nodes, key=lambda node: not node.counts[ExecStatus.FAILED])[:_WIDEST]


def folded(found: list[Cause]) -> tuple[list[Cause], int]:
    """The question and what is at the bottom of it, failures first, and how many other rows there are. All, if few."""
    if len(found) <= _FEW:
        return found, 0
    follows = [cause.depth for cause in found[1:]] + [0]
    leaves = [
        replace(cause, depth=1)
        for cause, next_depth in zip(found, follows, strict=True)
        if cause.depth and next_depth <= cause.depth and not cause.again
    ]
    leaves.sort(key=lambda cause: _urgency(cause.node.view.status))
    shown = [found[0], *leaves[:_LEAVES]]
    return shown, len({cause.node.view.id for cause in found} - {cause.node.view.id for cause in shown})


def _urgency(status: ExecStatus) -> int:
    return _URGENCY.index(status) if status in _URGENCY else len(_URGENCY)


def _behind(picture: Picture, node: Node) -> list[Node]:
    """What keeps a row from ending: for a waiting one what it waits for, for a group its members that are left."""
    if node.view.status is ExecStatus.WAITING:
        ahead = [other for other in picture.predecessors(node) if not other.view.status.satisfies]
        shut = node.parent is not None and node.parent.view.status is ExecStatus.WAITING
        return ahead or ([node.parent] if shut and node.parent is not None else _in_its_place(node))
    if node.is_task or node.view.status.satisfies:
        return []
    return [member for member in node.members if not member.view.status.satisfies]


def _in_its_place(node: Node) -> list[Node]:
    """For a row that is held by a limit, what is under way inside the same limit."""
    around = node.parent
    while around is not None and around.view.id != node.view.held_by:
        around = around.parent
    return [other for other in around.members if other.view.status is ExecStatus.RUNNING] if around is not None else []


def as_lines(
    found: list[Cause], picture: Picture, glyphs: Glyphs, beyond: Mapping[int, Sequence[str]] | None = None
) -> list[Line]:
    """One line a row, indented by its depth: path, state, reason. `beyond`: by row, what is in its way outside the
    run."""
    lines: list[Line] = []
    for cause in found:
        lines.append(_line(cause, picture, glyphs))
        if beyond and not cause.again:
            lead = "  " * (cause.depth + 1)
            lines += [line(lead, sentence) for sentence in beyond.get(cause.node.view.id, ())]
    return lines


def _line(cause: Cause, picture: Picture, glyphs: Glyphs) -> Line:
    node = cause.node
    words = line(Span("as above", "dim")) if cause.again else explain(node, picture, glyphs)
    lead = "  " * cause.depth
    name, state = node.view.path, _state(node)
    if node is picture.root:
        name, state = picture.run.ref, picture.run.status.value
    return line(lead, Span(name, "bold" if cause.depth == 0 else ""), f" {_is(state)}", *_after(words))


def _after(words: Line) -> Line:
    return (*line(": "), *words) if words else ()


def _is(state: str) -> str:
    return f"has {state}" if state in ("succeeded", "failed") else f"is {state}"


def _state(node: Node) -> str:
    if node.view.status is ExecStatus.RUNNING and not node.is_task:
        return "open"
    return node.view.status.word


def as_json(found: list[Cause], beyond: Mapping[int, Sequence[str]]) -> list[dict[str, Any]]:
    return [
        {
            "task": cause.node.view.path,
            "depth": cause.depth,
            "state": cause.node.view.status.word,
            "reason": cause.node.view.reason.value,
            "message": cause.node.view.message,
            "beyond": list(beyond.get(cause.node.view.id, ())),
        }
        for cause in found
    ]
