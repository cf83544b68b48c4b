"""What stands on a page, in words; how it looks is for others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flowc.export.graph import Graph, Node, graph_of
from flowc.export.wording import script_text, time_text
from runtime.expression.text import expression_text
from runtime.model.definition import (
    Action,
    Ask,
    Call,
    Detach,
    FlowDefinition,
    OutDefinition,
    Script,
    TaskDefinition,
    Wait,
)
from runtime.model.slotted import dataclass
from runtime.model.types import Enum, ListOf, MapOf, Optional, Record, Type, type_from_json


@dataclass(frozen=True, slots=True)
class Entry:
    """A parameter, an output or an argument. `value`: its default or expression, `condition`: what must hold."""

    name: str
    type: str = ""
    value: str = ""
    condition: str = ""
    doc: str = ""


@dataclass(frozen=True, slots=True)
class NamedType:
    """A record or an enum by its name, and what it holds."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class TaskPart:
    """A task or a group. `after`: the paths of what it waits for. `code`: its script as written, in `language`."""

    node: Node
    depth: int
    after: tuple[str, ...]
    arguments: tuple[Entry, ...]
    outs: tuple[Entry, ...]
    code: str
    language: str


@dataclass(frozen=True, slots=True)
class FlowPart:
    """A flow. `command`: how it is started."""

    name: str
    doc: str
    line: int
    command: str
    parameters: tuple[Entry, ...]
    types: tuple[NamedType, ...]
    tasks: tuple[TaskPart, ...]
    graph: Graph


def flow_part(flow: FlowDefinition) -> FlowPart:
    """All that a page says about a flow."""
    graph = graph_of(flow)
    kinds = [type_from_json(parameter.type) for parameter in flow.parameters]
    kinds += [type_from_json(out.type) for task in flow.tasks for out in task.outs]
    return FlowPart(
        name=flow.name,
        doc=flow.doc,
        line=flow.line,
        command=_command(flow),
        parameters=tuple(_parameters(flow)),
        types=tuple(_named(kinds)),
        tasks=tuple(_task(graph, graph.nodes[task.node], task) for task in flow.tasks[1:]),
        graph=graph,
    )


def _command(flow: FlowDefinition) -> str:
    """`flower run etl.flow --day DATE`, with the parameters that must be given."""
    needed = [parameter for parameter in flow.parameters if not parameter.has_default]
    words = [f"--{one.name.replace('_', '-')} {str(type_from_json(one.type)).upper()}" for one in needed]
    return " ".join(["flower run", flow.source_file, *words])


def _parameters(flow: FlowDefinition) -> Iterator[Entry]:
    for one in flow.parameters:
        yield Entry(
            one.name,
            str(type_from_json(one.type)),
            expression_text(one.default) if one.has_default else "",
            expression_text(one.where) if one.where is not None else "",
            one.doc,
        )


def _task(graph: Graph, node: Node, task: TaskDefinition) -> TaskPart:
    script = task.action if isinstance(task.action, Script) else None
    return TaskPart(
        node=node,
        depth=len(graph.around(node.number)) - 2,
        after=tuple(graph.nodes[link.source].dotted for link in graph.shown() if link.target == node.number),
        arguments=(*_arguments(task.action), *_surroundings(task)),
        outs=tuple(_out(out) for out in task.outs),
        code=script_text(script).strip("\n") if script else "",
        language=script.language if script else "",
    )


def _arguments(action: Action | None) -> Iterator[Entry]:
    match action:
        case Call(_, arguments) | Detach(_, arguments):
            for name, tree in arguments.items():
                yield Entry(name, value=expression_text(tree))
        case Script(language="sql", connection=connection):
            yield Entry("database", value=expression_text(connection))
        case Wait(until):
            yield Entry("until", value=time_text(until))
        case Ask(text):
            yield Entry("question", value=expression_text(text))


def _surroundings(task: TaskDefinition) -> Iterator[Entry]:
    """Where and with which variables a script runs, and what must hold after it."""
    for name, tree in task.env:
        yield Entry(f"env {name}", value=expression_text(tree))
    if task.cwd is not None:
        yield Entry("cwd", value=expression_text(task.cwd))
    for ensure in task.ensures:
        yield Entry("ensure", value=expression_text(ensure.condition))


def _out(out: OutDefinition) -> Entry:
    value = f"= {expression_text(out.value)}" if out.computed else ""
    default = f"default {expression_text(out.default)}" if out.has_default else ""
    condition = expression_text(out.where) if out.where is not None else ""
    return Entry(out.name, str(type_from_json(out.type)), value or default, condition, out.doc)


def _named(kinds: Iterable[Type]) -> Iterator[NamedType]:
    """The named types among these and inside of them, each once."""
    found: dict[str, str] = {}
    waiting = list(kinds)
    while waiting:
        kind = waiting.pop(0)
        waiting += _inside(kind)
        if isinstance(kind, Record | Enum) and kind.name:
            found.setdefault(kind.name, _definition(kind))
    yield from (NamedType(name, text) for name, text in found.items())


def _inside(kind: Type) -> Sequence[Type]:
    match kind:
        case ListOf(inner) | MapOf(inner) | Optional(inner):
            return [inner]
        case Record(fields):
            return [field for _, field in fields]
    return []


def _definition(kind: Record | Enum) -> str:
    if isinstance(kind, Enum):
        return ", ".join(name if name == text else f'{name} = "{text}"' for name, text in kind.members)
    defaults = {name: f" = {expression_text(value)}" for name, value in kind.defaults}
    told = (f"{name}: {field}{defaults.get(name, '')}" for name, field in kind.fields)
    return f"{{ {', '.join(told)} }}"
