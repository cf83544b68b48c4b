"""Checks the `test` blocks of a file: which flow they are about, what is given, what is expected."""

from __future__ import annotations

from typing import Final

from flowc.analysis.claims import claims_of
from flowc.analysis.endings import Endings, spelled_out
from flowc.analysis.expressions import Expressions
from flowc.analysis.mismatch import Wanted
from flowc.analysis.model import Flow, Task
from flowc.analysis.module import Definition, Module
from flowc.analysis.report import Report, did_you_mean
from flowc.analysis.scenario import Scenario
from flowc.analysis.scope import Names, Scope
from flowc.analysis.subjects import Subjects
from flowc.analysis.types import described
from flowc.diagnostics import Label, codes
from flowc.source import Source
from flowc.syntax import nodes
from flowc.syntax.inside import everything
from runtime.model.types import DATETIME

_MEANT_ELSEWHERE: Final = 'write it in a block of its own: `test "…" { given … expect … }`'


def check_scenarios(module: Module) -> list[Scenario]:
    """The tests of a file, in the order of the source; those with mistakes are left out."""
    _report_strays(module)
    found, seen = [], dict[str, nodes.Span]()
    for item in module.tree.items:
        if isinstance(item, nodes.TestDecl):
            before = module.report.errors
            scenario = _Test(module, item).read(seen)
            if scenario is not None and module.report.errors == before:
                found.append(scenario)
    return found


def _report_strays(module: Module) -> None:
    for item in module.tree.items:
        if not isinstance(item, nodes.TestDecl):
            for part in everything([item]):
                if isinstance(part, nodes.Given | nodes.Expect):
                    word = "given" if isinstance(part, nodes.Given) else "expect"
                    place = (part.span[0], part.span[0] + len(word))
                    module.report.error(codes.MISPLACED, place, f"`{word}` belongs to a test", help=_MEANT_ELSEWHERE)


class _Test:
    """Reads one block."""

    def __init__(self, module: Module, decl: nodes.TestDecl) -> None:
        self._module = module
        self._decl = decl
        self._report: Report = module.report
        self._plain = Scope(Task(-1, "flow", "", "", None, decl.span), None, nodes=False)

    def read(self, seen: dict[str, nodes.Span]) -> Scenario | None:
        """None if it is not clear what it is about; that has been reported, or follows from other mistakes."""
        title = self._title(seen)
        entries = [one for item in self._decl.body if isinstance(item, nodes.Given) for one in item.entries]
        self._check_places()
        subject = self._flow_of(entries)
        if subject is None:
            return None
        expr, definition = subject
        flow = definition.flow
        if flow is None or definition.broken:
            return None
        scenario = Scenario(title, self._decl.title.span, self._module.source, definition, flow)
        _Body(self._module, scenario, self._plain).read(self._decl, expr, entries)
        return scenario

    def _title(self, seen: dict[str, nodes.Span]) -> str:
        span, title = self._decl.title.span, self._decl.title.plain
        if not title:
            self._report.error(
                codes.BAD_TEST, span, "a test has a name, written out", help='write `test "what it shows" { … }`'
            )
        elif title in seen:
            self._report.error(
                codes.DUPLICATE_NAME,
                span,
                f'there are two tests called "{title}"',
                label="defined again here",
                labels=[Label(seen[title], "first defined here")],
                help="give one of them another name",
            )
        seen.setdefault(title or "", span)
        return title or ""

    def _check_places(self) -> None:
        expects = False
        for item in self._decl.body:
            expects = expects or isinstance(item, nodes.Expect | nodes.ErrorNode)
            if not isinstance(item, nodes.Given | nodes.Expect | nodes.ErrorNode):
                self._report.error(
                    codes.MISPLACED,
                    item.span,
                    "a test holds `given` and `expect`, and nothing else",
                    help=_MEANT_ELSEWHERE,
                )
        if not expects:
            self._report.error(
                codes.BAD_TEST, self._decl.title.span, "this test expects nothing", help="add `expect flow.succeeded`"
            )

    def _flow_of(self, entries: list[nodes.GivenOne]) -> tuple[nodes.Expr, Definition] | None:
        """The one entry that names a flow, and that flow."""
        named = [(one.subject, path) for one in entries if one.outcome is None and (path := _path(one.subject))]
        found = [(expr, flow) for expr, path in named if (flow := self._flow(path)) is not None]
        if len(found) > 1:
            self._report.error(
                codes.BAD_TEST, found[1][0].span, "a test is about one flow", help="write another test for this one"
            )
            return None
        if found:
            return found[0]
        self._no_flow(named)
        return None

    def _flow(self, path: nodes.Path) -> Definition | None:
        found = self._module.find(path)
        return found if found is not None and isinstance(found.decl, nodes.FlowDecl) else None

    def _no_flow(self, named: list[tuple[nodes.Expr, nodes.Path]]) -> None:
        if any(self._report.may_be_lost(path.names[0].text) for _, path in named):
            return
        flows = [name for name in self._module.callables() if self._flow(_as_path(name)) is not None]
        if not named and any(isinstance(item, nodes.ErrorNode) for item in self._decl.body):
            return
        if not named:
            shown = flows[0] if flows else "FLOW"
            message, help = "this test names no flow", f"write `given {shown}(…)`, with the parameters of the run"
            self._report.error(codes.BAD_TEST, self._decl.title.span, message, help=help)
            return
        path = named[0][1]
        help, fixes = did_you_mean(path.text, flows, path.span)
        known = (
            f"the flows of this file are {', '.join(flows)}" if flows else 'bring it in: `from "./FILE.flow" import …`'
        )
        self._report.error(
            codes.UNKNOWN_NAME,
            path.span,
            f"there is no flow called `{path.text}` here",
            label="not found",
            help=help or known,
            fixes=fixes,
        )


class _Body:
    """Reads what is given and expected, once the flow is known."""

    def __init__(self, module: Module, scenario: Scenario, plain: Scope) -> None:
        self._module = module
        self._scenario = scenario
        self._plain = plain
        flow, owner = scenario.flow, scenario.definition.module
        names = _names_of(flow, module)
        self._report = module.report
        self._subjects = Subjects(names, self._report, owner.catalog, owner.source)
        self._values = module.checker()
        self._about = Expressions(self._report, names, {**owner.types.enums(), **module.types.enums()})
        self._scope = Scope(Task(-1, "flow", "", "", None, scenario.span), flow.body, subjects=self._subjects)

    def read(self, decl: nodes.TestDecl, flow: nodes.Expr, entries: list[nodes.GivenOne]) -> None:
        self._parameters(flow)
        for one in entries:
            if one.subject is not flow:
                self._given(one)
        for item in decl.body:
            if isinstance(item, nodes.Expect):
                self._scenario.claims += claims_of(self._about, item.condition, self._scope)
        self._scenario.arguments = self._subjects.arguments

    # Parameters

    def _parameters(self, expr: nodes.Expr) -> None:
        given = expr.arguments if isinstance(expr, nodes.Call) else []
        for argument in given:
            self._parameter(argument)
        left = [each for each in self._scenario.flow.parameters.values() if not each.has_default]
        missing = [each.name for each in left if each.name not in self._scenario.parameters]
        strays = any(
            argument.name is None or argument.name.text not in self._scenario.flow.parameters for argument in given
        )
        if missing and not strays:
            self._report.error(
                codes.MISSING_ARGUMENT,
                expr.span,
                f"flow `{self._scenario.flow.name}` needs the parameter `{missing[0]}`",
                help=f"add `{missing[0]}: …`, {described(self._scenario.flow.parameters[missing[0]].type)}",
            )

    def _parameter(self, argument: nodes.Argument) -> None:
        parameters = self._scenario.flow.parameters
        if argument.name is None:
            self._report.error(
                codes.UNNAMED_ARGUMENT,
                argument.value.span,
                "a parameter is given by its name",
                help=f"write `{next(iter(parameters), 'name')}: {self._report.text(argument.value.span)}`",
            )
            return
        name = argument.name
        known = parameters.get(name.text)
        if known is None:
            help, fixes = did_you_mean(name.text, parameters, name.span)
            self._report.error(
                codes.UNKNOWN_ARGUMENT,
                name.span,
                f"flow `{self._scenario.flow.name}` has no parameter `{name.text}`",
                label="not found",
                help=help or (f"its parameters are {', '.join(parameters)}" if parameters else "it has no parameters"),
                fixes=fixes,
            )
            return
        why = f"the parameter `{name.text}` is {described(known.type)}"
        wanted = Wanted(known.type, why, known.span, "declared here", self._other_source)
        value = self._values.check(spelled_out(self._values, argument.value), self._plain, wanted)
        self._scenario.parameters[name.text] = value.tree

    @property
    def _other_source(self) -> Source | None:
        source = self._scenario.definition.module.source
        return None if source is self._report.source else source

    # Nodes

    def _given(self, one: nodes.GivenOne) -> None:
        if isinstance(one.subject, nodes.ErrorNode):
            return
        if one.outcome is None:
            shown = self._report.text(one.subject.span)
            self._report.error(
                codes.BAD_TEST,
                one.subject.span,
                "it is not said what becomes of it",
                help=f"write for example `{shown}: failed`",
            )
        elif _is_time(one.subject):
            why = "the time of the run is a date with a time of day"
            outcome = spelled_out(self._values, one.outcome)
            self._scenario.time = self._values.check(outcome, self._plain, Wanted(DATETIME, why)).tree
        else:
            self._ending(one.subject, one.outcome)

    def _ending(self, expr: nodes.Expr, outcome: nodes.Expr) -> None:
        subject = self._subjects.find(expr)
        if subject is None or subject.task.kind == "flow":
            self._about.infer(expr, self._scope) if subject is None else self._whole_flow(expr)
            return
        if subject.steps:
            found = self._subjects.value(expr)
            if found is None or not found[0].wrong:
                self._report.error(
                    codes.BAD_TEST,
                    expr.span,
                    f"only tasks and groups are given, and `{self._report.text(subject.span)}` is what has this value",
                    help=f"write `{self._report.text(subject.span)}: {{ … }}`",
                )
            return
        if subject.keys and not subject.is_one:
            self._subjects.value(expr)
            return
        owner = self._scenario.definition.module
        ending = Endings(self._values, self._plain, owner.source).read(subject, outcome)
        if ending is None:
            return
        if any(known.path == ending.path for known in self._scenario.endings):
            self._report.error(
                codes.DUPLICATE_NAME,
                expr.span,
                f"`{self._report.text(expr.span)}` is given twice",
                help="remove one of them",
            )
        self._scenario.endings.append(ending)

    def _whole_flow(self, expr: nodes.Expr) -> None:
        self._report.error(
            codes.BAD_TEST, expr.span, "what becomes of the flow is not given but found out", help="give it of tasks"
        )


def _names_of(flow: Flow, module: Module) -> Names:
    return Names(flow, flow.parameters, file_lets=module.lets, root=flow.body, modules=module.modules)


def _path(expr: nodes.Expr) -> nodes.Path | None:
    """`flow`, `module.flow`, with or without the arguments of a call."""
    callee = expr.callee if isinstance(expr, nodes.Call) else expr
    if isinstance(callee, nodes.NameRef):
        return nodes.Path([nodes.Name(callee.name, callee.span)], callee.span)
    if isinstance(callee, nodes.Member) and isinstance(callee.base, nodes.NameRef):
        return nodes.Path([nodes.Name(callee.base.name, callee.base.span), callee.name], callee.span)
    return None


def _as_path(name: str) -> nodes.Path:
    return nodes.Path([nodes.Name(part, (0, 0)) for part in name.split(".")], (0, 0))


def _is_time(expr: nodes.Expr) -> bool:
    return (
        isinstance(expr, nodes.Member)
        and isinstance(expr.base, nodes.NameRef)
        and (expr.base.name, expr.name.text) == ("run", "time")
    )
