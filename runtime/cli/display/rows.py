"""The tree as rows that fit a height: folds what is settled first and never hides a failure while it has room.

Each level folds more than the one before; `fit` takes the first that fits and, if none does, drops the least
important rows and says how many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from runtime.cli.display.clock import duration
from runtime.cli.display.explanation import explain
from runtime.cli.display.glyphs import Glyphs
from runtime.cli.display.styled import Line, Span, crop, joined, line, pad, width
from runtime.cli.display.tree import Node, Picture
from runtime.model.state import ExecStatus

LEVELS = 6
"""0 open, 1 settled groups folded, 2 waiting groups too, 3 settled and waiting siblings counted in one row, 4 items
of mapped groups folded, 5 everything folded in which nothing failed."""

_MERGED_FROM = 3
_SETTLED = (ExecStatus.FINISHED, ExecStatus.IGNORED)
_ORDER = (ExecStatus.FAILED, ExecStatus.SUSPENDED, ExecStatus.RUNNING, ExecStatus.WAITING, *_SETTLED)
_STYLES = {
    ExecStatus.WAITING: "dim",
    ExecStatus.RUNNING: "busy",
    ExecStatus.SUSPENDED: "warn",
    ExecStatus.FINISHED: "good",
    ExecStatus.FAILED: "bad",
    ExecStatus.IGNORED: "dim",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One visible row: a node, or (`merged`) how many siblings are in one state."""

    depth: int
    node: Node
    folded: bool = False
    merged: tuple[ExecStatus, int] | None = None

    @property
    def state(self) -> ExecStatus:
        """The state that decides how important the row is: of a folded group the worst inside."""
        if self.merged:
            return self.merged[0]
        if self.folded:
            return worst(self.node)
        return self.node.view.status


def worst(node: Node) -> ExecStatus:
    """The state in a node that a person must see first."""
    states = {node.view.status, *node.counts}
    return next(status for status in _ORDER if status in states)


def fit(picture: Picture, height: int | None, level: int = 0) -> tuple[list[Row], int, int]:
    """(rows, level used, rows left out) for at most `height` rows; None is without bound.

    `level`: fold at least this much, so that a display does not jump back and forth.
    """
    while True:
        rows = list(rows_at(picture, level))
        if height is None or len(rows) <= height:
            return rows, level, 0
        if level == LEVELS - 1:
            kept = most_important(rows, max(height - 1, 1))
            return kept, level, len(rows) - len(kept)
        level += 1


def rows_at(picture: Picture, level: int) -> Iterator[Row]:
    """All rows at a level of folding, in order."""
    pending = _members(picture.root, 0, level)[::-1]
    while pending:
        row = pending.pop()
        node = row.node
        if row.merged or not node.members:
            yield row
            continue
        folded = _folds(node, level)
        yield Row(row.depth, node, folded)
        if not folded:
            pending.extend(_members(node, row.depth + 1, level)[::-1])


def _members(node: Node, depth: int, level: int) -> list[Row]:
    return _merge(node, depth) if level >= 3 else [Row(depth, member) for member in node.members]


def _folds(node: Node, level: int) -> bool:
    status = node.view.status
    state = worst(node)
    if state in (ExecStatus.FAILED, ExecStatus.SUSPENDED):
        return False
    if level >= 5:
        return True
    if level >= 4 and node.parent is not None and node.parent.view.kind == "map":
        return True
    if level >= 2 and status is ExecStatus.WAITING:
        return True
    return level >= 1 and status in _SETTLED


def _merge(node: Node, depth: int) -> list[Row]:
    """Rows of the members; settled ones counted before the others, waiting ones after, where they are many."""
    rows: list[Row] = []
    quiet = {status: [m for m in node.members if _is_quiet(m, status)] for status in (*_SETTLED, ExecStatus.WAITING)}
    hidden = {id(m) for group in quiet.values() if len(group) >= _MERGED_FROM for m in group}
    for status in _SETTLED:
        if len(quiet[status]) >= _MERGED_FROM:
            rows.append(Row(depth, node, merged=(status, len(quiet[status]))))
    rows.extend(Row(depth, member) for member in node.members if id(member) not in hidden)
    if len(quiet[ExecStatus.WAITING]) >= _MERGED_FROM:
        rows.append(Row(depth, node, merged=(ExecStatus.WAITING, len(quiet[ExecStatus.WAITING]))))
    return rows


def _is_quiet(node: Node, status: ExecStatus) -> bool:
    if node.view.status is not status or node.view.not_before > 0:
        return False
    return node.is_task or worst(node) in (*_SETTLED, ExecStatus.WAITING)


def most_important(rows: Sequence[Row], height: int) -> list[Row]:
    """At most `height` rows: failures first, then what is suspended, running, waiting; each with what it is in."""
    above = _rows_above(rows)
    kept: set[int] = set()
    for index in sorted(range(len(rows)), key=lambda i: _ORDER.index(rows[i].state)):
        wanted = {index, *above[index]} - kept
        if len(kept) + len(wanted) <= height:
            kept |= wanted
    return [row for index, row in enumerate(rows) if index in kept]


def _rows_above(rows: Sequence[Row]) -> list[tuple[int, ...]]:
    chain: list[int] = []
    above = []
    for index, row in enumerate(rows):
        del chain[row.depth :]
        above.append(tuple(chain))
        chain.append(index)
    return above


def row_lines(rows: Sequence[Row], left_out: int, picture: Picture, cells: int, glyphs: Glyphs) -> list[Line]:
    """The rows as aligned lines: sign and name, duration, explanation."""
    heads = [_head(row, glyphs) for row in rows]
    names = min(max((_cells(head) for head in heads), default=0), max(cells * 45 // 100, 16))
    lines = []
    for row, head in zip(rows, heads, strict=True):
        head = crop(head, names, glyphs.ellipsis)
        taken = "" if row.merged else _took(row.node, picture)
        detail = () if row.merged else explain(row.node, picture, glyphs)
        fill = pad("", names - _cells(head)) + f"  {taken:>6}"
        spans = joined([(*head, Span(fill if detail else fill.rstrip(), "dim")), detail])
        lines.append(crop(spans, cells, glyphs.ellipsis))
    if left_out:
        more = line(Span(f"  {glyphs.ellipsis} {left_out} more rows do not fit here", "dim"))
        lines.append(crop(more, cells, glyphs.ellipsis))
    return lines


def _head(row: Row, glyphs: Glyphs) -> Line:
    indent = "  " * (row.depth + 1)
    if row.merged:
        status, count = row.merged
        return line(indent, Span(f"{glyphs.of(status)} {count} {status.word}", _STYLES[status]))
    status = row.node.view.status
    style = _STYLES[status]
    sign = glyphs.retry if row.node.view.not_before > 0 else glyphs.of(status)
    if row.node.members and status not in (ExecStatus.FINISHED, ExecStatus.IGNORED):
        sign = glyphs.folded if row.folded else glyphs.opened
        style = _STYLES[worst(row.node)] if status is ExecStatus.RUNNING else style
    emphasis = "bad" if status is ExecStatus.FAILED else "dim" if status is ExecStatus.WAITING else ""
    return line(indent, Span(f"{sign} ", style), Span(row.node.label, emphasis))


def _cells(spans: Line) -> int:
    return sum(width(span.text) for span in spans)


def _took(node: Node, picture: Picture) -> str:
    """A group that is open in a run that has ended took as long as the run could work on it."""
    view, ended = node.view, picture.run.ended_at
    now = ended if ended is not None else picture.now
    if view.started_at is None or view.status in (ExecStatus.WAITING, ExecStatus.IGNORED):
        return ""
    return duration((view.ended_at if view.ended_at is not None else max(now, view.started_at)) - view.started_at)
