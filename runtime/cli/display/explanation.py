"""Why a row of the tree is in its state, in a few words: what it waits for, what holds it, how it failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from runtime.cli.display.clock import SECOND, duration
from runtime.cli.display.glyphs import Glyphs
from runtime.cli.display.styled import Line, Span, harmless, joined, line
from runtime.cli.display.tree import Node, Picture
from runtime.model.state import ExecStatus, Reason

_NAMES_SHOWN = 3


def explain(node: Node, picture: Picture, glyphs: Glyphs) -> Line:
    """The words after a row's duration; empty where its sign says all."""
    if node.is_task:
        return explain_task(node, picture)
    parts = [tally(node.counts, glyphs)] if node.members else []
    if node.view.status is ExecStatus.WAITING:
        parts.append(waiting(node, picture))
    elif node.view.status is ExecStatus.FAILED and node.view.reason is not Reason.MEMBERS:
        parts.append(line(Span(failure(node), "bad")))
    elif node.view.kind == "map" and node.view.status is ExecStatus.FINISHED and not node.members:
        parts.append(line(Span("no items", "dim")))
    elif node.view.status is ExecStatus.IGNORED:
        parts.append(line(Span(skipped(node), "dim")))
    elif node.view.status in (ExecStatus.RUNNING, ExecStatus.FINISHED) and _which(node):
        parts.append(line(Span(_which(node), "dim")))
    elif node.view.status is ExecStatus.SUSPENDED:
        parts.append(line(Span(suspended(node), "warn")))
    return joined(parts)


def explain_task(node: Node, picture: Picture) -> Line:
    match node.view.status:
        case ExecStatus.WAITING:
            return waiting(node, picture)
        case ExecStatus.RUNNING:
            return line(Span(_which(node), "dim")) if _which(node) else ()
        case ExecStatus.SUSPENDED:
            return line(Span(suspended(node), "warn"))
        case ExecStatus.FINISHED if node.view.reason is Reason.CACHED:
            return line(Span("taken over from an earlier run", "dim"))
        case ExecStatus.FINISHED:
            return line(Span(f"at {_which(node)}", "dim")) if _which(node) else ()
        case ExecStatus.FAILED:
            return line(Span(failure(node), "bad"))
        case ExecStatus.IGNORED:
            return line(Span(skipped(node), "dim"))


def _which(node: Node) -> str:
    """`round 3`, `attempt 2`, `round 3, attempt 2`; nothing at the first of both."""
    told = [f"round {node.view.round}"] if node.view.round > 1 else []
    told += [f"attempt {node.view.attempts}"] if node.view.attempts > 1 else []
    return ", ".join(told)


def _left(node: Node, picture: Picture) -> str:
    left = max(node.view.not_before - picture.now, 0)
    return _whole(-(-left // SECOND) * SECOND)


def waiting(node: Node, picture: Picture) -> Line:
    """`retry 2 of 4 in 28s`, `blocked by clean`, `waits for clean, enrich`, `held by limit 2 of ingest`."""
    view = node.view
    if view.not_before > 0 and view.reason in (Reason.WAIT, Reason.RATE):
        return line(Span(_until(node, picture), "dim"))
    if view.not_before > 0 and view.reason is Reason.SCARCE:
        return line(Span(f"tried again soon{_because(node)}", "warn"))
    if view.not_before > 0 and view.reason is Reason.ROUND:
        return line(Span(f"round {view.round} in {_left(node, picture)}", "dim"))
    if view.not_before > 0:
        return line(Span(retry_countdown(node, picture), "warn"))
    ahead = [other for other in picture.predecessors(node) if not other.view.status.satisfies]
    broken = [other for other in ahead if _is_stuck(other)]
    if broken:
        return line(Span(f"blocked by {_names(broken, node)}", "warn"))
    if ahead:
        return line(Span(f"waits for {_names(ahead, node)}", "dim"))
    if view.held_by:
        return line(Span(_held(node, picture), "dim"))
    if node.parent is not None and node.parent.view.status is ExecStatus.WAITING:
        return ()
    if view.remaining:
        return line(Span("waits", "dim"))
    return line(Span("ready", "dim"))


def _is_stuck(node: Node) -> bool:
    """Failed, or a group that cannot end because of a member that did."""
    return node.view.status is ExecStatus.FAILED or (
        not node.is_task
        and node.counts[ExecStatus.FAILED] > 0
        and node.counts[ExecStatus.RUNNING] == 0
        and node.view.status is not ExecStatus.WAITING
    )


def retry_countdown(node: Node, picture: Picture) -> str:
    left = max(node.view.not_before - picture.now, 0)
    rounded = -(-left // SECOND) * SECOND
    return f"retry {node.view.attempts} of {_retries(node, picture)} in {_whole(rounded)}{_because(node)}"


def _until(node: Node, picture: Picture) -> str:
    left = max(node.view.not_before - picture.now, 0)
    what = "waits" if node.view.reason is Reason.WAIT else f"lets others go first in {_pools(node, picture)}:"
    return f"{what} {_whole(-(-left // SECOND) * SECOND)} more"


def _pools(node: Node, picture: Picture) -> str:
    names = [use.pool for use in picture.flow.tasks[node.view.node].uses]
    return f"pool {', '.join(names)}" if names else "a pool"


def _whole(microseconds: int) -> str:
    return f"{microseconds // SECOND}s" if microseconds < 60 * SECOND else duration(microseconds)


def _retries(node: Node, picture: Picture) -> int:
    rules = picture.flow.tasks[node.view.node].retry
    written = [rule.attempts for rule in rules if isinstance(rule.attempts, int)]
    return max(written, default=node.view.attempts)


def _because(node: Node) -> str:
    reason = first_line(node.view.message)
    return f" ({reason})" if reason else ""


def _held(node: Node, picture: Picture) -> str:
    if node.view.held_by < 0:
        return f"held by {_pools(node, picture)}"
    holder = next((outer for outer in above(node) if outer.view.id == node.view.held_by), None)
    if holder is None:
        return "held by a limit"
    limit = picture.flow.tasks[holder.view.node].limit
    if picture.flow.tasks[holder.view.node].fail_fast and holder.counts[ExecStatus.FAILED]:
        return f"not started, something failed in {holder.label} (fail_fast)"
    size = f" {limit}" if isinstance(limit, int) else ""
    return f"held by limit{size}" + ("" if holder.view.kind == "flow" else f" of {holder.label}")


def above(node: Node) -> Sequence[Node]:
    """The groups and items around a row, innermost first."""
    found = []
    while node.parent is not None:
        node = node.parent
        found.append(node)
    return found


def _names(nodes: Sequence[Node], seen_from: Node) -> str:
    names = [_short(node, seen_from) for node in nodes[:_NAMES_SHOWN]]
    more = len(nodes) - _NAMES_SHOWN
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def _short(node: Node, seen_from: Node) -> str:
    """The bare name of a neighbour, the whole path of a row in another group."""
    return node.label if node.parent is seen_from.parent else node.view.path


def suspended(node: Node) -> str:
    if node.view.reason is Reason.BY_HAND:
        return "by a person"
    return str(node.view.reason) + (f": {first_line(node.view.message)}" if node.view.message else "")


def skipped(node: Node) -> str:
    return {
        Reason.CONDITION: "skipped, its condition is false",
        Reason.NO_EVENT: "its event did not happen",
        Reason.PARENT: "skipped with its group",
        Reason.ENOUGH: "not needed, enough others succeeded",
        Reason.NOT_IN_LIST: "no longer in the list",
        Reason.BY_HAND: "ignored by a person",
    }.get(node.view.reason, "skipped")


def failure(node: Node) -> str:
    """`exit code 3`, `timeout: …`, with the number of attempts if there were several."""
    view = node.view
    message = first_line(view.message)
    told = view.reason in (Reason.ERROR, Reason.NONE, Reason.ROUNDS) or view.reason.value in message
    shown = message if told and message else f"{view.reason}: {message}"
    shown = shown.rstrip(": ") or "failed"
    return shown + (f", after {view.attempts} attempts" if view.attempts > 1 else "")


def first_line(text: str) -> str:
    """The first line of a message that says something, without control characters."""
    return next((shown for row in text.split("\n") if (shown := harmless(row).strip())), "")


_TALLY = (
    (ExecStatus.FAILED, "bad"),
    (ExecStatus.SUSPENDED, "warn"),
    (ExecStatus.RUNNING, "busy"),
    (ExecStatus.IGNORED, "dim"),
)


def tally(counts: Counter[ExecStatus], glyphs: Glyphs) -> Line:
    """`3/8 ✓ 1 failed 2 running`: how far the tasks below have come."""
    total = sum(counts.values())
    done = counts[ExecStatus.FINISHED]
    spans = [Span(f"{done}/{total} {glyphs.succeeded}", "good" if done == total else "")]
    for status, style in _TALLY:
        if counts[status]:
            spans.append(Span(f"{counts[status]} {status.word}", style))
    return joined([line(span) for span in spans], " ")
