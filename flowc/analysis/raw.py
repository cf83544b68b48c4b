"""`{{ raw(value) }}` in a script: text that is pasted in as code, for values that no task makes; and bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeGuard

from flowc.analysis.mismatch import report_missing, report_secret
from flowc.analysis.scope import Scope
from flowc.analysis.scripts import Text
from flowc.analysis.typed import CREATION, Typed
from flowc.analysis.types import described, is_unknown
from flowc.diagnostics import codes
from flowc.syntax import nodes
from runtime.model.definition import Binding, Tree
from runtime.model.slotted import dataclass
from runtime.model.types import Enum, Optional, Scalar, Type, holds_secret, type_to_json

if TYPE_CHECKING:
    from flowc.analysis.expressions import Expressions

_STAND_IN: Final = "flow_raw"
"""What the rest of the script is read with in its place: a word in every language, shorter than any `{{ raw( ) }}`."""


class Bindings:
    """The values of a script's holes in order; the same value twice is bound once."""

    def __init__(self) -> None:
        self.found: list[Binding] = []
        self.of_holes: list[str] = []
        self.failed = False
        self._names: dict[str, str] = {}

    def add(self, tree: Tree, kind: Type | None) -> None:
        """The next hole; `kind` is None if its expression is wrong."""
        if kind is None:
            self.failed = True
            self.of_holes.append("")
        else:
            self.of_holes.append(self.bind(tree, kind))

    def bind(self, tree: Tree, kind: Type) -> str:
        """The name under which the script gets a value."""
        key = f"{tree!r}"
        if key not in self._names:
            self._names[key] = f"FLOW_V{len(self.found) + 1}"
            self.found.append(Binding(self._names[key], tree, type_to_json(kind)))
        return self._names[key]


@dataclass(frozen=True, slots=True)
class Raw(Text):
    """Stands in the script for the text that a binding brings."""

    binding: str = ""


def is_raw(part: nodes.TextPart | nodes.Hole) -> TypeGuard[nodes.Hole]:
    """Whether the part is `{{ raw(…) }}`."""
    if not isinstance(part, nodes.Hole) or not isinstance(part.value, nodes.Call):
        return False
    callee = part.value.callee
    return isinstance(callee, nodes.NameRef) and callee.name == "raw"


def read_raw(checker: Expressions, part: nodes.Hole, scope: Scope, bindings: Bindings) -> Text:
    """The part as the reader of the script is to see it."""
    call = part.value
    assert isinstance(call, nodes.Call)
    runs = ((0, part.span[0]),)
    if len(call.arguments) != 1 or call.arguments[0].name is not None:
        checker.report.error(codes.BAD_CALL, call.span, "`raw( )` takes one value", help="write `{{ raw(value) }}`")
        bindings.failed = True
        return Text(_STAND_IN, runs)
    value = checker.infer(call.arguments[0].value, scope)
    if not _may_be_pasted(checker, call.arguments[0].value, value):
        bindings.failed = True
        return Text(_STAND_IN, runs)
    checker.report.warning(
        codes.RAW_TEXT,
        call.span,
        "this pastes text into the script: whoever starts a run decides what is executed",
        help="write `{{ value }}` where a value will do; a `where` at the parameter bounds what can be given",
    )
    return Raw(_STAND_IN, runs, bindings.bind(value.tree, value.type))


def _may_be_pasted(checker: Expressions, expr: nodes.Expr, value: Typed) -> bool:
    """Whether the value is a text that is known when a run begins; if not an error is reported."""
    report = checker.report
    if is_unknown(value.type):
        return False
    if holds_secret(value.type):
        report_secret(report, expr)
        return False
    if isinstance(value.type, Optional):
        report_missing(report, expr, value)
        return False
    if value.known > CREATION:
        report.error(
            codes.UNSAFE_SCRIPT,
            expr.span,
            "`raw` would paste what a task has made into a script, to be executed",
            label="known only while the run goes on",
            help="bind it: `{{ value }}` without `raw`; only parameters and what is written out can be pasted",
        )
        return False
    if not isinstance(value.type, Scalar | Enum) or value.type == Scalar("json"):
        report.error(
            codes.SCRIPT_VALUE,
            expr.span,
            f"`raw` pastes a text, but this is {described(value.type)}",
            label=f"this is {described(value.type)}",
            help='make a text of it, for example `raw(join(columns, ", "))`',
        )
        return False
    return True
