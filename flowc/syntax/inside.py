"""What stands directly inside a node that has a block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flowc.syntax import nodes

Part = nodes.Item | nodes.Statement | nodes.Branch | nodes.Case

_WITH_BODY = (
    nodes.FlowDecl,
    nodes.GroupDecl,
    nodes.TaskDecl,
    nodes.PoolDecl,
    nodes.TestDecl,
    nodes.Defaults,
    nodes.Hook,
    nodes.Branch,
    nodes.Case,
)


def inside(part: Part) -> Sequence[Part]:
    """The statements, branches or cases directly inside; nothing for a statement without a block."""
    if isinstance(part, _WITH_BODY):
        return part.body
    if isinstance(part, nodes.If):
        return part.branches
    return part.cases if isinstance(part, nodes.Match) else ()


def everything(parts: Sequence[Part]) -> Iterator[Part]:
    """All parts, and all inside of them, in the order of the source."""
    pending = list(reversed(parts))
    while pending:
        part = pending.pop()
        yield part
        pending.extend(reversed(inside(part)))
