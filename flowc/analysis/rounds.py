"""`until EXPR, every: 30s, at_most: 100`: a node goes again until its own outputs are as they should be.

Inside of it `round` and `last.NAME` are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from flowc.analysis.constants import duration
from flowc.analysis.mismatch import Wanted
from flowc.analysis.model import Task
from flowc.analysis.report import did_you_mean
from flowc.analysis.scope import Scope
from flowc.analysis.typed import CREATION
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.definition import Tree, Until
from runtime.model.slotted import replace
from runtime.model.types import DURATION, INT

if TYPE_CHECKING:
    from flowc.analysis.scope import Names
    from flowc.analysis.settings import Settings

_OPTIONS: Final = ("every", "at_most")


def has_rounds(body: Sequence[nodes.Statement]) -> bool:
    """Whether a block has an `until`."""
    return any(isinstance(entry, nodes.Until) for entry in body)


def repeats(bodies: Sequence[Sequence[nodes.Statement]]) -> bool:
    """Whether the members of a group with these blocks may run again."""
    return any(isinstance(entry, nodes.Until | nodes.Retry) for body in bodies for entry in body)


def around(task: Task, names: Names) -> Task | None:
    """The node whose round is meant by `round` in an expression of a node: itself, or the nearest around it."""
    return next((node for node in _seen(task, names) if node.has_rounds), None)


def _seen(task: Task, names: Names) -> Iterator[Task]:
    yield task
    node = task.home if names.root is not None and task is not names.root else None
    while node is not None:
        yield node
        node = node.parent if node is not names.root else None


def read_until(settings: Settings, task: Task, item: nodes.Until, scope: Scope) -> Until:
    """What is wrong is reported; the setting stays, so that nothing else is told because of it."""
    home = task if task.kind == "group" and not task.called else scope.home
    inside = replace(scope, home=home, late=True, members=task.kind == "group")
    found = settings.checker.condition(item.condition, inside, "what `until` waits for")
    given: dict[str, nodes.Argument] = {}
    for option in item.options:
        if _is_known(settings, option, given):
            assert option.name is not None
            given[option.name.text] = option
    every = _every(settings, given["every"].value, scope) if "every" in given else 0.0
    most = _most(settings, given["at_most"].value, scope) if "at_most" in given else None
    return Until(found.tree, every, most)


def _is_known(settings: Settings, option: nodes.Argument, given: dict[str, nodes.Argument]) -> bool:
    name, report = option.name, settings.report
    if name is None:
        report.error(
            codes.UNNAMED_ARGUMENT,
            option.span,
            "this value has no name",
            help="`until` has the options `every` and `at_most`",
        )
    elif name.text not in _OPTIONS:
        help, fixes = did_you_mean(name.text, _OPTIONS, name.span)
        message = f"`until` has no option called `{name.text}`"
        help = help or "its options are `every` and `at_most`"
        report.error(codes.UNKNOWN_ARGUMENT, name.span, message, label="not found", help=help, fixes=fixes)
    elif name.text in given:
        first = Label(given[name.text].span, "first given here")
        message = f"`{name.text}` is given twice"
        report.error(codes.DUPLICATE_SETTING, option.span, message, labels=[first], help="remove one of them")
    else:
        return True
    return False


def _every(settings: Settings, expr: nodes.Expr, scope: Scope) -> Tree:
    """Seconds between two rounds, as a tree."""
    wanted = Wanted(DURATION, "`every` is a duration such as `30s`")
    found = settings.value(expr, scope, wanted, CREATION, "every")
    if found is None:
        return 0.0
    length = duration(found.tree)
    if length is None:
        return ["call", "seconds", found.tree]
    if length.total_seconds() < 0:
        settings.impossible(expr, "`every` cannot be less than nothing", "write a duration such as `30s`")
    return length.total_seconds()


def _most(settings: Settings, expr: nodes.Expr, scope: Scope) -> Tree:
    found = settings.value(expr, scope, Wanted(INT, "`at_most` is a whole number of rounds"), CREATION, "at_most")
    if found is None:
        return 1
    if isinstance(found.tree, int) and found.tree < 1:
        settings.impossible(expr, "there is always a first round", "write for example `at_most: 100`")
    return found.tree


def check_bound(settings: Settings, task: Task, bodies: Sequence[Sequence[nodes.Statement]]) -> None:
    """Rounds must come to an end; `bodies`: the blocks that the settings of the node stand in."""
    if task.until is None or task.until.at_most is not None or task.timeout_seconds is not None:
        return
    found = [entry for body in bodies for entry in body if isinstance(entry, nodes.Until | nodes.Timeout)]
    item = next((entry for entry in found if isinstance(entry, nodes.Until)), None)
    if item is None or any(isinstance(entry, nodes.Timeout) for entry in found):
        return
    settings.report.error(
        codes.BAD_SETTING,
        (item.span[0], item.span[0] + len("until")),
        f"the rounds of `{task.dotted}` could go on for ever",
        help="say how many there may be, `at_most: 100`, or how long they may take, `timeout 1h`",
    )
