"""How a test says that tasks end: `{ rows: 3 }`, `failed(exit_code: 2)`, `[failed, succeeded]`, `skipped`."""

from __future__ import annotations

from typing import Final

from flowc.analysis.conversion import report_unknown_field
from flowc.analysis.expressions import Expressions
from flowc.analysis.mismatch import Wanted
from flowc.analysis.model import Out, Task
from flowc.analysis.report import Report, did_you_mean
from flowc.analysis.scenario import EndingTree, OutcomeTree
from flowc.analysis.scope import Scope
from flowc.analysis.subjects import Subject
from flowc.analysis.types import described
from flowc.diagnostics import codes
from flowc.source import Source
from flowc.syntax import nodes
from runtime.model.definition import Ask, Call, Detach, Script, Wait
from runtime.model.slotted import dataclass
from runtime.model.types import INT, STR, Enum, Record, Type

_WORDS: Final = ("succeeded", "failed", "skipped", "refused")
_HELP: Final = "write `{ output: value }`, `failed`, `failed(exit_code: 2)`, `skipped`, or `[failed, succeeded]`"
_KINDS: Final = Enum(
    "kind", (("error", "error"), ("timeout", "timeout"), ("bad_output", "bad output"), ("in_doubt", "in doubt"))
)
_OF_FAILURE: Final[dict[str, Type]] = {"exit_code": INT, "message": STR, "kind": _KINDS}


@dataclass(frozen=True, slots=True)
class Endings:
    """Checks what a test gives of nodes. `source`: the file of the flow; values are checked in `scope`."""

    checker: Expressions
    scope: Scope
    source: Source

    @property
    def _report(self) -> Report:
        return self.checker.report

    def read(self, subject: Subject, outcome: nodes.Expr) -> EndingTree | None:
        """None if an error was reported."""
        span, outcome = subject.span, spelled_out(self.checker, outcome)
        if _word(outcome) == "skipped":
            return EndingTree(subject.path(), span, skipped=True)
        if not self._can_end(subject.task, outcome):
            return None
        parts = outcome.items if isinstance(outcome, nodes.ListExpr) else [outcome]
        if not parts or (len(parts) > 1 and isinstance(subject.task.action, Ask)):
            self._bad(outcome, "a list holds the outcomes of the attempts, one after another")
            return None
        outcomes = [self._outcome(subject.task, spelled_out(self.checker, part)) for part in parts]
        known = tuple(found for found in outcomes if found is not None)
        return EndingTree(subject.path(), span, outcomes=known) if len(known) == len(parts) else None

    def _can_end(self, task: Task, outcome: nodes.Expr) -> bool:
        if isinstance(task.action, Script | Call | Ask | Detach) or task.outs_unknown:
            return True
        what = "a group" if task.kind == "group" else "a wait" if isinstance(task.action, Wait) else "a join"
        help = "say it of the tasks in it" if task.kind == "group" else "leave it out"
        self._report.error(
            codes.BAD_TEST,
            outcome.span,
            f"`{task.dotted}` is {what}: it can be given as `skipped`, and else it ends by itself",
            help=help,
        )
        return False

    def _outcome(self, task: Task, expr: nodes.Expr) -> OutcomeTree | None:
        if isinstance(expr, nodes.ErrorNode):
            return None
        if isinstance(expr, nodes.RecordExpr):
            return self._success(task, expr)
        word = _word(expr)
        if word == "succeeded" and isinstance(expr, nodes.NameRef):
            return OutcomeTree(True)
        asks = isinstance(task.action, Ask)
        if word == ("refused" if asks else "failed"):
            return self._failure(expr, word)
        if word in ("failed", "refused"):
            message = "asks a person, who answers or refuses" if asks else "asks nobody, so nobody can refuse"
            self._bad(expr, f"`{task.dotted}` {message}", "write `refused`" if asks else "write `failed`")
            return None
        help, _ = did_you_mean(word or "", _WORDS, expr.span)
        self._bad(expr, "this is not how a task can end", help)
        return None

    def _bad(self, expr: nodes.Expr, message: str, help: str = "") -> None:
        if not isinstance(expr, nodes.ErrorNode):
            self._report.error(codes.BAD_TEST, expr.span, message, help=help or _HELP)

    def _success(self, task: Task, expr: nodes.RecordExpr) -> OutcomeTree | None:
        given = {out.name: out for out in task.outs.values() if not out.computed}
        outputs = {}
        for entry in expr.entries:
            name = entry.key.text
            out = given.get(name)
            if out is None:
                self._no_output(task, entry.key, given)
                continue
            why = f"the output `{name}` of `{task.dotted}` is {described(out.type)}"
            value = self.checker.check(spelled_out(self.checker, entry.value), self.scope, Wanted(out.type, why))
            outputs[name] = value.tree
        return OutcomeTree(True, outputs)

    def _no_output(self, task: Task, key: nodes.Name, given: dict[str, Out]) -> None:
        if task.outs_unknown or self._report.may_be_lost(key.text):
            return
        if key.text in task.outs:
            self._report.error(
                codes.BAD_TEST,
                key.span,
                f"`{task.dotted}.{key.text}` is computed, so it cannot be given",
                help="give the values that it is computed from",
            )
            return
        report_unknown_field(self._report, key, Record(tuple((name, out.type) for name, out in given.items())))

    def _failure(self, expr: nodes.Expr, word: str) -> OutcomeTree | None:
        if not isinstance(expr, nodes.Call):
            return OutcomeTree(False)
        known: dict[str, Type] = _OF_FAILURE if word == "failed" else {"message": STR}
        trees = {}
        for argument in expr.arguments:
            name = argument.name.text if argument.name else "message"
            if name not in known:
                assert argument.name is not None
                help, fixes = did_you_mean(name, known, argument.name.span)
                self._report.error(
                    codes.UNKNOWN_ARGUMENT,
                    argument.name.span,
                    f"`{word}` has no `{name}`",
                    label="not found",
                    help=help or f"it has {', '.join(f'`{each}: …`' for each in known)}",
                    fixes=fixes,
                )
                return None
            why = f"`{name}` of `{word}` is {described(known[name])}"
            trees[name] = self.checker.check(argument.value, self.scope, Wanted(known[name], why)).tree
        return OutcomeTree(False, **trees)


def spelled_out(checker: Expressions, expr: nodes.Expr) -> nodes.Expr:
    """The value that a `let` of the test's own file stands for, so that it takes the type of its place; else `expr`."""
    seen: set[str] = set()
    while isinstance(expr, nodes.NameRef) and expr.name not in seen:
        let = checker.names.file_lets.get(expr.name)
        if let is None or let.checker is not None:
            break
        seen.add(expr.name)
        expr = let.value
    return expr


def _word(expr: nodes.Expr) -> str | None:
    callee = expr.callee if isinstance(expr, nodes.Call) else expr
    return callee.name if isinstance(callee, nodes.NameRef) else None
