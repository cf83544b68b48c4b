"""What a task does: a script with its bindings, or a call checked against the component's signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from flowc.analysis.expressions import Expressions
from flowc.analysis.mismatch import Wanted, report_missing
from flowc.analysis.raw import Bindings, Raw, is_raw, read_raw
from flowc.analysis.report import did_you_mean
from flowc.analysis.scope import Scope
from flowc.analysis.scripts import Hole, Problem, Text, bind
from flowc.analysis.typed import Typed
from flowc.analysis.types import described, is_unknown
from flowc.diagnostics import Code, Label, codes
from flowc.source import Source, Span
from flowc.syntax import nodes
from runtime.model import definition
from runtime.model.definition import Script, Tree
from runtime.model.signature import ParameterSignature, Signature
from runtime.model.types import PATH, SECRET, Optional, Type, optional

if TYPE_CHECKING:
    from flowc.analysis.module import Module

Place = tuple[Source, Span]

_CODES: Final[dict[str, Code]] = {
    "unsafe": codes.UNSAFE_SCRIPT,
    "type": codes.SCRIPT_VALUE,
    "syntax": codes.SCRIPT_SYNTAX,
}


class Actions:
    """Checks the actions of tasks, as they are written in a file."""

    def __init__(self, checker: Expressions, module: Module) -> None:
        self._checker = checker
        self._report = checker.report
        self._catalog = module.catalog
        self._module = module

    # Scripts

    def script(self, action: nodes.Action, scope: Scope) -> Script | None:
        """The script with its bindings; None if anything in it is wrong."""
        connection = self._connection(action, scope)
        if isinstance(action.script, nodes.ErrorNode):
            return None
        language = action.language.text
        bindings = Bindings()
        shell = language in ("sh", "bash")
        parts = [
            read_raw(self._checker, part, scope, bindings) if is_raw(part) else self._part(part, scope, bindings, shell)
            for part in action.script.parts
        ]
        bound = bind(language, parts)  # type: ignore[arg-type]
        unread = {
            part.span
            for part in action.script.parts
            if isinstance(part, nodes.Hole) and isinstance(part.value, nodes.ErrorNode)
        }
        for problem in bound.problems:
            if (problem.start, problem.end) not in unread:
                self._problem(problem)
        if bound.problems or bindings.failed:
            return None
        uses = iter(zip(bindings.of_holes, bound.uses, strict=True))
        rendered: list[str | definition.Hole] = []
        for part in parts:
            if isinstance(part, Raw):
                rendered.append(definition.Hole(part.binding, "raw"))
            elif isinstance(part, Text):
                rendered.append(part.text)
            else:
                name, use = next(uses)
                assert use is not None
                rendered.append(definition.Hole(name, use))
        line = self._report.source.line(_first_offset(action.script))
        file = self._module.stored_as if self._report.is_elsewhere else ""
        return Script(language, tuple(rendered), tuple(bindings.found), connection, line, file)  # type: ignore[arg-type]

    def _part(self, part: nodes.TextPart | nodes.Hole, scope: Scope, bindings: Bindings, shell: bool) -> Text | Hole:
        if isinstance(part, nodes.TextPart):
            return Text(part.text, part.runs)
        value = self._checker.infer(part.value, scope)
        known = not is_unknown(value.type)
        if shell and isinstance(value.type, Optional) and known:
            report_missing(self._report, part.value, value)
            known = False
        bindings.add(value.tree, value.type if known else None)
        shown = self._report.text(part.value.span)
        return Hole(value.type if known else None, part.span[0], part.span[1], shown)

    def _problem(self, problem: Problem) -> None:
        self._report.error(
            _CODES[problem.kind],
            (problem.start, problem.end),
            problem.message,
            label=problem.label,
            labels=[Label((label.start, label.end), label.text) for label in problem.labels],
            help=problem.help,
        )

    def _connection(self, action: nodes.Action, scope: Scope) -> Tree:
        language = action.language
        if language.text != "sql":
            if action.connection is not None:
                self._report.error(
                    codes.MISPLACED,
                    action.connection.span,
                    f"`{language.text}` takes no value in brackets",
                    help=f'write `{language.text} "…"`',
                )
            return None
        if action.connection is None:
            self._report.error(
                codes.MISSING_ARGUMENT,
                language.span,
                "`sql` needs the database that it talks to",
                help='name its file: `sql("warehouse.db") "…"`',
            )
            return None
        named = self._checker.infer(action.connection, scope)
        if named.type == SECRET:
            return named.tree
        wanted = Wanted(PATH, "`sql( )` takes the path of a database file")
        return self._checker.check(action.connection, scope, wanted).tree

    # Calls

    def call(self, invocation: nodes.Invocation, scope: Scope) -> tuple[definition.Call, Signature] | None:
        """The call and what is called; None if it is not known. Arguments are checked in any case."""
        name = invocation.path.text
        signature = self._catalog.get(name)
        if signature is None:
            self._unknown(invocation)
            for argument in invocation.arguments:
                self._checker.infer(argument.value, scope)
            return None
        values = self.arguments(invocation, signature, scope, {})
        trees = {name: value.tree for name, value in values.items()}
        return definition.Call(name, trees, signature.runs == "process"), signature

    def arguments(
        self, invocation: nodes.Invocation, signature: Signature, scope: Scope, places: Mapping[str, Place]
    ) -> dict[str, Typed]:
        """The values that a call gives, in the order of the parameters. `places`: where these are declared."""
        parameters = {parameter.name: parameter for parameter in signature.parameters}
        given: dict[str, nodes.Argument] = {}
        values: dict[str, Typed] = {}
        slip = False
        for argument in invocation.arguments:
            parameter = self._parameter(argument, signature, parameters, given)
            if parameter is None:
                slip = True
                if not isinstance(argument.value, nodes.NameRef):
                    self._checker.infer(argument.value, scope)
            else:
                given[parameter.name] = argument
                place = places.get(parameter.name)
                values[parameter.name] = self._argument(argument.value, parameter, signature, scope, place)
        missing = [
            parameter for parameter in signature.parameters if parameter.required and parameter.name not in given
        ]
        if missing and not slip:
            self._missing(invocation, signature, missing)
        return {name: values[name] for name in parameters if name in values}

    def _argument(
        self,
        value: nodes.Expr,
        parameter: ParameterSignature,
        signature: Signature,
        scope: Scope,
        place: Place | None,
    ) -> Typed:
        kind: Type = parameter.type
        if not parameter.required and parameter.default is None:
            kind = optional(kind)
        why = f"`{parameter.name}` of `{signature.name}` is {described(parameter.type)}"
        if place is None:
            return self._checker.check(value, scope, Wanted(kind, why))
        return self._checker.check(value, scope, Wanted(kind, why, place[1], "its type is declared here", place[0]))

    def _parameter(
        self,
        argument: nodes.Argument,
        signature: Signature,
        parameters: dict[str, ParameterSignature],
        given: dict[str, nodes.Argument],
    ) -> ParameterSignature | None:
        name = argument.name
        if name is None:
            self._unnamed(argument, signature)
            return None
        if name.text in given:
            self._report.error(
                codes.DUPLICATE_SETTING,
                argument.span,
                f"`{name.text}` is given twice",
                label="given again here",
                labels=[Label(given[name.text].span, "first given here")],
                help="remove one of them",
            )
            return None
        if name.text not in parameters:
            help, fixes = did_you_mean(name.text, [known for known in parameters if known not in given], name.span)
            self._report.error(
                codes.UNKNOWN_ARGUMENT,
                name.span,
                f"`{signature.name}` has no parameter called `{name.text}`",
                label="not found",
                help=help or _parameters_text(signature),
                fixes=fixes,
            )
            return None
        return parameters[name.text]

    def _unnamed(self, argument: nodes.Argument, signature: Signature) -> None:
        shown = self._report.text(argument.span)
        help = "write `name: value`"
        if len(signature.parameters) >= 1 and len(shown) <= 40:
            help = f"write `{signature.parameters[0].name}: {shown}`"
        self._report.error(
            codes.UNNAMED_ARGUMENT, argument.span, "arguments of a task have names", label="no name", help=help
        )

    def _missing(self, invocation: nodes.Invocation, signature: Signature, missing: list[ParameterSignature]) -> None:
        names = ", ".join(f"`{parameter.name}`" for parameter in missing)
        plural = "s" if len(missing) > 1 else ""
        first = missing[0]
        self._report.error(
            codes.MISSING_ARGUMENT,
            invocation.path.span,
            f"`{signature.name}` needs the argument{plural} {names}",
            label=f"{names} missing",
            help=f"add `{first.name}: …`, {described(first.type)}" + (f": {first.doc}" if first.doc else ""),
        )

    def _unknown(self, invocation: nodes.Invocation) -> None:
        path = invocation.path
        if self._report.may_be_lost(path.names[0].text):
            return
        help, fixes = did_you_mean(path.text, [*self._catalog, *self._module.callables()], path.span)
        self._report.error(
            codes.UNKNOWN_COMPONENT,
            path.span,
            f"there is no component called `{path.text}`",
            label="not found",
            help=help or self._components_help(path),
            fixes=fixes,
        )

    def _components_help(self, path: nodes.Path) -> str:
        module = path.names[0].text
        if module in self._module.modules:
            known = [name for name in self._module.callables() if name.startswith(module + ".")]
            return f"the file has {', '.join(f'`{name}`' for name in known[:6])}" if known else "the file has no tasks"
        siblings = [name for name in self._catalog if name.startswith(module + ".")]
        if siblings:
            return f"`{module}` has {', '.join(f'`{name}`' for name in siblings[:6])}"
        if len(path.names) == 2 and path.names[1].text in self._catalog:
            return f"did you mean `{path.names[1].text}`?"
        return "your own Python functions become components by `@component` and an entry in flow.toml"


def _first_offset(script: nodes.Text) -> int:
    if not script.parts:
        return script.span[0]
    first = script.parts[0]
    return first.offset(0) if isinstance(first, nodes.TextPart) else first.span[0]


def _parameters_text(signature: Signature) -> str:
    if not signature.parameters:
        return "it takes none"
    shown = ", ".join(f"{parameter.name}: {parameter.type}" for parameter in signature.parameters)
    return f"its parameters are `{shown}`"
