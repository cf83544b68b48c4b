"""`if` and `match`: their branches as conditions of the tasks and groups that stand in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from flowc.analysis.mismatch import report_missing
from flowc.analysis.report import did_you_mean
from flowc.analysis.types import described, is_unknown
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.definition import Tree
from runtime.model.slotted import dataclass, field
from runtime.model.types import Enum, Optional

if TYPE_CHECKING:
    from flowc.analysis.expressions import Expressions
    from flowc.analysis.scope import Scope


@dataclass(slots=True, eq=False)
class Choice:
    """An `if` or a `match` of a flow. `exhaustive`: one of its branches runs in any case. `texts`: what the members of
    the enum stand for, once that has been looked at."""

    statement: nodes.If | nodes.Match
    branches: list[Branch] = field(default_factory=list)
    texts: dict[str, str] | None = None

    @property
    def exhaustive(self) -> bool:
        """A `match` that lacks a member is reported, so every other one is."""
        return isinstance(self.statement, nodes.Match) or self.statement.branches[-1].condition is None


@dataclass(slots=True, eq=False)
class Branch:
    """One of the branches of a choice: `number` counts from 0."""

    choice: Choice
    number: int
    body: list[nodes.Statement]


def branches_of(statement: nodes.If | nodes.Match) -> list[Branch]:
    """The branches of a statement, in order; cases that could not be read are left out."""
    choice = Choice(statement)
    parts: Sequence[nodes.Branch | nodes.Case | nodes.ErrorNode]
    parts = statement.branches if isinstance(statement, nodes.If) else statement.cases
    for number, part in enumerate(parts):
        if not isinstance(part, nodes.ErrorNode):
            choice.branches.append(Branch(choice, number, part.body))
    return choice.branches


def statements_of(body: Sequence[nodes.Statement]) -> Iterator[nodes.Statement]:
    """The statements of a block and those in its branches, for what does not depend on conditions."""
    for item in body:
        if isinstance(item, nodes.If | nodes.Match):
            for branch in branches_of(item):
                yield from statements_of(branch.body)
        else:
            yield item


def condition_of(checker: Expressions, branch: Branch, scope: Scope) -> tuple[Tree, Scope]:
    """The condition under which a branch runs, and the scope in which it holds."""
    statement = branch.choice.statement
    if isinstance(statement, nodes.Match):
        return _case(checker, statement, branch, scope), scope
    trees: list[Tree] = []
    for part in statement.branches[: branch.number]:
        assert part.condition is not None
        trees.append(["not", checker.condition(part.condition, scope, "the condition of an `if`").tree])
    own = statement.branches[branch.number].condition
    if own is not None:
        trees.append(checker.condition(own, scope, "the condition of an `if`").tree)
        scope = scope.with_narrowed(checker.narrowings(own, scope))
    return joined(trees), scope


def joined(trees: Sequence[Tree]) -> Tree:
    """All of the conditions; None if there is none."""
    whole: Tree = None
    for tree in trees:
        whole = tree if whole is None else ["and", whole, tree]
    return whole


def _case(checker: Expressions, statement: nodes.Match, branch: Branch, scope: Scope) -> Tree:
    subject = checker.infer(statement.subject, scope)
    case = statement.cases[branch.number]
    if not isinstance(subject.type, Enum) or isinstance(case, nodes.ErrorNode):
        return True
    if branch.choice.texts is None:
        branch.choice.texts = dict(subject.type.members)
    members = branch.choice.texts
    values = [members[name.text] for name in case.members if name.text in members]
    return ["==", subject.tree, values[0]] if len(values) == 1 else ["in", subject.tree, ["list", *values]]


def check_match(checker: Expressions, statement: nodes.Match, scope: Scope) -> None:
    """Reports a subject that is no enum, members that do not exist, that come twice or that are left out."""
    subject, report = checker.infer(statement.subject, scope), checker.report
    kind = subject.type
    if is_unknown(kind):
        return
    if isinstance(kind, Optional):
        report_missing(report, statement.subject, subject)
        return
    if not isinstance(kind, Enum):
        report.error(
            codes.TYPE_MISMATCH,
            statement.subject.span,
            f"`match` looks at the members of an enum, but this is {described(kind)}",
            label=f"this is {described(kind)}",
            help="use `if … else if …` for other values",
        )
        return
    seen = _members(checker, statement, kind)
    missing = [name for name, _ in kind.members if name not in seen]
    unclear = any(isinstance(case, nodes.ErrorNode) for case in statement.cases) or seen - dict(kind.members).keys()
    if missing and not unclear:
        names = ", ".join(f"`{name}`" for name in missing)
        report.error(
            codes.NOT_EXHAUSTIVE,
            statement.head,
            f"this `match` says nothing for {names} of {described(kind)}",
            label=f"{names} missing",
            help=f"add `{missing[0]} {{ … }}`; a block may be empty",
        )


def _members(checker: Expressions, statement: nodes.Match, kind: Enum) -> set[str]:
    known, report = dict(kind.members), checker.report
    seen: dict[str, nodes.Name] = {}
    for case in statement.cases:
        for name in case.members if isinstance(case, nodes.Case) else ():
            if name.text not in known:
                help, fixes = did_you_mean(name.text, known, name.span)
                report.error(
                    codes.UNKNOWN_MEMBER,
                    name.span,
                    f"{described(kind)} has no member called `{name.text}`",
                    label="not found",
                    help=help or f"its members are {', '.join(known)}",
                    fixes=fixes,
                )
            elif name.text in seen:
                report.error(
                    codes.DUPLICATE_SETTING,
                    name.span,
                    f"`{name.text}` has a block already",
                    label="given again here",
                    labels=[Label(seen[name.text].span, "first given here")],
                    help="put both into one block",
                )
            seen.setdefault(name.text, name)
    return set(seen)
