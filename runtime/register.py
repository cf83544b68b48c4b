"""Register: from a deployed flow and parameters to a run's rows. Decides; the store writes.

Parameters are checked before a row is written: unknown and missing names, types, `where`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.model.definition import FlowDefinition, ParameterDefinition, TaskDefinition
from runtime.model.errors import BadParameter
from runtime.model.graph import FlowGraph
from runtime.model.names import nearest
from runtime.model.rows import NewTaskRow
from runtime.model.state import ExecStatus
from runtime.model.types import type_from_json
from runtime.model.values import ValueProblem, from_json, to_json


@dataclass(slots=True)
class RunValues:
    """What expressions know of a run: its parameters and its time. A scope of `runtime.expression`."""

    parameters: dict[str, Any]
    time: int
    zone: str
    id: int = 0
    ref: str = ""
    created: int = 0
    dir: str = ""

    def param(self, name: str) -> Any:
        return self.parameters[name]

    def run(self, name: str) -> Any:
        moment = dt.datetime.fromtimestamp(self.time / 1e6, dt.UTC)
        match name:
            case "time" | "now":
                return moment
            case "today":
                return moment.astimezone(ZoneInfo(self.zone)).date()
            case "created":
                return dt.datetime.fromtimestamp(self.created / 1e6, dt.UTC)
            case "id":
                return self.ref
            case "dir":
                return PurePosixPath(self.dir)
        raise ExpressionError(f"a run has no value `{name}`")

    def item(self, name: str) -> Any:
        raise ExpressionError(f"`{name}` is known only inside its `for`")

    def own(self, name: str) -> Any:
        raise ExpressionError(f"`{name}` is not known yet")

    def out(self, path: str, name: str) -> Any:
        raise ExpressionError(f"`{path}.{name}` is known only when `{path}` has run")

    def state(self, path: str, name: str) -> Any:
        raise ExpressionError(f"`{path}.{name}` is known only when `{path}` has run")

    def error(self, name: str) -> Any:
        raise ExpressionError(f"`error.{name}` is known only in `retry … when:`")

    def round(self, path: str) -> Any:
        raise ExpressionError("`round` is known only while a task runs")

    def items(self, path: str, value: Any) -> Any:
        raise ExpressionError("items of a task are known only inside a flow")

    def last(self, path: str, name: str) -> Any:
        raise ExpressionError("`last` is known only while a task runs")

    def hook(self, name: str) -> Any:
        raise ExpressionError(f"`{name}` of a failure is known only in a hook")


def check_parameters(flow: FlowDefinition, given: Mapping[str, Any], time: int, zone: str) -> dict[str, Any]:
    """Every parameter of the flow as JSON, defaults filled in. BadParameter names the first that does not fit."""
    known = [parameter.name for parameter in flow.parameters]
    for name in given:
        if name not in known:
            raise BadParameter(f"flow `{flow.name}` has no parameter `{name}`", _known(name, known))
    values = RunValues({}, time, zone, created=time)
    for parameter in flow.parameters:
        values.parameters[parameter.name] = _value_of(flow, parameter, given, values)
    for parameter in flow.parameters:
        _check_where(parameter, values)
    return {name: to_json(value) for name, value in values.parameters.items()}


def decode_parameters(flow: FlowDefinition, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Python objects of the parameters that a run was registered with."""
    return {
        parameter.name: from_json(type_from_json(parameter.type), stored[parameter.name], parameter.name)
        for parameter in flow.parameters
        if parameter.name in stored
    }


def _value_of(
    flow: FlowDefinition,
    parameter: ParameterDefinition,
    given: Mapping[str, Any],
    values: RunValues,
) -> Any:
    kind = type_from_json(parameter.type)
    if parameter.name in given:
        try:
            return from_json(kind, given[parameter.name], f"parameter `{parameter.name}`")
        except ValueProblem as problem:
            raise BadParameter(
                str(problem), f"it is declared as `{parameter.name}: {kind}`", parameter=parameter.name
            ) from None
    if not parameter.has_default:
        raise BadParameter(
            f"flow `{flow.name}` needs the parameter `{parameter.name}`",
            f"give it as --{parameter.name.replace('_', '-')} VALUE ({kind})",
        )
    try:
        return from_json(
            kind,
            to_json(evaluate(parameter.default, values)),
            f"the default of `{parameter.name}`",
        )
    except (ExpressionError, ValueProblem) as problem:
        raise BadParameter(f"the default of parameter `{parameter.name}` cannot be computed: {problem}") from None


def _check_where(parameter: ParameterDefinition, values: RunValues) -> None:
    if parameter.where is None:
        return
    try:
        holds = evaluate(parameter.where, values)
    except ExpressionError as problem:
        raise BadParameter(f"the condition of parameter `{parameter.name}` cannot be computed: {problem}") from None
    if holds is not True:
        shown = to_json(values.parameters[parameter.name])
        raise BadParameter(
            f"parameter `{parameter.name}` is {shown!r}, which its condition refuses",
            f"see `where` on line {parameter.line} of the flow" if parameter.line else None,
            parameter=parameter.name,
        )


def _known(name: str, known: list[str]) -> str:
    return nearest(name, known) or (f"its parameters: {', '.join(known)}" if known else "it takes none")


def rows_of_run(
    graph: FlowGraph, run_id: int, first_id: int, limits: Mapping[int, int | None], values: RunValues
) -> list[NewTaskRow]:
    """The rows that exist from the start: the flow's body and all nodes that are not inside a mapped one.

    The body is open at once, so its members wait for their predecessors alone. `limits`: by node.
    """
    nodes = [0, *graph.subtree(0)]
    identity = {node: first_id + index for index, node in enumerate(nodes)}
    return [_static_row(graph, run_id, node, identity, limits, values) for node in nodes]


def priority_of(task: TaskDefinition, values: RunValues) -> int:
    """The priority of a node in a run."""
    return task.priority if isinstance(task.priority, int) else int(evaluate(task.priority, values))


def _static_row(
    graph: FlowGraph,
    run_id: int,
    node: int,
    identity: Mapping[int, int],
    limits: Mapping[int, int | None],
    values: RunValues,
) -> NewTaskRow:
    task = graph.task(node)
    kind = graph.row_kind(node)
    body = task.parent is None
    awaiting = task.awaits is not None and task.awaits != ["event", "", "start"]
    return NewTaskRow(
        id=identity[node],
        run_id=run_id,
        node=node,
        scope_id=0,
        ordinal=0,
        parent_id=None if task.parent is None else identity[task.parent],
        path=graph.flow.name if body else task.path,
        kind=kind,
        status=ExecStatus.RUNNING if body else ExecStatus.WAITING,
        remaining=0 if body else task.edges_in + (1 if task.parent else 0) + awaiting,
        awaiting=awaiting,
        forgiven=graph.forgiven(node),
        lane=graph.lane(node, kind),
        priority=priority_of(task, values),
        member_limit=limits.get(node),
        open_members=len(graph.members[node]) if kind in ("flow", "group") else 0,
    )
