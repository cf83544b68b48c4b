"""Settings of tasks, groups and flows: which may stand where, once each, with values that can be."""

from __future__ import annotations

import datetime as dt
from typing import Final, cast

from flowc.analysis.caching import read_cache
from flowc.analysis.constant import folded
from flowc.analysis.constants import duration, whole
from flowc.analysis.environment import read_env
from flowc.analysis.expressions import Expressions
from flowc.analysis.failures import read_allowance, read_enough, read_ensure
from flowc.analysis.mismatch import Wanted
from flowc.analysis.model import Task
from flowc.analysis.pools import Pools, read_use
from flowc.analysis.report import did_you_mean
from flowc.analysis.retries import read_retry
from flowc.analysis.rounds import read_until
from flowc.analysis.scope import Scope
from flowc.analysis.typed import CREATION, WRITTEN, Known, Typed
from flowc.analysis.types import is_unknown
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.definition import OnCrash, Tree
from runtime.model.types import DURATION, INT, PATH, STR, ListOf

_WORDS: Final[dict[type, str]] = {
    nodes.Retry: "retry",
    nodes.Timeout: "timeout",
    nodes.Deadline: "deadline",
    nodes.Limit: "limit",
    nodes.Priority: "priority",
    nodes.When: "when",
    nodes.After: "after",
    nodes.Env: "env",
    nodes.Idempotent: "idempotent",
    nodes.Crash: "on crash",
    nodes.Cwd: "cwd",
    nodes.AllowFailure: "allow_failure",
    nodes.AllowFailures: "allow_failures",
    nodes.Enough: "enough",
    nodes.FailFast: "fail_fast",
    nodes.Until: "until",
    nodes.Ensure: "ensure",
    nodes.Cache: "cache",
    nodes.Use: "use",
    nodes.Owner: "owner",
    nodes.Tags: "tags",
}
_REPEATABLE: Final = (nodes.When, nodes.After, nodes.Retry, nodes.Ensure, nodes.Use)
_ADDING: Final = (nodes.When, nodes.After, nodes.Ensure)
"""Of what is called and of the call both count."""
INHERITED: Final[tuple[type, ...]] = (
    nodes.Retry,
    nodes.Timeout,
    nodes.Priority,
    nodes.Env,
    nodes.Idempotent,
    nodes.Crash,
    nodes.Cwd,
    nodes.Cache,
    nodes.Use,
)
"""What tasks take from `defaults { }` around them."""
_OF_ACTIONS: Final = (
    nodes.Retry,
    nodes.Timeout,
    nodes.Env,
    nodes.Idempotent,
    nodes.Crash,
    nodes.Cwd,
    nodes.Cache,
    nodes.Use,
)
_OF_ITEMS: Final[dict[type, str]] = {
    nodes.Limit: "`limit` says how many at once",
    nodes.AllowFailures: "`allow_failures` says how many items may fail",
    nodes.Enough: "`enough` says how many must succeed",
    nodes.FailFast: "`fail_fast` says that nothing new starts after a failure",
}
"""Settings of nodes that have `for`."""
_ALLOWED: Final[dict[str, tuple[type, ...]]] = {
    "task": (
        nodes.Retry,
        nodes.Timeout,
        nodes.Limit,
        nodes.Priority,
        nodes.When,
        nodes.After,
        nodes.Env,
        nodes.Idempotent,
        nodes.Crash,
        nodes.Cwd,
        nodes.AllowFailure,
        nodes.AllowFailures,
        nodes.Enough,
        nodes.FailFast,
        nodes.Until,
        nodes.Ensure,
        nodes.Cache,
        nodes.Use,
    ),
    "group": (
        nodes.Retry,
        nodes.Timeout,
        nodes.Limit,
        nodes.Priority,
        nodes.When,
        nodes.After,
        nodes.AllowFailure,
        nodes.AllowFailures,
        nodes.Enough,
        nodes.FailFast,
        nodes.Until,
        nodes.Use,
    ),
    "flow": (nodes.Limit, nodes.Deadline, nodes.FailFast, nodes.Owner, nodes.Tags),
}
_INSTEAD: Final[dict[tuple[str, type], str]] = {
    ("group", nodes.Env): "write it in each task that needs it",
    ("group", nodes.Crash): "write it in its `defaults { }`, for all tasks in it, or in each task",
    ("flow", nodes.Crash): "write it in its `defaults { }`, for all its tasks, or in each task",
    ("group", nodes.Idempotent): "write it in each task that may run twice without harm",
    ("flow", nodes.Env): "write it in each task that needs it",
    ("flow", nodes.Retry): "write it in each task that may be tried again",
    ("flow", nodes.Timeout): "write it in the tasks; a bound for the whole flow is a `deadline`",
    ("task", nodes.Deadline): "write it in the flow; a bound for an attempt of a task is a `timeout`",
    ("group", nodes.Deadline): "write it in the flow; a bound for an attempt of a task is a `timeout`",
    ("flow", nodes.Priority): "write it in its `defaults { }`, for all its tasks, or in each task",
    ("flow", nodes.When): "write it in a task or group",
    ("flow", nodes.After): "write it in a task or group",
    ("flow", nodes.Idempotent): "write it in each task that may run twice without harm",
    ("group", nodes.Cwd): "write it in each task that needs it",
    ("flow", nodes.Cwd): "write it in each task that needs it",
    ("group", nodes.Ensure): "write it in the task whose outputs it is about",
    ("flow", nodes.Ensure): "write it in the task whose outputs it is about",
    ("group", nodes.Cache): "write it in each task whose result may be taken over",
    ("flow", nodes.Cache): "write it in each task whose result may be taken over",
    ("flow", nodes.AllowFailure): "write it in the tasks and groups whose failure stops nobody",
    ("flow", nodes.Enough): "write it in a group, or in a task with `for`",
    ("flow", nodes.Until): "write it in the task or group that is to go again",
    ("flow", nodes.AllowFailures): "write it in a task or group with `for`",
    ("flow", nodes.Use): "write it in the tasks and groups that need a place",
    ("task", nodes.Owner): "write it in the flow",
    ("task", nodes.Tags): "write it in the flow",
    ("group", nodes.Owner): "write it in the flow",
    ("group", nodes.Tags): "write it in the flow",
}


class Settings:
    """Checks the settings of nodes and puts them into the model."""

    def __init__(self, checker: Expressions, pools: Pools) -> None:
        self.checker = checker
        self.report = checker.report
        self._pools = pools

    def read(
        self, task: Task, body: list[nodes.Statement], scope: Scope, has_action: bool, given: set[type] | None = None
    ) -> None:
        """The settings in the block of a node. `after` is read with the orders. `given`: kinds that were given nearer
        to the node and count instead; those of the block are added.
        """
        given = set() if given is None else given
        found = [item for item in self._single(task, body) if type(item) not in given or isinstance(item, _ADDING)]
        for item in found:
            if not has_action and isinstance(item, _OF_ACTIONS):
                self._without_action(task, item)
            self._set(task, item, scope)
        given.update(map(type, found))

    def inherit(
        self, task: Task, body: list[nodes.Statement], scope: Scope, has_action: bool, given: set[type]
    ) -> None:
        """The settings of a `defaults` block around the task that are not `given` yet; what cannot be about this task
        is left out."""
        for item in body:
            kind = type(item)
            if kind in INHERITED and kind not in given and (has_action or kind not in _OF_ACTIONS):
                self._set(task, item, scope)
        given.update(type(item) for item in body if type(item) in INHERITED)

    def check_inherited(self, body: list[nodes.Statement]) -> None:
        """Reports what cannot be inherited, and what is given twice."""
        seen: dict[type, nodes.Statement] = {}
        for item in body:
            kind = type(item)
            if isinstance(item, nodes.ErrorNode):
                continue
            if kind not in INHERITED:
                self.report.error(
                    codes.MISPLACED,
                    item.span,
                    "`defaults` holds settings that tasks can have, this is none",
                    help=f"it may hold {', '.join(f'`{_WORDS[known]}`' for known in INHERITED)}",
                )
            elif kind in seen and kind not in _REPEATABLE:
                self._twice(item, seen[kind])
            else:
                self._check_reached(item, seen.get(kind))
            seen[kind] = item

    def _set(self, task: Task, item: nodes.Statement, scope: Scope) -> None:
        match item:
            case nodes.Retry():
                task.retry = (*task.retry, *read_retry(self, item, scope))
            case nodes.Timeout():
                task.timeout_seconds = self.bound(item.value, "timeout", scope)
            case nodes.Deadline():
                task.timeout_seconds = self.bound(item.value, "deadline", scope)
            case nodes.Limit():
                task.limit = self._limit(task, item, scope)
            case nodes.Priority():
                task.priority = self._priority(item, scope)
            case nodes.Env():
                task.env = read_env(self, item, scope)
            case nodes.Idempotent():
                task.idempotent = True
            case nodes.Crash():
                task.on_crash = self._crash(item) or task.on_crash
            case _:
                self._set_further(task, item, scope)

    def _set_further(self, task: Task, item: nodes.Statement, scope: Scope) -> None:
        match item:
            case nodes.Cwd():
                wanted = Wanted(PATH, "`cwd` is the folder that a script runs in")
                task.cwd = self.checker.check(item.value, scope, wanted).tree
            case nodes.AllowFailure():
                task.allow_failure = True
            case nodes.AllowFailures():
                task.allow_failures = read_allowance(self, item, scope)
            case nodes.Ensure():
                task.giver.ensures = (*task.giver.ensures, read_ensure(self, item, scope))
            case nodes.Enough():
                task.enough = read_enough(self, task, item, scope)
            case nodes.FailFast():
                task.fail_fast = True
            case nodes.Until():
                task.until = read_until(self, task, item, scope)
            case nodes.Cache():
                task.cache = read_cache(self, item, scope)
            case nodes.Use():
                task.uses = read_use(self, self._pools, task, item, scope)
            case nodes.Owner() | nodes.Tags():
                self._about_flow(item, scope)

    def conditions(self, task: Task, body: list[nodes.Statement], scope: Scope) -> Scope:
        """Reads every `when`, joined by `and`; the scope in which they hold."""
        for item in body:
            if isinstance(item, nodes.When) and task.kind != "flow":
                found = self.checker.condition(item.condition, scope, "a condition")
                scope = scope.with_narrowed(self.checker.narrowings(item.condition, scope))
                if found.tree is False:
                    self._never(task, item)
                task.when = found.tree if task.when is None else ["and", task.when, found.tree]
        return scope

    def _never(self, task: Task, item: nodes.When) -> None:
        self.report.warning(
            codes.NEVER_RUNS,
            item.condition.span,
            f"`{task.dotted}` never runs: its condition is always false",
            help="remove the condition, or the node if nobody needs it",
        )

    def _single(self, task: Task, body: list[nodes.Statement]) -> list[nodes.Statement]:
        """The settings that may stand here, each kind once."""
        seen: dict[type, nodes.Statement] = {}
        found = []
        for item in body:
            kind = type(item)
            if kind not in _WORDS:
                continue
            if not _may_stand(task, kind) or (kind in _OF_ITEMS and not task.mapped and _one_thing(task, kind)):
                self._misplaced(task, item)
            elif kind in seen and kind not in _REPEATABLE:
                self._twice(item, seen[kind])
            else:
                self._check_reached(item, seen.get(kind))
                seen[kind] = item
                found.append(item)
        return found

    def _check_reached(self, item: nodes.Statement, before: nodes.Statement | None) -> None:
        """Of several lines of `retry` the first whose `when` holds decides."""
        if not isinstance(item, nodes.Retry) or not isinstance(before, nodes.Retry):
            return
        if any(option.name is not None and option.name.text == "when" for option in before.options):
            return
        self.report.error(
            codes.DUPLICATE_SETTING,
            item.span,
            "this `retry` is never reached: the one before it holds for every failure",
            labels=[Label(before.span, "it has no `when`")],
            help="give the first line a `when:`, or remove one of them",
        )

    def _misplaced(self, task: Task, item: nodes.Statement) -> None:
        kind, word = type(item), _WORDS[type(item)]
        help = _INSTEAD.get((task.kind, kind), "")
        message = f"`{word}` does not belong in a {task.kind}"
        if kind in _OF_ITEMS and kind in _ALLOWED[task.kind]:
            message = f"{_OF_ITEMS[kind]}, but this {task.kind} runs only once"
            help = "write it in the group around it, or in a task with `for`"
            if kind is nodes.AllowFailures:
                help = "write `allow_failure` if nobody minds its failure, or give it a `for`"
        self.report.error(codes.MISPLACED, item.span, message, help=help)

    def _twice(self, item: nodes.Statement, first: nodes.Statement) -> None:
        word = _WORDS[type(item)]
        self.report.error(
            codes.DUPLICATE_SETTING,
            item.span,
            f"`{word}` is given twice",
            label="given again here",
            labels=[Label(first.span, "first given here")],
            help="remove one of them",
        )

    def _without_action(self, task: Task, item: nodes.Statement) -> None:
        word, does, help = _WORDS[type(item)], "has none", 'add an action such as `sh "…"`, or remove the setting'
        if task.detached is not None:
            does, help = "only starts a run", f"write it in the tasks of flow `{task.detached.name}`"
        self.report.error(
            codes.NO_ACTION,
            item.span,
            f"`{word}` is about an action, but task `{task.name}` {does}",
            labels=[Label(task.span, "this task does nothing itself")],
            help=help,
        )

    # Values

    def _about_flow(self, item: nodes.Owner | nodes.Tags, scope: Scope) -> None:
        owner = isinstance(item, nodes.Owner)
        wanted = Wanted(STR, "`owner` is a text")
        if not owner:
            wanted = Wanted(ListOf(STR), '`tags` is a list of texts such as `["nightly"]`')
        found = self.value(item.value, scope, wanted, WRITTEN, "owner" if owner else "tags")
        if found is None:
            return
        flow = self.checker.names.flow
        if isinstance(found.tree, str):
            flow.owner = found.tree
        elif all(isinstance(tag, str) for tag in found.tree[1:]):
            flow.tags = tuple(found.tree[1:])

    def value(self, expr: nodes.Expr, scope: Scope, wanted: Wanted, latest: Known, word: str) -> Typed | None:
        """The value of a setting; None if an error was reported."""
        known_before = len(scope.task.references)
        found = self.checker.check(expr, scope, wanted)
        if is_unknown(found.type):
            return None
        if found.known > latest:
            del scope.task.references[known_before:]
            self._too_late(expr, latest, word, found)
            return None
        if found.known == WRITTEN:
            found.tree = folded(found.tree)
        return found

    def _too_late(self, expr: nodes.Expr, latest: Known, word: str, found: Typed) -> None:
        fixed = "the flow is deployed" if latest == WRITTEN else "a run begins"
        told = "when a run begins" if found.known == CREATION else "while the run goes on"
        self.report.error(
            codes.KNOWN_LATER,
            expr.span,
            f"`{word}` is fixed when {fixed}, but this value is known only {told}",
            label="known only later",
            help="use a literal" if latest == WRITTEN else "use a literal or a parameter",
        )

    def impossible(self, expr: nodes.Expr, message: str, help: str) -> None:
        self.report.error(codes.BAD_SETTING, expr.span, message, help=help)

    def bound(self, value: nodes.Expr, word: str, scope: Scope) -> Tree:
        """The seconds of a `timeout`, a `deadline`, or of what is late."""
        found = self.value(value, scope, Wanted(DURATION, f"`{word}` is a duration such as `20m`"), CREATION, word)
        if found is None:
            return None
        length = duration(found.tree)
        if length is None:
            return ["call", "seconds", found.tree]
        if length <= dt.timedelta():
            message = f"a {word} of no time would end everything at once"
            if word == "on late":
                message = "after no time nothing is late yet"
            self.impossible(value, message, "write at least `1s`")
        return length.total_seconds()

    def _crash(self, item: nodes.Crash) -> OnCrash:
        """Empty if an error was reported."""
        choice = item.choice.text
        if choice in ("rerun", "suspend"):
            return cast(OnCrash, choice)
        help, fixes = did_you_mean(choice, ("rerun", "suspend"), item.choice.span)
        self.report.error(
            codes.BAD_SETTING,
            item.choice.span,
            f"after a crash a task can `rerun` or `suspend`, but not `{choice}`",
            help=help or "write `on crash rerun` if running it twice does no harm, else `on crash suspend`",
            fixes=fixes,
        )
        return ""

    def _limit(self, task: Task, item: nodes.Limit, scope: Scope) -> Tree:
        wanted = Wanted(INT, "`limit` is a whole number")
        found = self.value(item.value, scope, wanted, CREATION, "limit")
        if found is not None and isinstance(found.tree, int) and found.tree < 1:
            what = "items" if task.mapped else "members"
            self.impossible(
                item.value, f"with `limit {found.tree}` none of the {what} could ever start", "write at least `limit 1`"
            )
        return None if found is None else found.tree

    def _priority(self, item: nodes.Priority, scope: Scope) -> Tree:
        wanted = Wanted(INT, "`priority` is a whole number from -20 to 19")
        found = self.value(item.value, scope, wanted, CREATION, "priority")
        if found is None:
            return 0
        number = whole(found.tree)
        if number is not None and not -20 <= number <= 19:
            self.impossible(
                item.value, "`priority` is a whole number from -20 to 19", "the lower the number, the sooner it starts"
            )
            return 0
        return found.tree if number is None else number


def _may_stand(task: Task, kind: type) -> bool:
    """Whether a setting can be about the node; a flow that is called is a group that has outputs."""
    return kind in _ALLOWED[task.kind] or (task.called and kind is nodes.Ensure)


def _one_thing(task: Task, kind: type) -> bool:
    """Whether a setting about items makes no sense on a node without `for`; a group's limit counts its members."""
    return task.kind == "task" or kind is nodes.AllowFailures  # a group's members count as well
