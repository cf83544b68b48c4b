"""Settings of tasks, groups and flows: which may stand where, once each, with values that can be."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from flowc.analysis.caching import read_cache
from flowc.analysis.constants import duration
from flowc.analysis.expressions import Expressions
from flowc.analysis.failures import read_allowance, read_ensure
from flowc.analysis.mismatch import Wanted
from flowc.analysis.model import Task
from flowc.analysis.pools import Pools, read_use
from flowc.analysis.report import did_you_mean
from flowc.analysis.scope import Scope
from flowc.analysis.typed import CREATION, WRITTEN, Known, Typed
from flowc.analysis.types import holds_secret, is_unknown
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.definition import Retry, Tree
from runtime.model.types import DURATION, FLOAT, INT, JSON, PATH, PERCENT, STR, ListOf, Optional

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
    nodes.Cwd: "cwd",
    nodes.AllowFailure: "allow_failure",
    nodes.AllowFailures: "allow_failures",
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
    nodes.Cwd,
    nodes.Cache,
    nodes.Use,
)
"""What tasks take from `defaults { }` around them."""
_OF_ACTIONS: Final = (nodes.Retry, nodes.Timeout, nodes.Env, nodes.Idempotent, nodes.Cwd, nodes.Cache, nodes.Use)
_OF_ITEMS: Final[dict[type, str]] = {
    nodes.Limit: "`limit` says how many at once",
    nodes.AllowFailures: "`allow_failures` says how many items may fail",
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
        nodes.Cwd,
        nodes.AllowFailure,
        nodes.AllowFailures,
        nodes.Ensure,
        nodes.Cache,
        nodes.Use,
    ),
    "group": (nodes.Limit, nodes.When, nodes.After, nodes.AllowFailure, nodes.AllowFailures, nodes.Use),
    "flow": (nodes.Limit, nodes.Deadline, nodes.Owner, nodes.Tags),
}
_LATER: Final[dict[tuple[str, type], str]] = {
    ("group", nodes.Retry): "`retry` of a group",
    ("group", nodes.Timeout): "`timeout` of a group",
    ("group", nodes.Priority): "`priority` of a group",
    ("flow", nodes.Priority): "`priority` of a flow",
}
_INSTEAD: Final[dict[tuple[str, type], str]] = {
    ("group", nodes.Env): "write it in each task that needs it",
    ("group", nodes.Idempotent): "write it in each task that may run twice without harm",
    ("flow", nodes.Env): "write it in each task that needs it",
    ("flow", nodes.Retry): "write it in each task that may be tried again",
    ("flow", nodes.Timeout): "write it in the tasks; a bound for the whole flow is a `deadline`",
    ("task", nodes.Deadline): "write it in the flow; a bound for an attempt of a task is a `timeout`",
    ("group", nodes.Deadline): "write it in the flow; a bound for an attempt of a task is a `timeout`",
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
    ("flow", nodes.AllowFailures): "write it in a task or group with `for`",
    ("flow", nodes.Use): "write it in the tasks and groups that need a place",
    ("task", nodes.Owner): "write it in the flow",
    ("task", nodes.Tags): "write it in the flow",
    ("group", nodes.Owner): "write it in the flow",
    ("group", nodes.Tags): "write it in the flow",
}
_MOST_RETRIES: Final = 1_000_000


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
                task.retry = (*task.retry, *self._retry(item, scope))
            case nodes.Timeout():
                task.timeout_seconds = self._bound(item.value, "timeout", scope)
            case nodes.Deadline():
                task.timeout_seconds = self._bound(item.value, "deadline", scope)
            case nodes.Limit():
                task.limit = self._limit(task, item, scope)
            case nodes.Priority():
                task.priority = self._priority(item, scope)
            case nodes.Env():
                task.env = self._env(item, scope)
            case nodes.Idempotent():
                task.idempotent = True
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
                task.ensures = (*task.ensures, read_ensure(self, item, scope))
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
            if kind not in _ALLOWED[task.kind] or (kind in _OF_ITEMS and not task.mapped and _one_thing(task, kind)):
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
        if (task.kind, kind) in _LATER:
            self.report.not_yet(item.span, _LATER[task.kind, kind], help="write it in the tasks")
            return
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
        word = _WORDS[type(item)]
        self.report.error(
            codes.NO_ACTION,
            item.span,
            f"`{word}` is about an action, but task `{task.name}` has none",
            labels=[Label(task.span, "this task does nothing itself")],
            help='add an action such as `sh "…"`, or remove the setting',
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
        return found

    def _too_late(self, expr: nodes.Expr, latest: Known, word: str, found: Typed) -> None:
        if latest == WRITTEN and found.known == CREATION:
            self.report.not_yet(expr.span, f"a parameter in `{word}`", help="write the value out")
            return
        self.report.error(
            codes.KNOWN_LATER,
            expr.span,
            f"`{word}` is fixed when a run begins, but this value is known only while the run goes on",
            label="known only later",
            help="use a literal" if latest == WRITTEN else "use a literal or a parameter",
        )

    def impossible(self, expr: nodes.Expr, message: str, help: str) -> None:
        self.report.error(codes.BAD_SETTING, expr.span, message, help=help)

    def _bound(self, value: nodes.Expr, word: str, scope: Scope) -> Tree:
        """The seconds of a `timeout` or `deadline`."""
        found = self.value(value, scope, Wanted(DURATION, f"`{word}` is a duration such as `20m`"), CREATION, word)
        if found is None:
            return None
        length = duration(found.tree)
        if length is None:
            return ["call", "seconds", found.tree]
        if length <= dt.timedelta():
            self.impossible(value, f"a {word} of no time would end everything at once", "write at least `1s`")
        return length.total_seconds()

    def _limit(self, task: Task, item: nodes.Limit, scope: Scope) -> Tree:
        wanted = Wanted(INT, "`limit` is a whole number")
        found = self.value(item.value, scope, wanted, CREATION, "limit")
        if found is not None and isinstance(found.tree, int) and found.tree < 1:
            what = "items" if task.mapped else "members"
            self.impossible(
                item.value, f"with `limit {found.tree}` none of the {what} could ever start", "write at least `limit 1`"
            )
        return None if found is None else found.tree

    def _priority(self, item: nodes.Priority, scope: Scope) -> int:
        wanted = Wanted(INT, "`priority` is a whole number from -20 to 19")
        found = self.value(item.value, scope, wanted, WRITTEN, "priority")
        if found is None:
            return 0
        if not isinstance(found.tree, int) or not -20 <= found.tree <= 19:
            self.impossible(
                item.value, "`priority` is a whole number from -20 to 19", "the lower the number, the sooner it starts"
            )
            return 0
        return found.tree

    def _env(self, item: nodes.Env, scope: Scope) -> tuple[tuple[str, Tree], ...]:
        found: dict[str, Tree] = {}
        places: dict[str, nodes.Name] = {}
        for entry in item.entries:
            name = entry.key.text
            if name in places:
                self.report.error(
                    codes.DUPLICATE_SETTING,
                    entry.key.span,
                    f"the variable `{name}` is given twice",
                    labels=[Label(places[name].span, "first given here")],
                    help="remove one of them",
                )
            elif not _is_variable(name):
                self.report.error(
                    codes.BAD_SETTING,
                    entry.key.span,
                    f"`{name}` cannot be the name of an environment variable",
                    help="use letters, digits and `_`",
                )
            elif name.startswith("FLOW_"):
                self.report.error(
                    codes.RESERVED_NAME,
                    entry.key.span,
                    f"`{name}` cannot be set: variables that begin with `FLOW_` are set by the runner",
                    help="give it another name",
                )
            places.setdefault(name, entry.key)
            found.setdefault(name, self._env_value(entry, scope))
        return tuple(found.items())

    def _env_value(self, entry: nodes.RecordEntry, scope: Scope) -> Tree:
        value = self.checker.infer(entry.value, scope)
        if isinstance(value.type, Optional) or not holds_secret(value.type):
            wanted = Wanted(JSON, f"the variable `{entry.key.text}` needs a value")
            value = value if not isinstance(value.type, Optional) else self.checker.check(entry.value, scope, wanted)
        return value.tree

    def _retry(self, item: nodes.Retry, scope: Scope) -> list[Retry]:
        count = self.value(item.count, scope, Wanted(INT, "`retry` takes a whole number of attempts"), WRITTEN, "retry")
        options = self._options(item, scope)
        if count is None or options is None:
            return []
        if not isinstance(count.tree, int) or not 1 <= count.tree <= _MOST_RETRIES:
            help = "write how often it is tried again after the first time, for example `retry 3`"
            self.impossible(item.count, f"`retry {self.report.text(item.count.span)}` is no number of attempts", help)
            return []
        return [Retry(count.tree, **options)]

    def _options(self, item: nodes.Retry, scope: Scope) -> dict[str, Any] | None:
        found: dict[str, Any] = {}
        given: dict[str, nodes.Argument] = {}
        good = True
        for option in item.options:
            name = option.name
            if name is None or name.text not in _RETRY_OPTIONS:
                good = self._unknown_option(option)
            elif name.text in given:
                self._twice_option(option, given[name.text])
                good = False
            else:
                given[name.text] = option
                good = self._option(name.text, option, scope, found) and good
        return found if good else None

    def _unknown_option(self, option: nodes.Argument) -> bool:
        names = ", ".join(_RETRY_OPTIONS)
        if option.name is None:
            self.report.error(
                codes.UNNAMED_ARGUMENT, option.span, "this value has no name", help=f"`retry` has the options {names}"
            )
        elif option.name.text == "within":
            self.report.not_yet(option.span, "`within` of a retry")
        else:
            help, fixes = did_you_mean(option.name.text, _RETRY_OPTIONS, option.name.span)
            message = f"`retry` has no option called `{option.name.text}`"
            help = help or f"its options are {names}"
            self.report.error(
                codes.UNKNOWN_ARGUMENT, option.name.span, message, label="not found", help=help, fixes=fixes
            )
        return False

    def _twice_option(self, option: nodes.Argument, first: nodes.Argument) -> None:
        assert option.name is not None
        self.report.error(
            codes.DUPLICATE_SETTING,
            option.span,
            f"`{option.name.text}` is given twice",
            labels=[Label(first.span, "first given here")],
            help="remove one of them",
        )

    def _option(self, name: str, option: nodes.Argument, scope: Scope, found: dict[str, Any]) -> bool:
        if name == "when":
            inner = Scope(scope.task, scope.home, narrowed=scope.narrowed, error=True)
            found["when"] = self.checker.condition(option.value, inner, "the condition of a retry").tree
            return True
        kind, key, sentence = _RETRY_OPTIONS[name]
        value = self.value(option.value, scope, Wanted(kind, sentence), WRITTEN, "retry")
        if value is None:
            return False
        number = _number(value.tree)
        if number is None:
            self.impossible(option.value, f"{sentence}, and must be written out", "write a literal")
            return False
        if number < 0 or (name == "backoff" and number < 1) or (name == "jitter" and number > 1):
            self.impossible(option.value, f"`{name}` cannot be {self.report.text(option.value.span)}", _BOUNDS[name])
            return False
        found[key] = number
        return True


_RETRY_OPTIONS: Final[dict[str, tuple[Any, str, str]]] = {
    "delay": (DURATION, "delay_seconds", "`delay` is a duration such as `30s`"),
    "backoff": (FLOAT, "backoff", "`backoff` is a number that each delay is multiplied with, such as `2.0`"),
    "max_delay": (DURATION, "max_delay_seconds", "`max_delay` is a duration such as `10m`"),
    "jitter": (PERCENT, "jitter", "`jitter` is a percentage such as `20%`"),
    "when": (None, "when", ""),
}
_BOUNDS: Final = {
    "delay": "write a duration such as `30s`",
    "backoff": "write a number of at least 1",
    "max_delay": "write a duration such as `10m`",
    "jitter": "write a percentage from 0% to 100%",
}


def _one_thing(task: Task, kind: type) -> bool:
    """Whether a setting about items makes no sense on a node without `for`; a group's limit counts its members."""
    return task.kind == "task" or kind is nodes.AllowFailures


def _number(tree: Tree) -> float | None:
    """Seconds of a written duration, the fraction of a percentage, or the number itself."""
    match tree:
        case bool():
            return None
        case int() | float():
            return float(tree)
        case ["lit", "percent", int() | float() as fraction]:
            return float(fraction)
        case _:
            length = duration(tree)
            return None if length is None else length.total_seconds()


def _is_variable(name: str) -> bool:
    return name.isascii() and name.isidentifier()
