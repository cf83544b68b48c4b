"""`round` and `last.NAME` of the round before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowc.analysis import rounds
from flowc.analysis.model import Task
from flowc.analysis.references.fields import fields, narrowed
from flowc.analysis.references.outputs import report_no_output
from flowc.analysis.references.seen import seen_from
from flowc.analysis.scope import Scope
from flowc.analysis.typed import RUN_TIME, Typed
from flowc.syntax import nodes
from runtime.model.types import (
    INT,
    optional,
)

if TYPE_CHECKING:
    from flowc.analysis.expressions import Expressions


def round_value(checker: Expressions, base: nodes.NameRef, names: list[nodes.Member], scope: Scope) -> Typed | None:
    """`round`, and `last.NAME` of the round before; None if neither is meant or there are no rounds."""
    is_round = base.name == "round" and not names
    if not is_round and not (base.name == "last" and names):
        return None
    node = rounds.around(scope.task, checker.names)
    if node is None:
        return None
    if is_round:
        return Typed(INT, ["round", node.path], RUN_TIME)
    return _of_last(checker, node, base, names, scope)


def _of_last(checker: Expressions, node: Task, base: nodes.NameRef, names: list[nodes.Member], scope: Scope) -> Typed:
    giver, left = node, list(names)
    while giver.kind == "group" and not giver.called and len(left) > 1 and left[0].name.text in giver.members:
        giver, left = giver.members[left[0].name.text], left[1:]
    out = giver.giver.outs.get(left[0].name.text)
    if out is None:
        return report_no_output(checker, giver, left[0].name)
    inside = Typed(out.type, ["own", out.name], RUN_TIME)
    if giver is not node or giver.result is not None:
        onlooker = Task(-1, "flow", "", "", node, node.span)
        inside = seen_from(onlooker, giver.giver, out)
    key = ".".join(member.name.text for member in names[: len(names) - len(left) + 1])
    node.kept[key] = (inside.tree, inside.type)
    found = narrowed(Typed(optional(inside.type), ["last", node.path, key], RUN_TIME), scope)
    return fields(checker, found, left[0], left[1:], scope)
