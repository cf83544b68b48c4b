"""Conditions on what becomes of others: `after a or b`, `after risky.failed`, `after any(shards, 3)`.

A bare name that stands beside `or` means that it has succeeded; if all that is named there is skipped, the condition
holds too. Elsewhere a bare name is a plain order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from flowc.analysis.model import Task
from flowc.analysis.report import Report, did_you_mean
from flowc.diagnostics import codes
from flowc.syntax import nodes
from runtime.model.definition import Tree

STATES: Final = ("succeeded", "failed", "skipped", "done")

Find = Callable[[nodes.Path], Task | None]
"""The node of a path; None if an error was reported."""

Allow = Callable[[Task, nodes.Span], bool]
"""Whether a node may be asked about; False if an error was reported."""


def is_plain(awaited: nodes.Awaited) -> bool:
    """Whether it names a node and no state of it."""
    return isinstance(awaited, nodes.Path) and state_of(awaited) is None


def state_of(path: nodes.Path) -> str | None:
    """The state that a path ends in."""
    last = path.names[-1].text
    return last if len(path.names) > 1 and last in STATES else None


def may_skip(item: nodes.After) -> bool:
    """Whether a task may be skipped by what its `after` asks for."""
    return any(
        not is_plain(part) and not (isinstance(part, nodes.Path) and state_of(part) == "done") for part in item.parts
    )


class Outcomes:
    """Makes conditions for one task. `asked`: the nodes that they ask about, with the places."""

    def __init__(self, find: Find, allow: Allow, report: Report) -> None:
        self._find = find
        self._allow = allow
        self._report = report
        self.asked: list[tuple[Task, nodes.Span]] = []

    def tree(self, awaited: nodes.Awaited) -> Tree:
        """The condition; None if an error was reported."""
        match awaited:
            case nodes.Path():
                state = state_of(awaited)
                found = self._named(awaited)
                return None if found is None else ["state", found.path, state] if state else _met(found)
            case nodes.AwaitCount():
                return self._count(awaited)
            case nodes.AwaitAll(parts):
                return _joined("and", [self.tree(part) for part in parts])
            case nodes.AwaitAny(parts):
                return self._any(parts)

    def _any(self, parts: list[nodes.Awaited]) -> Tree:
        before = len(self.asked)
        found = [self._alternative(part) for part in parts]
        if any(is_plain(part) for part in parts):
            skipped = [
                ["state", path, "skipped"] for path in dict.fromkeys(task.path for task, _ in self.asked[before:])
            ]
            found.append(_joined("and", skipped))
        return _joined("or", found)

    def _alternative(self, part: nodes.Awaited) -> Tree:
        if not is_plain(part):
            return self.tree(part)
        assert isinstance(part, nodes.Path)
        found = self._named(part)
        return None if found is None else ["state", found.path, "succeeded"]

    def _named(self, path: nodes.Path) -> Task | None:
        named = path
        if state_of(path) is not None:
            names = path.names[:-1]
            named = nodes.Path(names, (names[0].span[0], names[-1].span[1]))
        found = self._find(named)
        if found is None or not self._allow(found, path.span):
            return None
        self.asked.append((found, path.span))
        return found

    def _count(self, item: nodes.AwaitCount) -> Tree:
        if item.function.text != "any":
            help, fixes = did_you_mean(item.function.text, ["any"], item.function.span)
            self._report.error(
                codes.UNKNOWN_FUNCTION,
                item.function.span,
                f"`after` knows no `{item.function.text}`",
                label="not found",
                help=help or "write `after any(NODE, 3)` to go on after three items have succeeded",
                fixes=fixes,
            )
            return None
        found = self._named(item.path)
        wanted = self._number(item.count)
        if found is None or wanted is None:
            return None
        if not found.mapped:
            self._report.error(
                codes.BAD_OUTCOME,
                item.path.span,
                f"`any` counts items, but `{found.dotted}` has no `for`",
                help="name the alternatives: `after a or b`",
            )
            return None
        return ["any", found.path, wanted]

    def _number(self, expr: nodes.Expr) -> int | None:
        if isinstance(expr, nodes.Literal) and expr.kind == "int" and expr.value >= 1:
            return int(expr.value)
        if not isinstance(expr, nodes.ErrorNode):
            self._report.error(
                codes.BAD_SETTING,
                expr.span,
                "`any` takes how many items must have succeeded: a whole number of at least 1, written out",
                help="write for example `any(shards, 3)`",
            )
        return None


def _met(task: Task) -> Tree:
    """What a plain order asks for."""
    states = ["succeeded", "skipped", *(["failed"] if task.allow_failure else [])]
    return ["or", *(["state", task.path, state] for state in states)]


def _joined(word: str, parts: list[Tree]) -> Tree:
    known = [part for part in parts if part is not None]
    return None if not known else known[0] if len(known) == 1 else [word, *known]


def joined(conditions: list[Tree]) -> Tree:
    """All of them together; None if there is none."""
    return _joined("and", conditions)


def impossible(condition: Tree) -> tuple[str, str, str] | None:
    """A node that would have to be in two states at once, and these; None if none must be."""
    seen: dict[str, str] = {}
    for path, state in required_states(condition):
        if state != "done" and seen.setdefault(path, state) != state:
            return path, seen[path], state
    return None


def required_states(condition: Tree) -> Iterator[tuple[str, str]]:
    """The states without which the condition cannot hold."""
    match condition:
        case ["state", str(path), str(state)]:
            yield path, state
        case ["and", *parts]:
            for part in parts:
                yield from required_states(part)
