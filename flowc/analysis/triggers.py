"""What makes a flow run besides its schedules: `trigger after FLOWS`, `trigger file`, `trigger webhook`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from flowc.analysis.declarations import Declared
from flowc.analysis.expressions import Expressions
from flowc.analysis.mismatch import Wanted
from flowc.analysis.model import Parameter
from flowc.analysis.module import Module
from flowc.analysis.outcomes import joined, state_of
from flowc.analysis.report import Report, did_you_mean
from flowc.analysis.scope import Scope
from flowc.analysis.types import described, is_unknown
from flowc.diagnostics import Code, Label, codes
from flowc.syntax import nodes
from runtime.model.definition import Tree, TriggerDefinition
from runtime.model.types import DATETIME, JSON, PATH, SIZE, STR, Record, Type, type_to_json

_STATES: Final = ("succeeded", "failed", "done")
_WEBHOOK: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

EVENTS: Final[dict[str, Record]] = {
    "after": Record((("flow", STR), ("run", STR), ("status", STR), ("time", DATETIME))),
    "file": Record((("path", PATH), ("size", SIZE), ("modified", DATETIME))),
}
"""What `event` is; of a webhook it is of the type that it names."""


def check_triggers(found: Declared, module: Module) -> None:
    """Reads the triggers of a flow into the model. Its parameters must have been checked before."""
    for task, decl in found.pairs:
        mine = [item for item in decl.body if isinstance(item, nodes.Trigger)]
        if task.kind == "flow":
            _Triggers(found, module).read(mine)
            continue
        for item in mine:
            module.report.error(
                codes.MISPLACED,
                _head(item),
                f"`trigger` does not belong in a {task.kind}",
                help="it is about the runs of a flow: write it in the flow itself",
            )


class _Triggers:
    def __init__(self, found: Declared, module: Module) -> None:
        self._flow = found.flow
        self._module = module
        self._report: Report = module.report
        self._checker: Expressions = module.checker()
        self._good = True

    def read(self, items: list[nodes.Trigger]) -> None:
        names: dict[str, nodes.Trigger] = {}
        for item in items:
            self._good = True
            trigger = self._trigger(item)
            if trigger.kind == "webhook" and self._good:
                first = names.setdefault(trigger.source, item)
                if first is not item:
                    self._twice(item, first, trigger.source)
            if self._good:
                self._flow.triggers.append(trigger)

    def _trigger(self, item: nodes.Trigger) -> TriggerDefinition:
        kind: Literal["after", "file", "webhook"] = item.kind
        event = self._event(item)
        scope = Scope(self._flow.body, None, nodes=False, variables={"event": event})
        awaits = self._awaits(item.awaited) if item.awaited is not None else None
        source = self._source(item) if item.source is not None else ""
        condition = None
        if item.condition is not None:
            known = self._checker.condition(item.condition, scope, "the condition of a trigger")
            condition = known.tree
            self._good = self._good and not known.wrong
            scope = scope.with_narrowed(self._checker.narrowings(item.condition, scope))
        arguments = self._arguments(item, scope)
        line = self._report.line(item.span)
        return TriggerDefinition(kind, source, awaits, type_to_json(event), condition, arguments, line)

    def _event(self, item: nodes.Trigger) -> Type:
        if item.kind != "webhook":
            return EVENTS[item.kind]
        return JSON if item.type is None else self._module.types.resolve(item.type)

    def _twice(self, item: nodes.Trigger, first: nodes.Trigger, name: str) -> None:
        self._wrong(
            codes.DUPLICATE_NAME,
            _head(item),
            f'there are two webhooks called "{name}"',
            "give one of them another name",
            labels=[Label(_head(first), "the first is here")],
        )

    def _wrong(self, code: Code, span: nodes.Span, message: str, help: str, **more: object) -> None:
        self._good = False
        self._report.error(code, span, message, help=help, **more)  # type: ignore[arg-type]

    # Where it comes from

    def _source(self, item: nodes.Trigger) -> str:
        assert item.source is not None
        what = "the pattern of a file" if item.kind == "file" else "the name of a webhook"
        found = self._checker.check(item.source, Scope(self._flow.body, None, nodes=False), Wanted(STR, what))
        if is_unknown(found.type):
            self._good = False
            return ""
        if not isinstance(found.tree, str):
            self._wrong(
                codes.KNOWN_LATER,
                item.source.span,
                f"{what} is fixed when the flow is deployed, but this value is known only later",
                "write the text out",
            )
            return ""
        wrong = _wrong_pattern(found.tree) if item.kind == "file" else _wrong_name(found.tree)
        if wrong is not None:
            self._wrong(codes.BAD_SETTING, item.source.span, *wrong)
        return found.tree

    def _awaits(self, awaited: nodes.Awaited) -> Tree:
        match awaited:
            case nodes.Path():
                return self._flow_state(awaited)
            case nodes.AwaitAll(parts):
                return joined([self._awaits(part) for part in parts])
            case nodes.AwaitAny(parts):
                return ["or", *(self._awaits(part) for part in parts)]
            case nodes.AwaitCount():
                self._wrong(
                    codes.BAD_OUTCOME,
                    awaited.span,
                    "a trigger knows runs of flows, which have no items to count",
                    "name the flows: `trigger after a or b`",
                )
        return None

    def _flow_state(self, path: nodes.Path) -> Tree:
        state = state_of(path)
        if state == "skipped":
            self._wrong(
                codes.BAD_OUTCOME,
                path.span,
                "a whole flow is never skipped",
                "ask for `.succeeded`, `.failed`, `.done`",
            )
            return None
        names = path.names[:-1] if state is not None else path.names
        definition = self._module.find(nodes.Path(names, (names[0].span[0], names[-1].span[1])))
        if definition is None or not isinstance(definition.decl, nodes.FlowDecl):
            self._no_flow(path, names, definition is not None)
            return None
        if definition.name == self._flow.name:
            self._wrong(
                codes.RECURSION,
                path.span,
                f"each run of `{definition.name}` would start another one, without end",
                "repeat it by a `schedule`, or a part of it by `until`",
            )
        return ["state", definition.name, state or "succeeded"]

    def _no_flow(self, path: nodes.Path, names: list[nodes.Name], is_other: bool) -> None:
        self._good = False
        name = ".".join(each.text for each in names)
        if self._report.may_be_lost(names[0].text):
            return
        flows = [known for known, found in self._module.definitions.items() if isinstance(found.decl, nodes.FlowDecl)]
        help, fixes = did_you_mean(name, flows, path.span)
        self._report.error(
            codes.UNKNOWN_NAME if not is_other else codes.NOT_A_VALUE,
            path.span,
            f"`{name}` is no flow" if is_other else f"there is no flow called `{name}` here",
            label="not found" if not is_other else "",
            help=help or f'a flow of another file is imported first: `from "./FILE.flow" import {names[0].text}`',
            fixes=fixes,
        )

    # What it gives

    def _arguments(self, item: nodes.Trigger, scope: Scope) -> dict[str, Tree]:
        known: Mapping[str, Parameter] = self._flow.parameters
        given: dict[str, Tree] = {}
        for argument in item.arguments:
            name = argument.name
            if name is None:
                self._wrong(codes.UNNAMED_ARGUMENT, argument.span, "this value has no name", "write `parameter: value`")
            elif name.text not in known:
                help, fixes = did_you_mean(name.text, known, name.span)
                message = f"flow `{self._flow.name}` has no parameter called `{name.text}`"
                self._wrong(
                    codes.UNKNOWN_ARGUMENT,
                    name.span,
                    message,
                    help or _known_text(known),
                    label="not found",
                    fixes=fixes,
                )
            elif name.text in given:
                self._wrong(codes.DUPLICATE_SETTING, name.span, f"`{name.text}` is given twice", "remove one of them")
            else:
                kind = known[name.text].type
                why = f"the parameter `{name.text}` is {described(kind)}"
                value = self._checker.check(argument.value, scope, Wanted(kind, why))
                self._good = self._good and not value.wrong
                given[name.text] = value.tree
        for parameter in known.values():
            if not parameter.has_default and parameter.name not in given:
                self._needs(item, parameter)
        return given

    def _needs(self, item: nodes.Trigger, parameter: Parameter) -> None:
        self._wrong(
            codes.SCHEDULE_NEEDS_DEFAULT,
            parameter.span,
            f"the flow has a trigger, but its parameter `{parameter.name}` has no default and gets no value",
            f"give it one: `with ({parameter.name}: …)`, or a default",
            label="no default",
            labels=[Label(_head(item), "triggered here")],
        )


def _wrong_pattern(pattern: str) -> tuple[str, str] | None:
    parts = pattern.split("/")
    if pattern.startswith("/") or ".." in parts:
        return (
            "a trigger looks for files below the project folder only",
            'write for example `trigger file "inbox/*.csv"`',
        )
    if not pattern or "" in parts or "." in parts or any("**" in part and part != "**" for part in parts):
        return "no file could ever match this pattern", 'write for example `"inbox/*.csv"` or `"inbox/**/*.csv"`'
    if parts[-1] == "**":
        return "`**` stands for folders, so this matches no file", f'write `"{pattern}/*"`'
    return None


def _wrong_name(name: str) -> tuple[str, str] | None:
    if _WEBHOOK.fullmatch(name):
        return None
    return (
        f'"{name}" cannot be the name of a webhook: it is a part of its address',
        "use small letters, digits, `-` and `_`, at most 64 of them",
    )


def _known_text(known: Mapping[str, Parameter]) -> str:
    return f"its parameters are {', '.join(known)}" if known else "it takes none"


def _head(item: nodes.Trigger) -> nodes.Span:
    return (item.span[0], item.span[0] + len("trigger"))
