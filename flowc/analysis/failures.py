"""What a node may lose and what its outputs must be: `allow_failures` and `ensure`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowc.analysis.mismatch import Wanted
from flowc.analysis.model import Task
from flowc.analysis.scope import Scope
from flowc.analysis.typed import CREATION
from flowc.analysis.types import UNKNOWN, described
from flowc.diagnostics import codes
from flowc.syntax import nodes
from runtime.model.definition import Ensure, Tree
from runtime.model.slotted import replace
from runtime.model.types import INT, PERCENT, STR

if TYPE_CHECKING:
    from flowc.analysis.settings import Settings


def read_allowance(settings: Settings, item: nodes.AllowFailures, scope: Scope) -> Tree:
    """How many items may fail: a tree that gives a number or a percentage; None if an error was reported."""
    found = settings.value(item.value, scope, Wanted(UNKNOWN, ""), CREATION, "allow_failures")
    if found is None:
        return None
    if found.type not in (INT, PERCENT):
        settings.report.error(
            codes.TYPE_MISMATCH,
            item.value.span,
            f"`allow_failures` is a number of items or a percentage of them, but this is {described(found.type)}",
            label=f"this is {described(found.type)}",
            help="write for example `allow_failures 3` or `allow_failures 10%`",
        )
        return None
    if not _possible(found.tree):
        settings.impossible(
            item.value,
            f"`allow_failures` cannot be {settings.report.text(item.value.span)}",
            "write a number of items such as `3`, or a percentage from 0% to 100%",
        )
        return None
    return found.tree


def read_enough(settings: Settings, task: Task, item: nodes.Enough, scope: Scope) -> Tree:
    """After how many successes a node has succeeded: a tree that gives a number; None if an error was reported."""
    wanted = Wanted(INT, "`enough` is a whole number of successes")
    found = settings.value(item.value, scope, wanted, CREATION, "enough")
    if found is None:
        return None
    count = found.tree
    if (isinstance(count, int) and count < 1) or count == ["neg", 1]:
        settings.impossible(item.value, "`enough` counts successes, at least 1", "write for example `enough 3`")
        return None
    if isinstance(count, int) and not task.mapped and count > len(task.members):
        settings.impossible(
            item.value,
            f"`{task.dotted}` has {len(task.members)} members, so {count} of them can never succeed",
            f"write at most `enough {len(task.members)}`",
        )
        return None
    return count


def _possible(tree: Tree) -> bool:
    match tree:
        case ["lit", "percent", int() | float() as fraction]:
            return 0 <= fraction <= 1
        case int():
            return tree >= 0
        case ["neg", *_]:
            return False
        case _:
            return True


def read_ensure(settings: Settings, item: nodes.Ensure, scope: Scope) -> Ensure:
    """A condition on the task's own outputs, which are known once the action has ended."""
    late = replace(scope, late=True)
    condition = settings.checker.condition(item.condition, late, "what `ensure` asks for")
    text = settings.checker.check(item.text, late, Wanted(STR, "`ensure` says in a text what is wrong"))
    return Ensure(condition.tree, text.tree, settings.report.line(item.span))
