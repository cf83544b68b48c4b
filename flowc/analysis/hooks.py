"""Hooks: tasks that report on what has become of a node, `on failure { … }`.

They are nodes beside the one that they report on: nothing waits for them, and their own failure changes no outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from flowc.analysis.model import Flow, Order, Span, Task
from flowc.analysis.report import Report, did_you_mean
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model import definition
from runtime.model.definition import Tree
from runtime.model.slotted import dataclass, field
from runtime.model.types import INT, STR, ListOf, Record, Type, optional

if TYPE_CHECKING:
    from flowc.analysis.frame import Frame

STATES: Final = {"failure": "failed", "success": "succeeded", "skip": "skipped", "done": "done"}
"""The events that are outcomes, and the state that each reports on."""

EVENTS: Final = ("start", *STATES, "retry", "timeout", "late")

_NOT_OF_FLOWS: Final = {
    "skip": ("a whole flow is never skipped", "write it in a task or group"),
    "retry": ("a whole flow is not tried again", "write it in the tasks that have a `retry`"),
}
_FAILING: Final = ("failure", "retry", "timeout")
"""Events at which something has failed for certain."""

FAILURE: Final = Record((("task", STR), ("error", STR)))

VALUES: Final[dict[str, Type]] = {"task": STR, "error": STR}
"""Of `failed` in a hook."""

ATTEMPT, FAILURES = INT, ListOf(FAILURE)


@dataclass(frozen=True, slots=True)
class Space:
    """Where the tasks of the hooks on one event of a node have their names; `task` is no node of the flow."""

    task: Task
    taken: dict[str, tuple[str, Span]] = field(default_factory=dict)


def namespace(subject: Task, hook: nodes.Hook, frame: Frame) -> Space | None:
    """None if the event is reported."""
    event, report = hook.event, frame.report
    if event.text not in EVENTS:
        help, fixes = did_you_mean(event.text, EVENTS, event.span)
        report.error(
            codes.UNKNOWN_STATEMENT,
            event.span,
            f"there is no event called `{event.text}`",
            label="not found",
            help=help or f"its events are {', '.join(f'`on {name}`' for name in EVENTS)}",
            fixes=fixes,
        )
        return None
    if (event.text == "late") != (hook.late is not None):
        _wrong_time(hook, report)
        return None
    if subject.kind == "flow" and event.text in _NOT_OF_FLOWS:
        message, help = _NOT_OF_FLOWS[event.text]
        report.error(codes.MISPLACED, hook.head, message, help=help)
        return None
    name = f"on_{event.text}"
    if name in subject.members:
        _name_is_taken(subject.members[name], hook, report)
        return None
    home = subject.home if subject.kind == "task" else subject
    path = f"{subject.path}/{name}" if subject.path else name
    return Space(Task(-1, "group", name, path, None if frame.names.root is None else home, event.span))


def _wrong_time(hook: nodes.Hook, report: Report) -> None:
    """`late` needs a time, no other event has one."""
    if hook.late is None:
        message, help = "`on late` says after what time", "write for example `on late 3h { … }`"
    else:
        message, help = f"`on {hook.event.text}` takes no time", f"write `on {hook.event.text} {{ … }}`, or `on late …`"
    report.error(codes.BAD_SETTING, hook.head, message, help=help)


def _name_is_taken(member: Task, hook: nodes.Hook, report: Report) -> None:
    report.error(
        codes.DUPLICATE_NAME,
        hook.head,
        f"the tasks of this hook are called `{member.dotted}.…`, and a member has that name",
        labels=[Label(member.span, "this member")],
        help="give the member another name",
    )


def tasks_of(hook: nodes.Hook, report: Report) -> list[nodes.Statement]:
    """The tasks in the block of a hook; everything else but chains is reported."""
    found: list[nodes.Statement] = []
    for item in hook.body:
        if isinstance(item, nodes.TaskDecl):
            found.append(item)
        elif not isinstance(item, nodes.Chain | nodes.ErrorNode):
            report.error(
                codes.MISPLACED,
                item.head if isinstance(item, nodes.GroupDecl) else item.span,
                "a hook holds tasks, and chains of them",
                help="write `task NAME { … }`",
            )
    return found


def event_of(subject: Task, hook: nodes.Hook) -> list[Tree]:
    """What the tasks of a hook wait for. The time of `late` is filled in when expressions are checked."""
    event = hook.event.text
    if event == "late":
        return ["late", subject.path, None]
    return ["state", subject.path, STATES[event]] if event in STATES else ["event", subject.path, event]


def attach(
    task: Task, space: Task, subject: Task, hook: nodes.Hook, event: list[Tree], flow: Flow, report: Report
) -> None:
    """Makes a declared task one of the hook: it waits for the event of `subject`, and stands beside it."""
    task.space = space
    task.parent = next((group for group in subject.ancestors() if group.mapped or group.repeats), flow.tasks[0])
    task.hook = cast(definition.Hook, hook.event.text)
    task.subject = subject
    task.awaits = event
    flow.orders.append(Order(subject, task, report.place(hook.event.span), "after", outcome=True))


def is_onlooker(observer: Task, task: Task) -> bool:
    """Whether `observer` is of a hook and `task` is not: it then looks at what there is, and waits for nothing."""
    return bool(observer.hook) and not task.hook


def seen_by_hook(observer: Task, task: Task, kind: Type) -> Type:
    """What a hook knows of an output of another node: it may be missing, unless the hook is about its success."""
    about = observer.hook == "success" and observer.subject in (task, *task.ancestors())
    return kind if about else optional(kind)


def failed_type(observer: Task, name: str) -> Type:
    """The type of `failed.NAME`: what has ended need not have failed."""
    return VALUES[name] if observer.hook in _FAILING else optional(VALUES[name])
